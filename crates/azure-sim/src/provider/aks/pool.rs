//! Agent pools.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::super::{Home, Provider, Spec, Write, Written, managed_identity, missing, stored};
use super::pool_rule::{Surroundings, check_pool_name, complete};
use super::power::check_started;
use super::since::adapt_pool;
use super::{
    API_VERSIONS, POOL_TYPE, check_idle, delete_reply, refusal, shapes, write_reply, wrong_type,
};
use crate::error::{ArmError, Subcode};
use crate::id::ResourceId;
use crate::reply::{Body, Reply};
use crate::shape::Mismatch;
use crate::store::{Accepted, Operation, Resource, Work, World};

const CREATE: Duration = Duration::from_secs(150);

const SCALE: Duration = Duration::from_secs(120);

const UPDATE: Duration = Duration::from_secs(8);

const DELETE: Duration = Duration::from_secs(20);

static SPEC: Spec = Spec {
    resource_type: POOL_TYPE,
    api_versions: API_VERSIONS,
    home: Home::Parent,
    located: false,
    tagged: false,
    shape: shapes::POOL,
};

/// `Microsoft.ContainerService/managedClusters/agentPools`.
pub(crate) struct AgentPools;

impl Provider for AgentPools {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        check_pool_name(id.name())
    }

    fn mismatch(&self, mismatch: &Mismatch) -> ArmError {
        wrong_type(mismatch)
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        let cluster_id = write.id.parent().unwrap_or_default();
        let Some(cluster) = world.resource(&cluster_id).cloned() else {
            return Err(missing(world, &write.id));
        };
        check_idle(world, &cluster_id)?;
        check_started(world, &cluster_id)?;
        let region = cluster.location().to_owned();
        let given = write.properties();
        let old = write
            .existing
            .as_ref()
            .and_then(|existing| existing.body.get("properties"))
            .and_then(Value::as_object);
        let surroundings = Surroundings {
            version: text(&cluster.body, "/properties/kubernetesVersion"),
            region: &region,
            network: &cluster.body["properties"]["networkProfile"],
        };
        let mut properties = complete(world, write.id.name(), &given, old, surroundings)?;
        drop_empty(&mut properties);
        if old.is_some() && properties.get("mode") == Some(&json!("User")) {
            check_last_system(world, &write.id, "changed to mode User")?;
        }
        let (work, state, length) = match old {
            None => (Work::Create, "Creating", CREATE),
            Some(old) if old.get("powerState") != properties.get("powerState") => {
                let stops = properties.get("powerState") == Some(&json!({"code": "Stopped"}));
                (
                    Work::Update,
                    if stops { "Stopping" } else { "Starting" },
                    SCALE,
                )
            }
            Some(old) if old.get("count") != properties.get("count") => {
                (Work::Update, "Scaling", SCALE)
            }
            Some(_) => (Work::Update, "Updating", UPDATE),
        };
        let status = if old.is_none() { 201 } else { 200 };
        let body = json!({
            "id": write.id.to_string(),
            "name": write.id.name(),
            "type": POOL_TYPE,
            "properties": properties,
        });
        let mut resource = stored(world, &SPEC, &write, body, Value::Null);
        resource.set_state(state);
        let shown = self.show(world, &resource);
        world.insert(resource);
        let ends = world.due(length);
        let name = world.start(work, &write.id, ends);
        Ok(Written {
            accepted: Accepted {
                created: write.existing.is_none(),
                operation: Some(name.clone()),
                ready_at: ends,
            },
            reply: write_reply(status, shown, &write.id, &region, &name),
        })
    }

    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        let cluster = id.parent().unwrap_or_default();
        let region = world
            .resource(&cluster)
            .map_or_else(String::new, |c| c.location().to_owned());
        check_idle(world, &cluster)?;
        check_started(world, &cluster)?;
        check_last_system(world, id, "deleted")?;
        let ends = world.due(DELETE);
        let name = world.start(Work::Delete, id, ends);
        if let Some(pool) = world.resource_mut(id) {
            pool.set_state("Deleting");
        }
        Ok(delete_reply(id, &region, &name))
    }

    fn not_found(&self, world: &World, id: &ResourceId) -> ArmError {
        let cluster = id.parent().unwrap_or_default();
        if !world.exists(&cluster) {
            return missing(world, id);
        }
        refusal(
            404,
            "NotFound",
            format!(
                "Could not find the agentpool: {} in subscription: {}, resourceGroup: {}, resourceName: {}.",
                id.name(),
                id.subscription().unwrap_or_default(),
                id.group().unwrap_or_default(),
                cluster.name()
            ),
        )
        .with_subcode(Subcode::AgentPoolNotFound)
        .with_details(vec![json!({
            "code": "Unspecified",
            "message": "rpc error: code = NotFound desc = Agent Pool not found",
        })])
    }

    fn show(&self, _world: &World, resource: &Resource) -> Value {
        let mut body = resource.body.clone();
        if let Some(body) = body.as_object_mut() {
            body.insert(
                "id".into(),
                json!(managed_identity::lower_group(&resource.id)),
            );
        }
        body
    }

    fn adapt(&self, body: &mut Value, api_version: &str) {
        if let Some(properties) = body.get_mut("properties") {
            adapt_pool(properties, api_version);
        }
    }

    fn body(&self, value: Value) -> Body {
        Body::Indented(value)
    }

    fn finish(&self, world: &mut World, operation: &Operation) -> Result<(), ArmError> {
        if operation.work == Work::Delete {
            world.remove(&operation.resource);
        } else if world.provisioning_state(&operation.resource) != Some("Deleting") {
            ready(world, &operation.resource);
        }
        Ok(())
    }
}

