//! The verbs on a single resource, for any type.

use http::Method;
use serde_json::Value;

use super::check::{check_home, moved, read_body};
use super::{
    Provider, Spec, Write, Written, check_group, check_version, compute, deleting_error, key_vault,
    network, of_id,
};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::location;
use crate::reply::{Bucket, Reply};
use crate::store::{Operation, Resource, Work, World};
use crate::tags;

/// The canonical id: the provider's casing for the type, the group's own casing for its name.
fn canonical(world: &World, id: &ResourceId, spec: &Spec) -> ResourceId {
    let group = id.group_id().and_then(|group| world.resource(&group));
    let name = group.map(|group| group.id.name().to_owned());
    if id.is_group() {
        return match name {
            Some(name) => ResourceId::for_group(id.subscription().unwrap_or_default(), &name),
            None => id.clone(),
        };
    }
    match world.resource(id) {
        Some(stored) => stored.id.clone(),
        None => id.canonical(spec.resource_type, name.as_deref()),
    }
}

/// See [`World::check`].
pub(crate) fn check(
    _world: &World,
    id: &ResourceId,
    api_version: &str,
    body: &Value,
) -> Result<(), ArmError> {
    read_body(of_id(id)?, id, api_version, body).map(|_| ())
}

/// See [`World::put`].
pub(crate) fn put(
    world: &mut World,
    id: &ResourceId,
    api_version: &str,
    body: &Value,
) -> Result<Written, ArmError> {
    let provider = of_id(id)?;
    let spec = provider.spec();
    if !id.is_group() {
        check_group(world, id)?;
    }
    let body = read_body(provider, id, api_version, body)
        .map_err(|error| counted(error, spec, &Method::PUT))?;
    let id = canonical(world, id, spec);
    check_home(world, &id, provider)?;
    if let Some(group) = id.group_id().and_then(|group| world.resource(&group))
        && group.state() == "Deleting"
    {
        return Err(deleting_error(group.id.name()));
    }
    let existing = world.resource(&id).cloned();
    if let Some(existing) = &existing
        && spec.located
        && let Some(wanted) = body.get("location").and_then(Value::as_str)
        && location::normalise(existing.location()) != wanted
    {
        return Err(moved(existing, wanted));
    }
    let write = Write {
        id,
        existing,
        body,
        api_version: api_version.to_owned(),
    };
    let mut written = provider
        .put(world, write)
        .map_err(|error| counted(error, spec, &Method::PUT))?;
    if let Some(shown) = written.reply.body.value_mut() {
        provider.adapt(shown, api_version);
    }
    Ok(written)
}

/// See [`World::get`].
pub(crate) fn get(world: &World, id: &ResourceId, api_version: &str) -> Result<Value, ArmError> {
    let (provider, resource) = find(world, id, api_version)?;
    Ok(provider.show(world, resource))
}

/// Answers a GET.
pub(crate) fn read(world: &World, id: &ResourceId, api_version: &str) -> Result<Reply, ArmError> {
    let (provider, resource) = find(world, id, api_version)?;
    let mut shown = provider.show(world, resource);
    provider.adapt(&mut shown, api_version);
    let mut reply = Reply::with(200, provider.body(shown));
    reply.gateway = id.is_group();
    Ok(decorate(reply, provider.spec(), Bucket::LowCostGet))
}

fn find<'a>(
    world: &'a World,
    id: &ResourceId,
    api_version: &str,
) -> Result<(&'static dyn Provider, &'a Resource), ArmError> {
    let provider = of_id(id)?;
    let spec = provider.spec();
    check_version(spec.resource_type, spec.api_versions, api_version, None)?;
    if !id.is_group() {
        check_group(world, id)?;
    }
    match world.resource(id) {
        Some(resource) => Ok((provider, resource)),
        None => Err(provider.not_found(world, id)),
    }
}

