//! Pages.

use std::sync::Arc;

use kompox_azure::Error;
use serde_json::json;

use crate::script::{ARM, Reply, Script, azure, disk, disk_body, group, subscription};

const LIST: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Compute/disks?api-version=2024-03-02";

fn link(token: &str) -> String {
    format!("{ARM}{LIST}&%24skipToken={token}&skipToken={token}")
}

fn page(names: &[&str], next: Option<&str>) -> Reply {
    let disks: Vec<_> = names
        .iter()
        .map(|name| disk_body(name, "Succeeded"))
        .collect();
    Reply::ok(&json!({ "value": disks, "nextLink": next }))
}

#[tokio::test]
async fn all_pages_are_read_and_an_empty_one_is_not_the_end() {
    let script = Arc::new(
        Script::new()
            .on("GET", LIST, page(&["a", "b"], Some(&link("1"))))
            .on("GET", &link("1"), page(&[], Some(&link("2"))))
            .on(
                "GET",
                &link("2"),
                Reply::ok(&json!({ "value": null, "nextLink": link("3") })),
            )
            .on("GET", &link("3"), page(&["c"], None)),
    );
    let disks = azure(&script).disks.list(&group("rg")).await.unwrap();
    let ids: Vec<_> = disks.into_iter().map(|disk| disk.id).collect();
    assert_eq!(ids, [disk("a"), disk("b"), disk("c")]);
    script.done();
}

#[tokio::test]
async fn an_empty_link_is_no_link() {
    let script = Arc::new(Script::new().on("GET", LIST, page(&["a"], Some(""))));
    assert_eq!(
        azure(&script).disks.list(&group("rg")).await.unwrap().len(),
        1
    );
}

#[tokio::test]
async fn a_missing_group_has_nothing_in_it() {
    let gone = json!({ "error": { "code": "ResourceGroupNotFound", "message": "Resource group 'rg' could not be found." } });
    let script = Arc::new(Script::new().on("GET", LIST, Reply::status(404).json(&gone)));
    assert_eq!(azure(&script).disks.list(&group("rg")).await.unwrap(), []);
}

#[tokio::test]
async fn links_in_a_circle_end() {
    let script = Arc::new(
        Script::new()
            .on("GET", LIST, page(&["a"], Some(&link("1"))))
            .on("GET", &link("1"), page(&["b"], Some(&link("2"))))
            .on("GET", &link("2"), page(&["c"], Some(&link("1")))),
    );
    let error = azure(&script).disks.list(&group("rg")).await.unwrap_err();
    assert!(error.to_string().contains("read before"), "{error}");
}

#[tokio::test]
async fn a_link_to_another_host_is_not_followed() {
    let script = Arc::new(Script::new().on(
        "GET",
        LIST,
        page(&["a"], Some("https://evil.example/disks?sig=secret")),
    ));
    let error = azure(&script).disks.list(&group("rg")).await.unwrap_err();
    assert!(matches!(error, Error::Malformed { .. }));
    assert!(
        error.to_string().contains("evil.example") && !error.to_string().contains("secret"),
        "{error}"
    );
}

#[tokio::test]
async fn resources_are_those_at_the_top_and_readable() {
    let vault = group("rg").resource("Microsoft.KeyVault/vaults", "v");
    let listed = json!({ "value": [
        { "id": vault, "name": "v", "type": "Microsoft.KeyVault/vaults", "location": "Japan East", "tags": { "a": "b" } },
        { "id": vault.child("secrets", "s"), "location": "japaneast" },
        { "id": vault.resource("Microsoft.Insights/diagnosticSettings", "x") },
        { "id": format!("{}/providers/x.y/z/a%23b", group("rg")) },
        { "id": group("rg").resource("Microsoft.Network/dnszones", "example.com"), "location": "global", "tags": null },
    ]});
    let url = format!("{}/resources?api-version=2021-04-01", group("rg"));
    let script = Arc::new(Script::new().on("GET", &url, Reply::ok(&listed)));
    let resources = azure(&script).resources.list(&group("rg")).await.unwrap();
    assert_eq!(resources.len(), 2);
    assert_eq!(
        (
            resources[0].location.as_str(),
            resources[0].tags["a"].as_str()
        ),
        ("japaneast", "b")
    );
}

#[tokio::test]
async fn deleted_vaults_are_listed() {
    let vault = group("rg").resource("Microsoft.KeyVault/vaults", "v");
    let body = json!({ "value": [
        { "name": "v", "properties": { "vaultId": vault, "location": "westus2", "tags": {},
            "deletionDate": "2001-02-03T04:05:06Z", "scheduledPurgeDate": "2001-02-03T04:05:06Z" } },
        { "name": "w", "properties": { "vaultId": vault, "location": "westus2", "purgeProtectionEnabled": true } },
    ]});
    let url = "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.KeyVault/deletedVaults?api-version=2023-07-01";
    let script = Arc::new(Script::new().on("GET", url, Reply::ok(&body)));
    let vaults = azure(&script)
        .key_vaults
        .list_deleted(&subscription())
        .await
        .unwrap();
    let protected: Vec<_> = vaults
        .iter()
        .map(|vault| (vault.name.as_str(), vault.purge_protected))
        .collect();
    assert_eq!(protected, [("v", false), ("w", true)]);
    assert_eq!(vaults[0].vault_id, vault);
}
