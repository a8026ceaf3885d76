//! File shares against the recordings.

use serde_json::{Value, json};

use crate::azure::{Answer, Azure, group, id, url};

const VERSION: &str = "2023-01-01";
const ACCOUNT: &str = "Microsoft.Storage/storageAccounts/acc1";

fn service(query: &str) -> String {
    format!(
        "{}{query}",
        url(&format!("{ACCOUNT}/fileServices/default"), VERSION)
    )
}

fn shares(query: &str) -> String {
    let path = format!("{ACCOUNT}/fileServices/default/shares");
    format!("{}{query}", url(&path, VERSION))
}

fn share(name: &str) -> String {
    url(
        &format!("{ACCOUNT}/fileServices/default/shares/{name}"),
        VERSION,
    )
}

fn make_account(azure: &Azure, sku: &str, kind: &str) {
    let body = json!({"location": "westus2", "kind": kind, "sku": {"name": sku}});
    azure.put(&url(ACCOUNT, VERSION), &body).expect(202);
}

fn ready(azure: Azure) -> Azure {
    azure.group("westus2");
    make_account(&azure, "Standard_LRS", "StorageV2");
    azure.pass(60);
    azure
}

fn sent(properties: &Value) -> Value {
    json!({ "properties": properties })
}

fn names(list: &Answer) -> Vec<&str> {
    let items = list.body["value"].as_array().unwrap();
    items.iter().map(|s| s["name"].as_str().unwrap()).collect()
}

