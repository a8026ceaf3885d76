//! Snapshots of file shares, and deleted shares restored with them.

use serde_json::{Value, json};

use crate::azure::{Answer, Azure, id, url};

const VERSION: &str = "2024-01-01";
const SERVICE: &str = "Microsoft.Storage/storageAccounts/acc1/fileServices/default";

fn share(rest: &str) -> String {
    url(&format!("{SERVICE}/shares/docs{rest}"), VERSION)
}

fn ready(azure: Azure) -> Azure {
    azure.group("westus2");
    let body = json!({"location": "westus2", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}});
    let account = url("Microsoft.Storage/storageAccounts/acc1", VERSION);
    azure.put(&account, &body).expect(202);
    azure.pass(60);
    let body = json!({"properties": {"shareQuota": 5, "metadata": {"a": "b"}}});
    azure.put(&share(""), &body).expect(201);
    azure
}

fn snapshot(azure: &Azure) -> String {
    let taken = azure.put(&format!("{}&$expand=snapshots", share("")), &json!({}));
    let time = taken.expect(201).body["properties"]["snapshotTime"].clone();
    time.as_str().unwrap().to_owned()
}

fn at(azure: &Azure, method: &str, url: &str, time: &str) -> Answer {
    azure.send_with(method, url, &[("x-ms-snapshot", time)], None)
}

/// Names and snapshot times of a list.
fn list(azure: &Azure, query: &str) -> Vec<(String, Option<String>)> {
    let url = url(&format!("{SERVICE}/shares"), VERSION);
    let list = azure.get(&format!("{url}{query}")).expect(200).body;
    list["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|share| {
            let time = share["properties"]["snapshotTime"].as_str();
            (
                share["name"].as_str().unwrap().to_owned(),
                time.map(str::to_owned),
            )
        })
        .collect()
}

#[test]
fn a_snapshot_keeps_what_the_share_was() {
    let azure = ready(Azure::new());
    let taken = azure
        .put(&format!("{}&$expand=snapshots", share("")), &json!({}))
        .expect(201);
    let time = taken.body["properties"]["snapshotTime"].as_str().unwrap();
    assert_eq!(time.len(), "2026-01-02T03:04:05.1234567Z".len());
    assert_eq!(
        taken.body,
        json!({
            "id": id(&format!("{SERVICE}/shares/docs")), "name": "docs",
            "type": "Microsoft.Storage/storageAccounts/fileServices/shares",
            "properties": {"snapshotTime": time},
        })
    );
    let change = json!({"properties": {"shareQuota": 9, "metadata": {"c": "d"}}});
    azure.patch(&share(""), &change).expect(200);

    let old = at(&azure, "GET", &share(""), time).expect(200);
    assert_eq!(old.body["properties"]["shareQuota"], 5);
    assert_eq!(old.body["properties"]["metadata"], json!({"a": "b"}));
    assert_eq!(old.body["properties"]["snapshotTime"], time);
    assert_eq!(old.body["id"], taken.body["id"]);
    assert_eq!(old.header("etag"), old.body["etag"].as_str());
    let new = azure.get(&share("")).expect(200).body;
    assert_eq!(new["properties"]["shareQuota"], 9);
    assert_eq!(new["properties"].get("snapshotTime"), None);
}

#[test]
fn a_snapshot_can_have_metadata_of_its_own() {
    let azure = ready(Azure::new());
    let body = json!({"properties": {"metadata": {"Why": "backup"}}});
    let taken = azure
        .put(&format!("{}&$expand=snapshots", share("")), &body)
        .expect(201);
    let time = taken.body["properties"]["snapshotTime"].as_str().unwrap();
    let read = at(&azure, "GET", &share(""), time).expect(200);
    assert_eq!(
        read.body["properties"]["metadata"],
        json!({"why": "backup"})
    );
    let share_now = azure.get(&share("")).expect(200);
    assert_eq!(share_now.body["properties"]["metadata"], json!({"a": "b"}));
    let body = json!({"properties": {"metadata": {"no-key": "x"}}});
    azure
        .put(&format!("{}&$expand=snapshots", share("")), &body)
        .expect(400);
}

