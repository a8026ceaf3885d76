//! Long-running operations.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use kompox_azure::{Azure, Error, ProvisioningState};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::script::{
    ARM, Reply, SUBSCRIPTION, Script, azure, azure_with, disk, disk_body, disk_url, group,
    subscription,
};

/// A polling URL as Azure signs them, with everything that a URL library might be tempted to change.
fn signed(number: u32) -> String {
    format!(
        "{ARM}{SUBSCRIPTION}/providers/Microsoft.Compute/locations/japaneast/DiskOperations/op-{number}\
         ?p=a%2Fb%2fc&api-version=2016-03-30&t=638{number}&c=MII_-{}&s=x%3D%3d&h=~._-()*!,;:@+$&x=%7E%41&&=&y",
        "Aa0_-".repeat(600)
    )
}

fn running() -> Value {
    json!({ "startTime": "2025-11-18T21:18:19+00:00", "status": "InProgress", "name": "op" })
}

fn accepted(url: &str) -> Reply {
    Reply::status(202)
        .header("Azure-AsyncOperation", url)
        .json(&disk_body("d", "Updating"))
}

fn succeeded() -> Reply {
    Reply::ok(&json!({ "status": "Succeeded" }))
}

fn moved_to(url: &str) -> Reply {
    Reply::status(202).header("Location", url)
}

/// The calls that changing or deleting the disk `d` makes.
impl Script {
    fn on_patch(self, reply: Reply) -> Self {
        self.on("PATCH", &disk_url("d"), reply)
    }

    fn on_delete(self, reply: Reply) -> Self {
        self.on("DELETE", &disk_url("d"), reply)
    }

    /// The polling URL of that number is asked.
    fn on_poll(self, number: u32, reply: Reply) -> Self {
        self.on("GET", &signed(number), reply)
    }

    fn on_polls(self, times: usize, number: u32, reply: &Reply) -> Self {
        (0..times).fold(self, |script, _| script.on_poll(number, reply.clone()))
    }

    /// The disk is read, and in that state.
    fn on_read(self, state: &str) -> Self {
        self.on("GET", &disk_url("d"), Reply::ok(&disk_body("d", state)))
    }
}

/// The pipeline tries nothing again.
fn without_retries(script: &Arc<Script>) -> Azure {
    azure_with(script, |builder| {
        builder.retry(azure_core::http::RetryOptions::none())
    })
}

/// Operations are waited for that long.
fn for_90_seconds(script: &Arc<Script>) -> Azure {
    azure_with(script, |builder| {
        builder.operation_timeout(Duration::from_secs(90))
    })
}

async fn patch(azure: &Azure) -> kompox_azure::Result<Option<kompox_azure::Disk>> {
    azure
        .disks
        .update_tags(&disk("d"), &[("a".to_owned(), "b".to_owned())].into())
        .await
}

#[tokio::test(start_paused = true)]
async fn a_status_document_is_followed_to_its_end_and_the_resource_is_read() {
    let script = Arc::new(
        Script::new()
            .on_patch(accepted(&signed(1)))
            .with(json!({ "tags": { "a": "b" } }))
            .on_poll(1, Reply::ok(&running()))
            .on_poll(1, succeeded())
            .on_read("Succeeded"),
    );
    let disk = patch(&azure(&script)).await.unwrap().unwrap();
    assert_eq!(disk.state, ProvisioningState::Succeeded);
    script.done();
}

#[tokio::test(start_paused = true)]
async fn polling_urls_are_used_byte_for_byte_and_the_newest_one_wins() {
    let script = Arc::new(
        Script::new()
            .on_delete(moved_to(&signed(1)))
            .on_poll(1, moved_to(&signed(2)))
            .on_poll(2, Reply::status(202))
            .on_poll(2, moved_to(&signed(3)))
            .on_poll(3, Reply::status(204)),
    );
    azure(&script).disks.delete(&disk("d")).await.unwrap();
    script.done();
}

#[tokio::test(start_paused = true)]
async fn a_status_url_may_move_too() {
    let script = Arc::new(
        Script::new()
            .on_patch(accepted(&signed(1)))
            .on_poll(
                1,
                Reply::ok(&running()).header("Azure-AsyncOperation", &signed(2)),
            )
            .on_poll(2, succeeded())
            .on_read("Succeeded"),
    );
    patch(&azure(&script)).await.unwrap();
    script.done();
}

