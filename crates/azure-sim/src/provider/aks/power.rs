//! Stopping and starting a cluster.

use std::time::Duration;

use serde_json::{Value, json};

use super::cluster::pools_of;
use super::{check_idle, delete_reply, refusal};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::Reply;
use crate::store::{Resource, Work, World};

const STOP: Duration = Duration::from_secs(180);

const START: Duration = Duration::from_secs(240);

/// Stops or starts a cluster with its pools; 204 where it is as wanted.
pub(super) fn switch(world: &mut World, id: &ResourceId, work: Work) -> Result<Reply, ArmError> {
    check_idle(world, id)?;
    let (state, takes) = match work {
        Work::Stop => ("Stopping", STOP),
        _ => ("Starting", START),
    };
    let Some(cluster) = world.resource(id) else {
        return Ok(Reply::empty(204));
    };
    if is_stopped(cluster) == (work == Work::Stop) {
        return Ok(Reply::empty(204));
    }
    let region = cluster.location().to_owned();
    let ends = world.due(takes);
    let operation = world.start(work, id, ends);
    for id in pools_of(world, id).iter().chain([id]) {
        if let Some(resource) = world.resource_mut(id) {
            resource.set_state(state);
        }
    }
    Ok(delete_reply(id, &region, &operation))
}

/// The cluster and its pools have stopped or started.
pub(super) fn switched(world: &mut World, id: &ResourceId, work: Work) {
    let code = if work == Work::Stop {
        "Stopped"
    } else {
        "Running"
    };
    for id in pools_of(world, id).iter().chain([id]) {
        if let Some(properties) = world
            .resource_mut(id)
            .and_then(|resource| resource.body.get_mut("properties"))
            .and_then(Value::as_object_mut)
        {
            properties.insert("powerState".into(), json!({"code": code}));
        }
    }
}

/// Refuses a write to a cluster that is stopped, or to one of its pools.
pub(super) fn check_started(world: &World, cluster: &ResourceId) -> Result<(), ArmError> {
    match world.resource(cluster) {
        Some(found) if is_stopped(found) => Err(refusal(
            400,
            "OperationNotAllowed",
            format!(
                "The managed cluster '{}' is in Stopped power state, no operations except for start and delete are \
                 allowed. Please see https://aka.ms/aks-cluster-stop for more details",
                cluster.name()
            ),
        )),
        _ => Ok(()),
    }
}

fn is_stopped(resource: &Resource) -> bool {
    resource.body.pointer("/properties/powerState/code") == Some(&json!("Stopped"))
}