#[test]
fn a_share_speaks_the_recorded_protocol() {
    let azure = ready(Azure::realistic());
    let made = azure
        .put(
            &share("share3"),
            &sent(&json!({"shareQuota": 5, "metadata": {"key1": "value1"}})),
        )
        .expect(201);
    assert_eq!(made.header("content-type"), Some("application/json"));
    let tag = made.header("etag").unwrap().to_owned();
    assert!(tag.starts_with("\"0x8D") && tag.len() == 19, "{tag}");
    let own = format!("{ACCOUNT}/fileServices/default/shares/share3");
    assert_eq!(
        made.body,
        json!({
            "id": id(&own),
            "name": "share3",
            "type": "Microsoft.Storage/storageAccounts/fileServices/shares",
            "properties": {"metadata": {"key1": "value1"}, "shareQuota": 5},
        })
    );

    let read = azure.get(&share("share3")).expect(200);
    assert_eq!(read.header("content-type"), Some("application/json"));
    assert_eq!(read.header("etag"), Some(tag.as_str()));
    assert_eq!(read.keys(), ["id", "name", "type", "etag", "properties"]);
    assert_eq!(read.body["etag"], tag);
    let properties = json!({
        "leaseStatus": "unlocked",
        "leaseState": "available",
        "signedIdentifiers": [],
        "accessTier": "TransactionOptimized",
        "accessTierChangeTime": "2026-01-02T03:05:05.0000000Z",
        "metadata": {"key1": "value1"},
        "lastModifiedTime": "2026-01-02T03:05:05.0000000Z",
        "shareQuota": 5,
    });
    assert_eq!(
        read.body["properties"].to_string(),
        properties.to_string(),
        "in this order"
    );

    let list = azure.get(&shares("")).expect(200);
    assert_eq!(list.header("etag"), None);
    assert_eq!(
        list.body.to_string(),
        json!({"value": [{
            "id": id(&own),
            "name": "share3",
            "type": "Microsoft.Storage/storageAccounts/fileServices/shares",
            "etag": tag,
            "properties": {
                "leaseStatus": "unlocked",
                "leaseState": "available",
                "accessTier": "TransactionOptimized",
                "accessTierChangeTime": "2026-01-02T03:05:05.0000000Z",
                "lastModifiedTime": "2026-01-02T03:05:05.0000000Z",
                "shareQuota": 5,
                "enabledProtocols": "SMB",
            },
        }]})
        .to_string()
    );

    let gone = azure
        .delete(&format!("{}&$include=none", share("share3")))
        .expect(200);
    assert_eq!(
        gone.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert_eq!(gone.text, "");
    let missing = azure.get(&share("share3")).expect(404);
    assert_eq!(missing.header("content-type"), Some("application/json"));
    assert_eq!(missing.header("x-ms-failure-cause"), None);
    assert_eq!(missing.code(), "ShareNotFound");
    let lines: Vec<&str> = missing.message().lines().collect();
    assert_eq!(lines[0], "The specified share does not exist.");
    assert!(lines[1].starts_with("RequestId:"));
    assert_eq!(lines[2], "Time:2026-01-02T03:05:05.1234567Z");
    azure.delete(&share("share3")).expect(204);
    assert_eq!(
        azure.get(&shares("")).expect(200).body,
        json!({"value": []})
    );
    assert_eq!(
        azure
            .patch(&share("share3"), &sent(&json!({})))
            .expect(404)
            .code(),
        "ShareNotFound"
    );
}

#[test]
fn what_is_not_sent_is_not_echoed() {
    let azure = ready(Azure::new());
    let made = azure.put(&share("plain"), &json!({})).expect(201);
    assert_eq!(made.keys(), ["id", "name", "type"]);
    let made = azure
        .put(&share("named"), &json!({"name": "named"}))
        .expect(201);
    assert_eq!(made.body["properties"], json!({}));
    let read = azure.get(&share("plain")).expect(200);
    assert_eq!(read.body["properties"].get("metadata"), None);
    assert_eq!(read.body["properties"]["shareQuota"], 102_400);
}

#[test]
fn metadata_is_replaced_as_a_whole_and_quota_alone() {
    let azure = ready(Azure::new());
    let body = json!({"metadata": {"Key_1": "a", "other": "b"}, "shareQuota": 5});
    azure.put(&share("docs"), &sent(&body)).expect(201);
    let read = |what: &str| azure.get(&share("docs")).expect(200).body["properties"][what].clone();
    assert_eq!(
        read("metadata"),
        json!({"key_1": "a", "other": "b"}),
        "keys have no case"
    );

    let tag = |answer: Answer| answer.header("etag").unwrap().to_owned();
    let change = sent(&json!({"metadata": {"key2": "c"}}));
    let patched = azure.patch(&share("docs"), &change).expect(200);
    assert_eq!(
        patched.body["properties"],
        json!({"metadata": {"key2": "c"}})
    );
    let first = tag(patched);
    let second = tag(azure.patch(&share("docs"), &change).expect(200));
    assert_ne!(first, second, "every write has its own tag");
    assert_eq!(read("metadata"), json!({"key2": "c"}));
    assert_eq!(read("shareQuota"), 5);

    let change = sent(&json!({"shareQuota": 6, "accessTier": "hot"}));
    azure.patch(&share("docs"), &change).expect(200);
    assert_eq!(read("metadata"), json!({"key2": "c"}));
    assert_eq!(read("shareQuota"), 6);
    assert_eq!(read("accessTier"), "Hot");

    let again = azure
        .put(&share("docs"), &sent(&json!({"shareQuota": 7})))
        .expect(200);
    assert_eq!(again.body["properties"], json!({"shareQuota": 7}));
    assert_eq!(read("shareQuota"), 7);
    assert_eq!(read("metadata"), json!({"key2": "c"}));

    azure
        .patch(&share("docs"), &sent(&json!({"metadata": {}})))
        .expect(200);
    assert_eq!(read("metadata"), Value::Null);
}

#[test]
fn lists_are_by_name_in_pages_and_without_metadata() {
    let azure = ready(Azure::with(|builder| builder.page_size(3)));
    let body = sent(&json!({"metadata": {"a": "1"}, "shareQuota": 1}));
    for name in ["docs-2", "other", "docs", "docs-1", "docs1"] {
        azure.put(&share(name), &body).expect(201);
    }
    let all = |first: String| {
        let (mut found, mut sizes, mut next) = (Vec::new(), Vec::new(), Some(first));
        while let Some(url) = next {
            let page = azure.get(&url).expect(200);
            assert!(!page.text.contains("metadata\":"), "{}", page.text);
            sizes.push(names(&page).len());
            found.extend(names(&page).into_iter().map(str::to_owned));
            next = page.body["nextLink"].as_str().map(str::to_owned);
        }
        (found, sizes)
    };
    let everything = ["docs", "docs-1", "docs-2", "docs1", "other"].map(str::to_owned);
    assert_eq!(all(shares("")), (everything.to_vec(), vec![3, 2]));
    assert_eq!(
        all(shares("&$maxpagesize=2&$expand=metadata")),
        (everything.to_vec(), vec![2, 2, 1])
    );
    for filter in [
        "startswith(name,%20docs-)",
        "startswith(name,%20'docs-')",
        "startswith%28name%2C+docs-%29",
    ] {
        let list = azure
            .get(&shares(&format!("&$filter={filter}")))
            .expect(200);
        assert_eq!(names(&list), ["docs-1", "docs-2"]);
        assert_eq!(list.body.get("nextLink"), None);
    }
    for refused in [
        "&$filter=name%20eq%20'docs'",
        "&$expand=everything",
        "&$expand=deleted,nothing",
        "&$maxpagesize=0",
        "&$maxpagesize=5001",
        "&$skiptoken=*",
    ] {
        azure.get(&shares(refused)).expect(400);
    }
    let stats = azure
        .get(&format!("{}&$expand=stats", share("docs")))
        .expect(200);
    assert_eq!(stats.body["properties"]["shareUsageBytes"], 0);
    azure
        .get(&format!("{}&$expand=metadata", share("docs")))
        .expect(400);
    azure
        .delete(&format!("{}&$include=nothing", share("docs")))
        .expect(400);
    azure
        .put(&format!("{}&$expand=stats", share("docs")), &json!({}))
        .expect(400);
}

#[test]
fn names_and_metadata_follow_the_rules() {
    let azure = ready(Azure::new());
    let put = |name: &str, properties: Value| azure.put(&share(name), &sent(&properties));
    for (name, code) in [
        ("ab", "OutOfRangeInput"),
        (&"x".repeat(64), "OutOfRangeInput"),
        ("Docs", "InvalidResourceName"),
        ("do--cs", "InvalidResourceName"),
        ("-docs", "InvalidResourceName"),
        ("docs-", "InvalidResourceName"),
        ("do.cs", "InvalidResourceName"),
    ] {
        assert_eq!(put(name, json!({})).expect(400).code(), code, "{name}");
        assert_eq!(azure.get(&share(name)).expect(400).code(), code, "{name}");
    }
    put(&"x".repeat(63), json!({})).expect(201);
    put("abc", json!({})).expect(201);
    for (metadata, code) in [
        (json!({"a-b": "1"}), "InvalidMetadata"),
        (json!({"1a": "1"}), "InvalidMetadata"),
        (json!({"a": "ü"}), "InvalidMetadata"),
        (json!({"a": "x\ny"}), "InvalidMetadata"),
        (json!({"a": "1", "A": "2"}), "InvalidMetadata"),
        (json!({"": "1"}), "EmptyMetadataKey"),
        (json!({"a": "x".repeat(8192)}), "MetadataTooLarge"),
    ] {
        let refused = put("docs", json!({"metadata": metadata})).expect(400);
        assert_eq!(refused.code(), code, "{metadata}");
        let patched = azure.patch(&share("abc"), &sent(&json!({"metadata": metadata})));
        assert_eq!(patched.expect(400).code(), code, "{metadata}");
    }
    put("docs", json!({"metadata": {"a": 1}})).expect(400);
    azure.get(&share("docs")).expect(404);
}

#[test]
fn quotas_tiers_and_protocols_depend_on_the_account() {
    for (sku, kind, least, most) in [
        ("Standard_LRS", "StorageV2", 1, 102_400),
        ("Standard_LRS", "Storage", 1, 102_400),
        ("Premium_LRS", "FileStorage", 100, 102_400),
        ("StandardV2_LRS", "FileStorage", 32, 262_144),
    ] {
        let azure = Azure::new();
        azure.group("westus2");
        make_account(&azure, sku, kind);
        let put = |quota: i64| azure.put(&share("docs"), &sent(&json!({"shareQuota": quota})));
        for refused in [0, least - 1, most + 1] {
            assert_eq!(put(refused).expect(400).code(), "InvalidHeaderValue");
        }
        azure.get(&share("docs")).expect(404);
        put(least).expect(201);
        put(most).expect(200);
        azure
            .patch(&share("docs"), &sent(&json!({"shareQuota": least - 1})))
            .expect(400);
        let premium = sku.starts_with("Premium");
        let nfs = azure.put(
            &share("unix"),
            &sent(&json!({"shareQuota": 100, "enabledProtocols": "NFS"})),
        );
        nfs.expect(if premium { 201 } else { 400 });
        let cool = azure.put(&share("cool"), &sent(&json!({"accessTier": "Cool"})));
        cool.expect(if premium { 400 } else { 201 });
        let other = azure.put(&share("docs"), &sent(&json!({"enabledProtocols": "NFS"})));
        other.expect(if premium { 409 } else { 400 });
    }
}

#[test]
fn an_account_without_a_file_service_has_no_shares() {
    for (sku, kind) in [
        ("Premium_LRS", "BlockBlobStorage"),
        ("Standard_LRS", "BlobStorage"),
        ("Premium_LRS", "StorageV2"),
    ] {
        let azure = Azure::new();
        azure.group("westus2");
        make_account(&azure, sku, kind);
        for answer in [
            azure.put(&share("docs"), &json!({})),
            azure.get(&share("docs")),
            azure.get(&shares("")),
            azure.get(&service("")),
        ] {
            assert_eq!(answer.expect(409).code(), "FeatureNotSupportedForAccount");
        }
    }
}

#[test]
fn a_share_needs_an_account_that_is_ready() {
    let azure = Azure::realistic();
    let all = [
        ("PUT", share("docs")),
        ("GET", share("docs")),
        ("GET", shares("")),
    ];
    for (method, url) in &all {
        let answer = azure.send(method, url, Some(&json!({}))).expect(404);
        assert_eq!(answer.code(), "ResourceGroupNotFound");
    }
    azure.group("westus2");
    for (method, url) in &all {
        let answer = azure.send(method, url, Some(&json!({}))).expect(404);
        assert_eq!(answer.code(), "ParentResourceNotFound");
        let parent = format!("the parent resource '{}'", id(ACCOUNT));
        assert!(answer.message().contains(&parent), "{}", answer.message());
        assert!(
            answer
                .message()
                .contains("'storageAccounts/fileServices/shares'")
        );
    }
    azure.put(&share("Not--A-Name"), &json!({})).expect(404);
    make_account(&azure, "Standard_LRS", "StorageV2");
    for (method, url) in &all {
        let answer = azure.send(method, url, Some(&json!({}))).expect(409);
        assert_eq!(answer.code(), "StorageAccountIsNotProvisioned");
    }
    azure.pass(17);
    azure.put(&share("docs"), &json!({})).expect(201);
}

#[test]
fn a_deleted_share_is_kept_for_a_week() {
    let azure = ready(Azure::realistic());
    let body = sent(&json!({"shareQuota": 5}));
    for name in ["docs", "docs-1", "docs2"] {
        azure.put(&share(name), &body).expect(201);
    }
    azure.delete(&share("docs")).expect(200);
    let early = azure.put(&share("docs"), &body).expect(409);
    assert_eq!(early.code(), "ShareBeingDeleted");
    assert!(
        early
            .message()
            .starts_with("The specified share is being deleted. Try operation later.\nRequestId:")
    );
    azure.put(&share("other"), &body).expect(201);
    azure.pass(30);
    azure.put(&share("docs"), &body).expect(201);

    assert_eq!(
        names(&azure.get(&shares("")).expect(200)),
        ["docs", "docs-1", "docs2", "other"]
    );
    let with = |query: &str| azure.get(&shares(query)).expect(200);
    let list = with("&$expand=deleted");
    assert_eq!(names(&list), ["docs", "docs", "docs-1", "docs2", "other"]);
    let deleted = &list.body["value"][1];
    assert_eq!(
        deleted["id"], list.body["value"][0]["id"],
        "it has the id of a share"
    );
    let properties = &deleted["properties"];
    assert_eq!(properties["deleted"], true);
    assert_eq!(properties["deletedTime"], "2026-01-02T03:05:05.0000000Z");
    assert_eq!(properties["remainingRetentionDays"], 7);
    assert_eq!(properties["version"].as_str().unwrap().len(), 16);
    assert_eq!(list.body["value"][0]["properties"].get("deleted"), None);
    assert_eq!(
        names(&with(
            "&$expand=deleted&$filter=startswith(name,docs)&$maxpagesize=2"
        )),
        ["docs", "docs"]
    );

    azure.delete(&share("docs")).expect(200);
    azure.pass(6 * 24 * 60 * 60);
    let list = with("&$expand=deleted&$filter=startswith(name,docs)");
    assert_eq!(names(&list), ["docs", "docs", "docs-1", "docs2"]);
    assert_eq!(
        list.body["value"][0]["properties"]["remainingRetentionDays"],
        1
    );
    azure.pass(24 * 60 * 60);
    assert_eq!(
        names(&with("&$expand=deleted")),
        ["docs-1", "docs2", "other"]
    );
}

#[test]
fn soft_deletion_can_be_switched_off() {
    let azure = ready(Azure::new());
    let read = azure.get(&service("")).expect(200);
    assert_eq!(read.header("content-type"), Some("application/json"));
    assert_eq!(
        read.body.to_string(),
        json!({
            "sku": {"name": "Standard_LRS", "tier": "Standard"},
            "id": id(&format!("{ACCOUNT}/fileServices/default")),
            "name": "default",
            "type": "Microsoft.Storage/storageAccounts/fileServices",
            "properties": {
                "protocolSettings": {"smb": {}},
                "cors": {"corsRules": []},
                "shareDeleteRetentionPolicy": {"enabled": true, "days": 7},
            },
        })
        .to_string()
    );
    let echo = azure
        .put(&service(""), &json!({"name": "default"}))
        .expect(200);
    assert_eq!(echo.body, json!({"name": "default"}));
    assert_eq!(azure.get(&service("")).expect(200).body, read.body);
    let listed = azure
        .get(&url(&format!("{ACCOUNT}/fileServices"), VERSION))
        .expect(200);
    assert_eq!(listed.body["value"], json!([read.body]));

    let policy = |policy: Value| {
        azure.put(
            &service(""),
            &sent(&json!({"shareDeleteRetentionPolicy": policy})),
        )
    };
    policy(json!({"enabled": true, "days": 366})).expect(400);
    policy(json!({"enabled": false})).expect(200);
    azure.put(&share("docs"), &json!({})).expect(201);
    azure.delete(&share("docs")).expect(200);
    let list = azure.get(&shares("&$expand=deleted")).expect(200);
    assert_eq!(list.body["value"], json!([]));
    azure.put(&share("docs"), &json!({})).expect(201);

    azure.delete(&service("")).expect(405);
    let other = url(&format!("{ACCOUNT}/fileServices/other"), VERSION);
    azure.put(&other, &json!({})).expect(400);
    assert_eq!(azure.get(&other).expect(404).code(), "ResourceNotFound");
}

#[test]
fn an_account_takes_its_shares_along() {
    let azure = ready(Azure::new());
    azure.put(&share("docs"), &json!({})).expect(201);
    azure.put(&share("gone"), &json!({})).expect(201);
    azure.delete(&share("gone")).expect(200);
    let resources = format!(
        "{}&$filter=name%20eq%20'docs'",
        group("g").replace('?', "/resources?")
    );
    assert_eq!(
        azure.get(&resources).expect(200).body["value"],
        json!([]),
        "a share is no resource of its group"
    );
    azure.delete(&url(ACCOUNT, VERSION)).expect(200);
    assert_eq!(
        azure.get(&share("docs")).expect(404).code(),
        "ParentResourceNotFound"
    );
    make_account(&azure, "Standard_LRS", "StorageV2");
    let list = azure.get(&shares("&$expand=deleted")).expect(200);
    assert_eq!(list.body, json!({"value": []}));
}

#[test]
fn a_template_can_make_shares() {
    let azure = Azure::new();
    azure.group("westus2");
    let deployment = url("Microsoft.Resources/deployments/d", "2025-04-01");
    let body = json!({"properties": {"mode": "Incremental", "template": {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [
            {
                "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-01-01", "name": "acc1",
                "location": "westus2", "kind": "StorageV2", "sku": {"name": "Standard_LRS"},
            },
            {
                "type": "Microsoft.Storage/storageAccounts/fileServices/shares", "apiVersion": "2023-01-01",
                "name": "acc1/default/docs", "properties": {"shareQuota": 5},
                "dependsOn": ["[resourceId('Microsoft.Storage/storageAccounts', 'acc1')]"],
            },
        ],
    }}});
    azure.put(&deployment, &body).expect(201);
    let done = azure.get(&deployment).expect(200);
    assert_eq!(done.body["properties"]["provisioningState"], "Succeeded");
    let read = azure.get(&share("docs")).expect(200);
    assert_eq!(read.body["properties"]["shareQuota"], 5);
}