#[tokio::test(start_paused = true)]
async fn without_a_header_the_resource_itself_is_watched() {
    let script = Arc::new(
        Script::new()
            .on_patch(Reply::ok(&disk_body("d", "Updating")))
            .on_read("AlmostThere")
            .on_read("Succeeded"),
    );
    let disk = patch(&azure(&script)).await.unwrap().unwrap();
    assert_eq!(disk.state, ProvisioningState::Succeeded);
    script.done();
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_ends_badly_is_a_refusal() {
    let script = Arc::new(
        Script::new()
            .on_patch(Reply::ok(&disk_body("d", "Updating")))
            .on_read("Failed"),
    );
    let error = patch(&azure(&script)).await.unwrap_err();
    assert!(error.to_string().contains("ended as Failed"), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_final_is_not_polled() {
    let script = Arc::new(Script::new().on_patch(Reply::ok(&disk_body("d", "Succeeded"))));
    patch(&azure(&script)).await.unwrap();
    script.done();
}

#[tokio::test]
async fn a_location_on_201_is_where_the_new_thing_lives_and_not_polled() {
    let id = group("rg").resource("Microsoft.Authorization/roleAssignments", "n");
    let reply = Reply::status(201)
        .header("Location", &id.to_string())
        .json(&json!({ "id": id }));
    let script = Arc::new(Script::new().on("PUT", &format!("{id}?api-version=2022-04-01"), reply));
    let assignment = kompox_azure::RoleAssignment {
        scope: group("rg"),
        role: "r".into(),
        principal_id: "p".into(),
    };
    azure(&script)
        .role_assignments
        .create("n", &assignment)
        .await
        .unwrap();
    script.done();
}

#[tokio::test(start_paused = true)]
async fn the_server_decides_how_long_to_wait_and_silence_is_short_at_first() {
    let script = Arc::new(
        Script::new()
            .on_delete(moved_to(&signed(1)).header("Retry-After", "15"))
            .on_poll(
                1,
                Reply::status(202)
                    .header("Date", "Tue, 18 Nov 2025 21:18:19 GMT")
                    .header("Retry-After", "Tue, 18 Nov 2025 21:19:19 GMT"),
            )
            .on_poll(1, Reply::status(202).header("Retry-After", "0"))
            .on_poll(1, Reply::status(202))
            .on_poll(1, Reply::status(202))
            .on_poll(1, Reply::status(200)),
    );
    azure(&script).disks.delete(&disk("d")).await.unwrap();
    let millis: Vec<_> = script.waits().iter().map(Duration::as_millis).collect();
    // The paused clock counts whole milliseconds, rounded up.
    for (actual, expected) in millis.iter().zip([15_000, 60_000, 0, 250, 375]) {
        assert!(actual.abs_diff(expected) <= 2, "{millis:?}");
    }
    script.done();
}

#[tokio::test(start_paused = true)]
async fn a_server_that_always_says_at_once_is_not_hammered() {
    let script = Arc::new(
        Script::new()
            .on_delete(moved_to(&signed(1)).header("Retry-After", "0"))
            .on_polls(20, 1, &Reply::status(202).header("Retry-After", "0"))
            .on_poll(1, Reply::status(200)),
    );
    azure(&script).disks.delete(&disk("d")).await.unwrap();
    let waits = script.waits();
    assert!(waits[0].is_zero(), "{waits:?}");
    assert!(
        waits.iter().sum::<Duration>() > Duration::from_secs(10),
        "{waits:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn waits_without_a_word_from_the_server_grow_to_ten_seconds() {
    let script = Arc::new(
        Script::new()
            .on_delete(moved_to(&signed(1)))
            .on_polls(15, 1, &Reply::status(202))
            .on_poll(1, Reply::status(200)),
    );
    azure(&script).disks.delete(&disk("d")).await.unwrap();
    let waits = script.waits();
    assert!(
        waits
            .windows(2)
            .all(|pair| pair[0] <= pair[1] + Duration::from_millis(2)),
        "{waits:?}"
    );
    assert_eq!(waits.last().unwrap().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn polls_that_fail_in_passing_end_nothing() {
    let mut script = Script::new()
        .on_patch(accepted(&signed(1)))
        .on_poll(1, Reply::status(429).header("Retry-After", "3"))
        .on_poll(1, Reply::broken("reset by peer"))
        .on_poll(1, Reply::status(408))
        .on_poll(1, Reply::ok(&running()));
    // More than the pipeline puts up with in one call.
    for status in [500, 502, 503, 504, 500, 502, 503, 504, 500, 502, 503, 504] {
        script = script.on_poll(1, Reply::status(status));
    }
    let script = Arc::new(script.on_poll(1, succeeded()).on_read("Succeeded"));
    patch(&azure(&script)).await.unwrap();
    script.done();
}

#[tokio::test(start_paused = true)]
async fn polls_that_go_on_failing_are_given_up() {
    let script = Arc::new(Script::new().on_patch(accepted(&signed(1))).on_polls(
        6,
        1,
        &Reply::status(503),
    ));
    let azure = without_retries(&script);
    let error = patch(&azure).await.unwrap_err();
    assert_eq!(error.status(), Some(503));
    script.done();
}

#[tokio::test(start_paused = true)]
async fn only_failures_in_a_row_count() {
    let mut script = Script::new().on_patch(accepted(&signed(1)));
    for _ in 0..3 {
        script = script
            .on_polls(5, 1, &Reply::status(503))
            .on_poll(1, Reply::ok(&running()));
    }
    let script = Arc::new(script.on_poll(1, succeeded()).on_read("Succeeded"));
    let azure = without_retries(&script);
    patch(&azure).await.unwrap();
    script.done();
}

#[tokio::test(start_paused = true)]
async fn a_status_that_is_gone_leaves_the_resource_to_ask_after_a_delete() {
    for begun in [
        Reply::status(202).header("Azure-AsyncOperation", &signed(1)),
        moved_to(&signed(1)),
    ] {
        let script = Arc::new(
            Script::new()
                .on_delete(begun)
                .on_poll(1, Reply::status(404))
                .on_read("Deleting")
                .on("GET", &disk_url("d"), Reply::status(404)),
        );
        azure(&script).disks.delete(&disk("d")).await.unwrap();
        script.done();
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_still_there_is_not_deleted_however_well_it_is() {
    let script = Arc::new(
        (0..200).fold(Script::new().on_delete(Reply::status(202)), |script, _| {
            script.on_read("Succeeded")
        }),
    );
    let azure = for_90_seconds(&script);
    let error = azure.disks.delete(&disk("d")).await.unwrap_err();
    assert!(
        matches!(&error, Error::Timeout { state, .. } if state == "still there"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_status_that_is_gone_leaves_the_resource_to_ask_after_a_write() {
    let script = Arc::new(
        Script::new()
            .on_patch(accepted(&signed(1)))
            .on_poll(1, Reply::status(404))
            .on_read("Updating")
            .on_read("Succeeded"),
    );
    patch(&azure(&script)).await.unwrap();
    script.done();
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_fails_is_refused_with_its_own_error_and_the_id_of_the_call() {
    let failed = json!({ "status": "Failed", "error": { "code": "QuotaExceeded", "message": "no room", "target": "sku" } });
    let script = Arc::new(
        Script::new()
            .on_patch(accepted(&signed(1)).header("x-ms-request-id", "first"))
            .on_poll(1, Reply::ok(&failed).header("x-ms-request-id", "poll")),
    );
    let error = patch(&azure(&script)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "QuotaExceeded: no room (target sku; request id first)"
    );
    assert_eq!(
        error.status(),
        None,
        "the poll's 200 is not the status of a failure"
    );
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_was_canceled_is_refused_even_without_an_error() {
    let script = Arc::new(
        Script::new()
            .on_patch(accepted(&signed(1)))
            .on_poll(1, Reply::ok(&json!({ "status": "Canceled" }))),
    );
    let error = patch(&azure(&script)).await.unwrap_err();
    assert!(error.to_string().contains("Canceled"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_location_that_ends_in_an_error_is_refused_with_its_status() {
    let busy = json!({ "error": { "code": "AttachedDisk", "message": "in use" } });
    let script = Arc::new(
        Script::new()
            .on_delete(moved_to(&signed(1)))
            .on_poll(1, Reply::status(409).json(&busy)),
    );
    let error = azure(&script).disks.delete(&disk("d")).await.unwrap_err();
    assert_eq!(
        (error.status(), error.has_code("AttachedDisk")),
        (Some(409), true)
    );
}

#[tokio::test(start_paused = true)]
async fn a_polling_url_elsewhere_is_not_followed() {
    for elsewhere in [
        "https://evil.example/operations/1?s=secret",
        "https://management.azure.com.evil.example/operations/1?s=secret",
        "https://management.azure.com:444/operations/1?s=secret",
        "http://management.azure.com/operations/1?s=secret",
        "/operations/1?s=secret",
    ] {
        let script = Arc::new(Script::new().on_patch(accepted(elsewhere)));
        let error = patch(&azure(&script)).await.unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
        script.done();
    }
}

#[tokio::test(start_paused = true)]
async fn an_explicit_default_port_is_the_same_host() {
    let script = Arc::new(
        Script::new()
            .on_delete(Reply::status(202).header(
                "Location",
                &signed(1).replace(ARM, "https://management.azure.com:443"),
            ))
            .on_poll(1, Reply::status(200)),
    );
    azure(&script).disks.delete(&disk("d")).await.unwrap();
    script.done();
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_at_its_deadline_and_says_how_far_it_came() {
    let body = json!({ "status": "CreatingAgentPool: 0/1 nodes completed" });
    let script = Arc::new(Script::new().on_patch(accepted(&signed(1))).on_polls(
        5,
        1,
        &Reply::ok(&body).header("Retry-After", "20"),
    ));
    let azure = for_90_seconds(&script);
    let start = Instant::now();
    let error = patch(&azure).await.unwrap_err();
    assert_eq!(start.elapsed().as_secs(), 90);
    let Error::Timeout {
        call,
        seconds,
        state,
    } = error
    else {
        panic!("{error}")
    };
    assert_eq!(call, format!("PATCH {}", disk("d")));
    assert_eq!(
        (seconds, state.as_str()),
        (90, "CreatingAgentPool: 0/1 nodes completed")
    );
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_hangs_does_not_outlive_the_deadline() {
    let script = Arc::new(
        Script::new()
            .on_patch(accepted(&signed(1)))
            .on_poll(1, Reply::never()),
    );
    let azure = for_90_seconds(&script);
    let error = patch(&azure).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn dropping_the_future_stops_the_polling() {
    let script =
        Arc::new(Script::new().on_delete(moved_to(&signed(1)).header("Retry-After", "60")));
    let azure = azure(&script);
    let id = disk("d");
    let mut deleting = azure.disks.delete(&id);
    assert!(deleting.as_mut().now_or_never().is_none());
    assert_eq!(script.seen().len(), 1);
    drop(deleting);
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(script.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_error_beside_a_good_status_means_nothing() {
    let variants: Vec<Value> =
        serde_json::from_str(include_str!("../data/aks_operation.json")).unwrap();
    assert_eq!(variants[1]["status"], "Succeeded");
    assert!(variants[0]["error"].is_object() && variants[1]["error"].is_object());
    let script = Arc::new(
        Script::new()
            .on_patch(accepted(&signed(1)))
            .on_poll(1, Reply::ok(&variants[0]))
            .on_poll(1, Reply::ok(&variants[2]))
            .on_poll(1, Reply::ok(&variants[1]))
            .on_read("Updating"),
    );
    // AKS goes on changing by itself: the operation is over all the same.
    let disk = patch(&azure(&script)).await.unwrap().unwrap();
    assert_eq!(disk.state, ProvisioningState::Running("Updating".into()));
    script.done();
}

#[tokio::test(start_paused = true)]
async fn recorded_deletes_of_a_group_and_purges_of_a_vault_are_followed() {
    let script = Arc::new(Script::recorded(include_str!("../data/group_delete.json")));
    azure(&script)
        .resource_groups
        .delete(&group("asotest-rg-mnlufu"))
        .await
        .unwrap();
    script.done();
    assert!(script.waits().iter().all(|wait| wait.as_secs() == 15));

    let script = Arc::new(Script::recorded(include_str!("../data/vault_purge.json")));
    azure(&script)
        .key_vaults
        .purge_deleted(&subscription(), "westus2", "aso-kv-purge")
        .await
        .unwrap();
    script.done();
    assert!(script.waits().iter().all(|wait| wait.as_secs() == 5));
}