/// Answers a PATCH.
pub(crate) fn patch(
    world: &mut World,
    id: &ResourceId,
    api_version: &str,
    body: &Value,
) -> Result<Reply, ArmError> {
    let (provider, resource) = find(world, id, api_version)?;
    let id = resource.id.clone();
    if !body.is_object() {
        return Err(ArmError::invalid_request_content("an object was expected"));
    }
    tags::check(
        body.get("tags").unwrap_or(&Value::Null),
        provider.spec().resource_type,
    )?;
    let mut reply = provider
        .patch(world, &id, body, api_version)
        .map_err(|error| counted(error, provider.spec(), &Method::PATCH))?;
    if let Some(shown) = reply.body.value_mut() {
        provider.adapt(shown, api_version);
    }
    Ok(reply)
}

/// The PATCH that most types have: new tags in place of the old.
pub(super) fn patch_tags(
    spec: &Spec,
    world: &mut World,
    id: &ResourceId,
    body: &Value,
) -> Result<(), ArmError> {
    if !spec.tagged {
        return Err(ArmError::method_not_allowed("PATCH", &id.to_string()));
    }
    let now = world.now();
    if let Some(tags) = body.get("tags").filter(|tags| tags.is_object())
        && let Some(resource) = world.resource_mut(id)
        && let Some(body) = resource.body.as_object_mut()
    {
        body.insert("tags".into(), tags.clone());
        resource.changed = now;
    }
    Ok(())
}

/// Answers a DELETE.
pub(crate) fn delete(
    world: &mut World,
    id: &ResourceId,
    api_version: &str,
) -> Result<Reply, ArmError> {
    let provider = of_id(id)?;
    let spec = provider.spec();
    check_version(spec.resource_type, spec.api_versions, api_version, None)?;
    if !id.is_group() {
        check_group(world, id)?;
    }
    match world.resource(id).map(|resource| resource.id.clone()) {
        Some(id) => provider
            .delete(world, &id, api_version)
            .map_err(|error| counted(error, spec, &Method::DELETE)),
        None if id.is_group() => Err(provider.not_found(world, id)),
        None => Ok(provider.delete_absent()),
    }
}

/// See [`World::post`].
pub(crate) fn post(
    world: &mut World,
    id: &ResourceId,
    action: &str,
    api_version: &str,
    body: &Value,
) -> Result<Reply, ArmError> {
    let (provider, resource) = find(world, id, api_version)?;
    let id = resource.id.clone();
    provider.post(world, &id, action, body, api_version)
}

/// What happens at the end of an operation.
pub(crate) fn finish(world: &mut World, operation: &Operation) -> Result<(), ArmError> {
    if operation.work == Work::Purge {
        key_vault::purged(world, operation);
        return Ok(());
    }
    // Deployments have operations too, and an engine that ends them.
    let Ok(provider) = of_id(&operation.resource) else {
        return Ok(());
    };
    provider.finish(world, operation)
}

/// What an operation leaves behind that failed or was canceled: nothing has happened, but the state tells.
pub(crate) fn give_up(world: &mut World, operation: &Operation) {
    let id = &operation.resource;
    if operation.work == Work::Purge {
        key_vault::not_purged(world, id);
        return;
    }
    crate::deployment::not_deleted(world, id);
    let mut ids = vec![id.clone()];
    // Pools change together with their cluster; what is in a group has a life of its own.
    if !id.is_group() {
        let under = format!("{}/", id.key());
        ids.extend(world.below(&under).map(|child| child.id.clone()));
    }
    for id in ids {
        let changing = world.running(&id).is_none()
            && !matches!(
                world.provisioning_state(&id),
                None | Some("Succeeded" | "Failed" | "Canceled")
            );
        if changing && let Some(resource) = world.resource_mut(&id) {
            resource.set_state(operation.state.word());
        }
    }
}

/// A refusal with the header by which compute counts requests, if it was compute that refused.
fn counted(error: ArmError, spec: &Spec, method: &Method) -> ArmError {
    let bucket = error.bucket.or_else(|| compute::bucket(spec, method));
    ArmError {
        bucket: bucket.filter(|_| !error.gateway),
        ..error
    }
}

/// Adds the header by which compute counts requests, and the entity tag of DNS.
pub(super) fn decorate(reply: Reply, spec: &Spec, bucket: Bucket) -> Reply {
    if spec.resource_type.starts_with("Microsoft.Compute/") {
        reply.counted(bucket)
    } else if spec.resource_type.starts_with("Microsoft.Network/") {
        network::tag(reply)
    } else {
        reply
    }
}
