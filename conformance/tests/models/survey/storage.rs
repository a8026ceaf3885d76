//! Storage accounts, file services and shares.

use serde_json::json;

use super::{group, subscription};
use crate::azure::{Azure, LOCATION};

const STORAGE: &str = "2023-01-01";

pub(super) async fn accounts(azure: &Azure) {
    let account = |name: &str, rest: &str| {
        group(
            &format!("/providers/Microsoft.Storage/storageAccounts/{name}{rest}"),
            STORAGE,
        )
    };
    let check = subscription(
        "/providers/Microsoft.Storage/checkNameAvailability",
        STORAGE,
    );
    for name in ["surveyfree", "survey1", "X"] {
        let body = json!({"name": name, "type": "Microsoft.Storage/storageAccounts"});
        azure.done("POST", &check, Some(body)).await;
    }
    let mut body = json!({
        "location": LOCATION,
        "kind": "StorageV2",
        "sku": {"name": "Standard_GRS"},
        "properties": {
            "accessTier": "Cool",
            "allowBlobPublicAccess": false,
            "allowSharedKeyAccess": true,
            "minimumTlsVersion": "TLS1_2",
            "supportsHttpsTrafficOnly": true,
            "publicNetworkAccess": "Enabled",
            "largeFileSharesState": "Enabled",
            "networkAcls": {"bypass": "AzureServices", "defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": []},
        },
    });
    azure
        .done("PUT", &account("surveya", ""), Some(body.clone()))
        .await;
    azure
        .done("PUT", &account("surveya", ""), Some(body.clone()))
        .await;
    body["sku"]["name"] = json!("Premium_LRS");
    body["kind"] = json!("FileStorage");
    body["properties"] = json!({});
    azure.done("PUT", &account("surveyb", ""), Some(body)).await;
    azure
        .done(
            "PATCH",
            &account("surveya", ""),
            Some(json!({"tags": {"a": "1"}})),
        )
        .await;
    for name in ["surveya", "surveyb"] {
        azure.get(&account(name, "")).await;
        azure.done("POST", &account(name, "/listKeys"), None).await;
        azure.list(&account(name, "/fileServices")).await;
        azure.get(&account(name, "/fileServices/default")).await;
        let retention =
            json!({"properties": {"shareDeleteRetentionPolicy": {"enabled": true, "days": 7}}});
        azure
            .done(
                "PUT",
                &account(name, "/fileServices/default"),
                Some(retention),
            )
            .await;
        let share = |share: &str| account(name, &format!("/fileServices/default/shares/{share}"));
        let body = json!({"properties": {"shareQuota": 200, "metadata": {"a": "1"}}});
        for word in ["one", "two", "gone"] {
            azure.done("PUT", &share(word), Some(body.clone())).await;
        }
        azure.done("PUT", &share("one"), Some(body)).await;
        azure.get(&share("one")).await;
        azure.get(&format!("{}&$expand=stats", share("one"))).await;
        azure
            .done(
                "PATCH",
                &share("one"),
                Some(json!({"properties": {"shareQuota": 300}})),
            )
            .await;
        azure.done("DELETE", &share("gone"), None).await;
        let list = account(name, "/fileServices/default/shares");
        azure.list(&list).await;
        azure
            .list(&format!("{list}&$maxpagesize=1&$expand=deleted"))
            .await;
        azure
            .refused("GET", &share("none"), None, "ShareNotFound")
            .await;
        azure
            .refused("PUT", &share("gone"), Some(json!({})), "ShareBeingDeleted")
            .await;
    }
    azure
        .list(&group(
            "/providers/Microsoft.Storage/storageAccounts",
            STORAGE,
        ))
        .await;
    azure
        .list(&subscription(
            "/providers/Microsoft.Storage/storageAccounts",
            STORAGE,
        ))
        .await;
    azure
        .refused("GET", &account("surveynone", ""), None, "ResourceNotFound")
        .await;
    azure.done("DELETE", &account("surveyb", ""), None).await;
}
