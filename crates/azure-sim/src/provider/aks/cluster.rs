//! Managed clusters.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::super::{
    Home, Provider, Spec, Write, Written, managed_identity, resource_group, stored,
};
use super::body::body;
use super::pool_profile::{pools, profiles};
use super::power::{check_started, switch, switched};
use super::profile::identities;
use super::since::adapt_cluster;
use super::version::{check_upgrade, check_version, default_version};
use super::{
    API_VERSIONS, CLUSTER_TYPE, bad_request, busy, check_idle, credential, delete_reply, pool,
    refusal, shapes, write_reply, wrong_type,
};
use crate::clock::later;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::{Body, Reply};
use crate::shape::Mismatch;
use crate::store::{Accepted, Operation, Resource, Work, World};

const CREATE: Duration = Duration::from_secs(270);

const UPDATE: Duration = Duration::from_secs(90);

const DELETE: Duration = Duration::from_secs(360);

static SPEC: Spec = Spec {
    resource_type: CLUSTER_TYPE,
    api_versions: API_VERSIONS,
    home: Home::Group,
    located: true,
    tagged: true,
    shape: shapes::CLUSTER,
};

/// `Microsoft.ContainerService/managedClusters`.
pub(crate) struct ManagedClusters;

impl Provider for ManagedClusters {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        let name = id.name();
        let edge = |c: char| c.is_ascii_alphanumeric();
        let good = (1..=63).contains(&name.len())
            && name.chars().all(|c| edge(c) || c == '-' || c == '_')
            && name.starts_with(edge)
            && name.ends_with(edge);
        if good {
            return Ok(());
        }
        Err(refusal(
            400,
            "InvalidParameter",
            format!(
                "The value of parameter resourceName is invalid. Error details: the cluster name '{name}' must \
                 be 1 to 63 letters, digits, '-' and '_', and start and end with a letter or digit. Please see \
                 https://aka.ms/aks-naming-rules for more details."
            ),
        )
        .with_target("resourceName"))
    }

    fn mismatch(&self, mismatch: &Mismatch) -> ArmError {
        wrong_type(mismatch)
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        check_idle(world, &write.id)?;
        check_started(world, &write.id)?;
        if let Some(from) = write.existing.as_ref().and_then(|old| {
            old.body
                .pointer("/properties/currentKubernetesVersion")?
                .as_str()
        }) {
            check_version(&version_of(&write))?;
            check_upgrade(from, &version_of(&write))?;
        }
        let is_new = write.existing.is_none();
        let pools = pools(world, &write)?;
        let body = body(world, &write)?;
        let node_group = body
            .pointer("/properties/nodeResourceGroup")
            .and_then(Value::as_str)
            .map(|name| ResourceId::for_group(write.id.subscription().unwrap_or_default(), name))
            .unwrap_or_default();
        if is_new {
            if world.exists(&node_group) {
                return Err(bad_request(format!(
                    "The node resource group '{}' already exists: choose a name that is not in use.",
                    node_group.name()
                )));
            }
            resource_group::create_managed(
                world,
                &node_group,
                write.location(),
                &managed_identity::lower_group(&write.id),
            );
        }
        let mut resource = stored(world, &SPEC, &write, body, Value::Null);
        let state = if is_new { "Creating" } else { "Updating" };
        resource.set_state(state);
        world.insert(resource);
        for (name, mut properties) in pools {
            properties.insert("provisioningState".into(), json!(state));
            pool::insert(
                world,
                &write.id.with_child("agentPools", &name),
                &properties,
            );
        }
        let ends = world.due(if is_new { CREATE } else { UPDATE });
        let work = if is_new { Work::Create } else { Work::Update };
        let operation = world.start(work, &write.id, ends);
        let shown = world
            .resource(&write.id)
            .map(|resource| self.show(world, resource));
        let mut shown = shown.unwrap_or(Value::Null);
        if is_new {
            for profile in profiles(&mut shown) {
                profile.shift_remove("eTag");
            }
        }
        let status = if is_new { 201 } else { 200 };
        let region = write.location();
        Ok(Written {
            reply: write_reply(status, shown.clone(), &write.id, region, &operation),
            accepted: Accepted {
                created: is_new,
                operation: Some(operation),
                ready_at: ends,
            },
        })
    }

    fn patch(
        &self,
        world: &mut World,
        id: &ResourceId,
        body: &Value,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        check_idle(world, id)?;
        check_started(world, id)?;
        super::super::patch_tags(&SPEC, world, id, body)?;
        let ends = world.due(UPDATE);
        let operation = world.start(Work::Update, id, ends);
        if let Some(cluster) = world.resource_mut(id) {
            cluster.set_state("Updating");
        }
        let Some(cluster) = world.resource(id) else {
            return Err(self.not_found(world, id));
        };
        Ok(write_reply(
            200,
            self.show(world, cluster),
            id,
            cluster.location(),
            &operation,
        ))
    }

    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        let region = world
            .resource(id)
            .map_or_else(String::new, |c| c.location().to_owned());
        let running = world
            .running(id)
            .map(|running| (running.work, running.name.clone()));
        let operation = match running {
            Some((Work::Delete, name)) => name,
            Some((Work::Create | Work::Update | Work::Stop | Work::Start, _)) => {
                return Err(busy(world, id));
            }
            // Neither work on a pool nor AKS's own keeps a cluster from being deleted.
            _ => {
                let ends = world.due(DELETE);
                world.start(Work::Delete, id, ends)
            }
        };
        for id in pools_of(world, id).iter().chain([id]) {
            if let Some(resource) = world.resource_mut(id) {
                resource.set_state("Deleting");
            }
        }
        Ok(delete_reply(id, &region, &operation))
    }

    fn show(&self, world: &World, resource: &Resource) -> Value {
        let mut body = resource.body.clone();
        if let Some(body) = body.as_object_mut() {
            body.insert(
                "id".into(),
                json!(managed_identity::lower_group(&resource.id)),
            );
            body.insert(
                "type".into(),
                json!("Microsoft.ContainerService/ManagedClusters"),
            );
        }
        let under = format!("{}/agentpools/", resource.id.key());
        let pools: Vec<Value> = world
            .below(&under)
            .map(|pool| {
                let mut profile = Map::new();
                profile.insert("name".into(), json!(pool.id.name()));
                if let Some(Value::Object(properties)) = pool.body.get("properties") {
                    profile.extend(properties.clone());
                }
                Value::Object(profile)
            })
            .collect();
        if let Some(place) = body.pointer_mut("/properties/agentPoolProfiles") {
            *place = Value::Array(pools);
        }
        body
    }

    fn adapt(&self, body: &mut Value, api_version: &str) {
        adapt_cluster(body, api_version);
    }

    fn body(&self, value: Value) -> Body {
        Body::Indented(value)
    }

    fn post(
        &self,
        world: &mut World,
        id: &ResourceId,
        action: &str,
        _body: &Value,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        match action.to_ascii_lowercase().as_str() {
            "stop" => return switch(world, id, Work::Stop),
            "start" => return switch(world, id, Work::Start),
            _ => {}
        }
        let Some(cluster) = world.resource(id) else {
            return Err(self.not_found(world, id));
        };
        credential::list(world.settings(), cluster, action)
            .map(|body| Reply::with(200, Body::Indented(body)))
    }

    fn finish(&self, world: &mut World, operation: &Operation) -> Result<(), ArmError> {
        let id = &operation.resource;
        if operation.work == Work::Delete {
            remove_cluster(world, id);
            return Ok(());
        }
        if operation.work == Work::Settle {
            // Somebody may have begun to delete it meanwhile.
            if world.provisioning_state(id) == Some("Updating") {
                succeed(world, id);
                pool::show_autoscaling(world, &pools_of(world, id));
            }
            return Ok(());
        }
        if matches!(operation.work, Work::Stop | Work::Start) {
            switched(world, id, operation.work);
            succeed(world, id);
            return Ok(());
        }
        identities(world, id);
        succeed(world, id);
        let settling = world.settings().settling();
        if operation.work == Work::Create && !settling.is_zero() {
            settle(world, id, settling);
        } else {
            pool::show_autoscaling(world, &pools_of(world, id));
        }
        Ok(())
    }
}

