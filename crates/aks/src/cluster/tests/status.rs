use kompox_kube as kube;
use kompox_kube::{LoadBalancer, MockHelm, MockKubernetes};
use kompox_provider::Error as DriverError;
use mockall::predicate::eq;
use secrecy::ExposeSecret;

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

/// A cluster that is there, and what it says when it is asked for the address of its ingress.
fn with_ingress(answer: kube::Result<Option<LoadBalancer>>) -> Mocks {
    let mut mocks = with_credentials(Ok(Some("kind: Config".into())));
    mocks
        .kubernetes
        .expect_connect()
        .withf(|kubeconfig| kubeconfig.expose_secret() == "kind: Config")
        .times(1)
        .return_once(|_| {
            let mut kubernetes = MockKubernetes::new();
            kubernetes
                .expect_load_balancer()
                .with(eq("traefik"), eq("traefik"))
                .times(1)
                .return_once(|_, _| answer);
            Ok(kube::Cluster {
                kubernetes: Arc::new(kubernetes),
                helm: Arc::new(MockHelm::new()),
            })
        });
    mocks
}

#[tokio::test]
async fn an_ingress_with_an_address_is_installed() {
    let address = LoadBalancer {
        ip: Some([203, 0, 113, 7].into()),
        hostname: Some("ingress.example.com".into()),
    };
    let mocks = with_ingress(Ok(Some(address)));
    let status = mocks.driver().status(&cluster()).await.unwrap();
    assert!(status.provisioned && status.installed);
    assert_eq!(status.ingress_global_ip.as_deref(), Some("203.0.113.7"));
    assert_eq!(status.ingress_fqdn.as_deref(), Some("ingress.example.com"));
}

#[tokio::test]
async fn a_cluster_that_cannot_be_reached_is_an_error_and_not_one_without_an_ingress() {
    let mocks = with_ingress(Err(kube::Error::Timeout {
        what: "the API server".into(),
        seconds: 20,
        state: "silence".into(),
    }));
    let error = mocks.driver().status(&cluster()).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("is provisioned, but") && text.contains("silence"),
        "{text}"
    );
}

#[tokio::test]
async fn a_cluster_that_hands_out_credentials_is_provisioned() {
    let mocks = with_ingress(Ok(None));
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
