use kompox_provider::Error as DriverError;
use mockall::predicate::eq;

use super::*;

fn mocks(record: Option<Deployment>) -> Mocks {
    let mut mocks = Mocks::default();
    mocks
        .deployments
        .expect_get()
        .times(1)
        .return_once(|_| Ok(record));
    mocks
}

fn with_credentials(mut mocks: Mocks, answer: Result<Option<secrecy::SecretString>>) -> Mocks {
    let id = group_id().resource("Microsoft.ContainerService/managedClusters", "aks-5lmloa");
    mocks
        .clusters
        .expect_list_cluster_admin_credential()
        .with(eq(id))
        .times(1)
        .return_once(|_| answer);
    mocks
}

#[tokio::test]
async fn a_cluster_that_hands_out_credentials_is_provisioned() {
    let driver = with_credentials(
        mocks(Some(deployment("Succeeded"))),
        Ok(Some("kind: Config".into())),
    )
    .driver();
    let mut existing = cluster();
    existing.existing = true;
    let status = driver.status(&existing).await.unwrap();
    assert!(status.provisioned && status.existing && !status.installed);
}

#[tokio::test]
async fn what_is_not_there_or_not_ready_is_not_provisioned() {
    for mocks in [
        mocks(None),
        mocks(Some(deployment("Running"))),
        mocks(Some(deployment("Failed"))),
        with_credentials(mocks(Some(deployment("Succeeded"))), Ok(None)),
    ] {
        assert!(!mocks.driver().status(&cluster()).await.unwrap().provisioned);
    }
}

#[tokio::test]
async fn a_refusal_to_say_is_an_error_and_not_an_absence() {
    let refused = Err(refused(Some(403), "AuthorizationFailed"));
    let driver = with_credentials(mocks(Some(deployment("Succeeded"))), refused).driver();
    let error = driver.status(&cluster()).await.unwrap_err();
    assert!(matches!(error, DriverError::Provider { .. }), "{error}");
}

#[tokio::test]
async fn outputs_that_name_no_cluster_say_what_to_do() {
    let mut record = deployment("Succeeded");
    record.outputs.remove("AZURE_AKS_CLUSTER_NAME");
    let error = mocks(Some(record))
        .driver()
        .kubeconfig(&cluster())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("AZURE_AKS_CLUSTER_NAME")
            && error.to_string().contains("--force"),
        "{error}"
    );
}
