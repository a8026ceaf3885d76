//! Access to the data of disks and snapshots: granted, in the way, taken back, run out.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::azure::{Azure, id, url};

const VERSION: &str = "2024-03-02";

fn disk(rest: &str) -> String {
    url(&format!("Microsoft.Compute/disks/d{rest}"), VERSION)
}

fn snapshot(rest: &str) -> String {
    url(&format!("Microsoft.Compute/snapshots/s{rest}"), VERSION)
}

fn with_disk(azure: Azure) -> Azure {
    azure.group("westus2");
    let body = json!({
        "location": "westus2", "sku": {"name": "Premium_LRS"},
        "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 8},
    });
    azure.put(&disk(""), &body).expect(202);
    azure.pass(60);
    azure.get(&disk("")).expect(200);
    azure
}

fn read_for(seconds: i64) -> Value {
    json!({"access": "Read", "durationInSeconds": seconds})
}

fn state(azure: &Azure, url: &str) -> Value {
    azure.get(url).expect(200).body["properties"]["diskState"].clone()
}

#[test]
fn access_is_granted_by_an_operation_and_keeps_the_disk() {
    let azure = with_disk(Azure::fixed(30));
    let begun = azure
        .post(&disk("/beginGetAccess"), &read_for(3600))
        .expect(202);
    assert_eq!(begun.text, "");
    let status = begun.header("azure-asyncoperation").unwrap().to_owned();
    let result = begun.header("location").unwrap().to_owned();
    let running = azure.get(&status).expect(200);
    assert_eq!(running.body["status"], "InProgress");
    assert_eq!(running.body.get("properties"), None);
    azure.get(&result).expect(202);
    assert_eq!(state(&azure, &disk("")), "Unattached");
    azure.delete(&disk("")).expect(409);

    azure.pass(31);
    let access = azure.get(&result).expect(200).body;
    assert_eq!(access.as_object().unwrap().len(), 1);
    let sas = access["accessSAS"].as_str().unwrap();
    assert!(sas.starts_with("https://md-") && sas.contains(".invalid/") && sas.contains("&sig="));
    let ended = azure.get(&status).expect(200).body;
    assert_eq!(ended["status"], "Succeeded");
    assert_eq!(ended["properties"]["output"], access);
    assert_eq!(state(&azure, &disk("")), "ActiveSAS");
    assert!(!azure.get(&disk("")).expect(200).text.contains("sig="));

    let refused = azure.delete(&disk("")).expect(409);
    assert_eq!(refused.code(), "OperationNotAllowed");
    assert!(
        refused
            .message()
            .starts_with("There is an active shared access signature outstanding for disk d.")
    );
    azure
        .post(&disk("/beginGetAccess"), &read_for(60))
        .expect(409);

    let begun = azure.post(&disk("/endGetAccess"), &Value::Null).expect(202);
    let result = begun.header("location").unwrap().to_owned();
    azure.delete(&disk("")).expect(409);
    azure.pass(31);
    assert_eq!(azure.get(&result).expect(200).text, "");
    assert_eq!(state(&azure, &disk("")), "Unattached");
    azure.delete(&disk("")).expect(202);
}

#[test]
fn what_happens_meanwhile_does_not_let_go_of_access() {
    let azure = with_disk(Azure::fixed(30));
    azure.post(&disk("/endGetAccess"), &Value::Null).expect(202);
    azure.pass(5);
    azure
        .post(&disk("/beginGetAccess"), &read_for(3600))
        .expect(202);
    azure.pass(5);
    azure
        .patch(&disk(""), &json!({"tags": {"a": "b"}}))
        .expect(202);
    azure.delete(&disk("")).expect(409);
    azure.pass(60);
    assert_eq!(state(&azure, &disk("")), "ActiveSAS");
    azure.delete(&disk("")).expect(409);
}

#[test]
fn access_runs_out() {
    let azure = with_disk(Azure::new());
    azure
        .post(&disk("/beginGetAccess"), &read_for(60))
        .expect(202);
    assert_eq!(state(&azure, &disk("")), "ActiveSAS");
    azure.pass(59);
    azure.delete(&disk("")).expect(409);
    let patched = azure
        .patch(&disk(""), &json!({"tags": {"a": "b"}}))
        .expect(202);
    let patched = azure.get(patched.header("location").unwrap()).expect(200);
    assert_eq!(patched.body["properties"]["diskState"], "ActiveSAS");
    azure.pass(1);
    assert_eq!(state(&azure, &disk("")), "Unattached");
    azure.delete(&disk("")).expect(202);
}

#[test]
fn every_grant_has_another_signature() {
    let azure = with_disk(Azure::new());
    let grant = || {
        let begun = azure
            .post(&disk("/beginGetAccess"), &read_for(60))
            .expect(202);
        let result = azure.get(begun.header("location").unwrap()).expect(200);
        azure.post(&disk("/endGetAccess"), &Value::Null).expect(202);
        result.body["accessSAS"].as_str().unwrap().to_owned()
    };
    assert_ne!(grant(), grant());
}