#[test]
fn snapshots_are_listed_where_they_are_asked_for() {
    let azure = ready(Azure::new());
    let other = share("").replace("/docs?", "/docs-2?");
    azure.put(&other, &json!({})).expect(201);
    let times = [snapshot(&azure), snapshot(&azure)];
    assert_ne!(times[0], times[1]);
    let plain = [("docs".to_owned(), None), ("docs-2".to_owned(), None)];
    assert_eq!(list(&azure, ""), plain);
    assert_eq!(list(&azure, "&$expand=deleted"), plain);
    let [first, second] = times.map(|time| ("docs".to_owned(), Some(time)));
    let all = vec![plain[0].clone(), first, second, plain[1].clone()];
    assert_eq!(list(&azure, "&$expand=snapshots"), all);
    assert_eq!(list(&azure, "&$expand=deleted,snapshots"), all);
    assert_eq!(
        list(&azure, "&$expand=snapshots&$filter=startswith(name,docs-)"),
        all[3..]
    );
}

#[test]
fn one_snapshot_is_deleted_for_good() {
    let azure = ready(Azure::new());
    let [one, two] = [snapshot(&azure), snapshot(&azure)];
    let with_share = format!("{}&$include=snapshots", share(""));
    at(&azure, "DELETE", &with_share, &one).expect(400);
    at(
        &azure,
        "DELETE",
        &format!("{}&$include=none", share("")),
        &one,
    )
    .expect(200);
    let gone = at(&azure, "GET", &share(""), &one).expect(404);
    assert_eq!(gone.code(), "ShareSnapshotNotFound");
    let again = at(&azure, "DELETE", &share(""), &one).expect(404);
    assert_eq!(again.code(), "ShareSnapshotNotFound");
    at(&azure, "GET", &share(""), &two).expect(200);
    azure.get(&share("")).expect(200);
    let odd = at(&azure, "GET", &share(""), "yesterday").expect(400);
    assert_eq!(odd.code(), "InvalidHeaderValue");
}

#[test]
fn a_share_takes_its_snapshots_along_or_is_not_deleted() {
    let azure = ready(Azure::new());
    let time = snapshot(&azure);
    let none = format!("{}&$include=none", share(""));
    let refused = azure.delete(&none).expect(409);
    assert_eq!(refused.code(), "ShareHasSnapshots");
    azure
        .delete(&format!("{}&$include=snapshots", share("")))
        .expect(200);
    assert_eq!(list(&azure, "&$expand=snapshots"), []);
    let gone = at(&azure, "GET", &share(""), &time).expect(404);
    assert_eq!(gone.code(), "ShareNotFound");
    let gone = azure.put(&format!("{}&$expand=snapshots", share("")), &json!({}));
    assert_eq!(gone.expect(404).code(), "ShareNotFound");
    azure.put(&share(""), &json!({})).expect(201);
    assert_eq!(list(&azure, "&$expand=snapshots").len(), 1);
    azure.delete(&none).expect(200);
}

#[test]
fn a_share_has_two_hundred_snapshots_and_no_more() {
    let azure = ready(Azure::new());
    let times: std::collections::BTreeSet<String> = (0..200).map(|_| snapshot(&azure)).collect();
    assert_eq!(times.len(), 200);
    let refused = azure.put(&format!("{}&$expand=snapshots", share("")), &json!({}));
    assert_eq!(refused.expect(409).code(), "ShareSnapshotCountExceeded");
}

fn version(azure: &Azure) -> Value {
    let url = url(&format!("{SERVICE}/shares"), VERSION);
    let list = azure
        .get(&format!("{url}&$expand=deleted"))
        .expect(200)
        .body;
    let deleted = list["value"]
        .as_array()
        .unwrap()
        .iter()
        .find(|share| share["properties"]["deleted"] == json!(true));
    deleted.unwrap()["properties"]["version"].clone()
}

