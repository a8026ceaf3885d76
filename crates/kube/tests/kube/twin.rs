//! The twin beyond the contract.

use std::time::Duration;

use kompox_kube::twin::Twin;
use kompox_kube::{Change, Chart, Cluster, Error, Object, ObjectRef, Release, ServiceAccount};
use kompox_model::failure::{Classify, FailureKind};
use serde_json::{Value, json};

fn release(values: Value) -> Release {
    Release {
        namespace: "traefik".to_owned(),
        name: "traefik".to_owned(),
        chart: Chart {
            name: "traefik".to_owned(),
            repo: Some("https://traefik.github.io/charts".to_owned()),
            version: "41.3.0".to_owned(),
        },
        values: values.as_object().unwrap().clone(),
        timeout: Duration::from_secs(300),
        again: false,
    }
}

async fn installed(cluster: &Cluster) {
    cluster
        .kubernetes
        .ensure_namespace("traefik")
        .await
        .unwrap();
    cluster
        .helm
        .ensure_release(&release(json!({})))
        .await
        .unwrap();
}

fn ingress(name: &str) -> Object {
    Object::new(&json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": {"name": name, "namespace": "app", "labels": {"app": "shop-app"}},
        "spec": {"rules": [{"host": "shop.example.com"}]},
    }))
    .unwrap()
}

#[tokio::test]
async fn traefik_gets_an_address_and_every_ingress_has_it() {
    let twin = Twin::in_memory();
    let cluster = twin.cluster("c");
    cluster.kubernetes.ensure_namespace("app").await.unwrap();
    cluster.kubernetes.apply(&ingress("before")).await.unwrap();
    installed(&cluster).await;
    cluster.kubernetes.apply(&ingress("after")).await.unwrap();
    let address = cluster
        .kubernetes
        .load_balancer("traefik", "traefik")
        .await
        .unwrap()
        .unwrap();
    assert!(address.ip.unwrap().to_string().starts_with("203.0.113."));
    let labels = [("app".to_owned(), "shop-app".to_owned())].into();
    let ingresses = cluster.kubernetes.ingresses("app", &labels).await.unwrap();
    assert_eq!(ingresses.len(), 2);
    for ingress in ingresses {
        assert_eq!(
            ingress.load_balancers,
            std::slice::from_ref(&address),
            "{}",
            ingress.name
        );
    }

    cluster.helm.uninstall("traefik", "traefik").await.unwrap();
    assert_eq!(
        cluster
            .kubernetes
            .load_balancer("traefik", "traefik")
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn a_file_holds_everything_for_the_next_process_and_clusters_are_apart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("kubernetes.json");
    installed(&Twin::at(&path).cluster("c")).await;
    let again = Twin::at(&path);
    let service = ObjectRef::namespaced("v1", "Service", "traefik", "traefik");
    let version = async || {
        let service = again
            .cluster("c")
            .kubernetes
            .get(&service)
            .await
            .unwrap()
            .unwrap();
        service.resource_version().map(str::to_owned)
    };
    let before = version().await;
    let change = again
        .cluster("c")
        .helm
        .ensure_release(&release(json!({})))
        .await
        .unwrap();
    assert_eq!(change, Change::Unchanged);
    assert_eq!(version().await, before);
    assert_eq!(
        again.cluster("d").kubernetes.get(&service).await.unwrap(),
        None
    );
    let names: Vec<_> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(
        names.len(),
        2,
        "the file and its lock, and nothing half written: {names:?}"
    );
}

#[tokio::test]
async fn a_broken_file_is_an_error_that_names_it_and_is_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("kubernetes.json");
    std::fs::write(&path, "{\"clusters\": [").unwrap();
    let error = Twin::at(&path)
        .cluster("c")
        .kubernetes
        .ensure_namespace("web")
        .await
        .unwrap_err();
    assert!(error.to_string().contains("kubernetes.json"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"clusters\": [");
}

#[tokio::test]
async fn writers_at_once_lose_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("kubernetes.json");
    let writers = (0..8).map(|n| {
        let twin = Twin::at(&path);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            let cluster = twin.cluster("c");
            runtime
                .block_on(cluster.kubernetes.ensure_namespace(&format!("n{n}")))
                .unwrap();
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.join().unwrap();
    }
    let cluster = Twin::at(&path).cluster("c");
    for n in 0..8 {
        let change = cluster
            .kubernetes
            .ensure_namespace(&format!("n{n}"))
            .await
            .unwrap();
        assert_eq!(change, Change::Unchanged, "n{n}");
    }
}

#[tokio::test]
async fn a_release_whose_pods_could_not_start_times_out_and_leaves_nothing() {
    let cluster = Twin::in_memory().cluster("c");
    cluster
        .kubernetes
        .ensure_namespace("traefik")
        .await
        .unwrap();
    let wanted = release(json!({
        "serviceAccount": {"name": "ingress"},
        "deployment": {"additionalVolumes": [
            {"name": "tls", "csi": {"driver": "secrets-store.csi.k8s.io",
                "volumeAttributes": {"secretProviderClass": "traefik-kv-v"}}},
        ]},
    }));
    let failure = async || cluster.helm.ensure_release(&wanted).await.unwrap_err();
    let error = failure().await;
    assert_eq!(error.kind(), FailureKind::Timeout);
    assert!(
        error.to_string().contains("ServiceAccount \"ingress\""),
        "{error}"
    );
    assert_eq!(
        cluster.helm.status("traefik", "traefik").await.unwrap(),
        None
    );

    let account = ServiceAccount {
        namespace: "traefik".to_owned(),
        name: "ingress".to_owned(),
        annotations: [].into(),
        automount_token: false,
    };
    cluster
        .kubernetes
        .ensure_service_account(&account)
        .await
        .unwrap();
    let error = failure().await;
    assert!(
        error
            .to_string()
            .contains("SecretProviderClass \"traefik-kv-v\""),
        "{error}"
    );
}

#[tokio::test]
async fn a_namespace_of_the_system_is_not_deleted() {
    let cluster = Twin::in_memory().cluster("c");
    let error = cluster
        .kubernetes
        .delete_namespace("kube-system")
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Refused(_)));
    assert_eq!(error.status(), Some(403));
}
