//! What each fault does to requests.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Exchange, Faults, Faulty};
use crate::{Latency, ManualClock, Simulator, SimulatorBuilder};

const GROUP: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/g";

/// An Azure with faults, and the clock that it reads.
struct Azure {
    faulty: Faulty,
    simulator: Simulator,
    clock: Arc<ManualClock>,
}

fn faults(faults: &Value) -> Faults {
    serde_json::from_value(json!({"faults": faults})).unwrap()
}

fn builder(clock: &Arc<ManualClock>) -> SimulatorBuilder {
    Simulator::builder()
        .clock(clock.clone())
        .latency(Latency::Fixed(Duration::from_secs(10)))
}

/// An Azure with a resource group, and these faults.
async fn azure(list: Value) -> Azure {
    let clock = Arc::new(ManualClock::new(
        Timestamp::from_second(1_700_000_000).unwrap(),
    ));
    let simulator = builder(&clock).build().unwrap();
    let request = request("PUT", GROUP, "2024-11-01", &json!({"location": "westus2"}));
    assert_eq!(simulator.handle(request).status(), 201);
    Azure {
        faulty: Faulty::new(simulator.clone(), faults(&list)),
        simulator,
        clock,
    }
}

fn request(method: &str, path: &str, version: &str, body: &Value) -> http::Request<Bytes> {
    let uri = if path.contains('?') {
        path.to_owned()
    } else {
        format!("{path}?api-version={version}")
    };
    let body = match body {
        Value::Null => Bytes::new(),
        body => Bytes::from(body.to_string()),
    };
    let request = http::Request::builder().method(method).uri(uri);
    request.body(body).unwrap()
}

fn json(response: &http::Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap_or(Value::Null)
}

fn header<'a>(response: &'a http::Response<Bytes>, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

impl Azure {
    async fn send(&self, method: &str, path: &str, version: &str, body: Value) -> Exchange {
        self.faulty
            .exchange(request(method, path, version, &body))
            .await
    }

    async fn answer(
        &self,
        method: &str,
        path: &str,
        version: &str,
        body: Value,
    ) -> http::Response<Bytes> {
        match self.send(method, path, version, body).await {
            Exchange::Answered(response) => response,
            other => panic!("no answer: {other:?}"),
        }
    }

    async fn get(&self, path: &str, version: &str) -> http::Response<Bytes> {
        self.answer("GET", path, version, Value::Null).await
    }

    /// Follows a polling header of an answer.
    async fn poll(&self, response: &http::Response<Bytes>, name: &str) -> http::Response<Bytes> {
        self.get(header(response, name), "").await
    }

    async fn state(&self, path: &str, version: &str) -> Value {
        json(&self.get(path, version).await)["properties"]["provisioningState"].clone()
    }
}

const DISKS: &str = "2023-04-02";

fn disk() -> (String, Value) {
    let path = format!("{GROUP}/providers/Microsoft.Compute/disks/d");
    let body = json!({
        "location": "westus2",
        "sku": {"name": "Standard_LRS"},
        "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4},
    });
    (path, body)
}

const CLUSTERS: &str = "2024-09-01";

fn cluster() -> (String, Value) {
    let path = format!("{GROUP}/providers/Microsoft.ContainerService/managedClusters/c");
    let body = json!({
        "location": "westus2",
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "dnsPrefix": "c",
            "agentPoolProfiles": [
                {"name": "system", "mode": "System", "count": 1, "vmSize": "Standard_D2s_v3", "osType": "Linux"},
            ],
        },
    });
    (path, body)
}

fn failing() -> Value {
    json!({"fail": {"code": "NoRoom", "message": "There is no room."}})
}

#[tokio::test]
async fn another_answer_is_given_in_place_of_azure_s() {
    let azure = azure(json!([{
        "path": "/subscriptions/*/resourcegroups/G",
        "respond": {"status": 503, "headers": {"Retry-After": "7"}, "body": {"error": {"code": "Busy"}}},
    }]))
    .await;
    let response = azure.get(GROUP, "2024-11-01").await;
    assert_eq!(response.status(), 503);
    assert_eq!(header(&response, "retry-after"), "7");
    assert_eq!(
        header(&response, "content-type"),
        "application/json; charset=utf-8"
    );
    assert!(!header(&response, "x-ms-request-id").is_empty());
    assert_eq!(json(&response), json!({"error": {"code": "Busy"}}));
    assert_eq!(azure.simulator.requests().len(), 1, "only the group's PUT");
    assert_eq!(azure.get(GROUP, "2024-11-01").await.status(), 200);
    assert_eq!(azure.faulty.struck(), [1]);
}

