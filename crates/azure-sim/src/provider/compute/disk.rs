//! Managed disks.

use serde_json::Value;

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

pub(super) static DISK: Spec = Spec {
    resource_type: "Microsoft.Compute/disks",
    api_versions: API_VERSIONS,
    home: Home::Group,
    located: true,
    tagged: true,
    shape: BODY,
};

/// `Microsoft.Compute/disks`.
pub(crate) struct Disks;

impl Provider for Disks {
    fn spec(&self) -> &'static Spec {
        &DISK
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        check_name(id, "disk.name")
    }

    fn mismatch(&self, mismatch: &Mismatch) -> ArmError {
        wrong_type(mismatch)
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        put(world, &DISK, &write)
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

    fn show(&self, world: &World, resource: &Resource) -> Value {
        access::shown(world, resource)
    }

    fn not_found(&self, world: &World, id: &ResourceId) -> ArmError {
        not_found(world, id, "Disk")
    }
}
