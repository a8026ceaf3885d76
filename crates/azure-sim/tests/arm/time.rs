//! Latency: the protocol is the same at any speed.

use serde_json::json;

use crate::azure::{Azure, group, url};

#[test]
fn without_latency_the_first_poll_says_done() {
    let azure = Azure::new();
    azure.group("westus2");
    let disk = url("Microsoft.Compute/disks/d", "2024-03-02");
    let body = json!({"location": "westus2", "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 1}});
    let begun = azure.put(&disk, &body).expect(202);
    assert_eq!(begun.header("retry-after"), Some("0"));
    let done = azure
        .get(begun.header("azure-asyncoperation").unwrap())
        .expect(200);
    assert_eq!(done.body["status"], "Succeeded");
    let gone = azure.delete(&group("g")).expect(202);
    assert_eq!(gone.header("retry-after"), Some("0"));
    azure.get(gone.header("location").unwrap()).expect(200);
}

#[test]
fn a_fixed_latency_bounds_the_advice_to_wait() {
    let azure = Azure::fixed(3);
    azure.group("westus2");
    let gone = azure.delete(&group("g")).expect(202);
    assert_eq!(gone.header("retry-after"), Some("3"));
    azure.pass(2);
    azure.get(gone.header("location").unwrap()).expect(202);
    azure.pass(1);
    azure.get(gone.header("location").unwrap()).expect(200);
}