#[tokio::test]
async fn throttling_speaks_as_resource_manager_or_as_a_provider() {
    let azure = azure(json!([
        {"throttle": {"retryAfter": 5}},
        {"throttle": {"retryAfter": 372, "code": "ResourceRequestsThrottled"}},
    ]))
    .await;
    let (path, _) = disk();
    let first = azure.get(&path, DISKS).await;
    assert_eq!(first.status(), 429);
    assert_eq!(header(&first, "retry-after"), "5");
    assert_eq!(
        json(&first)["error"],
        json!({
            "code": "SubscriptionRequestsThrottled",
            "message": "Number of requests for subscription '11111111-1111-1111-1111-111111111111' and operation \
                        'GET/SUBSCRIPTIONS/RESOURCEGROUPS/PROVIDERS/MICROSOFT.COMPUTE/DISKS' exceeded the backend \
                        storage limit. Please try again after '5' seconds.",
        })
    );
    let second = azure.get(&path, DISKS).await;
    assert_eq!(
        json(&second)["error"]["message"],
        "Number of requests for action 'Microsoft.Compute/disks/read' exceeded the limit of '50' for time interval \
         '00:05:00'. Please try again after '372' seconds."
    );
    assert_eq!(azure.get(&path, DISKS).await.status(), 404);
}

#[tokio::test]
async fn a_reset_changes_nothing_and_a_lost_answer_does() {
    let azure =
        azure(json!([{"method": "put", "reset": true}, {"method": "put", "loseAnswer": true}]))
            .await;
    let (path, body) = disk();
    let reset = azure.send("PUT", &path, DISKS, body.clone()).await;
    assert!(matches!(reset, Exchange::Reset));
    assert_eq!(azure.get(&path, DISKS).await.status(), 404);
    let lost = azure.send("PUT", &path, DISKS, body.clone()).await;
    assert!(matches!(lost, Exchange::Reset));
    assert_eq!(azure.get(&path, DISKS).await.status(), 200);
    assert_eq!(azure.answer("PUT", &path, DISKS, body).await.status(), 202);
}

#[tokio::test]
async fn a_body_ends_early_but_the_request_is_applied() {
    let azure = azure(json!([
        {"method": "PUT", "truncate": {"bytes": 20}},
        {"method": "GET", "truncate": {"bytes": 1_000_000}},
    ]))
    .await;
    let (path, body) = disk();
    let cut = azure.send("PUT", &path, DISKS, body).await;
    assert!(
        matches!(cut, Exchange::Truncated { sent: 20, ref response } if response.status() == 202)
    );
    let Exchange::Truncated { response, sent } = azure.send("GET", &path, DISKS, Value::Null).await
    else {
        panic!("a long limit cuts nothing off");
    };
    assert_eq!(sent + 1, response.body().len());
}

#[tokio::test(start_paused = true)]
async fn a_delay_holds_the_request_up() {
    let azure = azure(json!([{"delay": "90s"}])).await;
    let start = tokio::time::Instant::now();
    assert_eq!(azure.get(GROUP, "2024-11-01").await.status(), 200);
    assert_eq!(start.elapsed(), Duration::from_secs(90));
}

#[tokio::test]
async fn a_principal_is_unknown_for_a_while_and_other_requests_are_not_counted() {
    let azure = azure(json!([{"times": 2, "principalNotFound": true}])).await;
    assert_eq!(azure.get(GROUP, "2024-11-01").await.status(), 200);
    let path = format!(
        "{GROUP}/providers/Microsoft.Authorization/roleAssignments/22222222-2222-2222-2222-222222222222"
    );
    let body = json!({"properties": {
        "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c",
        "principalId": "ca11e4a0-0b1e-4c71-8d00-51ab01a7ed00",
    }});
    for _ in 0..2 {
        let refused = azure.answer("PUT", &path, "2022-04-01", body.clone()).await;
        assert_eq!(refused.status(), 400);
        let error = json(&refused)["error"].clone();
        assert_eq!(error["code"], "PrincipalNotFound");
        let words =
            "Principal ca11e4a00b1e4c718d0051ab01a7ed00 does not exist in the directory 5ee5aded";
        assert!(
            error["message"].as_str().unwrap().starts_with(words),
            "{error}"
        );
    }
    assert_eq!(
        azure
            .answer("PUT", &path, "2022-04-01", body)
            .await
            .status(),
        201
    );
}

