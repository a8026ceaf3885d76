//! PATCH of zones and record sets.

use serde_json::{Map, Value, json};

use super::record::{self, RecordType};
use super::{rule, tag};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::provider::{Provider, patch_tags};
use crate::reply::Reply;
use crate::shape::Shape;
use crate::store::World;

/// What can be changed of a zone.
const ZONE: Shape = Shape::Object(&[("tags", Shape::TextMap)]);

/// Puts new tags in the place of a zone's.
pub(super) fn zone(
    provider: &dyn Provider,
    world: &mut World,
    id: &ResourceId,
    body: &Value,
) -> Result<Reply, ArmError> {
    ZONE.read(body)
        .map_err(|mismatch| provider.mismatch(&mismatch))?;
    patch_tags(provider.spec(), world, id, body)?;
    let etag = world.next_guid("etag").to_string();
    if let Some(zone) = world.resource_mut(id)
        && let Some(body) = zone.body.as_object_mut()
    {
        body.insert("etag".into(), json!(etag));
    }
    Ok(answer(provider, world, id))
}

/// Changes those properties of a record set that the body names; records are replaced as a whole.
pub(super) fn record_set(
    provider: &dyn Provider,
    kind: &'static RecordType,
    world: &mut World,
    id: &ResourceId,
    body: &Value,
) -> Result<Reply, ArmError> {
    let given = provider
        .spec()
        .shape
        .read(body)
        .map_err(|mismatch| provider.mismatch(&mismatch))?;
    let given = given.as_ref().and_then(|body| body.get("properties"));
    let current = world
        .resource(id)
        .and_then(|set| set.body.get("properties"));
    let wanted: Map<String, Value> = [current, given]
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .flatten()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    rule::check_records(kind, &wanted, id.name())?;
    let etag = world.next_guid("etag").to_string();
    let now = world.now();
    if let Some(set) = world.resource_mut(id) {
        set.body = record::record_set(kind, id, &etag, &wanted);
        set.changed = now;
    }
    Ok(answer(provider, world, id))
}

fn answer(provider: &dyn Provider, world: &World, id: &ResourceId) -> Reply {
    let shown = world
        .resource(id)
        .map(|resource| provider.show(world, resource));
    tag(Reply::json(200, shown.unwrap_or(Value::Null)))
}
