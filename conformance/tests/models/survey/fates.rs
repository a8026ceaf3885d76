//! Operations that fail or are cancelled: their status documents, and what they leave behind.

use serde_json::{Value, json};

use super::{RESOURCES, group};
use crate::azure::{Azure, LOCATION, SUBSCRIPTION};

const AKS: &str = "2024-09-01";
const COMPUTE: &str = "2024-03-02";
const DNS: &str = "2018-05-01";
const STORAGE: &str = "2023-01-01";

pub(super) async fn fates(azure: &Azure) {
    for name in ["failing", "cancelled"] {
        let provider = |rest: &str, version: &str| {
            let path = format!("/providers/{}", rest.replace("{name}", name));
            group(&path, version)
        };
        let state = if name == "failing" {
            "Failed"
        } else {
            "Canceled"
        };
        let disk = json!({
            "location": LOCATION,
            "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4},
        });
        let path = provider("Microsoft.Compute/disks/{name}", COMPUTE);
        ends(azure, "PUT", &path, Some(disk), state).await;
        azure.get(&path).await;
        ends(azure, "DELETE", &path, None, state).await;

        let account =
            json!({"location": LOCATION, "kind": "StorageV2", "sku": {"name": "Standard_LRS"}});
        let path = provider("Microsoft.Storage/storageAccounts/{name}", STORAGE);
        azure.done("PUT", &path, Some(account)).await;

        let path = provider("Microsoft.Network/dnsZones/{name}.example", DNS);
        azure
            .done("PUT", &path, Some(json!({"location": "global"})))
            .await;
        ends(azure, "DELETE", &path, None, state).await;

        let path = provider("Microsoft.ContainerService/managedClusters/{name}", AKS);
        ends(azure, "PUT", &path, Some(cluster()), state).await;
        azure.get(&path).await;

        let path = provider("Microsoft.Resources/deployments/{name}", RESOURCES);
        ends(azure, "PUT", &path, Some(deployment()), state).await;
        azure.get(&path).await;
        azure.list(&path.replace("?", "/operations?")).await;

        let path =
            format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{name}?api-version={RESOURCES}");
        azure
            .done("PUT", &path, Some(json!({"location": LOCATION})))
            .await;
        azure.done("DELETE", &path, None).await;
        azure.get(&path).await;
    }
}

/// Starts an operation and looks at its status, which must end so, and at where its result would be.
async fn ends(azure: &Azure, method: &str, path: &str, body: Option<Value>, state: &str) {
    let begun = azure.send(method, path, body).await;
    assert!(begun.status < 300, "{method} {path}: {}", begun.body);
    for url in &begun.polls {
        azure.poll(url).await;
    }
    let told = azure.get(&begun.polls[0]).await;
    assert_eq!(told["status"], state, "{method} {path}: {told}");
}

fn cluster() -> Value {
    json!({
        "location": LOCATION,
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "dnsPrefix": "fate",
            "agentPoolProfiles": [{"name": "system", "mode": "System", "count": 1, "vmSize": "Standard_D2s_v5"}],
        },
    })
}

fn deployment() -> Value {
    json!({"properties": {
        "mode": "Incremental",
        "template": {
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "resources": [{
                "type": "Microsoft.Storage/storageAccounts",
                "apiVersion": STORAGE,
                "name": "surveyfate",
                "location": LOCATION,
                "sku": {"name": "Standard_LRS"},
                "kind": "StorageV2",
            }],
        },
    }})
}