#[tokio::test]
async fn an_operation_on_a_disk_fails_by_both_polling_urls() {
    let azure = azure(json!([{"method": "PUT", "operation": failing()}])).await;
    let (path, body) = disk();
    let accepted = azure.answer("PUT", &path, DISKS, body).await;
    assert_eq!(accepted.status(), 202);
    assert_eq!(
        json(&azure.poll(&accepted, "azure-asyncoperation").await)["status"],
        "InProgress"
    );
    azure.clock.advance(Duration::from_secs(10));
    let status = json(&azure.poll(&accepted, "azure-asyncoperation").await);
    assert_eq!(status["status"], "Failed");
    assert_eq!(
        status["error"],
        json!({"code": "NoRoom", "message": "There is no room."})
    );
    let result = azure.poll(&accepted, "location").await;
    assert_eq!(result.status(), 409);
    assert_eq!(json(&result)["error"]["code"], "NoRoom");
    assert_eq!(azure.state(&path, DISKS).await, "Failed");
}

#[tokio::test]
async fn a_deletion_that_fails_leaves_the_thing_there_to_be_deleted_again() {
    let azure =
        azure(json!([{"method": "DELETE", "times": "always", "operation": failing()}])).await;
    let (disk, body) = disk();
    azure.answer("PUT", &disk, DISKS, body).await;
    azure.clock.advance(Duration::from_secs(10));
    let zone = format!("{GROUP}/providers/Microsoft.Network/dnsZones/example.com");
    azure
        .answer("PUT", &zone, "2018-05-01", json!({"location": "global"}))
        .await;
    for (path, version) in [
        (&*disk, DISKS),
        (&*zone, "2018-05-01"),
        (GROUP, "2024-11-01"),
    ] {
        let accepted = azure.answer("DELETE", path, version, Value::Null).await;
        assert_eq!(accepted.status(), 202, "{path}");
        azure.clock.advance(Duration::from_secs(10));
        let ended = azure.poll(&accepted, "location").await;
        assert_eq!(
            (ended.status().as_u16(), &json(&ended)["error"]["code"]),
            (409, &json!("NoRoom"))
        );
        let left = azure.get(path, version).await;
        assert_eq!(left.status(), 200, "{path}");
        let state = &json(&left)["properties"]["provisioningState"];
        assert!(state.is_null() || state == "Failed", "{path}: {state}");
    }
    for (path, version) in [(&*zone, "2018-05-01"), (GROUP, "2024-11-01")] {
        let again = request("DELETE", path, version, &Value::Null);
        assert_eq!(azure.simulator.handle(again).status(), 202);
        azure.clock.advance(Duration::from_secs(10));
        assert_eq!(azure.get(path, version).await.status(), 404);
    }
}

#[tokio::test]
async fn work_on_clusters_and_pools_is_canceled_in_aks_s_way() {
    let azure = azure(json!([
        {"method": "PUT", "path": "/**/agentPools/*", "operation": failing()},
        {"method": "DELETE", "operation": "cancel"},
    ]))
    .await;
    let (path, body) = cluster();
    assert_eq!(
        azure.answer("PUT", &path, CLUSTERS, body).await.status(),
        201
    );
    azure.clock.advance(Duration::from_secs(10));
    let pool = format!("{path}/agentPools/user");
    let body = json!({"properties": {"count": 1, "vmSize": "Standard_D2s_v3", "mode": "User"}});
    let accepted = azure.answer("PUT", &pool, CLUSTERS, body).await;
    azure.clock.advance(Duration::from_secs(10));
    let status = json(&azure.poll(&accepted, "azure-asyncoperation").await);
    assert_eq!(
        (&status["status"], &status["error"]["code"]),
        (&json!("Failed"), &json!("NoRoom"))
    );
    assert!(status["endTime"].is_string());
    assert_eq!(azure.state(&pool, CLUSTERS).await, "Failed");
    assert_eq!(azure.state(&path, CLUSTERS).await, "Succeeded");

    let accepted = azure.answer("DELETE", &path, CLUSTERS, Value::Null).await;
    azure.clock.advance(Duration::from_secs(10));
    let status = json(&azure.poll(&accepted, "azure-asyncoperation").await);
    assert_eq!(
        (&status["status"], &status["error"]["code"]),
        (&json!("Canceled"), &json!("Canceled"))
    );
    assert_eq!(azure.poll(&accepted, "location").await.status(), 409);
    assert_eq!(azure.state(&path, CLUSTERS).await, "Canceled");
    assert_eq!(
        azure
            .state(&format!("{path}/agentPools/system"), CLUSTERS)
            .await,
        "Canceled"
    );
}

