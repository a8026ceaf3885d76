//! Disks and snapshots against the recordings: reduced first answers, the operation's output, slow copies.

use std::time::Duration;

use serde_json::{Value, json};

use crate::azure::{Answer, Azure, SUBSCRIPTION, group, id, url};

const VERSION: &str = "2024-03-02";

fn disk(name: &str) -> String {
    url(&format!("Microsoft.Compute/disks/{name}"), VERSION)
}

fn snapshot(name: &str) -> String {
    url(&format!("Microsoft.Compute/snapshots/{name}"), VERSION)
}

fn empty(sku: &str, size: u64) -> Value {
    json!({
        "location": "westus2",
        "sku": {"name": sku},
        "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": size},
    })
}

fn copy(option: &str, source: &str, incremental: bool) -> Value {
    json!({
        "location": "westus2",
        "properties": {
            "creationData": {"createOption": option, "sourceResourceId": source},
            "incremental": incremental,
        },
    })
}

fn properties(answer: &Answer) -> Vec<&str> {
    answer.body["properties"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn creating_a_disk_speaks_the_recorded_protocol() {
    let azure = Azure::realistic();
    azure.group("westus2");
    let mut body = empty("Premium_LRS", 500);
    body["zones"] = json!(["1"]);
    let begun = azure.put(&disk("d1"), &body).expect(202);
    assert_eq!(
        begun.keys(),
        ["name", "id", "type", "location", "sku", "properties"]
    );
    assert_eq!(
        properties(&begun),
        ["creationData", "diskSizeGB", "provisioningState"]
    );
    assert_eq!(begun.body["properties"]["provisioningState"], "Updating");
    assert_eq!(begun.header("retry-after"), Some("2"));
    assert!(
        begun
            .header("x-ms-ratelimit-remaining-resource")
            .unwrap()
            .contains("CreateUpdateDisks")
    );
    let operation = begun.header("azure-asyncoperation").unwrap().to_owned();
    let location = begun.header("location").unwrap().to_owned();
    assert!(operation.contains("/locations/westus2/DiskOperations/"));
    assert!(!operation.contains("monitor=") && location.contains("monitor=true"));

    let running = azure.get(&operation).expect(200);
    assert_eq!(running.keys(), ["startTime", "status", "name"]);
    assert_eq!(running.body["status"], "InProgress");
    assert_eq!(
        running.body["name"].as_str(),
        begun.header("x-ms-request-id")
    );
    azure.get(&location).expect(202);

    azure.pass(1);
    let done = azure.get(&operation).expect(200);
    assert_eq!(
        done.keys(),
        ["startTime", "endTime", "status", "properties", "name"]
    );
    assert_eq!(done.body["startTime"], "2026-01-02T03:04:05.1234567+00:00");
    let read = azure.get(&disk("d1")).expect(200);
    assert_eq!(done.body["properties"]["output"], read.body);
    assert_eq!(azure.get(&location).expect(200).body, read.body);
    assert_eq!(read.body["zones"], json!(["1"]));
    assert_eq!(
        read.body["sku"],
        json!({"name": "Premium_LRS", "tier": "Premium"})
    );
    assert_eq!(
        properties(&read),
        [
            "creationData",
            "diskSizeGB",
            "diskIOPSReadWrite",
            "diskMBpsReadWrite",
            "encryption",
            "networkAccessPolicy",
            "publicNetworkAccess",
            "timeCreated",
            "provisioningState",
            "diskState",
            "diskSizeBytes",
            "uniqueId",
            "tier",
        ]
    );
    let shown = &read.body["properties"];
    assert_eq!(
        (&shown["tier"], &shown["diskIOPSReadWrite"]),
        (&json!("P20"), &json!(2300))
    );
    assert_eq!(shown["diskSizeBytes"], json!(536_870_912_000_u64));
    assert_eq!(shown["diskState"], "Unattached");
}

#[test]
fn premium_v2_has_its_own_performance() {
    let azure = Azure::new();
    azure.group("westus2");
    let mut body = empty("PremiumV2_LRS", 1024);
    body["properties"]["diskIOPSReadWrite"] = json!(10000);
    azure.put(&disk("d"), &body).expect(202);
    let read = azure.get(&disk("d")).expect(200);
    let shown = &read.body["properties"];
    assert_eq!(shown["diskIOPSReadWrite"], 10000);
    assert_eq!(shown["diskMBpsReadWrite"], 125);
    assert_eq!(shown["creationData"]["logicalSectorSize"], 4096);
    assert_eq!((&shown["maxShares"], shown.get("tier")), (&json!(1), None));
    let mut refused = empty("Premium_LRS", 10);
    refused["properties"]["diskIOPSReadWrite"] = json!(10000);
    assert_eq!(
        azure.put(&disk("e"), &refused).expect(400).code(),
        "InvalidParameter"
    );
}

#[test]
fn what_azure_refuses_of_a_disk_is_refused() {
    let azure = Azure::new();
    azure.group("westus2");
    let refused = |name: &str, body: Value| {
        let answer = azure.put(&disk(name), &body).expect(400);
        (
            answer.code().to_owned(),
            answer.body["error"]["target"]
                .as_str()
                .unwrap_or("")
                .to_owned(),
        )
    };
    let invalid = |target: &str| ("InvalidParameter".to_owned(), target.to_owned());
    assert_eq!(
        refused("-d", empty("Premium_LRS", 10)),
        invalid("disk.name")
    );
    assert_eq!(refused("d", empty("Fast_LRS", 10)), invalid("sku"));
    assert_eq!(
        refused("d", empty("Premium_LRS", 0)),
        invalid("disk.diskSizeGB")
    );
    let mut body = empty("Premium_LRS", 10);
    body["properties"]["creationData"] = json!({});
    assert_eq!(refused("d", body), invalid("creationData.createOption"));
    let mut body = empty("Premium_ZRS", 10);
    body["zones"] = json!(["1"]);
    assert_eq!(refused("d", body), invalid("zones"));
    let mut body = empty("Premium_LRS", 10);
    body["zones"] = json!(["4"]);
    assert_eq!(refused("d", body).0, "AvailabilityZoneNotSupported");
    let mut body = empty("Premium_LRS", 10);
    body["properties"]["diskSizeGB"] = json!("10");
    assert_eq!(refused("d", body).0, "BadRequest");
    assert_eq!(
        refused("d", copy("Copy", "nonsense", false)),
        invalid("creationData.sourceResourceId")
    );
    let missing = copy("Copy", &id("Microsoft.Compute/disks/none"), false);
    assert_eq!(
        azure.put(&disk("d"), &missing).expect(404).code(),
        "ResourceNotFound"
    );
}

#[test]
fn a_disk_keeps_what_cannot_change() {
    let azure = Azure::new();
    azure.group("westus2");
    let mut body = empty("Premium_LRS", 10);
    body["zones"] = json!(["1"]);
    azure.put(&disk("d"), &body).expect(202);
    let before = azure.get(&disk("d")).expect(200).body;
    let shrunk = azure.put(&disk("d"), &empty("Premium_LRS", 5)).expect(400);
    assert_eq!(shrunk.code(), "InvalidParameter");
    let code = |body: &Value| azure.put(&disk("d"), body).expect(409).code().to_owned();
    assert_eq!(code(&empty("Premium_ZRS", 10)), "PropertyChangeNotAllowed");
    body["zones"] = json!(["2"]);
    assert_eq!(code(&body), "PropertyChangeNotAllowed");

    let grown = azure
        .patch(&disk("d"), &json!({"properties": {"diskSizeGB": 20}}))
        .expect(202);
    assert_eq!(grown.body["properties"]["diskSizeGB"], 20);
    assert_eq!(grown.body["properties"]["tier"], "P3");
    let tagged = azure
        .patch(&disk("d"), &json!({"tags": {"a": "b"}}))
        .expect(202);
    assert_eq!(tagged.body["tags"], json!({"a": "b"}));
    let after = azure.get(&disk("d")).expect(200).body;
    assert_eq!(after["properties"]["tier"], "P4");
    assert_eq!(after["tags"], json!({"a": "b"}));
    for kept in ["uniqueId", "timeCreated"] {
        assert_eq!(after["properties"][kept], before["properties"][kept]);
    }
    assert_eq!(after["zones"], json!(["1"]));
}

#[test]
fn deleting_is_asynchronous_and_may_be_repeated() {
    let azure = Azure::realistic();
    azure.group("westus2");
    azure.put(&disk("d"), &empty("Premium_LRS", 10)).expect(202);
    azure.pass(1);
    let begun = azure.delete(&disk("d")).expect(202);
    assert_eq!(
        (begun.text.as_str(), begun.header("retry-after")),
        ("", None)
    );
    let operation = begun.header("azure-asyncoperation").unwrap().to_owned();
    azure.delete(&disk("d")).expect(202);
    azure.pass(1);
    let done = azure.get(&operation).expect(200);
    assert_eq!(done.keys(), ["startTime", "endTime", "status", "name"]);
    // For some seconds compute itself says that it is gone, then the gateway.
    let gone = azure.get(&disk("d")).expect(404);
    assert_eq!(
        (gone.code(), gone.message()),
        ("NotFound", "Disk d is not found.")
    );
    assert!(gone.header("x-ms-failure-cause").is_none());
    azure.delete(&disk("d")).expect(204);
    azure.pass(10);
    let gone = azure.get(&disk("d")).expect(404);
    assert_eq!(gone.code(), "ResourceNotFound");
    assert_eq!(gone.header("x-ms-failure-cause"), Some("gateway"));
}

#[test]
fn a_snapshot_and_a_disk_from_it_inherit_from_their_source() {
    let azure = Azure::new();
    azure.group("westus2");
    azure
        .put(&disk("d"), &empty("Premium_LRS", 200))
        .expect(202);
    let source = azure.get(&disk("d")).expect(200).body;
    azure
        .put(
            &snapshot("s"),
            &copy("Copy", &id("Microsoft.Compute/disks/d"), true),
        )
        .expect(202);
    let shot = azure.get(&snapshot("s")).expect(200).body;
    assert_eq!(
        shot["sku"],
        json!({"name": "Standard_LRS", "tier": "Standard"})
    );
    assert_eq!(shot["properties"]["diskSizeGB"], 200);
    assert_eq!(
        shot["properties"]["creationData"]["sourceUniqueId"],
        source["properties"]["uniqueId"]
    );
    assert!(shot["properties"]["incrementalSnapshotFamilyId"].is_string());
    assert!(shot["properties"].get("completionPercent").is_none());
    assert!(shot["properties"].get("tier").is_none());
    azure
        .put(
            &disk("e"),
            &copy("Copy", &id("Microsoft.Compute/snapshots/s"), false),
        )
        .expect(202);
    assert_eq!(
        azure.get(&disk("e")).expect(200).body["properties"]["diskSizeGB"],
        200
    );
    let mut small = copy("Copy", &id("Microsoft.Compute/snapshots/s"), false);
    small["properties"]["diskSizeGB"] = json!(100);
    azure.put(&disk("f"), &small).expect(400);
    let mut premium = copy("Copy", &id("Microsoft.Compute/disks/d"), true);
    premium["sku"] = json!({"name": "Premium_LRS"});
    let refused = azure.put(&snapshot("t"), &premium).expect(400);
    assert_eq!(
        refused.message(),
        "SKU Premium_LRS is not supported for resource type IncrementalSnapshot in this region. Supported SKUs for \
         this region are Standard_LRS,Standard_ZRS"
    );
    assert_eq!(refused.body["error"]["target"], "sku");
}

#[test]
fn a_copy_to_another_region_arrives_after_its_operation_has_ended() {
    let azure = Azure::realistic();
    azure.group("westus2");
    azure.put(&disk("d"), &empty("Premium_LRS", 10)).expect(202);
    azure.pass(1);
    azure
        .put(
            &snapshot("s"),
            &copy("Copy", &id("Microsoft.Compute/disks/d"), true),
        )
        .expect(202);
    azure.pass(1);
    let mut remote = copy("Copy", &id("Microsoft.Compute/snapshots/s"), true);
    remote["location"] = json!("eastus");
    let refused = azure.put(&snapshot("far"), &remote).expect(400);
    assert!(refused.message().contains("CopyStart"));
    remote["properties"]["creationData"]["createOption"] = json!("CopyStart");
    let begun = azure.put(&snapshot("far"), &remote).expect(202);
    let operation = begun.header("azure-asyncoperation").unwrap().to_owned();
    azure.pass(1);
    let done = azure.get(&operation).expect(200);
    assert_eq!(done.body["status"], "Succeeded");
    assert!(
        done.body["properties"]["output"]["properties"]
            .get("completionPercent")
            .is_none()
    );

    let percent =
        || azure.get(&snapshot("far")).expect(200).body["properties"]["completionPercent"].clone();
    assert_eq!(percent(), json!(0.0));
    let mut early = copy("Copy", &id("Microsoft.Compute/snapshots/far"), false);
    early["location"] = json!("eastus");
    assert_eq!(
        azure.put(&disk("e"), &early).expect(409).code(),
        "OperationNotAllowed"
    );
    azure.pass(45);
    let half = percent().as_f64().unwrap();
    assert!((40.0..60.0).contains(&half), "{half}");
    azure.pass(46);
    assert_eq!(percent(), json!(100.0));
    azure.put(&disk("e"), &early).expect(202);
}

#[test]
fn snapshots_of_fast_disks_are_incremental_and_slow() {
    let azure = Azure::realistic();
    azure.group("westus2");
    azure
        .put(&disk("d"), &empty("PremiumV2_LRS", 10))
        .expect(202);
    azure.pass(1);
    let source = id("Microsoft.Compute/disks/d");
    azure
        .put(&snapshot("s"), &copy("Copy", &source, false))
        .expect(400);
    azure
        .put(&snapshot("s"), &copy("Copy", &source, true))
        .expect(202);
    azure.pass(2);
    let percent = || {
        azure.get(&snapshot("s")).expect(200).body["properties"]["completionPercent"]
            .as_f64()
            .unwrap()
    };
    assert!(percent() < 100.0);
    azure.pass(90);
    assert!((percent() - 100.0).abs() < f64::EPSILON);
}

#[test]
fn a_source_that_is_going_cannot_be_copied() {
    let azure = Azure::realistic();
    azure.group("westus2");
    azure.put(&disk("d"), &empty("Premium_LRS", 10)).expect(202);
    azure.pass(1);
    azure.delete(&disk("d")).expect(202);
    let source = id("Microsoft.Compute/disks/d");
    assert_eq!(
        azure
            .put(&disk("e"), &copy("Copy", &source, false))
            .expect(409)
            .code(),
        "Conflict"
    );
}

#[test]
fn a_copy_whose_source_is_gone_before_its_end_fails() {
    let azure = Azure::realistic();
    azure.group("westus2");
    azure
        .put(&group("h"), &json!({"location": "westus2"}))
        .expect(201);
    azure.put(&disk("d"), &empty("Premium_LRS", 10)).expect(202);
    azure.pass(1);
    azure.delete(&group("g")).expect(202);
    azure.clock.advance(Duration::from_millis(74_900));
    let copied = disk("e").replace("/g/", "/h/");
    let begun = azure
        .put(
            &copied,
            &copy("Copy", &id("Microsoft.Compute/disks/d"), false),
        )
        .expect(202);
    azure.pass(1);
    let ended = azure
        .get(begun.header("azure-asyncoperation").unwrap())
        .expect(200);
    assert_eq!(
        ended.keys(),
        ["startTime", "endTime", "status", "error", "name"]
    );
    assert_eq!(ended.body["status"], "Failed");
    assert_eq!(
        azure
            .get(begun.header("location").unwrap())
            .expect(404)
            .code(),
        "NotFound"
    );
    assert_eq!(
        azure.get(&copied).expect(200).body["properties"]["provisioningState"],
        "Failed"
    );
}

#[test]
fn many_disks_come_in_pages() {
    let azure = Azure::new();
    azure.group("westus2");
    for n in 0..120 {
        azure
            .put(&disk(&format!("d{n:03}")), &empty("Standard_LRS", 1))
            .expect(202);
    }
    let mut next = Some(url("Microsoft.Compute/disks", VERSION));
    let mut names = Vec::new();
    let mut pages = 0;
    while let Some(link) = next {
        let page = azure.get(&link).expect(200);
        names.extend(
            page.body["value"]
                .as_array()
                .unwrap()
                .iter()
                .map(|d| d["name"].clone()),
        );
        next = page.body["nextLink"].as_str().map(str::to_owned);
        pages += 1;
    }
    assert_eq!((names.len(), pages), (120, 3));
    let everywhere = format!(
        "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/disks?api-version={VERSION}"
    );
    assert_eq!(
        azure.get(&everywhere).expect(200).body["value"]
            .as_array()
            .unwrap()
            .len(),
        50
    );
    let missing = url("Microsoft.Compute/disks", VERSION).replace("/g/", "/h/");
    assert_eq!(
        azure.get(&missing).expect(404).code(),
        "ResourceGroupNotFound"
    );
    azure.delete(&group("g")).expect(202);
}
