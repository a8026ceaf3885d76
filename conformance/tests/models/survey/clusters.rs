//! Managed clusters and agent pools.

use serde_json::json;

use super::{group, subscription};
use crate::azure::{Azure, LOCATION};

const AKS: &str = "2024-09-01";

/// That of the models, but stable; that of the driver; and those that brought something that the models do not know.
const VERSIONS: &[&str] = &["2023-01-01", "2023-11-01", AKS, "2025-05-01", "2026-07-01"];

pub(super) async fn clusters(azure: &Azure) {
    // The api-version of the driver: the offline Azure does not offer the preview of the models.
    let cluster = |rest: &str| {
        group(
            &format!("/providers/Microsoft.ContainerService/managedClusters/survey{rest}"),
            AKS,
        )
    };
    let body = json!({
        "location": LOCATION,
        "identity": {"type": "SystemAssigned"},
        "sku": {"name": "Base", "tier": "Standard"},
        "tags": {"a": "1"},
        "properties": {
            "dnsPrefix": "survey",
            "agentPoolProfiles": [{
                "name": "system",
                "mode": "System",
                "count": 1,
                "vmSize": "Standard_D2s_v5",
                "osType": "Linux",
                "enableAutoScaling": true,
                "minCount": 1,
                "maxCount": 3,
            }],
            "networkProfile": {"networkPlugin": "azure", "networkPluginMode": "overlay", "loadBalancerSku": "standard"},
            "oidcIssuerProfile": {"enabled": true},
            "securityProfile": {"workloadIdentity": {"enabled": true}},
            "autoUpgradeProfile": {"upgradeChannel": "patch"},
        },
    });
    azure.done("PUT", &cluster(""), Some(body.clone())).await;
    tokio::time::sleep(std::time::Duration::from_secs(300)).await;
    azure.done("PUT", &cluster(""), Some(body)).await;
    azure.get(&cluster("")).await;
    azure
        .done("PATCH", &cluster(""), Some(json!({"tags": {"a": "2"}})))
        .await;
    azure
        .list(&group(
            "/providers/Microsoft.ContainerService/managedClusters",
            AKS,
        ))
        .await;
    azure
        .list(&subscription(
            "/providers/Microsoft.ContainerService/managedClusters",
            AKS,
        ))
        .await;
    azure
        .done("POST", &cluster("/listClusterAdminCredential"), None)
        .await;
    azure
        .done("POST", &cluster("/listClusterUserCredential"), None)
        .await;
    versions(azure).await;
    upgrades(azure).await;
    let pool = json!({"properties": {
        "count": 1,
        "vmSize": "Standard_D2s_v5",
        "mode": "User",
        "osType": "Linux",
        "osSKU": "AzureLinux",
        "type": "VirtualMachineScaleSets",
        "scaleSetPriority": "Spot",
        "scaleSetEvictionPolicy": "Delete",
        "spotMaxPrice": -1,
        "nodeTaints": ["kubernetes.azure.com/scalesetpriority=spot:NoSchedule"],
        "nodeLabels": {"a": "1"},
        "availabilityZones": ["1", "2"],
        "maxPods": 50,
        "upgradeSettings": {"maxSurge": "10%"},
    }});
    azure
        .done("PUT", &cluster("/agentPools/spot"), Some(pool.clone()))
        .await;
    azure
        .done("PUT", &cluster("/agentPools/spot"), Some(pool))
        .await;
    azure.get(&cluster("/agentPools/spot")).await;
    azure.list(&cluster("/agentPools")).await;
    azure
        .refused("GET", &cluster("/agentPools/none"), None, "NotFound")
        .await;
    azure
        .send(
            "PUT",
            &cluster("/agentPools/none"),
            Some(json!({"properties": {"count": 5000}})),
        )
        .await;
    azure
        .done("DELETE", &cluster("/agentPools/spot"), None)
        .await;
    power(azure).await;
    let begun = azure.send("DELETE", &cluster(""), None).await;
    azure.get(&cluster("")).await;
    azure
        .send(
            "PUT",
            &cluster("/agentPools/none"),
            Some(json!({"properties": {"count": 1, "vmSize": "Standard_D2s_v5"}})),
        )
        .await;
    tokio::time::sleep(std::time::Duration::from_secs(1200)).await;
    for poll in &begun.polls {
        azure.send("GET", poll, None).await;
    }
    azure
        .refused("GET", &cluster(""), None, "ResourceNotFound")
        .await;
}

fn survey(rest: &str, api_version: &str) -> String {
    group(
        &format!("/providers/Microsoft.ContainerService/managedClusters/survey{rest}"),
        api_version,
    )
}

/// The same cluster and pools at several api-versions: the older, the fewer members the models do not know.
async fn versions(azure: &Azure) {
    for version in VERSIONS {
        azure.get(&survey("", version)).await;
        azure.get(&survey("/agentPools/system", version)).await;
        azure.list(&survey("/agentPools", version)).await;
        azure
            .list(&group(
                "/providers/Microsoft.ContainerService/managedClusters",
                version,
            ))
            .await;
        let tags = json!({"tags": {"version": version}});
        azure.done("PATCH", &survey("", version), Some(tags)).await;
        let pool = json!({"properties": {
            "count": 0,
            "vmSize": "Standard_D2s_v5",
            "mode": "User",
            "osType": "Linux",
            "type": "VirtualMachineScaleSets",
        }});
        let path = survey("/agentPools/empty", version);
        azure.done("PUT", &path, Some(pool)).await;
        azure.done("DELETE", &path, None).await;
    }
}

/// What Kubernetes versions there are to go to.
async fn upgrades(azure: &Azure) {
    for version in VERSIONS {
        for path in [
            "/upgradeProfiles/default",
            "/agentPools/system/upgradeProfiles/default",
            "/availableAgentPoolVersions",
        ] {
            azure.get(&survey(path, version)).await;
        }
    }
    let offered =
        format!("/providers/Microsoft.ContainerService/locations/{LOCATION}/kubernetesVersions");
    azure.get(&subscription(&offered, AKS)).await;
}

/// A cluster is stopped, refuses what cannot be done to it then, and is started.
async fn power(azure: &Azure) {
    azure.done("POST", &survey("/stop", AKS), None).await;
    azure.get(&survey("", AKS)).await;
    azure.get(&survey("/agentPools/system", AKS)).await;
    azure
        .refused(
            "PATCH",
            &survey("", AKS),
            Some(json!({"tags": {}})),
            "OperationNotAllowed",
        )
        .await;
    azure.done("POST", &survey("/start", AKS), None).await;
    azure.get(&survey("", AKS)).await;
}