#[tokio::test]
async fn a_storage_account_and_a_vault_fail_without_a_status_document() {
    let azure = azure(json!([{"method": "PUT", "times": 2, "operation": failing()}])).await;
    let account = format!("{GROUP}/providers/Microsoft.Storage/storageAccounts/account1");
    let body = json!({"location": "westus2", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}});
    let accepted = azure.answer("PUT", &account, "2023-05-01", body).await;
    let vault = format!("{GROUP}/providers/Microsoft.KeyVault/vaults/vault1");
    let body = json!({"location": "westus2", "properties": {
        "tenantId": "5ee5aded-7e1a-4a11-9f0e-51ab01a7ed00",
        "sku": {"family": "A", "name": "standard"},
        "accessPolicies": [],
    }});
    let created = azure.answer("PUT", &vault, "2023-07-01", body).await;
    assert!(created.status().is_success(), "{created:?}");
    azure.clock.advance(Duration::from_secs(10));
    let ended = azure.poll(&accepted, "location").await;
    assert_eq!(
        (ended.status().as_u16(), &json(&ended)["error"]["code"]),
        (409, &json!("NoRoom"))
    );
    assert_eq!(azure.state(&account, "2023-05-01").await, "Failed");
    assert_eq!(azure.state(&vault, "2023-07-01").await, "Failed");
}

#[tokio::test]
async fn a_slow_operation_takes_as_long_as_told_and_says_so() {
    let azure = azure(json!([
        {"method": "PUT", "operation": {"slow": "5m"}},
        {"method": "PUT", "operation": {"slow": 3}},
    ]))
    .await;
    let (path, body) = disk();
    for (seconds, retry) in [(300, "2"), (30, "2")] {
        let accepted = azure.answer("PUT", &path, DISKS, body.clone()).await;
        assert_eq!(header(&accepted, "retry-after"), retry);
        azure.clock.advance(Duration::from_secs(seconds - 1));
        assert_eq!(azure.poll(&accepted, "location").await.status(), 202);
        azure.clock.advance(Duration::from_secs(1));
        assert_eq!(azure.poll(&accepted, "location").await.status(), 200);
        assert_eq!(azure.state(&path, DISKS).await, "Succeeded");
    }
}

#[tokio::test]
async fn a_fault_of_operations_waits_for_a_request_that_starts_one() {
    let azure = azure(json!([{"operation": failing()}])).await;
    let (path, body) = disk();
    let refused = azure
        .answer("PUT", &path, DISKS, json!({"location": "nowhere"}))
        .await;
    assert_eq!(refused.status(), 400);
    assert_eq!(azure.get(GROUP, "2024-11-01").await.status(), 200);
    assert_eq!(azure.faulty.struck(), [0]);
    azure.answer("PUT", &path, DISKS, body).await;
    assert_eq!(azure.faulty.struck(), [1]);
    azure.clock.advance(Duration::from_secs(10));
    assert_eq!(azure.state(&path, DISKS).await, "Failed");
}

#[tokio::test]
async fn the_end_of_an_operation_is_kept_with_the_state() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(
        Timestamp::from_second(1_700_000_000).unwrap(),
    ));
    let open = || builder(&clock).state_dir(directory.path()).build().unwrap();
    let (path, body) = disk();
    {
        let simulator = open();
        simulator.handle(request(
            "PUT",
            GROUP,
            "2024-11-01",
            &json!({"location": "westus2"}),
        ));
        let faulty = Faulty::new(simulator, faults(&json!([{"operation": failing()}])));
        faulty.exchange(request("PUT", &path, DISKS, &body)).await;
    }
    clock.advance(Duration::from_secs(10));
    let read = open().handle(request("GET", &path, DISKS, &Value::Null));
    assert_eq!(json(&read)["properties"]["provisioningState"], "Failed");
}

fn deployment() -> (String, Value) {
    let path = format!("{GROUP}/providers/Microsoft.Resources/deployments/all");
    let (_, mut disk) = disk();
    disk["type"] = json!("Microsoft.Compute/disks");
    disk["apiVersion"] = json!(DISKS);
    disk["name"] = json!("d");
    let template = |resources: Value| {
        json!({
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "resources": resources,
        })
    };
    let nested = json!({
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inner",
        "properties": {"mode": "Incremental", "template": template(json!([disk]))},
    });
    let body =
        json!({"properties": {"mode": "Incremental", "template": template(json!([nested]))}});
    (path, body)
}

