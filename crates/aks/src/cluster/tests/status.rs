use kompox_provider::Error as DriverError;
use mockall::predicate::eq;

use super::*;

fn with_credentials(answer: Result<Option<secrecy::SecretString>>) -> Mocks {
    let mut mocks = Mocks::default();
    mocks
        .groups
        .expect_get()
        .times(1)
        .return_once(|_| Ok(Some(recorded_group())));
    mocks
        .clusters
        .expect_list_cluster_admin_credential()
        .with(eq(record().managed_cluster))
        .times(1)
        .return_once(|_| answer);
    mocks
}

#[tokio::test]
async fn a_cluster_that_hands_out_credentials_is_provisioned() {
    let mocks = with_credentials(Ok(Some("kind: Config".into())));
    let progress = mocks.progress.clone();
    let mut existing = cluster();
    existing.existing = true;
    let status = mocks.driver().status(&existing).await.unwrap();
    assert!(status.provisioned && status.existing && !status.installed);
    let steps = progress.steps.lock().unwrap();
    assert_eq!(
        *steps,
        ["the cluster's record comes from the tags of the resource group"]
    );
}

#[tokio::test]
async fn what_is_not_there_is_not_provisioned() {
    let mut nothing = Mocks::default();
    nothing
        .groups
        .expect_get()
        .times(1)
        .return_once(|_| Ok(None));
    assert!(
        !nothing
            .driver()
            .status(&cluster())
            .await
            .unwrap()
            .provisioned
    );
}

#[tokio::test]
async fn a_refusal_to_say_is_an_error_and_not_an_absence() {
    let refused = Err(refused(Some(403), "AuthorizationFailed"));
    let error = with_credentials(refused)
        .driver()
        .status(&cluster())
        .await
        .unwrap_err();
    assert!(matches!(error, DriverError::Provider { .. }), "{error}");
}
