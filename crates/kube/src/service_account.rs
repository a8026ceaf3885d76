//! Service accounts.

use crate::Labels;
#[cfg(any(feature = "client", feature = "twin"))]
use crate::ObjectRef;

/// A service account as it should be. Spec: §6.4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccount {
    /// Its namespace, which must be there.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Annotations that it must have; others stay.
    pub annotations: Labels,
    /// Whether pods get a token of it mounted without asking.
    pub automount_token: bool,
}

#[cfg(any(feature = "client", feature = "twin"))]
impl ServiceAccount {
    pub(crate) fn reference(&self) -> ObjectRef {
        ObjectRef::namespaced("v1", "ServiceAccount", &self.namespace, &self.name)
    }

    /// The object that is made when there is none.
    #[cfg(feature = "client")]
    pub(crate) fn manifest(&self) -> serde_json::Value {
        let mut manifest = self.patch();
        manifest["apiVersion"] = "v1".into();
        manifest["kind"] = "ServiceAccount".into();
        manifest["metadata"]["name"] = self.name.as_str().into();
        manifest["metadata"]["namespace"] = self.namespace.as_str().into();
        manifest
    }

    /// What is merged over one that is there.
    pub(crate) fn patch(&self) -> serde_json::Value {
        serde_json::json!({
            "metadata": { "annotations": self.annotations },
            "automountServiceAccountToken": self.automount_token,
        })
    }

    /// Whether a service account that was read is as it should be.
    pub(crate) fn is_met_by(&self, actual: &serde_json::Value) -> bool {
        let annotations = &actual["metadata"]["annotations"];
        actual["automountServiceAccountToken"] == self.automount_token
            && self
                .annotations
                .iter()
                .all(|(key, value)| annotations[key] == value.as_str())
    }
}
