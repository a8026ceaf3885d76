//! Key vaults: soft delete, recovery, purge.

use serde_json::{Value, json};

use crate::azure::{Azure, SUBSCRIPTION, group, url};

pub(crate) fn body() -> Value {
    json!({"location": "westus2", "properties": {
        "sku": {"family": "A", "name": "standard"},
        "tenantId": "00000000-0000-0000-0000-000000000000",
        "enableRbacAuthorization": true,
    }})
}

fn vault() -> String {
    url("Microsoft.KeyVault/vaults/vault1", "2023-07-01")
}

fn deleted(rest: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.KeyVault/locations/westus2/deletedVaults/vault1{rest}?api-version=2023-07-01"
    )
}

#[test]
fn a_vault_lives_twice_and_is_purged_slowly() {
    let azure = Azure::realistic();
    azure.group("westus2");
    let missing = azure.get(&deleted("")).expect(404);
    assert_eq!(missing.code(), "DeletedVaultNotFound");
    assert_eq!(missing.header("x-ms-failure-cause"), None);
    let begun = azure.put(&vault(), &body()).expect(200);
    assert_eq!(
        begun.keys(),
        [
            "id",
            "name",
            "type",
            "location",
            "tags",
            "systemData",
            "properties"
        ]
    );
    assert_eq!(
        begun.body["properties"]["provisioningState"],
        "RegisteringDns"
    );
    assert_eq!(
        begun.body["properties"]["vaultUri"],
        "https://vault1.vault.azure.net"
    );
    assert!(begun.header("location").is_none() && begun.header("azure-asyncoperation").is_none());
    let read = azure.get(&vault()).expect(200);
    assert_eq!(
        read.body["properties"]["vaultUri"],
        "https://vault1.vault.azure.net/"
    );
    azure.pass(26);
    assert_eq!(
        azure.get(&vault()).expect(200).body["properties"]["provisioningState"],
        "Succeeded"
    );

    assert_eq!(azure.delete(&vault()).expect(200).text, "");
    assert_eq!(azure.get(&vault()).expect(404).code(), "ResourceNotFound");
    let soft = azure.get(&deleted("")).expect(200);
    assert_eq!(soft.body["type"], "Microsoft.KeyVault/deletedVaults");
    assert_eq!(
        azure.put(&vault(), &body()).expect(409).code(),
        "ConflictError"
    );

    let purge = azure.post(&deleted("/purge"), &json!({})).expect(202);
    assert_eq!(
        (purge.text.as_str(), purge.header("retry-after")),
        ("", Some("5"))
    );
    let poll = azure.get(purge.header("location").unwrap()).expect(202);
    assert_eq!(
        poll.body,
        json!({"createdDateTime": "2026-01-02 03:04:31Z", "status": "NotStarted"})
    );
    azure.pass(350);
    let done = azure.get(poll.header("location").unwrap()).expect(200);
    assert_eq!(
        done.keys(),
        ["createdDateTime", "lastActionDateTime", "status"]
    );
    azure.get(&deleted("")).expect(404);
    azure.put(&vault(), &body()).expect(200);
}

#[test]
fn a_deleted_vault_can_be_recovered() {
    let azure = Azure::new();
    azure.group("westus2");
    let mut tagged = body();
    tagged["tags"] = json!({"a": "b"});
    azure.put(&vault(), &tagged).expect(200);
    azure.delete(&vault()).expect(200);
    let recover = json!({"location": "westus2", "properties": {
        "createMode": "recover",
        "sku": {"family": "A", "name": "standard"},
        "tenantId": "00000000-0000-0000-0000-000000000000",
    }});
    azure.put(&vault(), &recover).expect(200);
    let read = azure.get(&vault()).expect(200);
    assert_eq!(read.body["tags"], json!({"a": "b"}));
    assert_eq!(read.body["properties"]["enableRbacAuthorization"], true);
    azure.get(&deleted("")).expect(404);
    // The purge that was planned for the first deletion does not touch the second.
    azure.pass(80 * 86400);
    azure.delete(&vault()).expect(200);
    azure.pass(11 * 86400);
    azure.get(&deleted("")).expect(200);
    azure.pass(80 * 86400);
    azure.get(&deleted("")).expect(404);
}

#[test]
fn deleting_a_group_leaves_its_vaults_behind_softly() {
    let azure = Azure::new();
    azure.group("westus2");
    azure.put(&vault(), &body()).expect(200);
    azure.delete(&group("g")).expect(202);
    let all = format!(
        "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.KeyVault/deletedVaults?api-version=2023-07-01"
    );
    assert_eq!(
        azure.get(&all).expect(200).body["value"][0]["name"],
        "vault1"
    );
}

#[test]
fn names_are_global_and_protected_vaults_stay() {
    let azure = Azure::new();
    azure.group("westus2");
    let mut protected = body();
    protected["properties"]["enablePurgeProtection"] = json!(true);
    azure.put(&vault(), &protected).expect(200);
    azure
        .put(&group("h"), &json!({"location": "westus2"}))
        .expect(201);
    let taken = azure
        .put(&vault().replace("/g/", "/h/"), &body())
        .expect(409);
    assert_eq!(taken.code(), "VaultAlreadyExists");
    azure.delete(&vault()).expect(200);
    azure.post(&deleted("/purge"), &json!({})).expect(405);
    azure.get(&deleted("")).expect(200);
}

#[test]
fn bad_vaults_are_refused() {
    let azure = Azure::new();
    azure.group("westus2");
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut body = body();
        change(&mut body["properties"]);
        azure.put(&vault(), &body).expect(400).message().to_owned()
    };
    assert!(refused(&|p| p["sku"] = Value::Null).contains("sku"));
    assert!(refused(&|p| p["tenantId"] = Value::Null).contains("tenantId"));
    assert!(refused(&|p| p["enableRbacAuthorization"] = json!(false)).contains("accessPolicies"));
    assert!(refused(&|p| p["enablePurgeProtection"] = json!(false)).contains("irreversible"));
    assert!(refused(&|p| p["softDeleteRetentionInDays"] = json!(3)).contains("between 7 and 90"));
    assert!(refused(&|p| p["enableRbacAuthorization"] = json!("true")).contains("bool"));
    let name = azure
        .put(&vault().replace("vault1", "1--x"), &body())
        .expect(400);
    assert_eq!(name.code(), "VaultNameNotValid");
}