#[test]
fn snapshots_are_exported_the_same_way_once_their_data_is_there() {
    let azure = with_disk(Azure::new());
    let body = json!({"location": "westus2", "properties": {"incremental": true,
        "creationData": {"createOption": "Copy", "sourceResourceId": id("Microsoft.Compute/disks/d")}}});
    azure.put(&snapshot(""), &body).expect(202);
    azure
        .post(&snapshot("/beginGetAccess"), &read_for(60))
        .expect(202);
    assert_eq!(state(&azure, &snapshot("")), "ActiveSAS");
    let refused = azure.delete(&snapshot("")).expect(409);
    assert!(refused.message().contains("for snapshot s."));
    azure
        .post(&snapshot("/endGetAccess"), &Value::Null)
        .expect(202);
    azure.delete(&snapshot("")).expect(202);

    let azure = with_disk(Azure::realistic());
    azure.put(&snapshot(""), &body).expect(202);
    azure.pass(10);
    let body = json!({"location": "westus2", "properties": {"incremental": true,
        "creationData": {"createOption": "CopyStart", "sourceResourceId": id("Microsoft.Compute/snapshots/s")}}});
    azure.put(&snapshot("2"), &body).expect(202);
    azure.pass(10);
    let early = azure.post(&snapshot("2/beginGetAccess"), &read_for(60));
    assert_eq!(early.expect(409).code(), "OperationNotAllowed");
    azure.pass(600);
    azure
        .post(&snapshot("2/beginGetAccess"), &read_for(60))
        .expect(202);
}

#[test]
fn access_that_cannot_be_is_refused() {
    let azure = with_disk(Azure::new());
    for (body, status, code) in [
        (Value::Null, 400, "InvalidParameter"),
        (json!({"access": "Read"}), 400, "InvalidParameter"),
        (json!({"durationInSeconds": 60}), 400, "InvalidParameter"),
        (read_for(0), 400, "InvalidParameter"),
        (read_for(60 * 86_400 + 1), 400, "InvalidParameter"),
        (
            json!({"access": "None", "durationInSeconds": 60}),
            400,
            "InvalidParameter",
        ),
        (
            json!({"access": "All", "durationInSeconds": 60}),
            400,
            "InvalidParameter",
        ),
        (
            json!({"access": "Read", "durationInSeconds": 60, "getSecureVMGuestStateSAS": true}),
            400,
            "InvalidParameter",
        ),
        (
            json!({"access": "Write", "durationInSeconds": 60}),
            409,
            "OperationNotAllowed",
        ),
    ] {
        let refused = azure.post(&disk("/beginGetAccess"), &body).expect(status);
        assert_eq!(refused.code(), code, "{body}");
    }
    assert_eq!(state(&azure, &disk("")), "Unattached");
    let deny = json!({"properties": {"networkAccessPolicy": "DenyAll"}});
    azure.patch(&disk(""), &deny).expect(202);
    azure
        .post(&disk("/beginGetAccess"), &read_for(60))
        .expect(409);
    let gone = disk("/beginGetAccess").replace("/d/", "/e/");
    assert_eq!(
        azure.post(&gone, &read_for(60)).expect(404).code(),
        "ResourceNotFound"
    );
    azure.post(&disk("/redeploy"), &Value::Null).expect(404);
}

#[test]
fn a_disk_for_upload_can_be_written_to() {
    let azure = with_disk(Azure::new());
    let body = json!({"location": "westus2", "sku": {"name": "Standard_LRS"}, "properties": {
        "creationData": {"createOption": "Upload", "uploadSizeBytes": 1_073_742_336}}});
    azure.put(&disk("2"), &body).expect(202);
    let write = json!({"access": "Write", "durationInSeconds": 60});
    azure.post(&disk("2/beginGetAccess"), &write).expect(202);
    assert_eq!(state(&azure, &disk("2")), "ActiveUpload");
    azure
        .post(&disk("2/endGetAccess"), &Value::Null)
        .expect(202);
    assert_eq!(state(&azure, &disk("2")), "Unattached");
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Grant(u64),
    Revoke,
    Pass(u64),
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_disk_is_kept_exactly_as_long_as_somebody_has_access(
        steps in prop::collection::vec(
            prop_oneof![
                (1_u64..60).prop_map(Step::Grant),
                Just(Step::Revoke),
                (1_u64..40).prop_map(Step::Pass),
            ],
            1..30,
        ),
    ) {
        let azure = with_disk(Azure::new());
        let (mut now, mut until) = (0, 0);
        for step in steps {
            match step {
                Step::Grant(seconds) => {
                    let body = read_for(i64::try_from(seconds).unwrap());
                    let expected = if until > now { 409 } else { 202 };
                    let granted = azure.post(&disk("/beginGetAccess"), &body);
                    prop_assert_eq!(granted.status, expected);
                    if expected == 202 {
                        until = now + seconds;
                    }
                }
                Step::Revoke => {
                    azure.post(&disk("/endGetAccess"), &Value::Null).expect(202);
                    until = now;
                }
                Step::Pass(seconds) => {
                    azure.pass(seconds);
                    now += seconds;
                }
            }
            let expected = if until > now { "ActiveSAS" } else { "Unattached" };
            prop_assert_eq!(state(&azure, &disk("")), expected);
        }
        let expected = if until > now { 409 } else { 202 };
        prop_assert_eq!(azure.delete(&disk("")).status, expected);
    }
}
