use std::time::Duration;

use async_trait::async_trait;
use kompox_azure::ResourceId;
use kompox_kube::{Helm, Release, ReleaseStatus};
use kompox_model::Settings;
use kompox_model::options::ClusterInstallOptions;
use kompox_provider::{Driver, Error as DriverError};
use mockall::predicate::{always, eq};

use super::*;

fn vault(name: &str) -> ResourceId {
    format!("/subscriptions/other/resourceGroups/kv/providers/Microsoft.KeyVault/vaults/{name}")
        .parse()
        .unwrap()
}

#[tokio::test]
async fn checks_come_before_writes_and_the_release_after_what_it_mounts() {
    let events = Events::default();
    let mut mocks = provisioned();
    mocks
        .deployments
        .expect_get()
        .with(eq(deployment_id()))
        .times(1)
        .returning(|_| Ok(Some(deployment("Succeeded"))));
    mocks
        .graph
        .expect_find()
        .withf(|kind, names| kind == "Microsoft.KeyVault/vaults" && names == ["kv-one", "kv-two"])
        .times(1)
        .returning(|_, _| Ok(vec![vault("KV-One"), vault("kv-two")]));
    let log = Arc::clone(&events);
    mocks
        .roles
        .expect_create()
        .times(5)
        .returning(move |_, assignment| {
            let end = assignment.scope.name();
            log.lock()
                .unwrap()
                .push(format!("role on {end} for {}", assignment.principal_id));
            Ok(())
        });
    let (kubernetes, helm) = taking(&events);
    connecting(&mut mocks, kubernetes, helm);
    let mut cluster = with_certificates();
    cluster.settings = Settings::from_iter([
        (
            "AZURE_AKS_DNS_ZONE_RESOURCE_IDS",
            "/subscriptions/s/resourceGroups/dns/providers/Microsoft.Network/dnsZones/example.com",
        ),
        (
            "AZURE_AKS_CONTAINER_REGISTRY_RESOURCE_IDS",
            "/subscriptions/s/resourceGroups/acr/providers/Microsoft.ContainerRegistry/registries/images",
        ),
    ]);

    mocks.driver().install(&cluster, &GENTLY).await.unwrap();

    let events = events.lock().unwrap();
    let at = |event: &str| {
        let found = events.iter().position(|happened| happened == event);
        found.unwrap_or_else(|| panic!("no {event:?} in {events:#?}"))
    };
    assert_eq!((at("helm version"), at("namespace traefik")), (0, 1));
    let release = at("release traefik");
    for mounted in [
        "account ingress-service-account",
        "SecretProviderClass traefik-kv-kv-one",
        "SecretProviderClass traefik-kv-kv-two",
        "ConfigMap traefik",
        "role on api for ingress-principal",
        "role on 123 for ingress-principal",
        "role on www for ingress-principal",
    ] {
        assert!(at(mounted) < release, "{mounted}: {events:#?}");
    }
    at("role on example.com for cluster-principal");
    at("role on images for kubelet-principal");
    assert_eq!(events.len(), 12);
}

#[tokio::test]
async fn without_helm_nothing_is_written() {
    let mut mocks = provisioned();
    mocks.deployments.expect_get().returning(|_| Ok(None));
    let mut helm = MockHelm::new();
    helm.expect_version().times(1).returning(|| {
        Err(kube::Error::HelmMissing {
            program: "helm".into(),
            reason: "not found".into(),
        })
    });
    connecting(&mut mocks, MockKubernetes::new(), helm);
    let error = mocks
        .driver()
        .install(&with_certificates(), &GENTLY)
        .await
        .unwrap_err();
    assert!(matches!(error, DriverError::Kubernetes { .. }));
    let text = error.to_string();
    assert!(
        text.contains("Install Helm 3 or 4") && text.contains("before anything"),
        "{text}"
    );
}

