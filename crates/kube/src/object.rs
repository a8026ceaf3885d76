//! Objects of a cluster, and how they are addressed.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// Labels or annotations: keys and values.
pub type Labels = BTreeMap<String, String>;

/// Which object: type, namespace and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// Group and version (`v1`, `networking.k8s.io/v1`).
    pub api_version: String,
    /// Kind (`ConfigMap`).
    pub kind: String,
    /// Namespace; none for what belongs to the cluster as a whole.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

impl ObjectRef {
    /// An object in a namespace.
    pub fn namespaced(
        api_version: impl Into<String>,
        kind: impl Into<String>,
        namespace: impl Into<String>,
        name: impl Into<String>,
    ) -> Self {
        Self {
            api_version: api_version.into(),
            kind: kind.into(),
            namespace: Some(namespace.into()),
            name: name.into(),
        }
    }

    /// An object of the cluster as a whole.
    pub fn cluster_wide(
        api_version: impl Into<String>,
        kind: impl Into<String>,
        name: impl Into<String>,
    ) -> Self {
        Self {
            api_version: api_version.into(),
            kind: kind.into(),
            namespace: None,
            name: name.into(),
        }
    }

    /// A namespace.
    #[cfg(any(feature = "client", feature = "twin"))]
    pub(crate) fn of_namespace(name: &str) -> Self {
        Self::cluster_wide("v1", "Namespace", name)
    }
}

/// `ConfigMap "traefik" in namespace "ingress"`.
impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.kind, self.name)?;
        if let Some(namespace) = &self.namespace {
            write!(f, " in namespace {namespace:?}")?;
        }
        Ok(())
    }
}

/// What is to be applied, or what was read: any object, as JSON with a type and a name.
///
/// ```
/// use kompox_kube::Object;
/// use serde_json::json;
///
/// let object = Object::new(&json!({
///     "apiVersion": "v1",
///     "kind": "ConfigMap",
///     "metadata": { "name": "settings", "namespace": "web" },
///     "data": { "colour": "blue" },
/// }))?;
/// assert_eq!(object.reference().to_string(), "ConfigMap \"settings\" in namespace \"web\"");
/// # Ok::<(), kompox_kube::InvalidObject>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Object {
    reference: ObjectRef,
    value: Value,
}

impl Object {
    /// Takes a typed object, or JSON.
    ///
    /// # Errors
    /// When it is no JSON object, or lacks `apiVersion`, `kind` or `metadata.name`.
    pub fn new<T: Serialize + ?Sized>(object: &T) -> Result<Self, InvalidObject> {
        let value = serde_json::to_value(object).map_err(InvalidObject::Json)?;
        let text = |pointer: &str| {
            value
                .pointer(pointer)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let required = |pointer, field| text(pointer).ok_or(InvalidObject::Missing { field });
        let reference = ObjectRef {
            api_version: required("/apiVersion", "apiVersion")?,
            kind: required("/kind", "kind")?,
            namespace: text("/metadata/namespace"),
            name: required("/metadata/name", "metadata.name")?,
        };
        Ok(Self { reference, value })
    }

    /// Which object it is.
    #[must_use]
    pub fn reference(&self) -> &ObjectRef {
        &self.reference
    }

    /// All of it.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The version that the API server gave it; none in an object that is yet to be applied. It says one thing:
    /// as long as it is the same, nothing was changed.
    #[must_use]
    pub fn resource_version(&self) -> Option<&str> {
        self.value
            .pointer("/metadata/resourceVersion")
            .and_then(Value::as_str)
    }
}

/// Shows which object it is and not what is in it, which may be secret.
impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("reference", &self.reference)
            .field("resource_version", &self.resource_version())
            .finish_non_exhaustive()
    }
}

/// Why something is no object.
#[derive(Debug, thiserror::Error)]
pub enum InvalidObject {
    /// A member is missing that every object has.
    #[error("an object without {field}: every Kubernetes object needs it")]
    Missing {
        /// The member.
        field: &'static str,
    },
    /// It cannot be written as JSON.
    #[error("an object that cannot be written as JSON: {0}")]
    Json(#[source] serde_json::Error),
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_every_object_has_is_required() {
        for (value, field) in [
            (
                json!({"kind": "K", "metadata": {"name": "n"}}),
                "apiVersion",
            ),
            (
                json!({"apiVersion": "v1", "metadata": {"name": "n"}}),
                "kind",
            ),
            (
                json!({"apiVersion": "v1", "kind": "K", "metadata": {"name": ""}}),
                "metadata.name",
            ),
            (json!("text"), "apiVersion"),
        ] {
            let error = Object::new(&value).unwrap_err().to_string();
            assert!(error.contains(field), "{error}");
        }
    }

    #[test]
    fn debug_shows_no_content() {
        let secret = Object::new(&json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "n"}, "stringData": {"p": "hunter2"},
        }))
        .unwrap();
        let text = format!("{secret:?}");
        assert!(
            text.contains("Secret") && !text.contains("hunter2"),
            "{text}"
        );
    }
}
