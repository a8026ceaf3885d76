use kompox_kube::ObjectRef;
use kompox_kube::twin::Twin;

use super::*;

/// A driver whose clusters are all this one, and that may assign any role.
async fn install(twin: &Twin, cluster: &Cluster) -> Vec<String> {
    install_with(twin, cluster, &GENTLY).await
}

async fn install_with(
    twin: &Twin,
    cluster: &Cluster,
    options: &ClusterInstallOptions,
) -> Vec<String> {
    let mut mocks = provisioned();
    mocks.deployments.expect_get().returning(|_| Ok(None));
    mocks.roles.expect_create().returning(|_, _| Ok(()));
    mocks.graph.expect_find().returning(|_, _| Ok(Vec::new()));
    let ports = twin.cluster("c");
    mocks
        .kubernetes
        .expect_connect()
        .returning(move |_| Ok(ports.clone()));
    let progress = mocks.progress.clone();
    mocks.driver().install(cluster, options).await.unwrap();
    progress.steps.lock().unwrap().clone()
}

/// The version of every object, and the revision of the release.
async fn versions(twin: &Twin) -> Vec<(String, Option<String>)> {
    let ports = twin.cluster("c");
    let class = |name| ("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass", name);
    let mut versions = Vec::new();
    for (api_version, kind, name) in [
        ("v1", "ServiceAccount", "ingress-service-account"),
        ("v1", "ConfigMap", "traefik"),
        ("v1", "Service", "traefik"),
        class("traefik-kv-kv-one"),
        class("traefik-kv-kv-two"),
    ] {
        let reference = ObjectRef::namespaced(api_version, kind, "traefik", name);
        let object = ports.kubernetes.get(&reference).await.unwrap();
        let version = object.and_then(|object| object.resource_version().map(str::to_owned));
        versions.push((format!("{kind} {name}"), version));
    }
    let release = ports.helm.status("traefik", "traefik").await.unwrap();
    versions.push((
        "release".into(),
        release.map(|release| release.revision.to_string()),
    ));
    versions
}

#[tokio::test]
async fn installing_again_changes_nothing_and_certificates_only_what_differs() {
    let twin = Twin::in_memory();
    let steps = install(&twin, &cluster()).await;
    assert!(
        steps.contains(&"release traefik created".to_owned()),
        "{steps:#?}"
    );
    let first = versions(&twin).await;

    let steps = install(&twin, &cluster()).await;
    assert_eq!(versions(&twin).await, first);
    assert!(
        !steps
            .iter()
            .any(|step| step.ends_with("created") || step.ends_with("updated")),
        "{steps:#?}"
    );

    let forced = ClusterInstallOptions { force: true };
    let steps = install_with(&twin, &cluster(), &forced).await;
    assert!(
        steps.contains(&"release traefik updated".to_owned()),
        "{steps:#?}"
    );
    let first = versions(&twin).await;

    let steps = install(&twin, &with_certificates()).await;
    let second = versions(&twin).await;
    let differing: Vec<_> = first
        .iter()
        .zip(&second)
        .filter(|(before, after)| before != after)
        .map(|(before, _)| before.0.as_str())
        .collect();
    assert_eq!(
        differing,
        [
            "ConfigMap traefik",
            "SecretProviderClass traefik-kv-kv-one",
            "SecretProviderClass traefik-kv-kv-two",
            "release",
        ]
    );
    assert!(
        steps.contains(&"ConfigMap traefik updated".to_owned()),
        "{steps:#?}"
    );

    install(&twin, &with_certificates()).await;
    assert_eq!(versions(&twin).await, second);

    // Certificates that go take what lists them along.
    install(&twin, &cluster()).await;
    let reference = ObjectRef::namespaced("v1", "ConfigMap", "traefik", "traefik");
    let configuration = twin
        .cluster("c")
        .kubernetes
        .get(&reference)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(configuration.value().pointer("/data/certs.yaml"), None);
}
