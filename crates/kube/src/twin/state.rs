//! What a cluster consists of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::controller;
use super::ownership::{Conflict, Owners};
use super::rules;
use crate::refusal::{Cause, FIELD_MANAGER_CONFLICT, Refusal};
use crate::{Chart, Object, ObjectRef, Result};

/// All clusters of a store.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) clusters: BTreeMap<String, ClusterState>,
}

/// One cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ClusterState {
    /// Counts writes; every write takes the next as its resource version.
    version: u64,
    /// By [`key`].
    objects: BTreeMap<String, Stored>,
    /// By namespace and name.
    pub(super) releases: BTreeMap<String, StoredRelease>,
}

/// An object and who owns which of its fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) value: Value,
    owners: Owners,
}

/// The latest revision of a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredRelease {
    pub(super) revision: u32,
    pub(super) chart: Chart,
    pub(super) values: Map<String, Value>,
    /// Keys of the objects that it consists of.
    pub(super) objects: Vec<String>,
}

/// Namespaces that every cluster has.
const SYSTEM_NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

impl Default for ClusterState {
    fn default() -> Self {
        let mut state = Self {
            version: 0,
            objects: BTreeMap::new(),
            releases: BTreeMap::new(),
        };
        for name in SYSTEM_NAMESPACES {
            let reference = ObjectRef::of_namespace(name);
            state.put(&reference, namespace(name), Owners::default());
        }
        state
    }
}

/// A namespace as an API server makes it.
pub(super) fn namespace(name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": { "name": name, "labels": { "kubernetes.io/metadata.name": name } },
        "status": { "phase": "Active" },
    })
}

/// What an object is kept under.
pub(super) fn key(reference: &ObjectRef) -> String {
    format!(
        "{} {} {} {}",
        reference.api_version,
        reference.kind,
        reference.namespace.as_deref().unwrap_or_default(),
        reference.name
    )
}

impl ClusterState {
    pub(super) fn get(&self, reference: &ObjectRef) -> Option<&Value> {
        self.objects
            .get(&key(reference))
            .map(|stored| &stored.value)
    }

    /// All objects of a kind, by namespace and name.
    pub(super) fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.objects
            .values()
            .map(|stored| &stored.value)
            .filter(move |value| value["kind"] == kind)
    }

    pub(super) fn has_namespace(&self, name: &str) -> bool {
        self.get(&ObjectRef::of_namespace(name)).is_some()
    }

    /// Server-side apply. Returns the resource versions before and after.
    pub(super) fn apply(
        &mut self,
        object: &Object,
        manager: &str,
    ) -> Result<(Option<String>, String)> {
        let reference = object.reference();
        self.admit(reference, object.value())?;
        let (value, mut owners) = match self.objects.get(&key(reference)) {
            Some(stored) => (stored.value.clone(), stored.owners.clone()),
            None => (blank(reference), Owners::default()),
        };
        let before = version_of(&value);
        let value = owners
            .apply(value, object.value(), manager)
            .map_err(|conflicts| conflict(&conflicts).about(reference))?;
        let after = self.put(reference, value, owners);
        controller::run(self);
        Ok((before, after))
    }

    /// Writes some fields whoever owned them before, as an update or a merge patch does; makes the object when there
    /// is none.
    pub(super) fn write(
        &mut self,
        reference: &ObjectRef,
        fields: &Value,
        manager: &str,
    ) -> Result<()> {
        self.admit(reference, fields)?;
        let (value, mut owners) = match self.objects.get(&key(reference)) {
            Some(stored) => (stored.value.clone(), stored.owners.clone()),
            None => (blank(reference), Owners::default()),
        };
        let value = owners.update(value, fields, manager);
        self.put(reference, value, owners);
        controller::run(self);
        Ok(())
    }

    /// Replaces a status: controllers own those, and nobody contests them.
    pub(super) fn set_status(&mut self, reference: &ObjectRef, status: Value) {
        if let Some(stored) = self.objects.get(&key(reference)).cloned() {
            let mut value = stored.value;
            value["status"] = status;
            self.put(reference, value, stored.owners);
        }
    }

    pub(super) fn remove(&mut self, reference: &ObjectRef) {
        self.remove_key(&key(reference));
    }

    pub(super) fn remove_key(&mut self, key: &str) {
        if self.objects.remove(key).is_some() {
            self.version += 1;
        }
    }

    /// Removes a namespace, everything in it and its releases.
    pub(super) fn remove_namespace(&mut self, name: &str) -> Result<()> {
        let reference = ObjectRef::of_namespace(name);
        if SYSTEM_NAMESPACES.contains(&name) {
            return Err(Refusal {
                code: 403,
                reason: "Forbidden".to_owned(),
                message: format!(
                    "namespaces {name:?} is forbidden: this namespace may not be deleted"
                ),
                causes: Vec::new(),
            }
            .about(&reference));
        }
        self.objects
            .retain(|_, stored| stored.value["metadata"]["namespace"] != name);
        self.releases
            .retain(|key, _| !key.starts_with(&format!("{name}/")));
        self.remove(&reference);
        Ok(())
    }

    /// Whether the API server lets an object in.
    fn admit(&self, reference: &ObjectRef, value: &Value) -> Result<()> {
        rules::check(reference, value).map_err(|refusal| refusal.about(reference))?;
        if let Some(namespace) = &reference.namespace
            && !self.has_namespace(namespace)
        {
            return Err(Refusal {
                code: 404,
                reason: "NotFound".to_owned(),
                message: format!("namespaces {namespace:?} not found"),
                causes: Vec::new(),
            }
            .about(reference));
        }
        Ok(())
    }

    /// Keeps an object; only one that differs gets a new resource version. Returns the one that it has.
    fn put(&mut self, reference: &ObjectRef, mut value: Value, owners: Owners) -> String {
        let key = key(reference);
        if let Some(stored) = self.objects.get(&key)
            && stored.value == value
            && stored.owners == owners
        {
            return version_of(&value).unwrap_or_default();
        }
        self.version += 1;
        let version = self.version.to_string();
        if value["metadata"]["uid"].is_null() {
            value["metadata"]["uid"] =
                format!("00000000-0000-4000-8000-{:012x}", self.version).into();
        }
        value["metadata"]["resourceVersion"] = version.as_str().into();
        self.objects.insert(key, Stored { value, owners });
        version
    }
}

fn blank(reference: &ObjectRef) -> Value {
    if reference.kind == "Namespace" {
        return namespace(&reference.name);
    }
    let mut value = json!({
        "apiVersion": reference.api_version,
        "kind": reference.kind,
        "metadata": { "name": reference.name },
    });
    if let Some(namespace) = &reference.namespace {
        value["metadata"]["namespace"] = namespace.as_str().into();
    }
    value
}

fn version_of(value: &Value) -> Option<String> {
    value["metadata"]["resourceVersion"]
        .as_str()
        .map(str::to_owned)
}

fn conflict(conflicts: &[Conflict]) -> Refusal {
    Refusal {
        code: 409,
        reason: "Conflict".to_owned(),
        message: format!("Apply failed with {} conflict(s)", conflicts.len()),
        causes: conflicts
            .iter()
            .map(|conflict| Cause {
                reason: FIELD_MANAGER_CONFLICT.to_owned(),
                message: format!("conflict with {:?}", conflict.manager),
                field: conflict.field.clone(),
            })
            .collect(),
    }
}
