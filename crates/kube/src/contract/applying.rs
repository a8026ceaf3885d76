//! Server-side apply.

use kompox_model::failure::{Classify, FailureKind};
use serde_json::json;

use super::stage::{Environment, config_map, config_map_ref};
use crate::{Change, Error, FieldConflict};

/// Applying: what is not there is made; the same again changes nothing, resource version included; what is no longer
/// applied is removed; deleting succeeds when there is nothing.
///
/// # Panics
/// At the first broken promise.
pub async fn applying(environment: &Environment) {
    let kubernetes = environment.kubernetes();
    let namespace = environment.empty_namespace("applying").await;
    let reference = config_map_ref(&namespace, "settings");
    assert_eq!(kubernetes.get(&reference).await.unwrap(), None);
    kubernetes.delete(&reference).await.unwrap();

    let first = config_map(&namespace, "settings", json!({ "a": "1", "b": "1" }));
    let created = kubernetes.apply(&first).await.unwrap();
    assert_eq!(created.change, Change::Created);
    let again = kubernetes.apply(&first).await.unwrap();
    assert_eq!(again.change, Change::Unchanged);
    assert_eq!(again.resource_version, created.resource_version);
    let read = kubernetes.get(&reference).await.unwrap();
    let read = read.expect("the object was made");
    assert_eq!(read.reference(), &reference);
    assert_eq!(
        read.resource_version(),
        Some(created.resource_version.as_str())
    );
    assert_eq!(read.value()["data"], json!({ "a": "1", "b": "1" }));

    let second = config_map(&namespace, "settings", json!({ "b": "2", "c": "2" }));
    let updated = kubernetes.apply(&second).await.unwrap();
    assert_eq!(updated.change, Change::Updated);
    assert_ne!(updated.resource_version, created.resource_version);
    let read = kubernetes.get(&reference).await.unwrap();
    let read = read.expect("the object is there");
    assert_eq!(
        read.value()["data"],
        json!({ "b": "2", "c": "2" }),
        "what is no longer applied is gone"
    );

    kubernetes.delete(&reference).await.unwrap();
    assert_eq!(kubernetes.get(&reference).await.unwrap(), None);
    kubernetes.delete(&reference).await.unwrap();
    kubernetes.delete_namespace(&namespace).await.unwrap();
}

/// Fields of others: may lie beside ours and be the same as ours; set to other values they are a conflict that names
/// field and owner, and nothing is written.
///
/// # Panics
/// At the first broken promise.
pub async fn conflicts(environment: &Environment) {
    let kubernetes = environment.kubernetes();
    let namespace = environment.empty_namespace("conflicts").await;
    let theirs = config_map(
        &namespace,
        "shared",
        json!({ "colour": "red", "size": "1" }),
    );
    environment.other.apply(&theirs).await.unwrap();

    let beside = config_map(
        &namespace,
        "shared",
        json!({ "colour": "red", "ours": "1" }),
    );
    let beside = kubernetes.apply(&beside).await.unwrap();
    assert_eq!(beside.change, Change::Updated);

    let against = config_map(
        &namespace,
        "shared",
        json!({ "colour": "blue", "ours": "2" }),
    );
    let error = kubernetes.apply(&against).await.unwrap_err();
    assert_eq!(error.kind(), FailureKind::Conflict);
    let Error::FieldConflict { conflicts, .. } = &error else {
        panic!("a conflict between field managers: {error}")
    };
    let [FieldConflict { field, manager }] = conflicts.as_slice() else {
        panic!("one conflict: {error}")
    };
    assert_eq!(field, ".data.colour");
    assert!(error.to_string().contains(manager.as_str()) && !manager.is_empty());

    let reference = config_map_ref(&namespace, "shared");
    let read = kubernetes.get(&reference).await.unwrap();
    let read = read.expect("the object is there");
    assert_eq!(
        read.value()["data"],
        json!({ "colour": "red", "ours": "1", "size": "1" })
    );
    assert_eq!(
        read.resource_version(),
        Some(beside.resource_version.as_str()),
        "what was refused was not written"
    );
    kubernetes.delete_namespace(&namespace).await.unwrap();
}
