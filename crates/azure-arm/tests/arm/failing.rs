//! Refusals, absence, and answers that never come.

use std::sync::Arc;

use azure_core::http::RetryOptions;
use kompox_azure::Error;
use kompox_model::failure::{Classify, FailureKind};
use serde_json::{Value, json};

use crate::script::{
    ARM, Reply, SUBSCRIPTION, Script, azure, azure_with, disk, disk_body, disk_url,
};

fn recorded(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../data/errors.json")).unwrap();
    all[name].clone()
}

async fn get(reply: Reply) -> kompox_azure::Result<Option<kompox_azure::Disk>> {
    let script = Arc::new(Script::new().on("GET", &disk_url("d"), reply));
    azure_with(&script, |builder| builder.retry(RetryOptions::none()))
        .disks
        .get(&disk("d"))
        .await
}

#[tokio::test]
async fn a_404_means_absent_whoever_says_it_and_however() {
    for body in recorded("absent").as_array().unwrap() {
        assert_eq!(
            get(Reply::status(404).json(body)).await.unwrap(),
            None,
            "{body}"
        );
    }
    assert_eq!(get(Reply::status(404)).await.unwrap(), None);
}

#[tokio::test]
async fn a_404_about_the_subscription_or_from_somebody_else_is_an_error() {
    for code in ["SubscriptionNotFound", "InvalidResourceType"] {
        let body = json!({ "error": { "code": code, "message": "no" } });
        let error = get(Reply::status(404).json(&body)).await.unwrap_err();
        assert!(error.has_code(code), "{error}");
    }
    let error = get(Reply::status(404).text("<html>nginx</html>"))
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(404));
}

#[tokio::test]
async fn deleting_what_is_not_there_succeeds_but_not_in_a_wrong_subscription() {
    for reply in [
        Reply::status(204),
        Reply::status(200),
        Reply::status(404).json(&recorded("absent")[0]),
    ] {
        let script = Arc::new(Script::new().on("DELETE", &disk_url("d"), reply));
        azure(&script).disks.delete(&disk("d")).await.unwrap();
    }
    let body = json!({ "error": { "code": "SubscriptionNotFound", "message": "no" } });
    let script =
        Arc::new(Script::new().on("DELETE", &disk_url("d"), Reply::status(404).json(&body)));
    assert!(azure(&script).disks.delete(&disk("d")).await.is_err());
}

#[tokio::test]
async fn a_refusal_keeps_azures_words_its_status_and_its_request_id() {
    for (status, name, code, kind) in [
        (
            401,
            "expired",
            "ExpiredAuthenticationToken",
            FailureKind::Cloud,
        ),
        (403, "forbidden", "AuthorizationFailed", FailureKind::Cloud),
        (409, "active", "DeploymentActive", FailureKind::Conflict),
        (
            429,
            "throttled",
            "ResourceRequestsThrottled",
            FailureKind::Cloud,
        ),
        (
            400,
            "preflight",
            "InvalidTemplateDeployment",
            FailureKind::Cloud,
        ),
    ] {
        let reply = Reply::status(status)
            .json(&recorded(name))
            .header("x-ms-correlation-request-id", "correlation")
            .header("x-ms-request-id", "request");
        let error = get(reply).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        let failure = error.failure().unwrap();
        assert_eq!(
            (failure.status, failure.code.as_str()),
            (Some(status), code)
        );
        assert_eq!(failure.request_id.as_deref(), Some("request"));
        assert!(!failure.message.is_empty());
    }
    let error = get(Reply::status(403).json(&recorded("forbidden")))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("Microsoft.Authorization/roleAssignments/write")
            && error.contains("over scope"),
        "{error}"
    );
}

#[tokio::test]
async fn the_correlation_id_serves_where_there_is_no_request_id() {
    let reply = Reply::status(403)
        .json(&recorded("forbidden"))
        .header("x-ms-correlation-request-id", "correlation");
    let error = get(reply).await.unwrap_err();
    assert_eq!(
        error.failure().unwrap().request_id.as_deref(),
        Some("correlation")
    );
}

#[tokio::test]
async fn a_refusal_without_the_wrapper_or_without_anything_is_still_one() {
    let bare = json!({ "code": "PropertyChangeNotAllowed", "details": null, "message": "no", "subcode": "", "target": "t" });
    let error = get(Reply::status(400).json(&bare)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "PropertyChangeNotAllowed: no (target t; HTTP 400)"
    );
    let error = get(Reply::status(502)).await.unwrap_err();
    assert!(error.to_string().contains("502"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn failures_that_may_pass_are_tried_again_and_not_before_the_server_says() {
    let script = Arc::new(
        Script::new()
            .on(
                "GET",
                &disk_url("d"),
                Reply::status(429)
                    .header("Retry-After", "7")
                    .json(&recorded("throttled")),
            )
            .on("GET", &disk_url("d"), Reply::status(500))
            .on("GET", &disk_url("d"), Reply::broken("reset by peer"))
            .on(
                "GET",
                &disk_url("d"),
                Reply::ok(&disk_body("d", "Succeeded")),
            ),
    );
    assert!(
        azure(&script)
            .disks
            .get(&disk("d"))
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(script.waits()[0].as_secs(), 7);
    let ids: Vec<_> = script
        .seen()
        .iter()
        .map(|call| call.header("x-ms-client-request-id").unwrap().to_owned())
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "one call, one id");
    script.done();
}

#[tokio::test]
async fn other_refusals_are_not_tried_again() {
    let script = Arc::new(Script::new().on(
        "GET",
        &disk_url("d"),
        Reply::status(409).json(&recorded("active")),
    ));
    assert!(azure(&script).disks.get(&disk("d")).await.is_err());
    script.done();
}

#[tokio::test]
async fn no_answer_names_the_call_and_the_cause_once() {
    let error = get(Reply::broken("reset by peer")).await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }));
    assert_eq!(
        error.to_string(),
        format!("no answer from Azure to GET {}: reset by peer", disk("d"))
    );
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_malformed_and_names_the_call() {
    for body in [
        "",
        "<html>",
        "[]",
        "{\"id\": 5}",
        "{\"id\": \"nonsense\"}",
        "{}",
    ] {
        let error = get(Reply::status(200).text(body)).await.unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{body}: {error}");
        assert!(
            error.to_string().contains(&format!("GET {}", disk("d"))),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_operation_without_a_status_is_malformed() {
    let url = format!("{ARM}{SUBSCRIPTION}/operations/1");
    let script = Arc::new(
        Script::new()
            .on(
                "DELETE",
                &disk_url("d"),
                Reply::status(202)
                    .header("Azure-AsyncOperation", &url)
                    .header("Retry-After", "0"),
            )
            .on("GET", &url, Reply::ok(&json!({}))),
    );
    let error = azure(&script).disks.delete(&disk("d")).await.unwrap_err();
    assert!(error.to_string().contains("without a status"), "{error}");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_told_at_once() {
    let reply = Reply::broken("invalid peer certificate: UnknownIssuer");
    let script = Arc::new(Script::new().on("GET", &disk_url("d"), reply));
    let error = azure(&script).disks.get(&disk("d")).await.unwrap_err();
    let told = error.to_string();
    assert!(
        told.contains("the certificate of management.azure.com is not trusted"),
        "{told}"
    );
    assert!(told.contains("SSL_CERT_FILE"), "{told}");
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("UnknownIssuer"), "{source}");
    assert_eq!(script.seen().len(), 1);
}
