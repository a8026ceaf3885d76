//! Managed clusters.

use secrecy::ExposeSecret;
use serde_json::json;

use super::stage::{Environment, deploy};
use crate::{Azure, ProvisioningState};

/// Managed clusters: absence is `None`; a cluster tells its identities and its issuer, and hands out a kubeconfig that
/// does not print itself.
///
/// # Panics
/// At the first broken promise.
pub async fn managed_clusters(azure: &Azure, environment: &Environment) {
    let clusters = &azure.managed_clusters;
    let kind = "Microsoft.ContainerService/managedClusters";
    let missing = environment.group("no-clusters").resource(kind, "c");
    assert_eq!(clusters.get(&missing).await.unwrap(), None);
    assert!(
        clusters
            .list_cluster_admin_credential(&missing)
            .await
            .unwrap()
            .is_none()
    );

    let group = environment.empty_group(azure, "clusters").await;
    let id = group.resource(kind, "contract");
    assert_eq!(clusters.get(&id).await.unwrap(), None);
    let cluster = json!({
        "type": kind,
        "apiVersion": "2024-09-01",
        "name": id.name(),
        "location": "[resourceGroup().location]",
        "identity": { "type": "SystemAssigned" },
        "properties": {
            "dnsPrefix": "contract",
            "oidcIssuerProfile": { "enabled": true },
            "agentPoolProfiles": [{
                "name": "npsystem",
                "mode": "System",
                "count": 1,
                "vmSize": "Standard_D2lds_v6",
                "osType": "Linux",
                "type": "VirtualMachineScaleSets",
            }],
        },
    });
    deploy(azure, &group, json!([cluster]), json!({})).await;

    let cluster = clusters
        .get(&id)
        .await
        .unwrap()
        .expect("the cluster was made");
    assert_eq!(cluster.id, id);
    // AKS may have begun a change of its own.
    assert!(!matches!(
        cluster.state,
        ProvisioningState::Failed | ProvisioningState::Canceled
    ));
    assert!(cluster.principal_id.is_some() && cluster.kubelet_principal_id.is_some());
    assert_ne!(cluster.principal_id, cluster.kubelet_principal_id);
    assert!(cluster.tenant_id.is_some());
    assert!(
        cluster
            .oidc_issuer_url
            .is_some_and(|url| url.starts_with("https://") && url.ends_with('/'))
    );

    let kubeconfig = clusters
        .list_cluster_admin_credential(&id)
        .await
        .unwrap()
        .expect("a kubeconfig");
    let text = kubeconfig.expose_secret();
    assert!(
        text.contains("clusters:") && text.contains("current-context:"),
        "YAML, not base64"
    );
    assert!(!format!("{kubeconfig:?}").contains("clusters:"));

    azure.resource_groups.delete(&group).await.unwrap();
}
