//! Lists of record sets of all types, and changes by PATCH.

use serde_json::{Value, json};

use crate::azure::{Answer, Azure, url};

const VERSION: &str = "2018-05-01";

fn zone(rest: &str) -> String {
    url(
        &format!("Microsoft.Network/dnsZones/myzone.com{rest}"),
        VERSION,
    )
}

fn a(address: &str) -> Value {
    json!({"properties": {"TTL": 3600, "ARecords": [{"ipv4Address": address}]}})
}

fn with_records() -> Azure {
    let azure = Azure::new();
    azure.group("westus");
    azure
        .put(
            &zone(""),
            &json!({"location": "global", "tags": {"a": "b"}}),
        )
        .expect(201);
    azure.put(&zone("/A/www"), &a("1.1.1.1")).expect(201);
    azure.put(&zone("/A/www.Dev"), &a("2.2.2.2")).expect(201);
    azure.put(&zone("/A/xdev"), &a("3.3.3.3")).expect(201);
    azure
        .put(
            &zone("/TXT/dev"),
            &json!({"properties": {"TTL": 1, "TXTRecords": [{"value": ["x"]}]}}),
        )
        .expect(201);
    azure
}

fn names(answer: &Answer) -> Vec<String> {
    answer.body["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|set| {
            let kind = set["type"].as_str().unwrap().rsplit('/').next().unwrap();
            format!("{kind}/{}", set["name"].as_str().unwrap())
        })
        .collect()
}

#[test]
fn a_zone_lists_the_record_sets_of_every_type() {
    let azure = with_records();
    let all = ["NS/@", "SOA/@", "TXT/dev", "A/www", "A/www.Dev", "A/xdev"];
    for collection in ["/recordsets", "/recordSets", "/all"] {
        let list = azure.get(&zone(collection)).expect(200);
        assert_eq!(names(&list), all);
        assert_eq!(list.header("etag"), None);
        assert_eq!(list.body.get("nextLink"), None);
    }
    let one = azure.get(&zone("/A/www")).expect(200).body;
    assert_eq!(azure.get(&zone("/all")).expect(200).body["value"][3], one);
}

#[test]
fn a_list_of_record_sets_comes_in_pages_of_the_size_that_was_asked_for() {
    let azure = with_records();
    let mut page = azure
        .get(&format!("{}&$top=4", zone("/recordsets")))
        .expect(200);
    let mut seen = names(&page);
    assert_eq!(seen.len(), 4);
    while let Some(next) = page.body["nextLink"].as_str().map(str::to_owned) {
        page = azure.get(&next).expect(200);
        seen.extend(names(&page));
    }
    assert_eq!(
        seen,
        ["NS/@", "SOA/@", "TXT/dev", "A/www", "A/www.Dev", "A/xdev"]
    );
    let refused = azure.get(&format!("{}&$top=0", zone("/all"))).expect(400);
    assert_eq!(refused.code(), "InvalidTopParameter");
}

#[test]
fn a_suffix_keeps_the_names_that_end_in_a_dot_and_it() {
    let azure = with_records();
    for collection in ["/recordsets", "/all", "/A"] {
        let list = format!("{}&$recordsetnamesuffix=dev", zone(collection));
        assert_eq!(names(&azure.get(&list).expect(200)), ["A/www.Dev"]);
    }
}

#[test]
fn lists_of_what_is_not_there_are_refused() {
    let azure = with_records();
    let gone = url("Microsoft.Network/dnsZones/other.com/recordsets", VERSION);
    assert_eq!(
        azure.get(&gone).expect(404).code(),
        "ParentResourceNotFound"
    );
    let gone = zone("/all").replace("resourceGroups/g/", "resourceGroups/h/");
    assert_eq!(azure.get(&gone).expect(404).code(), "ResourceGroupNotFound");
    assert_eq!(
        azure.get(&zone("/SPF")).expect(404).code(),
        "InvalidResourceType"
    );
    let old = url("Microsoft.Network/dnsZones/myzone.com/all", "2001-01-01");
    assert_eq!(
        azure.get(&old).expect(400).code(),
        "NoRegisteredProviderFound"
    );
    azure.post(&zone("/recordsets"), &json!({})).expect(404);
}

