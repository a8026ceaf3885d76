//! What the client makes of refusals.

use std::time::Duration;

use kompox_kube::client::ApiServerConnector;
use kompox_kube::{Error, FieldConflict, Object, ObjectRef};
use kompox_model::failure::{Classify, FailureKind};
use serde_json::{Value, json};

use crate::script::{Script, absent, kubeconfig, status};

const MAP: &str = "/api/v1/namespaces/web/configmaps/settings";

fn object() -> Object {
    Object::new(&json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "web"}, "data": {"a": "1"},
    }))
    .unwrap()
}

/// The error of an apply that is answered so.
async fn refused(code: u16, answer: Value) -> Error {
    let script = Script::start([
        (format!("GET {MAP}").as_str(), 404, absent()),
        (format!("PATCH {MAP}").as_str(), code, answer),
    ])
    .await;
    let error = script.kubernetes().apply(&object()).await.unwrap_err();
    script.done();
    error
}

#[tokio::test]
async fn a_conflict_between_managers_tells_every_field_and_its_owner() {
    let cause = |field: &str, manager: &str| {
        json!({
            "reason": "FieldManagerConflict", "field": field,
            "message": format!("conflict with \"{manager}\" using v1 at 2026-01-01T00:00:00Z"),
        })
    };
    let causes = json!([cause(".data.a", "kubectl-edit"), cause(".data.b", "helm")]);
    let error = refused(
        409,
        status(409, "Conflict", "Apply failed with 2 conflicts", causes),
    )
    .await;
    assert_eq!(error.kind(), FailureKind::Conflict);
    let Error::FieldConflict {
        conflicts, object, ..
    } = &error
    else {
        panic!("{error:?}")
    };
    assert_eq!(object.name, "settings");
    let expected =
        [(".data.a", "kubectl-edit"), (".data.b", "helm")].map(|(field, manager)| FieldConflict {
            field: field.to_owned(),
            manager: manager.to_owned(),
        });
    assert_eq!(*conflicts, expected);
    assert!(error.to_string().contains("--force-conflicts"), "{error}");
}

#[tokio::test]
async fn an_invalid_object_tells_its_causes() {
    let causes = json!([
        {"reason": "FieldValueInvalid", "message": "Invalid value: \"x\": must be a number", "field": "spec.ports[0].port"},
        {"reason": "FieldValueRequired", "message": "Required value", "field": "spec.selector"},
    ]);
    let error = refused(
        422,
        status(
            422,
            "Invalid",
            "Service \"settings\" is invalid: [...]",
            causes,
        ),
    )
    .await;
    assert_eq!(
        (error.kind(), error.status()),
        (FailureKind::Kubernetes, Some(422))
    );
    let text = error.to_string();
    for part in [
        "ConfigMap \"settings\"",
        "must be a number",
        "spec.ports[0].port",
        "Required value",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn a_missing_namespace_and_an_unknown_kind_are_told_apart() {
    let error = refused(
        404,
        status(404, "NotFound", "namespaces \"web\" not found", json!([])),
    )
    .await;
    assert_eq!(error.kind(), FailureKind::NotFound);
    assert!(
        error.to_string().contains("Create the namespace"),
        "{error}"
    );

    let error = refused(404, json!("404 page not found\n")).await;
    assert_eq!(error.kind(), FailureKind::NotFound);
    assert!(
        error.to_string().contains("does not know ConfigMap of v1"),
        "{error}"
    );
}

#[tokio::test]
async fn who_may_not_is_told_what_to_do() {
    for (code, reason, hint) in [
        (401, "Unauthorized", "fetch the kubeconfig again"),
        (403, "Forbidden", "administrator's kubeconfig"),
    ] {
        let error = refused(code, status(code, reason, reason, json!([]))).await;
        assert_eq!(
            (error.kind(), error.status()),
            (FailureKind::Kubernetes, Some(code))
        );
        assert!(error.to_string().contains(hint), "{error}");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_object_is_malformed_and_not_shown() {
    for answer in [json!("hunter2"), json!({ "metadata": "hunter2" })] {
        let script = Script::start([(format!("GET {MAP}").as_str(), 200, answer)]).await;
        let reference = ObjectRef::namespaced("v1", "ConfigMap", "web", "settings");
        let error = script.kubernetes().get(&reference).await.unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{error:?}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn a_namespace_that_does_not_go_away_tells_what_it_waits_for() {
    let namespace = |condition: Value| {
        json!({
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": "web", "uid": "1", "deletionTimestamp": "2026-01-01T00:00:00Z"},
            "status": {"phase": "Terminating", "conditions": [condition]},
        })
    };
    let stuck = namespace(json!({
        "type": "NamespaceFinalizersRemaining", "status": "True",
        "message": "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
    }));
    let script = Script::start([
        ("GET /api/v1/namespaces/web", 200, stuck.clone()),
        ("DELETE /api/v1/namespaces/web", 200, stuck.clone()),
        ("GET /api/v1/namespaces/web", 200, stuck),
    ])
    .await;
    let kubernetes = ApiServerConnector::new()
        .waits(Duration::ZERO, Duration::ZERO, Duration::ZERO)
        .connect(&kubeconfig(&script.url, ""))
        .unwrap();
    let error = kubernetes.delete_namespace("web").await.unwrap_err();
    assert_eq!(error.kind(), FailureKind::Timeout);
    assert!(error.to_string().contains("example.com/hold"), "{error}");
    script.done();
}
