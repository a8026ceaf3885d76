//! Managed clusters.

use std::sync::Arc;

use kompox_azure::{Error, ProvisioningState};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::script::{Reply, Script, azure, group};

fn cluster() -> kompox_azure::ResourceId {
    group("asotest-rg-tpmqcm").resource(
        "Microsoft.ContainerService/managedClusters",
        "asotest-mc-iixflw",
    )
}

fn credential_url() -> String {
    format!(
        "{}/listClusterAdminCredential?api-version=2024-09-01",
        cluster()
    )
}

#[tokio::test]
async fn a_recorded_cluster_is_read_with_its_identities_and_issuer() {
    let script = Arc::new(Script::recorded(include_str!("../data/cluster.json")));
    let cluster = azure(&script)
        .managed_clusters
        .get(&cluster())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(cluster.id, self::cluster());
    assert_eq!(cluster.state, ProvisioningState::Running("Updating".into()));
    assert!(
        cluster.principal_id.is_some()
            && cluster.kubelet_principal_id.is_some()
            && cluster.tenant_id.is_some()
    );
    assert_ne!(cluster.principal_id, cluster.kubelet_principal_id);
    assert!(cluster.oidc_issuer_url.unwrap().ends_with('/'));
}

#[tokio::test]
async fn a_cluster_that_is_still_made_has_no_identities_yet() {
    let body = json!({ "id": cluster(), "identity": null, "properties": { "provisioningState": "Creating", "oidcIssuerProfile": { "enabled": false } } });
    let url = format!("{}?api-version=2024-09-01", cluster());
    let script = Arc::new(Script::new().on("GET", &url, Reply::ok(&body)));
    let cluster = azure(&script)
        .managed_clusters
        .get(&cluster())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (
            cluster.principal_id,
            cluster.kubelet_principal_id,
            cluster.oidc_issuer_url
        ),
        (None, None, None)
    );
}

#[tokio::test]
async fn the_kubeconfig_is_decoded_and_hidden() {
    let body =
        json!({ "kubeconfigs": [{ "name": "clusterAdmin", "value": "YXBpVmVyc2lvbjogdjEK" }] });
    let script = Arc::new(Script::new().on("POST", &credential_url(), Reply::ok(&body)));
    let kubeconfig = azure(&script)
        .managed_clusters
        .list_cluster_admin_credential(&cluster())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kubeconfig.expose_secret(), "apiVersion: v1\n");
    assert!(!format!("{kubeconfig:?}").contains("apiVersion"));
}

#[tokio::test]
async fn a_credential_that_cannot_be_read_is_not_quoted() {
    for value in [
        json!("!top-secret!"),
        json!({ "top-secret": 1 }),
        json!("/w=="),
    ] {
        let body = json!({ "kubeconfigs": [{ "name": "clusterAdmin", "value": value }] });
        let script = Arc::new(Script::new().on("POST", &credential_url(), Reply::ok(&body)));
        let error = azure(&script)
            .managed_clusters
            .list_cluster_admin_credential(&cluster())
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }));
        assert!(!format!("{error} {error:?}").contains("top-secret"));
    }
}

#[tokio::test]
async fn a_missing_cluster_has_no_kubeconfig() {
    let script = Arc::new(Script::new().on("POST", &credential_url(), Reply::status(404)));
    assert!(
        azure(&script)
            .managed_clusters
            .list_cluster_admin_credential(&cluster())
            .await
            .unwrap()
            .is_none()
    );
}
