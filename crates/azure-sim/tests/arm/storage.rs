//! Storage accounts and workspaces.

use serde_json::{Value, json};

use crate::azure::{Azure, SUBSCRIPTION, group, url};

fn account(name: &str) -> String {
    url(
        &format!("Microsoft.Storage/storageAccounts/{name}"),
        "2023-05-01",
    )
}

fn body(sku: &str, kind: &str) -> Value {
    json!({"location": "West US", "sku": {"name": sku}, "kind": kind})
}

#[test]
fn creating_an_account_speaks_the_recorded_protocol() {
    let azure = Azure::realistic();
    azure.group("westus");
    let begun = azure
        .put(&account("account1"), &body("Standard_LRS", "StorageV2"))
        .expect(202);
    assert_eq!(begun.text, "");
    assert_eq!(
        begun.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert_eq!(begun.header("retry-after"), Some("17"));
    assert_eq!(begun.header("azure-asyncoperation"), None);
    let location = begun.header("location").unwrap().to_owned();
    assert!(location.contains("/locations/westus/asyncoperations/"));
    assert!(location.contains("?monitor=true&api-version=2023-05-01&"));
    assert!(location.contains(begun.header("x-ms-request-id").unwrap()));
    azure.get(&location).expect(202);
    azure.pass(17);
    let done = azure.get(&location).expect(200);
    assert_eq!(
        done.keys(),
        [
            "sku",
            "kind",
            "id",
            "name",
            "type",
            "location",
            "tags",
            "properties"
        ]
    );
    assert_eq!(done.body["properties"]["provisioningState"], "Succeeded");
    assert_eq!(done.body["location"], "westus");
    assert_eq!(done.body, azure.get(&account("account1")).expect(200).body);
    azure
        .put(&account("account1"), &body("Standard_LRS", "StorageV2"))
        .expect(200);
    let keys = url(
        "Microsoft.Storage/storageAccounts/account1/listKeys",
        "2023-05-01",
    );
    let keys = azure.post(&keys, &json!({})).expect(200);
    assert_eq!(keys.body["keys"][1]["keyName"], "key2");
    let deleted = azure.delete(&account("account1")).expect(200);
    assert_eq!(
        deleted.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert_eq!(
        azure.get(&account("account1")).expect(404).code(),
        "ResourceNotFound"
    );
}

#[test]
fn names_are_shared_by_all_of_azure() {
    let azure = Azure::new();
    azure.group("westus");
    azure
        .put(&account("account1"), &body("Standard_LRS", "StorageV2"))
        .expect(202);
    azure
        .put(&group("h"), &json!({"location": "westus"}))
        .expect(201);
    let taken = azure.put(
        &account("account1").replace("/g/", "/h/"),
        &body("Standard_LRS", "StorageV2"),
    );
    assert_eq!(taken.expect(409).code(), "StorageAccountAlreadyTaken");
    let check = |name: &str| {
        let url = format!(
            "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Storage/checkNameAvailability?api-version=2023-05-01"
        );
        azure.post(&url, &json!({"name": name})).expect(200).body
    };
    assert_eq!(check("account1")["reason"], "AlreadyExists");
    assert_eq!(check("free1"), json!({"nameAvailable": true}));
    assert_eq!(check("Bad_Name")["reason"], "AccountNameInvalid");
    let bad = azure
        .put(&account("Bad_Name"), &body("Standard_LRS", "StorageV2"))
        .expect(400);
    assert_eq!(bad.code(), "AccountNameInvalid");
    assert_eq!(
        azure.get(&account("Bad_Name")).expect(404).code(),
        "ResourceNotFound"
    );
}

#[test]
fn kinds_and_skus_must_go_together() {
    let azure = Azure::new();
    azure.group("westus");
    for (sku, kind) in [
        ("Standard_LRS", "FileStorage"),
        ("Premium_LRS", "BlobStorage"),
        ("Fast_LRS", "StorageV2"),
        ("Standard_LRS", "Nothing"),
        ("Standard_LRS", ""),
    ] {
        azure
            .put(&account("account1"), &body(sku, kind))
            .expect(400);
    }
    azure
        .put(&account("account1"), &body("Standard_ZRS", "StorageV2"))
        .expect(400);
    azure
        .put(&account("account1"), &body("Premium_LRS", "FileStorage"))
        .expect(202);
    azure
        .put(&account("account1"), &body("Premium_LRS", "StorageV2"))
        .expect(400);
}

#[test]
fn a_workspace_is_ready_by_its_state() {
    let azure = Azure::realistic();
    azure.group("westus");
    let workspace = url(
        "Microsoft.OperationalInsights/workspaces/work",
        "2021-06-01",
    );
    let body = json!({"location": "westus", "properties": {"sku": {"name": "Standalone"}}});
    let begun = azure.put(&workspace, &body).expect(201);
    assert_eq!(begun.body["properties"]["provisioningState"], "Creating");
    assert_eq!(begun.body["properties"]["sku"]["name"], "PerGB2018");
    assert!(
        begun.body["id"]
            .as_str()
            .unwrap()
            .contains("/microsoft.operationalinsights/")
    );
    azure.pass(20);
    assert_eq!(
        azure.get(&workspace).expect(200).body["properties"]["provisioningState"],
        "Succeeded"
    );
    azure.put(&workspace, &body).expect(200);
    azure.delete(&workspace).expect(200);
}
