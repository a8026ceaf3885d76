//! Managed clusters and agent pools.

use serde_json::json;

use super::{group, subscription};
use crate::azure::{Azure, LOCATION};

const AKS: &str = "2024-09-01";

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
