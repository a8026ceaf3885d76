//! Deleted key vaults.

use serde_json::json;

use super::stage::{Environment, deploy};
use crate::Azure;

/// Key vaults: one that goes with its group is listed as deleted, with where it was; purged, it is not; purging again
/// succeeds.
///
/// # Panics
/// At the first broken promise.
pub async fn key_vaults(azure: &Azure, environment: &Environment) {
    let subscription = environment.subscription();
    let group = environment.empty_group(azure, "vaults").await;
    let vault = json!({
        "type": "Microsoft.KeyVault/vaults",
        "apiVersion": "2023-07-01",
        "name": "[format('kv-{0}', uniqueString(resourceGroup().id, deployment().name))]",
        "location": "[resourceGroup().location]",
        "properties": {
            "tenantId": "[subscription().tenantId]",
            "sku": { "family": "A", "name": "standard" },
            "enableRbacAuthorization": true,
            "softDeleteRetentionInDays": 7,
        },
    });
    let name = json!({ "NAME": { "type": "string", "value": "[format('kv-{0}', uniqueString(resourceGroup().id, deployment().name))]" } });
    // A run that was cut off may have left one that blocks the name.
    for old in azure.key_vaults.list_deleted(&subscription).await.unwrap() {
        if old.vault_id.is_within(&group) {
            azure
                .key_vaults
                .purge_deleted(&subscription, &old.location, &old.name)
                .await
                .unwrap();
        }
    }
    let deployment = deploy(azure, &group, json!([vault]), name).await;
    let name = deployment.outputs["NAME"].as_str().expect("a name");
    let id = group.resource("Microsoft.KeyVault/vaults", name);
    let deleted = || async {
        let vaults = azure.key_vaults.list_deleted(&subscription).await.unwrap();
        vaults.into_iter().find(|vault| vault.vault_id == id)
    };
    assert_eq!(deleted().await, None);

    azure.resource_groups.delete(&group).await.unwrap();
    let vault = deleted().await.expect("deletion is soft");
    assert_eq!(
        (vault.name.as_str(), vault.location.as_str()),
        (name, environment.location.as_str())
    );
    assert!(!vault.purge_protected);

    azure
        .key_vaults
        .purge_deleted(&subscription, &vault.location, name)
        .await
        .unwrap();
    assert_eq!(deleted().await, None);
    azure
        .key_vaults
        .purge_deleted(&subscription, &vault.location, name)
        .await
        .unwrap();
}