#[test]
fn a_patch_changes_what_it_names_and_the_entity_tag() {
    let azure = with_records();
    let before = azure.get(&zone("/A/www")).expect(200).body;
    let body = json!({"properties": {"TTL": 60, "metadata": {"by": "me"}}});
    let changed = azure.patch(&zone("/A/www"), &body).expect(200);
    assert_eq!(changed.body["properties"]["TTL"], 60);
    assert_eq!(changed.body["properties"]["metadata"], json!({"by": "me"}));
    assert_eq!(
        changed.body["properties"]["ARecords"],
        before["properties"]["ARecords"]
    );
    assert_eq!(changed.body["properties"]["fqdn"], "www.myzone.com.");
    assert_ne!(changed.body["etag"], before["etag"]);
    assert_eq!(changed.header("etag"), changed.body["etag"].as_str());
    assert_eq!(azure.get(&zone("/A/www")).expect(200).body, changed.body);

    let body = json!({"properties": {"ARecords": [{"ipv4Address": "9.9.9.9"}]}});
    let changed = azure.patch(&zone("/A/www"), &body).expect(200);
    assert_eq!(
        changed.body["properties"]["ARecords"],
        body["properties"]["ARecords"]
    );
    assert_eq!(changed.body["properties"]["TTL"], 60);
}

#[test]
fn a_patch_is_held_against_the_rules_and_the_condition() {
    let azure = with_records();
    let before = azure.get(&zone("/A/www")).expect(200).body;
    for body in [
        json!({"properties": {"TTL": 0}}),
        json!({"properties": {"TTL": "60"}}),
        json!({"properties": {"ARecords": [{"ipv4Address": "1.2.3"}]}}),
        json!({"properties": {"targetResource": {"id": "/subscriptions/x"}}}),
    ] {
        assert_eq!(
            azure.patch(&zone("/A/www"), &body).expect(400).code(),
            "BadRequest"
        );
    }
    let conditional = |url: &str, tag: &str, body: &Value| {
        let request = http::Request::builder()
            .method("PATCH")
            .uri(format!("https://management.azure.com{url}"))
            .header("if-match", tag)
            .body(bytes::Bytes::from(body.to_string()))
            .unwrap();
        azure.simulator.handle(request).status().as_u16()
    };
    let body = json!({"properties": {"TTL": 5}});
    assert_eq!(conditional(&zone("/A/www"), "other", &body), 412);
    assert_eq!(azure.get(&zone("/A/www")).expect(200).body, before);
    let etag = before["etag"].as_str().unwrap();
    assert_eq!(conditional(&zone("/A/www"), etag, &body), 200);
    assert_eq!(conditional(&zone("/A/www"), etag, &body), 412);
    azure.patch(&zone("/A/none"), &body).expect(404);
}

#[test]
fn a_patch_of_a_zone_puts_new_tags_in_the_place_of_the_old() {
    let azure = with_records();
    let before = azure.get(&zone("")).expect(200).body;
    let changed = azure
        .patch(&zone(""), &json!({"tags": {"c": "d"}}))
        .expect(200);
    assert_eq!(changed.body["tags"], json!({"c": "d"}));
    assert_ne!(changed.body["etag"], before["etag"]);
    assert_eq!(changed.header("etag"), changed.body["etag"].as_str());
    assert_eq!(changed.body["properties"], before["properties"]);
    assert_eq!(azure.get(&zone("")).expect(200).body, changed.body);
    azure
        .patch(&zone(""), &json!({"tags": {"c": 1}}))
        .expect(400);
}

#[test]
fn every_other_record_type_of_a_zone_file_is_kept_and_checked() {
    let azure = with_records();
    for (path, member, good, bad) in [
        (
            "/MX/@",
            "MXRecords",
            json!({"preference": 10, "exchange": "mail.myzone.com."}),
            json!({"preference": 65_536, "exchange": "mail.myzone.com"}),
        ),
        (
            "/SRV/_sip._tcp",
            "SRVRecords",
            json!({"priority": 1, "weight": 2, "port": 5060, "target": "."}),
            json!({"priority": 1, "weight": 2, "target": "sip.myzone.com"}),
        ),
        (
            "/PTR/1",
            "PTRRecords",
            json!({"ptrdname": "www.myzone.com"}),
            json!({"ptrdname": "not a name"}),
        ),
        (
            "/CAA/@",
            "caaRecords",
            json!({"flags": 0, "tag": "issue", "value": "ca.example.org"}),
            json!({"flags": 256, "tag": "issue", "value": "ca.example.org"}),
        ),
    ] {
        let body = |record: &Value| json!({"properties": {"TTL": 60, member: [record]}});
        azure.put(&zone(path), &body(&bad)).expect(400);
        azure.put(&zone(path), &body(&good)).expect(201);
        let read = azure.get(&zone(path)).expect(200);
        assert_eq!(read.body["properties"][member], json!([good]));
    }
    let cname = json!({"properties": {"TTL": 60, "CNAMERecord": {"cname": "a.b"}}});
    azure.put(&zone("/CNAME/1"), &cname).expect(409);
}
