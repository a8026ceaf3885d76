//! DNS zones and record sets against the recordings: no wrapper around refusals, entity tags, lower-case ids.

use serde_json::{Value, json};

use crate::azure::{Answer, Azure, group, id, url};

const VERSION: &str = "2018-05-01";

fn zone(name: &str) -> String {
    url(&format!("Microsoft.Network/dnsZones/{name}"), VERSION)
}

fn record(path: &str) -> String {
    zone(&format!("myzone.com/{path}"))
}

fn a(addresses: &[&str]) -> Value {
    let records: Vec<Value> = addresses
        .iter()
        .map(|address| json!({"ipv4Address": address}))
        .collect();
    json!({"properties": {"TTL": 3600, "ARecords": records}})
}

fn cname(target: &str) -> Value {
    json!({"properties": {"TTL": 60, "CNAMERecord": {"cname": target}}})
}

fn with_zone() -> Azure {
    let azure = Azure::new();
    azure.group("westus");
    azure
        .put(&zone("myzone.com"), &json!({"location": "global"}))
        .expect(201);
    azure
}

fn send_if(azure: &Azure, method: &str, url: &str, condition: (&str, &str), body: &Value) -> u16 {
    let request = http::Request::builder()
        .method(method)
        .uri(format!("https://management.azure.com{url}"))
        .header(condition.0, condition.1)
        .body(bytes::Bytes::from(body.to_string()))
        .unwrap();
    azure.simulator.handle(request).status().as_u16()
}

#[test]
fn a_zone_begins_with_two_record_sets_and_counts_them() {
    let azure = Azure::realistic();
    azure.group("westus");
    let body = json!({"location": "Global", "name": "myzone.com"});
    let made = azure.put(&zone("myzone.com"), &body).expect(201);
    assert_eq!(
        made.keys(),
        [
            "id",
            "name",
            "type",
            "etag",
            "location",
            "tags",
            "properties"
        ]
    );
    assert_eq!(
        made.body["id"],
        id("Microsoft.Network/dnszones/myzone.com").as_str()
    );
    assert_eq!(made.body["type"], "Microsoft.Network/dnszones");
    assert_eq!(made.body["location"], "global");
    assert_eq!(made.header("etag"), made.body["etag"].as_str());
    let properties = &made.body["properties"];
    assert_eq!(properties["zoneType"], "Public");
    assert_eq!(properties["numberOfRecordSets"], 2);
    assert_eq!(properties["maxNumberOfRecordsPerRecordSet"], Value::Null);
    assert_eq!(properties["nameServers"].as_array().unwrap().len(), 4);

    azure.put(&record("A/www"), &a(&["10.0.0.1"])).expect(201);
    let read = azure.get(&zone("myzone.com")).expect(200);
    assert_eq!(read.body["properties"]["numberOfRecordSets"], 3);
    assert_eq!(read.body["etag"], made.body["etag"]);
    let soa = azure.get(&record("SOA/@")).expect(200);
    assert_eq!(
        soa.body["properties"]["SOARecord"]["host"],
        properties["nameServers"][0]
    );

    let list = azure.get(&zone("")).expect(200);
    assert_eq!(list.body["value"], json!([read.body]));
    let resources = azure
        .get(&group("g").replace("?", "/resources?"))
        .expect(200);
    assert_eq!(resources.body["value"].as_array().unwrap().len(), 1);
}

#[test]
fn a_record_set_lives_as_recorded() {
    let azure = with_zone();
    let www = record("A/myrsa");
    let missing = azure.get(&www).expect(404);
    assert_eq!(missing.keys(), ["code", "message"]);
    assert_eq!(missing.code(), "NotFound");
    assert!(
        missing
            .message()
            .starts_with("The resource record 'myrsa' does not exist in resource group 'g'")
    );
    assert_eq!(missing.header("x-ms-failure-cause"), None);

    let made = azure.put(&www, &a(&["10.0.0.10"])).expect(201);
    let etag = made.header("etag").unwrap().to_owned();
    assert_eq!(
        made.body,
        json!({
            "id": id("Microsoft.Network/dnszones/myzone.com/A/myrsa"),
            "name": "myrsa",
            "type": "Microsoft.Network/dnszones/A",
            "etag": etag,
            "properties": {
                "fqdn": "myrsa.myzone.com.",
                "TTL": 3600,
                "ARecords": [{"ipv4Address": "10.0.0.10"}],
                "targetResource": {},
                "provisioningState": "Succeeded",
            },
        })
    );
    assert_eq!(
        made.body["properties"].to_string(),
        r#"{"fqdn":"myrsa.myzone.com.","TTL":3600,"ARecords":[{"ipv4Address":"10.0.0.10"}],"targetResource":{},"provisioningState":"Succeeded"}"#
    );
    let read = azure.get(&www).expect(200);
    assert_eq!(
        (&read.body, read.header("etag")),
        (&made.body, Some(&*etag))
    );

    let changed = azure.put(&www, &a(&["10.0.0.11"])).expect(200);
    assert_ne!(changed.header("etag"), Some(&*etag));
    assert_eq!(
        changed.body["properties"]["ARecords"],
        json!([{"ipv4Address": "10.0.0.11"}])
    );
    let gone = azure.delete(&www).expect(200);
    assert_eq!((gone.text.as_str(), gone.header("etag")), ("", None));
    azure.get(&www).expect(404);
    azure.delete(&www).expect(204);
}

