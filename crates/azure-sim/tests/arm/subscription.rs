//! What a subscription answers as a whole: providers to register, tags in use.

use serde_json::{Value, json};

use crate::azure::{Azure, SUBSCRIPTION, group, url};

fn at(path: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/{path}?api-version=2022-09-01")
}

#[test]
fn registering_a_provider_answers_with_it() {
    let azure = Azure::new();
    let listed = azure.get(&at("providers/Microsoft.Compute")).expect(200);
    for path in [
        "providers/Microsoft.Compute/register",
        "Providers/microsoft.compute/REGISTER",
    ] {
        let registered = azure.post(&at(path), &Value::Null).expect(200);
        assert_eq!(registered.body, listed.body);
        assert_eq!(registered.body["registrationState"], "Registered");
    }
    let unknown = azure.post(&at("providers/Microsoft.Nothing/register"), &Value::Null);
    assert_eq!(unknown.expect(404).code(), "InvalidResourceNamespace");
    azure
        .get(&at("providers/Microsoft.Compute/register"))
        .expect(404);
    azure.group("westus");
    azure
        .post(
            &at("resourceGroups/g/providers/Microsoft.Compute/register"),
            &Value::Null,
        )
        .expect(405);
}

#[test]
fn tag_names_count_what_groups_and_resources_carry() {
    let azure = Azure::new();
    assert_eq!(
        azure.get(&at("tagNames")).expect(200).body,
        json!({"value": []})
    );
    let body = |tags: Value| json!({"location": "westus", "tags": tags});
    azure
        .put(&group("g"), &body(json!({"env": "dev", "a": "1"})))
        .expect(201);
    for (name, tags) in [
        ("one", json!({"Env": "dev"})),
        ("two", json!({"env": "prod"})),
    ] {
        let path = format!("Microsoft.ManagedIdentity/userAssignedIdentities/{name}");
        azure
            .put(&url(&path, "2023-01-31"), &body(tags))
            .expect(201);
    }
    let id = |rest: &str| format!("/subscriptions/{SUBSCRIPTION}/tagNames/{rest}");
    let count = |value: u64| json!({"type": "Total", "value": value});
    let list = azure.get(&at("tagnames")).expect(200);
    assert_eq!(
        list.body["value"],
        json!([
            {"id": id("a"), "tagName": "a", "count": count(1), "values": [
                {"id": id("a/tagValues/1"), "tagValue": "1", "count": count(1)},
            ]},
            {"id": id("env"), "tagName": "env", "count": count(3), "values": [
                {"id": id("env/tagValues/dev"), "tagValue": "dev", "count": count(2)},
                {"id": id("env/tagValues/prod"), "tagValue": "prod", "count": count(1)},
            ]},
        ])
    );
    let first = azure.get(&format!("{}&$top=1", at("tagNames"))).expect(200);
    let next = azure
        .get(first.body["nextLink"].as_str().unwrap())
        .expect(200);
    assert_eq!(next.body["value"][0], list.body["value"][1]);

    azure.post(&at("tagNames"), &Value::Null).expect(405);
    let old = at("tagNames").replace("2022-09-01", "2001-01-01");
    assert_eq!(
        azure.get(&old).expect(400).code(),
        "InvalidApiVersionParameter"
    );
}

#[test]
fn the_tags_of_a_deleted_vault_are_not_in_use() {
    let azure = Azure::new();
    azure.group("westus");
    let vault = url("Microsoft.KeyVault/vaults/kv-tagged", "2023-07-01");
    azure
        .put(
            &vault,
            &json!({"location": "westus", "tags": {"a": "b"}, "properties": {
                "tenantId": "5ee5aded-7e1a-4a11-9f0e-51ab01a7ed00",
                "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": true,
            }}),
        )
        .expect(200);
    let tags = || azure.get(&at("tagNames")).expect(200).body["value"].clone();
    assert_eq!(tags()[0]["tagName"], "a");
    azure.delete(&vault).expect(200);
    assert_eq!(tags(), json!([]));
}

#[test]
fn there_are_no_managed_hsms_and_none_can_be_made() {
    let azure = Azure::new();
    azure.group("westus");
    let list = |kind: &str| {
        let path = format!("providers/Microsoft.KeyVault/{kind}");
        azure.get(&at(&path).replace("2022-09-01", "2023-07-01"))
    };
    for kind in ["managedHSMs", "deletedManagedHSMs"] {
        assert_eq!(list(kind).expect(200).body, json!({"value": []}));
        let old = at(&format!("providers/Microsoft.KeyVault/{kind}"));
        azure
            .get(&old.replace("2022-09-01", "2001-01-01"))
            .expect(400);
    }
    let body = json!({"location": "westus"});
    let made = azure.put(
        &url("Microsoft.KeyVault/managedHSMs/h", "2023-07-01"),
        &body,
    );
    assert_eq!(made.expect(404).code(), "InvalidResourceType");
}

#[test]
fn an_api_version_that_there_is_not_is_refused_with_those_that_there_are() {
    let azure = Azure::new();
    for path in [
        "/subscriptions",
        "/tenants",
        "/providers",
        &format!("/subscriptions/{SUBSCRIPTION}"),
        &format!("/subscriptions/{SUBSCRIPTION}/locations"),
        &format!("/subscriptions/{SUBSCRIPTION}/providers"),
        &format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute"),
        &format!("/subscriptions/{SUBSCRIPTION}/resourceGroups"),
        &format!("/subscriptions/{SUBSCRIPTION}/resources"),
        &format!("/subscriptions/{SUBSCRIPTION}/tagNames"),
    ] {
        let refused = azure
            .get(&format!("{path}?api-version=1999-01-01"))
            .expect(400);
        assert_eq!(refused.code(), "InvalidApiVersionParameter", "{path}");
        let told = refused.body["error"]["message"].as_str().unwrap();
        assert!(told.contains("2016-"), "{path}: {told}");
        let missing = azure.get(path).expect(400);
        assert_eq!(missing.code(), "MissingApiVersionParameter", "{path}");
    }
}

#[test]
fn what_resource_manager_knows_itself_has_api_versions_too() {
    let azure = Azure::new();
    azure.group("westus");
    let of = |path: &str, version: &str| {
        let path = format!("/subscriptions/{SUBSCRIPTION}{path}?api-version={version}");
        azure.get(&path)
    };
    for path in [
        "",
        "/locations",
        "/providers",
        "/providers/Microsoft.Compute",
        "/resources",
        "/resourceGroups/g/providers/Microsoft.Resources/deployments",
    ] {
        of(path, "2022-12-01").expect(200);
        let refused = of(path, "1999-01-01").expect(400);
        assert_eq!(refused.code(), "InvalidApiVersionParameter", "{path}");
        // Two of them are one that nobody knows.
        let refused = of(path, "2022-12-01&api-version=2022-12-01").expect(400);
        assert_eq!(refused.code(), "InvalidApiVersionParameter", "{path}");
    }
    let register = "/providers/Microsoft.Compute/register?api-version=1999-01-01";
    let refused = azure.post(
        &format!("/subscriptions/{SUBSCRIPTION}{register}"),
        &Value::Null,
    );
    assert_eq!(refused.expect(400).code(), "InvalidApiVersionParameter");
}
