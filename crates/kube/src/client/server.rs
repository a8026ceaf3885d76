//! One API server.

use std::fmt;

use async_trait::async_trait;
use kube::api::{Api, ApiResource, DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::core::{DynamicObject, GroupVersionKind};
use serde_json::Value;

use super::connector::Waits;
use super::failure::classify;
use crate::{
    Applied, Change, Error, Ingress, Kubernetes, Labels, LoadBalancer, Object, ObjectRef, Result,
    ServiceAccount,
};

/// An API server, and as whom to call it.
pub(super) struct ApiServer {
    pub(super) client: kube::Client,
    pub(super) server: String,
    pub(super) field_manager: String,
    pub(super) waits: Waits,
}

impl fmt::Debug for ApiServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiServer")
            .field("server", &self.server)
            .field("field_manager", &self.field_manager)
            .finish_non_exhaustive()
    }
}

/// Objects of one page of a list.
const PAGE: u32 = 500;

impl ApiServer {
    pub(super) fn api(&self, reference: &ObjectRef) -> Api<DynamicObject> {
        let (group, version) = reference
            .api_version
            .split_once('/')
            .unwrap_or(("", &reference.api_version));
        let resource =
            ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, &reference.kind));
        match &reference.namespace {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &resource),
            None => Api::all_with(self.client.clone(), &resource),
        }
    }

    pub(super) fn failure(&self, error: kube::Error, reference: &ObjectRef) -> Error {
        classify(error, &self.server, reference)
    }

    pub(super) fn malformed(&self, reference: &ObjectRef) -> Error {
        Error::Malformed {
            what: reference.to_string(),
            message: "an object was expected".to_owned(),
        }
    }

    pub(super) async fn read(&self, reference: &ObjectRef) -> Result<Option<Value>> {
        let object = found(self.api(reference).get(&reference.name).await)
            .map_err(|error| self.failure(error, reference))?;
        object
            .map(|object| self.value(object, reference))
            .transpose()
    }

    fn value(&self, object: DynamicObject, reference: &ObjectRef) -> Result<Value> {
        serde_json::to_value(object).map_err(|_| self.malformed(reference))
    }
}

/// Makes absence no error. By status alone: for a kind that the cluster does not know, the answer is no `Status`.
pub(super) fn found<T>(result: kube::Result<T>) -> kube::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(None),
        Err(error) => Err(error),
    }
}

#[async_trait]
impl Kubernetes for ApiServer {
    async fn ensure_namespace(&self, name: &str) -> Result<Change> {
        self.make_namespace(name).await
    }

    async fn delete_namespace(&self, name: &str) -> Result<()> {
        self.remove_namespace(name).await
    }

    async fn ensure_service_account(&self, account: &ServiceAccount) -> Result<Change> {
        let reference = account.reference();
        let api = self.api(&reference);
        if self.read(&reference).await?.is_none() {
            let object: DynamicObject = serde_json::from_value(account.manifest())
                .map_err(|_| self.malformed(&reference))?;
            let params = PostParams {
                field_manager: Some(self.field_manager.clone()),
                ..PostParams::default()
            };
            match api.create(&params, &object).await {
                Ok(_) => return Ok(Change::Created),
                // Somebody else was quicker; merge into what they made.
                Err(kube::Error::Api(status)) if status.is_already_exists() => {}
                Err(error) => return Err(self.failure(error, &reference)),
            }
        }
        let actual = self.read(&reference).await?.unwrap_or_default();
        if account.is_met_by(&actual) {
            return Ok(Change::Unchanged);
        }
        let params = PatchParams {
            field_manager: Some(self.field_manager.clone()),
            ..PatchParams::default()
        };
        api.patch(&account.name, &params, &Patch::Merge(account.patch()))
            .await
            .map_err(|error| self.failure(error, &reference))?;
        Ok(Change::Updated)
    }

    async fn apply(&self, object: &Object) -> Result<Applied> {
        let reference = object.reference();
        let api = self.api(reference);
        let before = found(api.get_metadata(&reference.name).await)
            .map_err(|error| self.failure(error, reference))?
            .map(|object| object.metadata.resource_version.unwrap_or_default());
        let mut body = object.value().clone();
        // What was read carries what an API server refuses to be told.
        if let Some(metadata) = body["metadata"].as_object_mut() {
            metadata.remove("managedFields");
            metadata.remove("resourceVersion");
        }
        let params = PatchParams::apply(&self.field_manager).validation_strict();
        let applied = api
            .patch(&reference.name, &params, &Patch::Apply(body))
            .await
            .map_err(|error| self.failure(error, reference))?;
        let after = applied
            .metadata
            .resource_version
            .ok_or_else(|| self.malformed(reference))?;
        let change = match before {
            None => Change::Created,
            Some(before) if before == after => Change::Unchanged,
            Some(_) => Change::Updated,
        };
        Ok(Applied {
            change,
            resource_version: after,
        })
    }

    async fn get(&self, reference: &ObjectRef) -> Result<Option<Object>> {
        let Some(mut value) = self.read(reference).await? else {
            return Ok(None);
        };
        value["apiVersion"] = reference.api_version.as_str().into();
        value["kind"] = reference.kind.as_str().into();
        Ok(Some(Object::new(&value)?))
    }

    async fn delete(&self, reference: &ObjectRef) -> Result<()> {
        let params = DeleteParams::default();
        found(self.api(reference).delete(&reference.name, &params).await)
            .map(|_| ())
            .map_err(|error| self.failure(error, reference))
    }

    async fn load_balancer(&self, namespace: &str, service: &str) -> Result<Option<LoadBalancer>> {
        let reference = ObjectRef::namespaced("v1", "Service", namespace, service);
        let service = self.read(&reference).await?;
        Ok(service.and_then(|service| LoadBalancer::of_service(&service)))
    }

    async fn ingresses(&self, namespace: &str, labels: &Labels) -> Result<Vec<Ingress>> {
        let reference = ObjectRef::namespaced("networking.k8s.io/v1", "Ingress", namespace, "*");
        let api = self.api(&reference);
        let selector: Vec<_> = labels
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        let mut params = ListParams::default()
            .labels(&selector.join(","))
            .limit(PAGE);
        let mut ingresses = Vec::new();
        loop {
            let page = api
                .list(&params)
                .await
                .map_err(|error| self.failure(error, &reference))?;
            for object in page.items {
                ingresses.push(Ingress::of(&self.value(object, &reference)?));
            }
            match page.metadata.continue_.filter(|token| !token.is_empty()) {
                Some(token) => params = params.continue_token(&token),
                None => break,
            }
        }
        ingresses.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(ingresses)
    }
}