#[test]
fn every_recorded_type_comes_back_as_it_was_sent() {
    let azure = with_zone();
    for (path, properties) in [
        (
            "AAAA/six",
            json!({"TTL": 3600, "AAAARecords": [{"ipv6Address": "2001:0db8:85a3:0000:0000:8a2e:0370:7334"}]}),
        ),
        (
            "CNAME/alias",
            json!({"TTL": 1, "CNAMERecord": {"cname": "asosample.com"}}),
        ),
        (
            "TXT/text",
            json!({"TTL": 3600, "TXTRecords": [{"value": ["one", "two"]}]}),
        ),
        (
            "NS/sub",
            json!({"TTL": 2_147_483_647, "NSRecords": [{"nsdname": "ns.asotest.com"}]}),
        ),
        ("A/empty", json!({"TTL": 5, "ARecords": []})),
        (
            "A/*",
            json!({"metadata": {"by": "me"}, "TTL": 5, "ARecords": [{"ipv4Address": "1.2.3.4"}]}),
        ),
        (
            "A/*.deep.er",
            json!({"TTL": 5, "ARecords": [{"ipv4Address": "1.2.3.4"}]}),
        ),
        (
            "A/@",
            json!({"TTL": 5, "ARecords": [{"ipv4Address": "1.2.3.4"}]}),
        ),
    ] {
        azure
            .put(&record(path), &json!({"properties": properties}))
            .expect(201);
        let read = azure.get(&record(path)).expect(200);
        for (name, value) in properties.as_object().unwrap() {
            assert_eq!(&read.body["properties"][name], value, "{path}");
        }
    }
    let apex = azure.get(&record("A/@")).expect(200);
    assert_eq!(apex.body["properties"]["fqdn"], "myzone.com.");
    let names: Vec<Value> = azure.get(&record("A")).expect(200).body["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|set| set["name"].clone())
        .collect();
    assert_eq!(names, ["@", "*", "*.deep.er", "empty"]);
}

#[test]
fn what_dns_cannot_hold_is_refused() {
    let azure = with_zone();
    let a_with = |ttl: Value, address: &str| json!({"properties": {"TTL": ttl, "ARecords": [{"ipv4Address": address}]}});
    let long = "x".repeat(64);
    for (path, body, says) in [
        ("A/x", a_with(json!(0), "1.2.3.4"), "TTL"),
        ("A/x", a_with(json!(2_147_483_648_i64), "1.2.3.4"), "TTL"),
        ("A/x", a_with(Value::Null, "1.2.3.4"), "TTL"),
        ("A/x", a_with(json!("60"), "1.2.3.4"), "TTL"),
        ("A/x", a(&["1.2.3"]), "'1.2.3'"),
        ("A/x", a(&["::1"]), "'::1'"),
        ("A/x", a(&["1.2.3.4", "1.2.3.4"]), "twice"),
        (
            "AAAA/x",
            json!({"properties": {"TTL": 1, "AAAARecords": [{"ipv6Address": "1.2.3.4"}]}}),
            "'1.2.3.4'",
        ),
        ("CNAME/x", cname("not a name"), "'not a name'"),
        ("CNAME/x", json!({"properties": {"TTL": 1}}), "no record"),
        ("CNAME/@", cname("example.org"), "apex"),
        ("A/x..y", a(&["1.2.3.4"]), "name"),
        ("A/x.", a(&["1.2.3.4"]), "name"),
        ("A/x.*", a(&["1.2.3.4"]), "name"),
        (&format!("A/{long}"), a(&["1.2.3.4"]), "63"),
        (
            "SOA/x",
            json!({"properties": {"TTL": 1, "SOARecord": {}}}),
            "SOA",
        ),
    ] {
        let refused = azure.put(&record(path), &body).expect(400);
        assert_eq!(refused.keys(), ["code", "message"], "{path}");
        assert!(
            refused.message().contains(says),
            "{path}: {}",
            refused.message()
        );
    }
    assert_eq!(azure.get(&record("A")).expect(200).body["value"], json!([]));
    azure.delete(&record("SOA/@")).expect(400);
    azure.delete(&record("NS/@")).expect(400);
    let refused =
        |name: &str, body: Value| azure.put(&zone(name), &body).expect(400).code().to_owned();
    assert_eq!(refused("com", json!({"location": "global"})), "BadRequest");
    assert_eq!(
        refused("x.com", json!({"location": "westus"})),
        "LocationNotAvailableForResourceType"
    );
}

#[test]
fn a_cname_stands_alone() {
    let azure = with_zone();
    azure.put(&record("A/x"), &a(&["1.2.3.4"])).expect(201);
    azure.put(&record("CNAME/y"), &cname("a.b")).expect(201);
    for (path, body) in [
        ("CNAME/x", cname("a.b")),
        ("A/y", a(&["1.2.3.4"])),
        ("A/Y", a(&["1.2.3.4"])),
    ] {
        assert_eq!(
            azure.put(&record(path), &body).expect(409).code(),
            "Conflict"
        );
    }
    azure.put(&record("CNAME/y"), &cname("b.c")).expect(200);
    azure.delete(&record("A/x")).expect(200);
    azure.put(&record("CNAME/x"), &cname("a.b")).expect(201);
}

#[test]
fn a_condition_that_does_not_hold_stops_a_write() {
    let azure = with_zone();
    let www = record("A/www");
    let [one, two] = [a(&["1.1.1.1"]), a(&["2.2.2.2"])];
    assert_eq!(send_if(&azure, "PUT", &www, ("if-match", "*"), &one), 412);
    assert_eq!(
        send_if(&azure, "PUT", &www, ("if-none-match", "*"), &one),
        201
    );
    assert_eq!(
        send_if(&azure, "PUT", &www, ("if-none-match", "*"), &two),
        412
    );
    let etag = azure.get(&www).expect(200).body["etag"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(send_if(&azure, "PUT", &www, ("if-match", &etag), &two), 200);
    assert_eq!(send_if(&azure, "PUT", &www, ("if-match", &etag), &one), 412);
    assert_eq!(
        send_if(&azure, "DELETE", &www, ("if-match", &etag), &one),
        412
    );
    let read = azure.get(&www).expect(200);
    assert_eq!(
        read.body["properties"]["ARecords"],
        two["properties"]["ARecords"]
    );
    assert_eq!(
        send_if(&azure, "DELETE", &www, ("if-match", "*"), &one),
        200
    );
}

#[test]
fn a_zone_takes_its_record_sets_with_it() {
    let azure = Azure::realistic();
    azure.group("westus");
    let make = || azure.put(&zone("myzone.com"), &json!({"location": "global"}));
    make().expect(201);
    azure.put(&record("A/www"), &a(&["1.2.3.4"])).expect(201);
    let begun = azure.delete(&zone("myzone.com")).expect(202);
    let status = begun.header("azure-asyncoperation").unwrap().to_owned();
    let result = begun.header("location").unwrap().to_owned();
    assert!(status.contains("/dnsOperationStatuses/") && result.contains("/dnsOperationResults/"));
    let state = |answer: Answer| answer.expect(200).body["status"].clone();
    assert_eq!(state(azure.get(&status)), "InProgress");
    azure.get(&result).expect(202);
    azure.pass(10);
    assert_eq!(state(azure.get(&status)), "Succeeded");
    azure.get(&result).expect(200);
    assert_eq!(
        azure.get(&zone("myzone.com")).expect(404).code(),
        "ResourceNotFound"
    );
    let parent = azure.get(&record("A/www")).expect(404);
    assert_eq!(parent.code(), "ParentResourceNotFound");
    let parent = azure.put(&record("A/www"), &a(&["1.2.3.4"])).expect(404);
    assert_eq!(parent.code(), "ParentResourceNotFound");
    azure.delete(&record("A/www")).expect(204);
    make().expect(201);
    azure.get(&record("A/www")).expect(404);
}
