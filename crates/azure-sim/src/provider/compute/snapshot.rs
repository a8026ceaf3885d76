//! Snapshots of disks, with the background copies that fill them.

use serde_json::{Value, json};

use super::access;
use super::rule::{check_name, wrong_type};
use super::shape::BODY;
use super::{API_VERSIONS, delete, finish, not_found, patch, put};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::provider::{Home, Provider, Spec, Write, Written};
use crate::reply::Reply;
use crate::shape::Mismatch;
use crate::store::{Operation, Resource, World};

pub(super) static SNAPSHOT: Spec = Spec {
    resource_type: "Microsoft.Compute/snapshots",
    api_versions: API_VERSIONS,
    home: Home::Group,
    located: true,
    tagged: true,
    shape: BODY,
};

/// `Microsoft.Compute/snapshots`.
pub(crate) struct Snapshots;

impl Provider for Snapshots {
    fn spec(&self) -> &'static Spec {
        &SNAPSHOT
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        check_name(id, "snapshot.name")
    }

    fn mismatch(&self, mismatch: &Mismatch) -> ArmError {
        wrong_type(mismatch)
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        put(world, &SNAPSHOT, &write)
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
        not_found(world, id, "Snapshot")
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

/// How much of a background copy has arrived, in percent; none where there is no such copy.
pub(super) fn completion(world: &World, resource: &Resource) -> Option<f64> {
    let at = |name: &str| -> Option<jiff::Timestamp> {
        resource.private.get(name)?.as_str()?.parse().ok()
    };
    let (from, until) = (at("copyFrom")?, at("copyUntil")?);
    let now = world.now();
    if now >= until {
        return Some(100.0);
    }
    if now <= from {
        return Some(0.0);
    }
    let done = now.duration_since(from).as_secs_f64() / until.duration_since(from).as_secs_f64();
    Some((done * 100.0).floor().clamp(0.0, 99.0))
}
