//! What the statements have in common: where they happen.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{Cluster, Kubernetes, Labels, Object, ObjectRef};

/// Where the contract tests make things.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The cluster.
    pub cluster: Cluster,
    /// The API server of the same cluster, applying as another field manager.
    pub other: Arc<dyn Kubernetes>,
    /// What the names of namespaces begin with; lower-case letters, digits and `-`, at most 30 characters.
    pub prefix: String,
}

impl Environment {
    pub(super) fn kubernetes(&self) -> &dyn Kubernetes {
        self.cluster.kubernetes.as_ref()
    }

    /// The name of a namespace of ours, which need not exist.
    pub(super) fn namespace(&self, name: &str) -> String {
        format!("{}-{name}", self.prefix)
    }

    /// A namespace of ours that is there and empty.
    pub(super) async fn empty_namespace(&self, name: &str) -> String {
        let namespace = self.namespace(name);
        self.kubernetes()
            .delete_namespace(&namespace)
            .await
            .unwrap();
        self.kubernetes()
            .ensure_namespace(&namespace)
            .await
            .unwrap();
        namespace
    }
}

/// Labels from pairs.
pub(super) fn labels<const N: usize>(pairs: [(&str, &str); N]) -> Labels {
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

/// A ConfigMap with this data.
pub(super) fn config_map(namespace: &str, name: &str, data: Value) -> Object {
    let mut object = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": name, "namespace": namespace },
    });
    object["data"] = data;
    Object::new(&object).unwrap()
}

/// Which ConfigMap.
pub(super) fn config_map_ref(namespace: &str, name: &str) -> ObjectRef {
    ObjectRef::namespaced("v1", "ConfigMap", namespace, name)
}
