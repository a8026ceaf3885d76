//! Installing with mocked ports: what is called in which situation, and in which order. What is rendered is compared with
//! snapshots; that nothing is written twice is seen on the in-memory twin of a cluster.

mod converging;
mod granting;
mod order;
mod removing;
mod rendering;
mod stale;

use std::sync::{Arc, Mutex};

use kompox_kube as kube;
use kompox_kube::{Change, HelmVersion, MockHelm, MockKubernetes};
use kompox_model::options::ClusterInstallOptions;
use kompox_model::{Certificate, Cluster};

use crate::cluster::tests::*;

const GENTLY: ClusterInstallOptions = ClusterInstallOptions { force: false };

/// What happened, in order.
type Events = Arc<Mutex<Vec<String>>>;

fn certificate(name: &str, source: &str) -> Certificate {
    Certificate {
        name: name.to_owned(),
        source: source.to_owned(),
    }
}

/// A cluster with two vaults and several certificates.
fn with_certificates() -> Cluster {
    let mut cluster = cluster();
    cluster.ingress.certificates = vec![
        certificate(
            "www.example.com",
            "https://kv-two.vault.azure.net/secrets/www/0123456789abcdef",
        ),
        certificate("api", "https://KV-One.vault.azure.net/secrets/api"),
        certificate("wildcard", "https://kv-one.vault.azure.net/secrets/123"),
    ];
    cluster
}

/// A provisioned cluster: its record in tags, no deployment any more, and credentials.
fn provisioned() -> Mocks {
    let mut mocks = Mocks::default();
    mocks
        .groups
        .expect_get()
        .times(1)
        .returning(|_| Ok(Some(recorded_group())));
    mocks
        .clusters
        .expect_list_cluster_admin_credential()
        .returning(|_| Ok(Some("kind: Config".into())));
    mocks
}

/// Puts these ports behind the connector.
fn connecting(mocks: &mut Mocks, kubernetes: MockKubernetes, helm: MockHelm) {
    let cluster = kube::Cluster {
        kubernetes: Arc::new(kubernetes),
        helm: Arc::new(helm),
    };
    mocks
        .kubernetes
        .expect_connect()
        .times(1)
        .return_once(move |_| Ok(cluster));
}

fn helm(events: &Events) -> MockHelm {
    let mut helm = MockHelm::new();
    let log = Arc::clone(events);
    helm.expect_version().times(1).returning(move || {
        log.lock().unwrap().push("helm version".into());
        Ok(HelmVersion {
            major: 4,
            minor: 0,
            patch: 0,
        })
    });
    helm
}

/// A cluster that takes everything once.
fn taking(events: &Events) -> (MockKubernetes, MockHelm) {
    let mut helm = helm(events);
    let log = Arc::clone(events);
    helm.expect_ensure_release()
        .times(1)
        .returning(move |release| {
            log.lock()
                .unwrap()
                .push(format!("release {}", release.name));
            Ok(Change::Created)
        });
    (taking_objects(events), helm)
}

/// An API server that takes everything once.
fn taking_objects(events: &Events) -> MockKubernetes {
    let mut kubernetes = MockKubernetes::new();
    let log = Arc::clone(events);
    kubernetes
        .expect_ensure_namespace()
        .times(1)
        .returning(move |name| {
            log.lock().unwrap().push(format!("namespace {name}"));
            Ok(Change::Created)
        });
    let log = Arc::clone(events);
    kubernetes
        .expect_ensure_service_account()
        .times(1)
        .returning(move |account| {
            log.lock()
                .unwrap()
                .push(format!("account {}", account.name));
            Ok(Change::Created)
        });
    let log = Arc::clone(events);
    kubernetes.expect_apply().returning(move |object| {
        let reference = object.reference();
        log.lock()
            .unwrap()
            .push(format!("{} {}", reference.kind, reference.name));
        Ok(kube::Applied {
            change: Change::Created,
            resource_version: "1".into(),
        })
    });
    kubernetes
}
