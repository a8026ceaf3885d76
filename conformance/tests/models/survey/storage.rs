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
        let regenerate = account(name, "/regenerateKey");
        azure
            .done("POST", &regenerate, Some(json!({"keyName": "key2"})))
            .await;
        azure
            .refused(
                "POST",
                &regenerate,
                Some(json!({"keyName": "key3"})),
                "InvalidValuesForRequestParameters",
            )
            .await;
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
        snapshots(azure, &share("two"), &list).await;
        restoration(azure, &share("gone"), &list).await;
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

/// Snapshots of a share: taken, read, listed, and in the way of the share's deletion.
async fn snapshots(azure: &Azure, share: &str, list: &str) {
    let take = format!("{share}&$expand=snapshots");
    let taken = azure.done("PUT", &take, Some(json!({}))).await;
    let labelled = json!({"properties": {"metadata": {"a": "1"}}});
    azure.done("PUT", &take, Some(labelled)).await;
    let time = taken["properties"]["snapshotTime"].as_str().unwrap();
    let named = [("x-ms-snapshot", time)];
    let read = azure.send_with("GET", share, None, &named).await;
    assert_eq!(read.body["properties"]["snapshotTime"], time);
    let all = azure.list(&format!("{list}&$expand=snapshots")).await;
    let snapshots = all
        .iter()
        .filter(|item| item["properties"]["snapshotTime"].is_string());
    assert_eq!(snapshots.count(), 2, "{all:?}");
    azure
        .refused(
            "DELETE",
            &format!("{share}&$include=none"),
            None,
            "ShareHasSnapshots",
        )
        .await;
    let gone = azure.send_with("DELETE", share, None, &named).await;
    assert_eq!(gone.status, 200, "{}", gone.body);
    let missing = azure.send_with("GET", share, None, &named).await;
    assert_eq!(missing.status, 404, "{}", missing.body);
}

/// A share that was deleted is there again.
async fn restoration(azure: &Azure, share: &str, list: &str) {
    // Azure restores a share that is wholly deleted.
    tokio::time::sleep(std::time::Duration::from_secs(120)).await;
    let all = azure.list(&format!("{list}&$expand=deleted")).await;
    let deleted = all.iter().find(|item| item["name"] == "gone").unwrap();
    let wanted = json!({
        "deletedShareName": "gone",
        "deletedShareVersion": deleted["properties"]["version"],
    });
    let restore = share.replace('?', "/restore?");
    let mut unknown = wanted.clone();
    unknown["deletedShareVersion"] = json!("01D00000000000FF");
    azure
        .refused("POST", &restore, Some(unknown), "ShareNotFound")
        .await;
    azure.done("POST", &restore, Some(wanted)).await;
    azure.get(share).await;
}