#[tokio::test]
async fn a_cluster_that_was_provisioned_for_another_service_account_is_left_alone() {
    let events = Events::default();
    let mut mocks = provisioned();
    mocks
        .deployments
        .expect_get()
        .times(1)
        .returning(|_| Ok(Some(deployment("Succeeded"))));
    connecting(&mut mocks, MockKubernetes::new(), helm(&events));
    let mut cluster = cluster();
    cluster.ingress.namespace = Some("edge".into());
    let error = mocks.driver().install(&cluster, &GENTLY).await.unwrap_err();
    assert!(matches!(error, DriverError::Validation(_)), "{error}");
    let text = error.to_string();
    for part in [
        "edge/ingress-service-account",
        "traefik/ingress-service-account",
        "--force",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn a_deployment_that_cannot_be_read_does_not_stand_in_the_way() {
    let events = Events::default();
    let mut mocks = provisioned();
    mocks
        .deployments
        .expect_get()
        .times(1)
        .returning(|_| Err(refused(Some(403), "AuthorizationFailed")));
    let (kubernetes, helm) = taking(&events);
    connecting(&mut mocks, kubernetes, helm);
    mocks.driver().install(&cluster(), &GENTLY).await.unwrap();
}

#[tokio::test]
async fn a_wrong_declaration_asks_nobody() {
    let mut cluster = with_certificates();
    cluster.ingress.certificates[0].source = "http://somewhere".into();
    let error = Mocks::default()
        .driver()
        .install(&cluster, &GENTLY)
        .await
        .unwrap_err();
    assert!(matches!(error, DriverError::Validation(_)), "{error}");
}

#[tokio::test]
async fn a_cluster_that_is_not_provisioned_is_not_found() {
    let mut mocks = Mocks::default();
    mocks.groups.expect_get().times(1).returning(|_| Ok(None));
    let error = mocks
        .driver()
        .install(&cluster(), &GENTLY)
        .await
        .unwrap_err();
    assert!(matches!(error, DriverError::NotFound { .. }), "{error}");
}

#[tokio::test]
async fn a_namespace_that_cannot_be_made_ends_it_before_any_role() {
    let events = Events::default();
    let mut mocks = provisioned();
    mocks.deployments.expect_get().returning(|_| Ok(None));
    let mut kubernetes = MockKubernetes::new();
    kubernetes
        .expect_ensure_namespace()
        .with(always())
        .times(1)
        .returning(|_| Err(kube::Error::Kubeconfig("no".into())));
    connecting(&mut mocks, kubernetes, helm(&events));
    let error = mocks
        .driver()
        .install(&with_certificates(), &GENTLY)
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("making namespace \"traefik\": "),
        "{error}"
    );
}

#[tokio::test]
async fn a_release_that_fails_says_which() {
    let events = Events::default();
    let mut mocks = provisioned();
    mocks.deployments.expect_get().returning(|_| Ok(None));
    let mut helm = helm(&events);
    helm.expect_ensure_release().times(1).returning(|_| {
        Err(kube::Error::Helm {
            what: "helm upgrade".into(),
            message: "timed out".into(),
            kind: kompox_model::failure::FailureKind::Timeout,
        })
    });
    connecting(&mut mocks, taking_objects(&events), helm);
    let error = mocks
        .driver()
        .install(&cluster(), &GENTLY)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("\"traefik\" (chart traefik 41.3.0)") && error.contains("timed out"),
        "{error}"
    );
}

/// A Helm that never ends what it begins.
#[derive(Debug)]
struct Endless;

#[async_trait]
impl Helm for Endless {
    async fn version(&self) -> kube::Result<HelmVersion> {
        let (major, minor, patch) = (4, 0, 0);
        Ok(HelmVersion {
            major,
            minor,
            patch,
        })
    }

    async fn ensure_release(&self, _: &Release) -> kube::Result<Change> {
        std::future::pending().await
    }

    async fn uninstall(&self, _: &str, _: &str) -> kube::Result<()> {
        std::future::pending().await
    }

    async fn status(&self, _: &str, _: &str) -> kube::Result<Option<ReleaseStatus>> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn after_ten_minutes_it_says_how_to_go_on() {
    let events = Events::default();
    let mut mocks = provisioned();
    mocks.deployments.expect_get().returning(|_| Ok(None));
    let ports = kube::Cluster {
        kubernetes: Arc::new(taking_objects(&events)),
        helm: Arc::new(Endless),
    };
    mocks
        .kubernetes
        .expect_connect()
        .return_once(move |_| Ok(ports));
    let driver = mocks.driver();
    let start = tokio::time::Instant::now();
    let cluster = cluster();
    let installing = driver.cluster_install(&cluster, ClusterInstallOptions::default());
    let error = installing.await.unwrap_err();
    assert_eq!(start.elapsed(), Duration::from_secs(600));
    assert!(matches!(error, DriverError::Timeout { .. }));
    assert!(
        error.to_string().contains("install again to go on"),
        "{error}"
    );
}
