//! One directory, several simulators: nothing lost, nothing half written.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use kompox_azure_sim::{ManualClock, RequestRecord, Simulator};
use serde_json::{Value, json};

use crate::azure::{SUBSCRIPTION, group, url};

fn open(directory: &Path) -> Simulator {
    let clock = ManualClock::new("2026-01-02T03:04:05Z".parse().unwrap());
    Simulator::builder()
        .state_dir(directory)
        .clock(Arc::new(clock))
        .build()
        .unwrap()
}

fn send(azure: &Simulator, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let body = if body.is_null() {
        Bytes::new()
    } else {
        Bytes::from(body.to_string())
    };
    let request = http::Request::builder()
        .method(method)
        .uri(format!("https://management.azure.com{path}"))
        .body(body)
        .unwrap();
    let (parts, body) = azure.handle(request).into_parts();
    (
        parts.status.as_u16(),
        serde_json::from_slice(&body).unwrap_or(Value::Null),
    )
}

fn disk(name: &str) -> String {
    url(&format!("Microsoft.Compute/disks/{name}"), "2024-03-02")
}

fn disk_body() -> Value {
    json!({"location": "westus2", "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 1}})
}

#[test]
fn what_one_process_makes_the_next_one_sees() {
    let directory = tempfile::tempdir().unwrap();
    let first = open(directory.path());
    assert_eq!(
        send(&first, "PUT", &group("g"), &json!({"location": "westus2"})).0,
        201
    );
    assert_eq!(send(&first, "PUT", &disk("d"), &disk_body()).0, 202);
    let second = open(directory.path());
    let (status, seen) = send(&second, "GET", &disk("d"), &Value::Null);
    assert_eq!(
        (status, &seen["properties"]["provisioningState"]),
        (200, &json!("Succeeded"))
    );
    assert_eq!(send(&second, "DELETE", &disk("d"), &Value::Null).0, 202);
    assert_eq!(send(&first, "GET", &disk("d"), &Value::Null).0, 404);

    let log = std::fs::read_to_string(directory.path().join("requests.jsonl")).unwrap();
    let records: Vec<RequestRecord> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let seen: Vec<(&str, u16)> = records
        .iter()
        .map(|r| (r.method.as_str(), r.status))
        .collect();
    assert_eq!(
        seen,
        [
            ("PUT", 201),
            ("PUT", 202),
            ("GET", 200),
            ("DELETE", 202),
            ("GET", 404)
        ]
    );
}

#[test]
fn simulators_in_threads_share_a_directory_without_losing_anything() {
    let directory = tempfile::tempdir().unwrap();
    send(
        &open(directory.path()),
        "PUT",
        &group("g"),
        &json!({"location": "westus2"}),
    );
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let path = directory.path();
            scope.spawn(move || {
                let azure = open(path);
                for n in 0..25 {
                    let name = format!("d{thread}-{n}");
                    assert_eq!(send(&azure, "PUT", &disk(&name), &disk_body()).0, 202);
                }
            });
        }
    });
    let azure = open(directory.path());
    let mut next = Some(url("Microsoft.Compute/disks", "2024-03-02"));
    let (mut unique, mut count) = (std::collections::BTreeSet::new(), 0);
    while let Some(link) = next {
        let path = link.replace("https://management.azure.com", "");
        let (_, page) = send(&azure, "GET", &path, &Value::Null);
        for disk in page["value"].as_array().unwrap() {
            unique.insert(disk["properties"]["uniqueId"].to_string());
            count += 1;
        }
        next = page["nextLink"].as_str().map(str::to_owned);
    }
    assert_eq!((count, unique.len()), (100, 100));
}

#[test]
fn a_line_torn_by_a_kill_is_as_if_it_had_not_been() {
    let directory = tempfile::tempdir().unwrap();
    let azure = open(directory.path());
    send(&azure, "PUT", &group("g"), &json!({"location": "westus2"}));
    let state = directory.path().join("state.jsonl");
    let whole = std::fs::read(&state).unwrap();
    send(&azure, "PUT", &group("h"), &json!({"location": "westus2"}));
    let more = std::fs::read(&state).unwrap();
    for length in whole.len()..more.len() {
        std::fs::write(&state, &more[..length]).unwrap();
        let next = open(directory.path());
        assert_eq!(send(&next, "GET", &group("g"), &Value::Null).0, 200);
        assert_eq!(send(&next, "GET", &group("h"), &Value::Null).0, 404);
    }
    std::fs::write(&state, &more[..more.len() - 3]).unwrap();
    let next = open(directory.path());
    assert_eq!(
        send(&next, "PUT", &group("i"), &json!({"location": "westus2"})).0,
        201
    );
    let last = open(directory.path());
    let list = format!("/subscriptions/{SUBSCRIPTION}/resourcegroups?api-version=2024-11-01");
    assert_eq!(
        send(&last, "GET", &list, &Value::Null).1["value"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn a_long_journal_is_rewritten_and_still_understood_by_others() {
    let directory = tempfile::tempdir().unwrap();
    let (first, second) = (open(directory.path()), open(directory.path()));
    send(&first, "PUT", &group("g"), &json!({"location": "westus2"}));
    let tags: serde_json::Map<String, Value> = (0..50)
        .map(|n| (format!("{n}{}", "t".repeat(400)), json!("v".repeat(250))))
        .collect();
    let body = json!({"location": "westus2", "tags": tags});
    for _ in 0..60 {
        send(&first, "PUT", &group("g"), &body);
    }
    let size = std::fs::metadata(directory.path().join("state.jsonl"))
        .unwrap()
        .len();
    assert!(size < 1_500_000, "{size}");
    assert_eq!(
        send(&second, "GET", &group("g"), &Value::Null).1["tags"],
        body["tags"]
    );
}

#[test]
fn unreadable_state_is_an_error_that_says_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("state.jsonl"), "nonsense\n").unwrap();
    let error = Simulator::builder()
        .state_dir(directory.path())
        .build()
        .unwrap_err();
    let text = error.to_string();
    assert!(text.contains("remove the directory"), "{text}");
}
