//! The pools of a managed cluster as its own body has them, under `agentPoolProfiles`.

use serde_json::{Map, Value, json};

use super::super::Write;
use super::bad_request;
use super::cluster::version_of;
use super::pool_rule::{Surroundings, complete};
use super::profile::network;
use crate::error::ArmError;
use crate::store::World;

/// A pool's name and its properties.
type NamedPool = (String, Map<String, Value>);

/// The pools of a PUT, completed.
pub(super) fn pools(world: &mut World, write: &Write) -> Result<Vec<NamedPool>, ArmError> {
    let profiles = match write.at("/properties/agentPoolProfiles") {
        Some(Value::Array(profiles)) => profiles.clone(),
        _ => Vec::new(),
    };
    let version = version_of(write);
    let old_network = write
        .existing
        .as_ref()
        .and_then(|existing| existing.body.pointer("/properties/networkProfile").cloned());
    let network = network(&write.properties(), old_network);
    let surroundings = Surroundings {
        version: &version,
        region: write.location(),
        network: &network,
    };
    let mut pools: Vec<NamedPool> = Vec::new();
    for profile in &profiles {
        let Some(mut given) = profile.as_object().cloned() else {
            continue;
        };
        let name = given
            .shift_remove("name")
            .and_then(|name| name.as_str().map(str::to_owned))
            .unwrap_or_default();
        if pools.iter().any(|(other, _)| *other == name) {
            return Err(bad_request(format!(
                "There is more than one agent pool named '{name}'."
            )));
        }
        let old = world
            .resource(&write.id.with_child("agentPools", &name))
            .and_then(|pool| pool.body.get("properties")?.as_object().cloned());
        if write.existing.is_some() && old.is_none() {
            return Err(bad_request(
                "A new agent pool was introduced. Adding agent pools to an existing cluster is not allowed \
                 through managed cluster operations. For agent pool specific change, please use per agent pool \
                 operations: https://aka.ms/agent-pool-rest-api",
            ));
        }
        let mut completed = complete(world, &name, &given, old.as_ref(), surroundings)?;
        if old.is_none() && !given.contains_key("enableAutoScaling") {
            completed.shift_remove("enableAutoScaling");
        }
        pools.push((name, completed));
    }
    if write.existing.is_none() {
        let system = |pool: &Map<String, Value>| pool.get("mode") == Some(&json!("System"));
        if pools.is_empty() {
            return Err(bad_request("There has to be at least one agent pool."));
        }
        if !pools.iter().any(|(_, pool)| system(pool)) {
            return Err(bad_request("Must define at least one system pool."));
        }
    }
    Ok(pools)
}

/// The pools of a cluster as it is shown.
pub(super) fn profiles(shown: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    shown
        .pointer_mut("/properties/agentPoolProfiles")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
}