#[test]
fn a_deleted_share_comes_back_with_its_snapshots() {
    let azure = ready(Azure::realistic());
    let time = snapshot(&azure);
    let before = azure.get(&share("")).expect(200).body;
    azure.delete(&share("")).expect(200);
    let body = json!({"deletedShareName": "docs", "deletedShareVersion": version(&azure)});
    let early = azure.post(&share("/restore"), &body).expect(409);
    assert_eq!(early.code(), "ShareBeingDeleted");
    azure.pass(3600);
    // Another deletion does not sweep away what can still be restored.
    let other = share("").replace("/docs?", "/other?");
    azure.put(&other, &json!({})).expect(201);
    azure.delete(&other).expect(200);

    assert_eq!(azure.post(&share("/restore"), &body).expect(200).text, "");
    let after = azure.get(&share("")).expect(200).body;
    assert_eq!(
        after["properties"]["metadata"],
        before["properties"]["metadata"]
    );
    assert_eq!(after["properties"]["shareQuota"], 5);
    at(&azure, "GET", &share(""), &time).expect(200);
    assert_eq!(
        list(
            &azure,
            "&$expand=deleted,snapshots&$filter=startswith(name,docs)"
        )
        .len(),
        2
    );
    let again = azure.post(&share("/restore"), &body).expect(409);
    assert_eq!(again.code(), "ShareAlreadyExists");
}

#[test]
fn a_deleted_share_can_come_back_under_another_name() {
    let azure = ready(Azure::new());
    azure.delete(&share("")).expect(200);
    let body = json!({"deletedShareName": "docs", "deletedShareVersion": version(&azure)});
    let other = share("/restore").replace("/docs/", "/papers/");
    azure.post(&other, &body).expect(200);
    let names: Vec<_> = list(&azure, "&$expand=deleted");
    assert_eq!(names, [("papers".to_owned(), None)]);
}

#[test]
fn what_cannot_be_restored_is_refused() {
    let azure = ready(Azure::new());
    azure.delete(&share("")).expect(200);
    let version = version(&azure);
    for (body, status, code) in [
        (Value::Null, 400, "InvalidValuesForRequestParameters"),
        (
            json!({"deletedShareName": "docs"}),
            400,
            "InvalidValuesForRequestParameters",
        ),
        (
            json!({"deletedShareName": "docs", "deletedShareVersion": "01D64EB9886F00C4"}),
            404,
            "ShareNotFound",
        ),
        (
            json!({"deletedShareName": "none", "deletedShareVersion": version}),
            404,
            "ShareNotFound",
        ),
    ] {
        let refused = azure.post(&share("/restore"), &body).expect(status);
        assert_eq!(refused.code(), code, "{body}");
    }
    azure.get(&share("/restore")).expect(405);
    azure.pass(8 * 24 * 60 * 60);
    let late = json!({"deletedShareName": "docs", "deletedShareVersion": version});
    azure.post(&share("/restore"), &late).expect(404);
}

#[test]
fn a_key_is_made_anew_and_the_other_stays() {
    let azure = ready(Azure::new());
    let account = |action: &str| {
        url(
            &format!("Microsoft.Storage/storageAccounts/acc1/{action}"),
            VERSION,
        )
    };
    let keys = || {
        azure
            .post(&account("listKeys"), &Value::Null)
            .expect(200)
            .body
    };
    let before = keys();
    azure.pass(60);
    let after = azure
        .post(&account("regenerateKey"), &json!({"keyName": "key1"}))
        .expect(200)
        .body;
    assert_eq!(after, keys());
    assert_ne!(after["keys"][0]["value"], before["keys"][0]["value"]);
    assert_ne!(
        after["keys"][0]["creationTime"],
        before["keys"][0]["creationTime"]
    );
    assert_eq!(after["keys"][1], before["keys"][1]);
    let update = json!({"tags": {"a": "b"}});
    let plain = url("Microsoft.Storage/storageAccounts/acc1", VERSION);
    azure.patch(&plain, &update).expect(200);
    assert_eq!(after, keys());
    for body in [
        Value::Null,
        json!({"keyName": "key3"}),
        json!({"keyName": "kerb1"}),
    ] {
        let refused = azure.post(&account("regenerateKey"), &body).expect(400);
        assert_eq!(refused.code(), "InvalidValuesForRequestParameters");
    }
}
