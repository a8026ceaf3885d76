//! Namespaces.

use super::stage::{Environment, config_map, config_map_ref};
use crate::{Change, ObjectRef};
use serde_json::json;

/// Namespaces: made once; removed with everything in them, before the call returns; removing succeeds when there is
/// none; made anew they are empty.
///
/// # Panics
/// At the first broken promise.
pub async fn namespaces(environment: &Environment) {
    let kubernetes = environment.kubernetes();
    let name = environment.namespace("namespaces");
    let namespace = ObjectRef::cluster_wide("v1", "Namespace", &name);
    kubernetes.delete_namespace(&name).await.unwrap();
    assert_eq!(kubernetes.get(&namespace).await.unwrap(), None);
    kubernetes.delete_namespace(&name).await.unwrap();

    let ensure = || kubernetes.ensure_namespace(&name);
    assert_eq!(ensure().await.unwrap(), Change::Created);
    assert_eq!(ensure().await.unwrap(), Change::Unchanged);
    let read = kubernetes.get(&namespace).await.unwrap();
    assert_eq!(*read.expect("it was made").reference(), namespace);

    let object = config_map(&name, "inside", json!({}));
    kubernetes.apply(&object).await.unwrap();
    kubernetes.delete_namespace(&name).await.unwrap();
    assert_eq!(
        kubernetes.get(&namespace).await.unwrap(),
        None,
        "it is gone before the call returns"
    );

    assert_eq!(ensure().await.unwrap(), Change::Created);
    let inside = config_map_ref(&name, "inside");
    assert_eq!(kubernetes.get(&inside).await.unwrap(), None);
    kubernetes.delete_namespace(&name).await.unwrap();
}
