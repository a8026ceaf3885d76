//! What disks and snapshots are asked alike.

use serde_json::{Value, json};

use super::rule::{check_name, wrong_type};
use super::snapshot::completion;
use super::{access, delete, finish, not_found, patch, put};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::provider::{Provider, Spec, Write, Written};
use crate::reply::Reply;
use crate::shape::Mismatch;
use crate::store::{Operation, Resource, World};

/// Disks or snapshots.
pub(crate) struct Managed(pub(crate) &'static Kind);

/// In what they differ.
pub(crate) struct Kind {
    pub(super) spec: &'static Spec,
    /// What a refusal calls one of them.
    pub(super) word: &'static str,
    /// What a refusal calls its name.
    pub(super) property: &'static str,
}

impl Provider for Managed {
    fn spec(&self) -> &'static Spec {
        self.0.spec
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        check_name(id, self.0.property)
    }

    fn mismatch(&self, mismatch: &Mismatch) -> ArmError {
        wrong_type(mismatch)
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        put(world, self.0.spec, &write)
    }

    fn finish(&self, world: &mut World, operation: &Operation) -> Result<(), ArmError> {
        finish(world, operation)
    }

    fn patch(
        &self,
        world: &mut World,
        id: &ResourceId,
        body: &Value,
        api_version: &str,
    ) -> Result<Reply, ArmError> {
        patch(self, world, id, body, api_version)
    }

    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        api_version: &str,
    ) -> Result<Reply, ArmError> {
        delete(world, id, api_version)
    }

    fn post(
        &self,
        world: &mut World,
        id: &ResourceId,
        action: &str,
        body: &Value,
        api_version: &str,
    ) -> Result<Reply, ArmError> {
        access::act(world, id, action, body, api_version)
    }

    fn not_found(&self, world: &World, id: &ResourceId) -> ArmError {
        not_found(world, id, self.0.word)
    }

    fn show(&self, world: &World, resource: &Resource) -> Value {
        let mut body = access::shown(world, resource);
        if let Some(percent) = completion(world, resource)
            && let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut)
        {
            properties.insert("completionPercent".into(), json!(percent));
        }
        body
    }
}
