//! Azure's generated models judge what the driver sends and what the offline Azure answers.
//!
//! `cargo xtask conformance models` runs this and shows the report.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)] // In what the tests share.

mod azure;
mod contract;
mod coverage;
mod differences;
mod disk_operation;
mod operation_status;
mod operations;
mod survey;
mod template;
mod tour;

use bytes::Bytes;
use kompox_conformance::{Exchange, Judge, Verdict};
use serde_json::{Value, json};

use crate::azure::Azure;

fn judge(exchanges: &[Exchange]) -> Verdict {
    Judge {
        rows: &operations::rows(),
        unmodelled: differences::UNMODELLED,
        exceptions: differences::EXCEPTIONS,
    }
    .judge(exchanges)
}

/// What is wrong with the bodies of one exchange.
fn wrong(exchange: Exchange) -> Vec<String> {
    let mut failures = judge(&[exchange]).failures();
    failures.retain(|failure| !failure.starts_with("nothing came by"));
    failures
}

#[tokio::test(start_paused = true)]
async fn what_the_driver_sends_and_the_offline_azure_answers_comes_back_equal() {
    let azure = Azure::new();
    tour::everything(&azure).await;
    contract::everything(&azure).await;
    survey::everything(&azure).await;
    let exchanges = azure.exchanges();
    let verdict = judge(&exchanges);
    println!("{verdict}");
    assert!(
        verdict.failures().is_empty(),
        "the report says what is wrong"
    );
    assert_eq!(coverage::gaps(&exchanges), [""; 0]);
}

const DISK: &str = "https://management.azure.com/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/g/providers/Microsoft.Compute/disks/d?api-version=2024-03-02";

fn exchange(method: &str, url: &str, request: &Value, status: u16, response: &Value) -> Exchange {
    let bytes = |body: &Value| match body {
        Value::Null => Bytes::new(),
        body => body.to_string().into(),
    };
    let url = url.parse().unwrap();
    Exchange::new(method, &url, bytes(request), status, bytes(response))
}

fn disk() -> Value {
    json!({
        "location": "japaneast",
        "sku": {"name": "Premium_LRS"},
        "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4},
    })
}

fn changed(mut body: Value, pointer: &str, value: Value) -> Value {
    *body.pointer_mut(pointer).unwrap() = value;
    body
}

#[test]
fn a_right_disk_passes() {
    let failures = wrong(exchange("PUT", DISK, &disk(), 200, &disk()));
    assert_eq!(failures, [""; 0]);
}

#[test]
fn a_wrong_name_is_noticed_in_what_is_sent_and_in_what_is_answered() {
    let mut misspelt = disk();
    misspelt["properties"]["diskSizeGb"] = json!(4);
    for (request, response, what) in [
        (misspelt.clone(), disk(), "request"),
        (disk(), misspelt.clone(), "answer"),
    ] {
        let failures = wrong(exchange("PUT", DISK, &request, 200, &response));
        assert_eq!(failures.len(), 1, "{failures:?}");
        assert!(failures[0].starts_with(what), "{failures:?}");
        assert!(
            failures[0].contains("properties/diskSizeGb"),
            "{failures:?}"
        );
    }
}

#[test]
fn a_wrong_type_and_a_wrong_value_of_an_enumeration_are_noticed() {
    for (pointer, value) in [
        ("/properties/diskSizeGB", json!("4")),
        ("/properties/creationData/createOption", json!("empty")),
        ("/sku/name", json!("premium_LRS")),
        ("/sku", json!("Premium_LRS")),
    ] {
        let body = changed(disk(), pointer, value);
        let failures = wrong(exchange("PUT", DISK, &body, 200, &disk()));
        assert_eq!(failures.len(), 1, "{pointer}: {failures:?}");
        assert!(failures[0].contains(&pointer[1..]), "{failures:?}");
    }
}

#[test]
fn a_refusal_is_judged_by_the_model_of_refusals() {
    let right = json!({"error": {"code": "NotFound", "message": "no"}});
    let refused = |body: &Value| wrong(exchange("GET", DISK, &Value::Null, 404, body));
    assert_eq!(refused(&right), [""; 0]);
    let failures = refused(&json!({"error": {"Code": "NotFound", "message": "no"}}));
    assert!(failures[0].contains("error/Code"), "{failures:?}");
}

#[test]
fn bodies_where_none_belong_and_operations_without_a_model_are_noticed() {
    let failures = wrong(exchange("DELETE", DISK, &Value::Null, 200, &disk()));
    assert!(
        failures[0].contains("a body where no answer has one"),
        "{failures:?}"
    );
    let failures = wrong(exchange("GET", DISK, &Value::Null, 200, &Value::Null));
    assert!(failures[0].contains("no answer"), "{failures:?}");
    let unknown = DISK.replace("/disks/", "/images/");
    let failures = wrong(exchange("GET", &unknown, &Value::Null, 200, &disk()));
    assert!(failures[0].contains("no model is named"), "{failures:?}");
}

#[test]
fn what_an_operation_on_a_disk_makes_is_judged_and_may_be_nothing() {
    let url = "https://management.azure.com/subscriptions/11111111-1111-1111-1111-111111111111/providers/Microsoft.Compute/locations/japaneast/DiskOperations/1?api-version=2024-03-02";
    let ended = |output: Value| json!({"name": "1", "status": "Succeeded", "properties": {"output": output}});
    let polled = |body: &Value| wrong(exchange("GET", url, &Value::Null, 200, body));
    let (access, misspelt) = (json!({"accessSAS": "x"}), json!({"accessSas": "x"}));
    for right in [Value::Null, access.clone(), ended(access)] {
        assert_eq!(polled(&right), [""; 0]);
    }
    for body in [misspelt.clone(), ended(misspelt)] {
        let failures = polled(&body);
        assert_eq!(failures.len(), 1, "{failures:?}");
        assert!(failures[0].contains("accessSas"), "{failures:?}");
    }
}

#[test]
fn what_nothing_comes_by_is_noticed() {
    let failures = judge(&[]).failures();
    let tables =
        operations::rows().len() + differences::UNMODELLED.len() + differences::EXCEPTIONS.len();
    assert_eq!(failures.len(), tables);
}
