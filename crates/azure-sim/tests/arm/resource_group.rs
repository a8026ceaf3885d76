//! Resource groups: their shape, their tags, their slow end.

use serde_json::json;

use crate::azure::{Azure, SUBSCRIPTION, group, url};

#[test]
fn a_group_is_created_at_once_and_reads_back() {
    let azure = Azure::new();
    let body = json!({"location": "West US", "tags": {"a": "b"}, "name": "ignored"});
    let created = azure.put(&group("Mine"), &body).expect(201);
    assert_eq!(
        created.keys(),
        ["id", "name", "type", "location", "tags", "properties"]
    );
    assert_eq!(created.body["location"], "westus");
    assert_eq!(created.body["properties"]["provisioningState"], "Succeeded");
    azure.put(&group("mine"), &body).expect(200);
    let read = azure.get(&group("MINE")).expect(200);
    assert_eq!(
        read.body["id"],
        format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/Mine")
    );
    assert_eq!(
        azure.send("HEAD", &group("mine"), None).expect(204).text,
        ""
    );
    assert_eq!(
        azure.send("HEAD", &group("other"), None).expect(404).text,
        ""
    );
}

#[test]
fn bad_groups_are_refused() {
    let azure = Azure::new();
    let refused = |name: &str, body| azure.put(&group(name), &body).expect(400).code().to_owned();
    assert_eq!(refused("a", json!({})), "LocationRequired");
    assert_eq!(
        refused("a", json!({"location": "atlantis"})),
        "LocationNotAvailableForResourceGroup"
    );
    assert_eq!(
        refused("a.", json!({"location": "westus"})),
        "InvalidResourceGroup"
    );
    let tags = json!({"location": "westus", "tags": {"kompox/x": "y"}});
    assert_eq!(refused("a", tags), "InvalidTagNameCharacters");
    azure
        .put(&group("a"), &json!({"location": "westus"}))
        .expect(201);
    let moved = azure
        .put(&group("a"), &json!({"location": "eastus"}))
        .expect(409);
    assert_eq!(moved.code(), "InvalidResourceGroupLocation");
}

#[test]
fn deletion_takes_its_time_and_everything_with_it() {
    let azure = Azure::realistic();
    azure.group("westus");
    let account = url("Microsoft.Storage/storageAccounts/account1", "2023-05-01");
    let body = json!({"location": "westus", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}});
    azure.put(&account, &body).expect(202);
    azure.pass(20);

    let begun = azure.delete(&group("g")).expect(202);
    assert_eq!(
        (begun.header("retry-after"), begun.text.as_str()),
        (Some("15"), "")
    );
    assert_eq!(begun.header("content-type"), None);
    assert_eq!(begun.header("azure-asyncoperation"), None);
    let first = begun.header("location").unwrap().to_owned();
    assert!(first.len() > 3000);
    assert_eq!(
        azure.get(&group("g")).expect(200).body["properties"]["provisioningState"],
        "Deleting"
    );
    let late = azure.put(
        &url("Microsoft.Storage/storageAccounts/account2", "2023-05-01"),
        &body,
    );
    assert_eq!(late.expect(409).code(), "ResourceGroupBeingDeleted");

    let poll = azure.get(&first).expect(202);
    let second = poll.header("location").unwrap().to_owned();
    assert_ne!(first, second);
    azure.pass(75);
    let done = azure.get(&second).expect(200);
    assert_eq!((done.text.as_str(), done.header("location")), ("", None));
    azure.get(&first).expect(200);

    let gone = azure.get(&group("g")).expect(404);
    assert_eq!(gone.code(), "ResourceGroupNotFound");
    assert_eq!(gone.header("x-ms-failure-cause"), Some("gateway"));
    assert_eq!(
        azure.get(&account).expect(404).code(),
        "ResourceGroupNotFound"
    );
    assert_eq!(
        azure.delete(&group("g")).expect(404).code(),
        "ResourceGroupNotFound"
    );
}

#[test]
fn groups_are_listed_by_tag_and_in_pages() {
    let azure = Azure::with(|builder| builder.page_size(2));
    for n in 0..5 {
        let body = json!({"location": "westus", "tags": {"n": if n == 3 { "x" } else { "y" }}});
        azure.put(&group(&format!("g{n}")), &body).expect(201);
    }
    let all = format!("/subscriptions/{SUBSCRIPTION}/resourcegroups?api-version=2024-11-01");
    let mut seen = Vec::new();
    let mut next = Some(all.clone());
    let mut pages = 0;
    while let Some(link) = next {
        let page = azure.get(&link).expect(200);
        seen.extend(
            page.body["value"]
                .as_array()
                .unwrap()
                .iter()
                .map(|g| g["name"].clone()),
        );
        next = page.body["nextLink"].as_str().map(str::to_owned);
        pages += 1;
    }
    assert_eq!(seen, ["g0", "g1", "g2", "g3", "g4"]);
    assert_eq!(pages, 3);
    let filtered = azure
        .get(&format!(
            "{all}&$filter=tagname%20eq%20%27n%27%20and%20tagvalue%20eq%20%27x%27"
        ))
        .expect(200);
    assert_eq!(filtered.body["value"][0]["name"], "g3");
    assert_eq!(filtered.body["value"].as_array().unwrap().len(), 1);
}

#[test]
fn tags_have_a_resource_of_their_own() {
    let azure = Azure::new();
    azure.group("westus");
    let tags = url("Microsoft.Resources/tags/default", "2021-04-01");
    let one = azure
        .put(
            &tags,
            &json!({"properties": {"tags": {"a": "1", "b": "2"}}}),
        )
        .expect(200);
    assert_eq!(one.body["type"], "Microsoft.Resources/tags");
    let change = |operation, tags_in| {
        let body = json!({"operation": operation, "properties": {"tags": tags_in}});
        azure.patch(&tags, &body).expect(200).body["properties"]["tags"].clone()
    };
    assert_eq!(
        change("Merge", json!({"b": "3", "c": "4"})),
        json!({"a": "1", "b": "3", "c": "4"})
    );
    assert_eq!(
        change("Delete", json!({"a": "1", "b": "not this"})),
        json!({"b": "3", "c": "4"})
    );
    assert_eq!(change("Replace", json!({"d": "5"})), json!({"d": "5"}));
    assert_eq!(
        azure.get(&group("g")).expect(200).body["tags"],
        json!({"d": "5"})
    );
    azure.delete(&tags).expect(200);
    assert_eq!(
        azure.get(&tags).expect(200).body["properties"]["tags"],
        json!({})
    );
    let bad = azure
        .put(&tags, &json!({"properties": {"tags": {"a?": "1"}}}))
        .expect(400);
    assert_eq!(bad.code(), "InvalidTagNameCharacters");
}