const DEPLOYMENTS: &str = "2022-09-01";

async fn deployed(fate: Value) -> (Azure, http::Response<Bytes>) {
    let azure = azure(json!([{"path": "/**/deployments/*", "operation": fate}])).await;
    let (path, body) = deployment();
    let accepted = azure.answer("PUT", &path, DEPLOYMENTS, body).await;
    assert_eq!(accepted.status(), 201, "{accepted:?}");
    (azure, accepted)
}

#[tokio::test]
async fn a_failed_deployment_nests_the_error_down_to_the_last_resource() {
    let (azure, accepted) = deployed(failing()).await;
    azure.clock.advance(Duration::from_secs(120));
    let status = json(&azure.poll(&accepted, "azure-asyncoperation").await);
    assert_eq!(
        (&status["status"], &status["error"]["code"]),
        (&json!("Failed"), &json!("DeploymentFailed"))
    );
    let nested = &status["error"]["details"][0];
    assert_eq!(nested["code"], "ResourceDeploymentFailure");
    assert_eq!(nested["details"][0]["code"], "DeploymentFailed");
    let resource = &nested["details"][0]["details"][0];
    assert_eq!(resource["code"], "ResourceDeploymentFailure");
    assert_eq!(resource["target"], disk().0);
    assert_eq!(
        resource["details"][0],
        json!({"code": "NoRoom", "message": "There is no room."})
    );
    assert_eq!(azure.state(&disk().0, DISKS).await, "Failed");
    let (path, _) = deployment();
    assert_eq!(azure.state(&path, DEPLOYMENTS).await, "Failed");
    let inner = path.replace("/all", "/inner");
    assert_eq!(azure.state(&inner, DEPLOYMENTS).await, "Failed");
}

#[tokio::test]
async fn a_deployment_is_canceled_with_those_inside_it() {
    let (azure, accepted) = deployed(json!("cancel")).await;
    azure.clock.advance(Duration::from_secs(120));
    let status = json(&azure.poll(&accepted, "azure-asyncoperation").await);
    assert_eq!(status["status"], "Canceled");
    let inner = deployment().0.replace("/all", "/inner");
    assert_eq!(azure.state(&inner, DEPLOYMENTS).await, "Canceled");
}

#[tokio::test]
async fn a_slow_deployment_runs_on_and_then_ends_well() {
    let (azure, accepted) = deployed(json!({"slow": "1h"})).await;
    azure.clock.advance(Duration::from_secs(3599));
    assert_eq!(
        json(&azure.poll(&accepted, "azure-asyncoperation").await)["status"],
        "Running"
    );
    azure.clock.advance(Duration::from_secs(1));
    assert_eq!(
        json(&azure.poll(&accepted, "azure-asyncoperation").await)["status"],
        "Succeeded"
    );
}

#[tokio::test]
async fn a_deployment_stays_when_its_deletion_fails() {
    let azure = azure(json!([{"method": "DELETE", "operation": failing()}])).await;
    let (path, body) = deployment();
    azure.answer("PUT", &path, DEPLOYMENTS, body).await;
    azure.clock.advance(Duration::from_secs(120));
    for (status, left) in [(409, 200), (204, 404)] {
        let accepted = azure
            .answer("DELETE", &path, DEPLOYMENTS, Value::Null)
            .await;
        azure.clock.advance(Duration::from_secs(60));
        assert_eq!(azure.poll(&accepted, "location").await.status(), status);
        assert_eq!(azure.get(&path, DEPLOYMENTS).await.status(), left);
    }
}

