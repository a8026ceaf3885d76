//! The port's contract, kept by the twin always, and by the adapters where there is a real cluster:
//!
//! `KOMPOX_TEST_KUBECONFIG=<path> cargo test -p kompox-kube --test kube real_cluster`
//!
//! The user of the kubeconfig must be allowed to make namespaces. `KOMPOX_TEST_LOAD_BALANCER=1` says that the cluster
//! has load balancers to give. Releases are tested when there is a `helm` program.

use std::io::Write;

use kompox_kube::client::ApiServerConnector;
use kompox_kube::contract::{self, Environment};
use kompox_kube::program::HelmProgram;
use kompox_kube::twin::Twin;
use kompox_kube::{Chart, Error, KubernetesConnector, RealConnector};
use serde_json::{Map, Value, json};

fn chart() -> Chart {
    Chart {
        name: "traefik".to_owned(),
        repo: Some("https://traefik.github.io/charts".to_owned()),
        version: "41.3.0".to_owned(),
    }
}

fn values(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

async fn releases(environment: &Environment) {
    let inside = values(json!({ "service": { "spec": { "type": "ClusterIP" } } }));
    let two = values(
        json!({ "service": { "spec": { "type": "ClusterIP" } }, "deployment": { "replicas": 2 } }),
    );
    contract::releases(environment, &chart(), [&inside, &two]).await;
}

fn twin_environment(twin: &Twin) -> Environment {
    Environment {
        cluster: twin.cluster("c"),
        other: twin.cluster_as("c", "somebody-else").kubernetes,
        prefix: "contract".to_owned(),
    }
}

/// One test for a statement group, over a twin in memory and one in a file.
macro_rules! kept {
    ($($group:ident)*) => {
        mod by_the_twin {
            use super::*;
            $(
                #[tokio::test]
                async fn $group() {
                    contract::$group(&twin_environment(&Twin::in_memory())).await;
                }
            )*
        }

        mod by_the_twin_in_a_file {
            use super::*;
            $(
                #[tokio::test]
                async fn $group() {
                    let directory = tempfile::tempdir().unwrap();
                    let twin = Twin::at(directory.path().join("state/kubernetes.json"));
                    contract::$group(&twin_environment(&twin)).await;
                }
            )*
        }
    };
}

kept! {
    applying
    conflicts
    ingresses
    load_balancers
    namespaces
    refusals
    service_accounts
}

#[tokio::test]
async fn releases_by_the_twin() {
    releases(&twin_environment(&Twin::in_memory())).await;
}

/// Says something that the test harness does not swallow.
fn tell(what: &str) {
    let text = format!("\nNOT RUN: {what}\n\n");
    std::io::stderr().write_all(text.as_bytes()).unwrap();
}

#[tokio::test]
async fn real_cluster() {
    let Some(path) = std::env::var_os("KOMPOX_TEST_KUBECONFIG") else {
        tell(
            "the contract on a real cluster, for KOMPOX_TEST_KUBECONFIG does not name the kubeconfig of one; \
             only the twin was tested",
        );
        return;
    };
    let kubeconfig = std::fs::read_to_string(path).unwrap().into();
    let connector = RealConnector {
        api_server: ApiServerConnector::new(),
        helm: HelmProgram::from_environment(std::env::vars_os()),
    };
    let environment = Environment {
        cluster: connector.connect(&kubeconfig).await.unwrap(),
        other: ApiServerConnector::new()
            .field_manager("somebody-else")
            .connect(&kubeconfig)
            .unwrap(),
        prefix: "kompox-contract".to_owned(),
    };
    contract::namespaces(&environment).await;
    contract::service_accounts(&environment).await;
    contract::applying(&environment).await;
    contract::conflicts(&environment).await;
    contract::refusals(&environment).await;
    contract::ingresses(&environment).await;
    if std::env::var_os("KOMPOX_TEST_LOAD_BALANCER").is_some() {
        contract::load_balancers(&environment).await;
    } else {
        tell("load balancers on the real cluster, for KOMPOX_TEST_LOAD_BALANCER is not set");
    }
    match environment.cluster.helm.version().await {
        Ok(_) => releases(&environment).await,
        Err(Error::HelmMissing { reason, .. }) => {
            tell(&format!(
                "releases on the real cluster, for there is no helm: {reason}"
            ));
        }
        Err(error) => panic!("{error}"),
    }
}
