//! Snapshots of file shares: read-only copies, told apart by the time at which they were taken.
//!
//! A snapshot is kept below its share and goes where the share goes. The time is a header of requests
//! (`x-ms-snapshot`), never a part of a path.

use std::time::Duration;

use http::Method;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::{Provider as _, check_group, check_parent, check_version, envelope};
use super::file_share::{FileShares, SPEC, account};
use super::share_rule::Model;
use super::share_view::{listed, single, tag, time_of};
use super::{API_VERSIONS, decimals, file_service, refusal};
use crate::clock::later;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::{Body, Reply};
use crate::request::ArmRequest;
use crate::store::{Resource, World};

/// The header that names a snapshot.
pub(super) const HEADER: &str = "x-ms-snapshot";

const TYPE: &str = "Microsoft.Storage/storageAccounts/fileServices/shares/snapshots";

/// Most snapshots that a share may have.
const MOST: usize = 200;

/// Snapshots are told apart to the ten-millionth of a second.
const TICK: Duration = Duration::from_nanos(100);

/// Answers `PUT …/shares/{share}?$expand=snapshots`: takes a snapshot. Metadata that is sent becomes the snapshot's,
/// otherwise it has that of the share.
pub(super) fn take(
    world: &mut World,
    request: &ArmRequest,
    id: &ResourceId,
) -> Result<Reply, ArmError> {
    check(world, request, id)?;
    let sent = SPEC
        .shape
        .read(&request.json()?)
        .map_err(|mismatch| FileShares.mismatch(&mismatch))?;
    let sent = sent
        .as_ref()
        .and_then(|sent| sent.get("properties"))
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    Model::of(world, id).check(world, &sent)?;
    let Some(share) = world.resource(id).cloned() else {
        return Err(FileShares.not_found(world, id));
    };
    if of(world, id).len() >= MOST {
        return Err(refusal(
            world,
            409,
            "ShareSnapshotCountExceeded",
            "The total number of snapshots for the share is over the limit.",
        ));
    }
    let mut taken = world.now();
    while world.exists(&place(&share.id, taken)) {
        taken = later(taken, TICK);
    }
    let mut snapshot = Resource {
        id: place(&share.id, taken),
        resource_type: TYPE.to_owned(),
        ..share.clone()
    };
    if let Some(metadata) = sent.get("metadata").and_then(Value::as_object)
        && let Some(properties) = snapshot
            .body
            .get_mut("properties")
            .and_then(Value::as_object_mut)
    {
        let lower: Map<String, Value> = metadata
            .iter()
            .map(|(key, value)| (key.to_ascii_lowercase(), value.clone()))
            .collect();
        properties.insert("metadata".into(), lower.into());
    }
    if let Some(private) = snapshot.private.as_object_mut() {
        private.insert("snapshot".into(), json!(taken));
    }
    let mut body = envelope(&share.id, &SPEC);
    let mut shown = Map::new();
    if let Some(metadata) = sent.get("metadata") {
        shown.insert("metadata".into(), metadata.clone());
    }
    shown.insert("snapshotTime".into(), json!(decimals(taken)));
    body.insert("properties".into(), shown.into());
    let tag = tag(&snapshot.private);
    world.insert(snapshot);
    Ok(Reply::with(201, Body::Plain(body.into())).header("etag", tag))
}

/// Answers a GET of the snapshot of a share that was taken at `time`.
pub(super) fn read(
    world: &World,
    request: &ArmRequest,
    id: &ResourceId,
    time: &str,
) -> Result<Reply, ArmError> {
    check(world, request, id)?;
    let snapshot = find(world, id, time)?;
    let mut share = snapshot.clone();
    share.id = snapshot.id.parent().unwrap_or_default();
    let body = with_time(single(&share), snapshot);
    Ok(Reply::with(200, Body::Plain(body)).header("etag", tag(&snapshot.private)))
}

/// Answers a DELETE of one snapshot, which is gone at once and for good.
pub(super) fn delete(
    world: &mut World,
    request: &ArmRequest,
    id: &ResourceId,
    time: &str,
) -> Result<Reply, ArmError> {
    check(world, request, id)?;
    let snapshot = find(world, id, time)?.id.clone();
    world.remove(&snapshot);
    Ok(Reply::with(200, Body::EmptyText))
}

/// Refuses to delete a share with snapshots that shall not go with it.
pub(super) fn check_none(world: &World, id: &ResourceId) -> Result<(), ArmError> {
    if of(world, id).is_empty() {
        return Ok(());
    }
    Err(refusal(
        world,
        409,
        "ShareHasSnapshots",
        "The share has snapshots and the operation requires no snapshots.",
    ))
}

/// The snapshots of a share, oldest first.
pub(super) fn of<'a>(world: &'a World, share: &ResourceId) -> Vec<&'a Resource> {
    let under = format!("{}/snapshots/", share.key());
    let ids: Vec<ResourceId> = world
        .below(&under)
        .filter(|snapshot| snapshot.resource_type == TYPE)
        .map(|snapshot| snapshot.id.clone())
        .collect();
    let mut all: Vec<&Resource> = ids.iter().filter_map(|id| world.resource(id)).collect();
    all.sort_by_key(|snapshot| time_of(snapshot, "snapshot"));
    all
}

/// What a list shows of a snapshot.
pub(super) fn shown(world: &World, snapshot: &Resource) -> Value {
    let mut share = snapshot.clone();
    share.id = snapshot.id.parent().unwrap_or_default();
    let body = listed(world, &share, share.id.name());
    with_time(body, snapshot)
}

/// Puts the snapshots that were taken of one share under another, whose place that share takes.
pub(super) fn follow(world: &mut World, snapshots: Vec<Resource>, share: &ResourceId) {
    for snapshot in snapshots {
        let id = share.with_child("snapshots", snapshot.id.name());
        world.insert(Resource { id, ..snapshot });
    }
}

fn check(world: &World, request: &ArmRequest, id: &ResourceId) -> Result<(), ArmError> {
    check_version(
        SPEC.resource_type,
        API_VERSIONS,
        request.api_version()?,
        None,
    )?;
    check_group(world, id)?;
    let action = if request.method == Method::GET {
        "read"
    } else {
        "write"
    };
    check_parent(world, id.parent(), &FileShares, action)?;
    file_service::check_ready(world, &account(id))?;
    if world.exists(id) {
        return Ok(());
    }
    Err(FileShares.not_found(world, id))
}

fn find<'a>(world: &'a World, id: &ResourceId, time: &str) -> Result<&'a Resource, ArmError> {
    let Ok(taken) = time.trim().parse::<Timestamp>() else {
        return Err(refusal(
            world,
            400,
            "InvalidHeaderValue",
            "The value for one of the HTTP headers is not in the correct format.",
        )
        .with_target(HEADER));
    };
    world.resource(&place(id, taken)).ok_or_else(|| {
        refusal(
            world,
            404,
            "ShareSnapshotNotFound",
            "The specified share snapshot does not exist.",
        )
    })
}

fn place(share: &ResourceId, taken: Timestamp) -> ResourceId {
    share.with_child("snapshots", &decimals(taken))
}

fn with_time(mut body: Value, snapshot: &Resource) -> Value {
    if let (Some(taken), Some(Value::Object(properties))) =
        (time_of(snapshot, "snapshot"), body.get_mut("properties"))
    {
        properties.insert("snapshotTime".into(), json!(decimals(taken)));
    }
    body
}