#[test]
fn what_cannot_be_meant_is_refused_with_the_fault_the_value_and_the_way_out() {
    for (fault, words) in [
        (
            json!({"name": "lost"}),
            ["fault 2 (\"lost\")", "has no effect"],
        ),
        (
            json!({"reset": true, "delay": "5s"}),
            ["several effects (delay, reset)", "one fault of each"],
        ),
        (
            json!({"reset": true, "path": "disks"}),
            ["path \"disks\"", "begin it with /**/"],
        ),
        (
            json!({"reset": true, "method": "FETCH"}),
            ["\"FETCH\"", "GET, HEAD"],
        ),
        (
            json!({"reset": true, "method": []}),
            ["empty list", "leave it out"],
        ),
        (json!({"reset": false}), ["reset false", "leave it out"]),
        (
            json!({"reset": true, "times": 0}),
            ["times 0", "leave the fault out"],
        ),
        (
            json!({"reset": true, "times": "often"}),
            ["often", "`always`"],
        ),
        (
            json!({"reset": true, "probability": 2}),
            ["probability 2", "0.25"],
        ),
        (
            json!({"reset": true, "probabilty": 1}),
            ["probabilty", "`probability`"],
        ),
        (
            json!({"delay": "5 parsecs"}),
            ["delay \"5 parsecs\"", "250ms"],
        ),
        (
            json!({"respond": {"status": 99}}),
            ["status 99", "200 to 599"],
        ),
        (
            json!({"respond": {"status": 200, "headers": {"Content-Length": "1"}}}),
            ["Content-Length", "truncate"],
        ),
        (
            json!({"operation": {"slow": "soon"}}),
            ["slow \"soon\"", "10m"],
        ),
        (json!({"operation": {"slow": 0.5}}), ["slow 0.5", "above 1"]),
        (
            json!({"operation": {"fail": {"code": "A", "message": "b", "status": 200}}}),
            ["status 200", "400 to 599"],
        ),
        (
            json!({"operation": "cancel", "method": "GET"}),
            ["GET starts no operation", "PUT"],
        ),
        (
            json!({"principalNotFound": true, "method": "POST"}),
            ["POST assigns no role", "PUT"],
        ),
    ] {
        let document = json!({"faults": [{"reset": true}, fault]});
        let error = serde_json::from_value::<Faults>(document)
            .unwrap_err()
            .to_string();
        for word in words {
            assert!(error.contains(word), "{error:?} lacks {word:?}");
        }
    }
}

#[test]
fn the_example_is_read_and_is_what_the_guide_shows() {
    let text = include_str!("../../../../examples/faults.yml");
    let faults: Faults = serde_saphyr::from_str(text).unwrap();
    assert_eq!((faults.seed, faults.faults.len()), (7, 11));
    let guide = include_str!("../../../../docs/simulator.md");
    assert!(guide.contains(text), "the guide shows another example");
}

/// Which of some requests are reset.
fn resets(document: &Value, paths: &[u8]) -> Vec<bool> {
    let faults = serde_json::from_value(document.clone()).unwrap();
    let faulty = Faulty::new(Simulator::builder().build().unwrap(), faults);
    paths
        .iter()
        .map(|path| {
            let path = format!("/subscriptions/{path}");
            let exchange = faulty.exchange(request("GET", &path, "2022-12-01", &Value::Null));
            matches!(futures::executor::block_on(exchange), Exchange::Reset)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_same_requests_get_the_same_faults(seed: u64, paths in proptest::collection::vec(0_u8..4, 60..80)) {
        let document = |seed: u64| json!({"seed": seed, "faults": [
            {"path": "/subscriptions/1", "times": 3, "probability": 0.5, "reset": true},
            {"times": "always", "skip": 5, "probability": 0.5, "reset": true},
        ]});
        let first = resets(&document(seed), &paths);
        prop_assert_eq!(&first, &resets(&document(seed), &paths));
        prop_assert_ne!(&first, &resets(&document(seed.wrapping_add(1)), &paths));
    }

    #[test]
    fn the_first_fault_that_is_not_used_up_is_taken(
        counts in proptest::collection::vec((0_u64..3, 1_u64..4), 1..4), requests in 1_usize..15,
    ) {
        let list: Vec<Value> = counts
            .iter()
            .map(|(skip, times)| json!({"skip": skip, "times": times, "reset": true}))
            .collect();
        let faulty = Faulty::new(Simulator::builder().build().unwrap(), faults(&json!(list)));
        // Each in turn lets pass what it skips, to those behind it, and takes what it may.
        let mut left = counts.clone();
        for _ in 0..requests {
            for (skip, times) in &mut left {
                if *times == 0 {
                    continue;
                }
                if *skip > 0 {
                    *skip -= 1;
                    continue;
                }
                *times -= 1;
                break;
            }
            let exchange = faulty.exchange(request("GET", "/tenants", "2022-12-01", &Value::Null));
            futures::executor::block_on(exchange);
        }
        let expected: Vec<u64> = counts.iter().zip(&left).map(|((_, all), (_, left))| all - left).collect();
        prop_assert_eq!(faulty.struck(), expected);
    }
}
