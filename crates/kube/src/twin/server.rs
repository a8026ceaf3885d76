//! The API server of a twin.

use async_trait::async_trait;
use serde_json::Value;

use super::state::namespace;
use super::store::Place;
use crate::{
    Applied, Change, Ingress, Kubernetes, Labels, LoadBalancer, Object, ObjectRef, Result,
    ServiceAccount,
};

/// The API server of one cluster.
#[derive(Debug)]
pub(super) struct TwinServer {
    pub(super) place: Place,
    pub(super) field_manager: String,
}

#[async_trait]
impl Kubernetes for TwinServer {
    async fn ensure_namespace(&self, name: &str) -> Result<Change> {
        self.place.with(|state| {
            if state.has_namespace(name) {
                return Ok(Change::Unchanged);
            }
            let reference = ObjectRef::of_namespace(name);
            state.write(&reference, &namespace(name), &self.field_manager)?;
            Ok(Change::Created)
        })
    }

    async fn delete_namespace(&self, name: &str) -> Result<()> {
        self.place.with(|state| {
            if !state.has_namespace(name) {
                return Ok(());
            }
            state.remove_namespace(name)
        })
    }

    async fn ensure_service_account(&self, account: &ServiceAccount) -> Result<Change> {
        self.place.with(|state| {
            let reference = account.reference();
            let change = match state.get(&reference) {
                Some(actual) if account.is_met_by(actual) => return Ok(Change::Unchanged),
                Some(_) => Change::Updated,
                None => Change::Created,
            };
            state.write(&reference, &account.patch(), &self.field_manager)?;
            Ok(change)
        })
    }

    async fn apply(&self, object: &Object) -> Result<Applied> {
        self.place.with(|state| {
            let (before, after) = state.apply(object, &self.field_manager)?;
            let change = match before {
                None => Change::Created,
                Some(before) if before == after => Change::Unchanged,
                Some(_) => Change::Updated,
            };
            Ok(Applied {
                change,
                resource_version: after,
            })
        })
    }

    async fn get(&self, reference: &ObjectRef) -> Result<Option<Object>> {
        self.place.with(|state| {
            let value = state.get(reference);
            Ok(value.map(Object::new).transpose()?)
        })
    }

    async fn delete(&self, reference: &ObjectRef) -> Result<()> {
        self.place.with(|state| {
            state.remove(reference);
            Ok(())
        })
    }

    async fn load_balancer(&self, namespace: &str, service: &str) -> Result<Option<LoadBalancer>> {
        self.place.with(|state| {
            let reference = ObjectRef::namespaced("v1", "Service", namespace, service);
            Ok(state.get(&reference).and_then(LoadBalancer::of_service))
        })
    }

    async fn ingresses(&self, namespace: &str, labels: &Labels) -> Result<Vec<Ingress>> {
        self.place.with(|state| {
            let has_labels = |object: &Value| {
                labels
                    .iter()
                    .all(|(key, value)| object["metadata"]["labels"][key] == value.as_str())
            };
            let mut ingresses: Vec<_> = state
                .of_kind("Ingress")
                .filter(|object| object["metadata"]["namespace"] == namespace)
                .filter(|object| has_labels(object))
                .map(Ingress::of)
                .collect();
            ingresses.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(ingresses)
        })
    }
}