/// The cluster and its pools are ready, each with a new eTag.
fn succeed(world: &mut World, id: &ResourceId) {
    let tag = world.next_guid("etag").to_string();
    if let Some(cluster) = world.resource_mut(id) {
        cluster.set_state("Succeeded");
        if let Some(body) = cluster.body.as_object_mut() {
            body.insert("eTag".into(), json!(tag));
        }
    }
    for id in pools_of(world, id) {
        pool::ready(world, &id);
    }
}

/// AKS goes on with a cluster by itself, as it does for some minutes after creating one.
fn settle(world: &mut World, id: &ResourceId, length: Duration) {
    let ends = later(world.now(), length);
    world.plan(Work::Settle, id, ends);
    for id in pools_of(world, id).iter().chain([id]) {
        if let Some(resource) = world.resource_mut(id) {
            resource.set_state("Updating");
        }
    }
}

pub(super) fn pools_of(world: &World, id: &ResourceId) -> Vec<ResourceId> {
    let under = format!("{}/agentpools/", id.key());
    world.below(&under).map(|pool| pool.id.clone()).collect()
}

pub(super) fn version_of(write: &Write) -> String {
    let old = write
        .existing
        .as_ref()
        .and_then(|e| e.body.pointer("/properties/kubernetesVersion")?.as_str());
    write
        .text("/properties/kubernetesVersion")
        .filter(|version| !version.is_empty())
        .or(old)
        .unwrap_or(default_version())
        .to_owned()
}

/// Removes a cluster, its pools and its node resource group.
pub(in crate::provider) fn remove_cluster(world: &mut World, id: &ResourceId) {
    let Some(cluster) = world.remove(id) else {
        return;
    };
    if let Some(name) = cluster
        .body
        .pointer("/properties/nodeResourceGroup")
        .and_then(Value::as_str)
    {
        let group = ResourceId::for_group(id.subscription().unwrap_or_default(), name);
        resource_group::remove(world, &group);
    }
}
