//! DNS record sets.

use std::sync::Arc;

use kompox_azure::{RecordSet, RecordSetProperties, Records, ResourceId, WriteCondition};
use serde_json::{Value, json};

use crate::script::{Reply, Script, azure, group};

fn zone(group_name: &str, name: &str) -> ResourceId {
    group(group_name).resource("Microsoft.Network/dnsZones", name)
}

fn www() -> ResourceId {
    zone("rg", "example.com").child("A", "www")
}

fn url() -> String {
    format!("{}?api-version=2018-05-01", www())
}

fn plain(ttl: u32, records: Records) -> RecordSetProperties {
    RecordSetProperties {
        ttl,
        records,
        metadata: [].into(),
        target_resource: None,
    }
}

fn a(addresses: &[&str]) -> RecordSetProperties {
    let addresses = addresses.iter().map(|text| text.parse().unwrap());
    plain(3600, Records::A(addresses.collect()))
}

fn answer(properties: &Value) -> Value {
    json!({ "id": www(), "name": "www", "type": "Microsoft.Network/dnszones/A", "etag": "e1", "properties": properties })
}

async fn read(properties: Value) -> RecordSet {
    let script = Arc::new(Script::new().on("GET", &url(), Reply::ok(&answer(&properties))));
    let sets = azure(&script).dns_record_sets;
    sets.get(&www()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_recorded_record_set_lives_and_goes() {
    let mut exchanges: Vec<Value> =
        serde_json::from_str(include_str!("../data/record_set.json")).unwrap();
    // What other tools repeat of their last answer is not sent by this adapter.
    for exchange in &mut exchanges {
        if let Some(body) = exchange["request"].get_mut("body") {
            body.as_object_mut().unwrap().remove("etag");
            let properties = body["properties"].as_object_mut().unwrap();
            properties.remove("targetResource");
        }
    }
    let script = Arc::new(Script::recorded(&json!(exchanges).to_string()));
    let id = zone("cli_test_dns_if_none_match000001", "myzone.com").child("A", "myrsa");
    let sets = azure(&script).dns_record_sets;
    assert_eq!(sets.get(&id).await.unwrap(), None);
    let one = a(&["10.0.0.10"]);
    let made = sets
        .create_or_update(&id, &one, &WriteCondition::Absent)
        .await
        .unwrap();
    assert_eq!(made.id, id);
    assert_eq!(
        made.etag.as_deref(),
        Some("ef2779df-4556-429e-8f9c-dc8c0e9ac58a")
    );
    assert_eq!(made.properties, one);
    assert_eq!(sets.get(&id).await.unwrap(), Some(made.clone()));
    let condition = WriteCondition::Unchanged(made.etag.unwrap());
    let two = a(&["10.0.0.10", "10.0.0.11"]);
    let changed = sets.create_or_update(&id, &two, &condition).await.unwrap();
    assert_eq!(changed.properties, two);
    let two = a(&["10.0.0.11"]);
    let always = WriteCondition::Always;
    sets.create_or_update(&id, &two, &always).await.unwrap();
    sets.delete(&id).await.unwrap();
    assert_eq!(sets.get(&id).await.unwrap(), None);
    sets.delete(&id).await.unwrap();
    script.done();

    let seen = script.seen();
    let conditions: Vec<_> = seen
        .iter()
        .filter(|seen| seen.method == "PUT")
        .map(|seen| (seen.header("if-none-match"), seen.header("if-match")))
        .collect();
    assert_eq!(
        conditions,
        [
            (Some("*"), None),
            (None, Some("ef2779df-4556-429e-8f9c-dc8c0e9ac58a")),
            (None, None),
        ]
    );
}

#[tokio::test]
async fn recorded_sets_of_every_type_are_made() {
    let mut exchanges: Vec<Value> =
        serde_json::from_str(include_str!("../data/record_sets_create.json")).unwrap();
    for exchange in &mut exchanges {
        let body = exchange["request"]["body"].as_object_mut().unwrap();
        body.remove("name");
        // An address has many spellings; this adapter writes the shortest.
        if let Some(six) = body["properties"].get_mut("AAAARecords") {
            six[0]["ipv6Address"] = json!("2001:db8:85a3::8a2e:370:7334");
        }
    }
    let script = Arc::new(Script::recorded(&json!(exchanges).to_string()));
    let zone = zone("asotest-rg-emkabl", "aso-sample-dz.com");
    let sets = azure(&script).dns_record_sets;
    for (kind, name, records) in [
        (
            "A",
            "aso-sample-record-a",
            Records::A(vec!["10.0.1.9".parse().unwrap()]),
        ),
        (
            "AAAA",
            "aso-sample-record-aaaa",
            Records::Aaaa(vec!["2001:db8:85a3::8a2e:370:7334".parse().unwrap()]),
        ),
        (
            "CNAME",
            "aso-sample-record-cname",
            Records::Cname(Some("asosample.com".to_owned())),
        ),
    ] {
        let (id, wanted) = (zone.child(kind, name), plain(3600, records));
        let always = WriteCondition::Always;
        let made = sets.create_or_update(&id, &wanted, &always).await.unwrap();
        assert_eq!((made.id, made.properties), (id, wanted));
    }
    script.done();
}

#[tokio::test]
async fn aliases_empty_sets_and_metadata_are_understood() {
    let empty = read(json!({ "TTL": 60, "targetResource": {} })).await;
    assert_eq!(empty.properties, plain(60, Records::A(Vec::new())));
    let target = zone("rg", "example.com").child("A", "other");
    let alias =
        read(json!({ "TTL": 60, "metadata": { "k": "v" }, "targetResource": { "id": target } }))
            .await;
    assert_eq!(alias.properties.target_resource, Some(target));
    assert_eq!(alias.properties.metadata["k"], "v");
    let nulls = read(
        json!({ "TTL": 60, "metadata": null, "ARecords": null, "targetResource": { "id": null } }),
    )
    .await;
    assert_eq!(nulls.properties, plain(60, Records::A(Vec::new())));
}

#[tokio::test]
async fn an_alias_and_its_metadata_are_written_whole() {
    let target = zone("rg", "example.com").child("CNAME", "other");
    let id = zone("rg", "example.com").child("CNAME", "www");
    let properties =
        json!({ "metadata": { "k": "v" }, "TTL": 60, "targetResource": { "id": target } });
    let script = Arc::new(
        Script::new()
            .on(
                "PUT",
                &format!("{id}?api-version=2018-05-01"),
                Reply::ok(&answer(&properties)),
            )
            .with(json!({ "properties": properties })),
    );
    let wanted = RecordSetProperties {
        metadata: [("k".to_owned(), "v".to_owned())].into(),
        target_resource: Some(target),
        ..plain(60, Records::Cname(None))
    };
    let made = azure(&script)
        .dns_record_sets
        .create_or_update(&id, &wanted, &WriteCondition::Always)
        .await
        .unwrap();
    assert_eq!(made.properties, wanted);
    script.done();
}

#[tokio::test]
async fn what_is_no_address_or_no_supported_type_is_malformed() {
    let bad = json!({ "TTL": 60, "ARecords": [{ "ipv4Address": "here" }] });
    let txt = zone("rg", "example.com").child("TXT", "www");
    for (id, properties) in [(www(), bad), (txt, json!({ "TTL": 60 }))] {
        let url = format!("{id}?api-version=2018-05-01");
        let script = Arc::new(Script::new().on("GET", &url, Reply::ok(&answer(&properties))));
        let error = azure(&script).dns_record_sets.get(&id).await.unwrap_err();
        assert!(
            matches!(error, kompox_azure::Error::Malformed { .. }),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_condition_that_does_not_hold_is_told() {
    let body = json!({ "code": "PreconditionFailed", "message": "The condition '*' in the If-None-Match header was not satisfied." });
    let script = Arc::new(Script::new().on("PUT", &url(), Reply::status(412).json(&body)));
    let error = azure(&script)
        .dns_record_sets
        .create_or_update(&www(), &a(&["1.2.3.4"]), &WriteCondition::Absent)
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(412));
    assert!(error.has_code("PreconditionFailed"));
    script.done();
}