/// A pool becomes ready: autoscaling has brought it to its minimum, and its eTag is new.
pub(super) fn ready(world: &mut World, id: &ResourceId) {
    let tag = world.next_guid("etag").to_string();
    let Some(pool) = world.resource_mut(id) else {
        return;
    };
    pool.set_state("Succeeded");
    let Some(properties) = pool
        .body
        .get_mut("properties")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    properties.insert("eTag".into(), json!(tag));
    drop_empty(properties);
    let least = properties.get("minCount").and_then(Value::as_i64);
    let most = properties.get("maxCount").and_then(Value::as_i64);
    let count = properties
        .get("count")
        .and_then(Value::as_i64)
        .unwrap_or_default();
    if let (Some(least), Some(most)) = (least, most) {
        properties.insert("count".into(), json!(count.clamp(least, most.max(least))));
    }
}

/// Pools that were made together with their cluster only tell that they do not scale by themselves when AKS is done
/// with the cluster.
pub(super) fn show_autoscaling(world: &mut World, pools: &[ResourceId]) {
    for id in pools {
        let pool = world.resource_mut(id);
        if let Some(properties) = pool.and_then(|pool| pool.body.get_mut("properties"))
            && let Some(properties) = properties.as_object_mut()
        {
            properties
                .entry("enableAutoScaling")
                .or_insert(json!(false));
        }
    }
}

/// Empty maps are only seen in the answer to a PUT of the cluster.
fn drop_empty(properties: &mut Map<String, Value>) {
    for name in ["tags", "nodeLabels"] {
        if properties.get(name) == Some(&json!({})) {
            properties.shift_remove(name);
        }
    }
}

/// Stores a pool that is made together with its cluster.
pub(super) fn insert(world: &mut World, id: &ResourceId, properties: &Map<String, Value>) {
    let body = json!({
        "id": id.to_string(),
        "name": id.name(),
        "type": POOL_TYPE,
        "properties": properties,
    });
    let existing = world.resource(id);
    let resource = Resource {
        id: id.clone(),
        resource_type: POOL_TYPE.to_owned(),
        body,
        private: Value::Null,
        created: existing.map_or(world.now(), |pool| pool.created),
        changed: world.now(),
        operation: None,
    };
    world.insert(resource);
}

fn text<'a>(body: &'a Value, pointer: &str) -> &'a str {
    body.pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn check_last_system(world: &World, id: &ResourceId, what: &str) -> Result<(), ArmError> {
    let cluster = id.parent().unwrap_or_default();
    let under = format!("{}/agentpools/", cluster.key());
    let others: Vec<&Resource> = world.below(&under).filter(|pool| pool.id != *id).collect();
    if others.is_empty() && what == "deleted" {
        return Err(refusal(
            400,
            "OperationNotAllowed",
            "There has to be at least one agent pool.",
        ));
    }
    let system = |pool: &&Resource| text(&pool.body, "/properties/mode") == "System";
    let own = world.resource(id).is_some_and(|pool| system(&pool));
    if own && !others.iter().any(system) {
        return Err(refusal(
            400,
            "OperationNotAllowed",
            format!(
                "The pool {} cannot be {what}: there has to be at least one system agent pool.",
                id.name()
            ),
        ));
    }
    Ok(())
}
