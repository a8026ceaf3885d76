//! Managed disks and snapshots.

mod access;
mod body;
mod disk;
mod managed;
mod operation;
mod rule;
mod shape;
mod snapshot;

use std::time::Duration;

use http::Method;
use serde_json::{Map, Value, json};

use self::body::{first_body, full_body};
use self::disk::DISK;
pub(crate) use self::disk::DISKS;
pub(crate) use self::managed::Managed;
use self::operation::accepted;
pub(crate) use self::operation::{disk_operation, disk_result};
use self::rule::{
    check_option, check_performance, check_zones, family, find_source, invalid, not_allowed,
    size_of, sku_of, wrong_type,
};
use self::shape::BODY;
pub(crate) use self::snapshot::SNAPSHOTS;
use super::{Provider, Spec, Write, Written, missing, stored};
use crate::clock::later;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::{Bucket, Reply};
use crate::store::{Accepted, Operation, Resource, Work, World};

const API_VERSIONS: &[&str] = &[
    "2025-01-02",
    "2024-03-02",
    "2023-10-02",
    "2023-04-02",
    "2023-01-02",
    "2022-07-02",
    "2022-03-02",
    "2021-12-01",
    "2021-08-01",
    "2021-04-01",
    "2020-12-01",
    "2020-09-30",
    "2020-06-30",
    "2020-05-01",
    "2019-07-01",
];

const WRITE: Duration = Duration::from_millis(600);

/// How long the data of a background copy takes to arrive, after the operation has ended.
const HYDRATE: Duration = Duration::from_secs(90);

/// How long compute still answers for what was deleted.
const REMEMBERED: Duration = Duration::from_secs(10);

/// Properties that only Azure sets.
const ADDED: &[&str] = &[
    "completionPercent",
    "diskIOPSReadOnly",
    "diskIOPSReadWrite",
    "diskMBpsReadOnly",
    "diskMBpsReadWrite",
    "diskSizeBytes",
    "diskState",
    "incrementalSnapshotFamilyId",
    "readOnly",
    "timeCreated",
    "uniqueId",
];

fn text<'a>(body: &'a Value, pointer: &str) -> &'a str {
    body.pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn put(world: &mut World, spec: &'static Spec, write: &Write) -> Result<Written, ArmError> {
    let is_disk = spec.resource_type == DISK.resource_type;
    if let Some(existing) = &write.existing
        && existing.state() == "Deleting"
    {
        return Err(busy(existing));
    }
    let old = write.existing.as_ref().map(|existing| &existing.body);
    let option = write
        .text("/properties/creationData/createOption")
        .unwrap_or_else(|| {
            old.map_or("", |body| {
                text(body, "/properties/creationData/createOption")
            })
        });
    if option.is_empty() {
        return Err(invalid(
            "creationData.createOption",
            "Required parameter 'creationData.createOption' is missing (null).",
        ));
    }
    let incremental = match old {
        Some(body) => body.pointer("/properties/incremental") == Some(&json!(true)),
        None => write.at("/properties/incremental") == Some(&json!(true)),
    };
    let sku = sku_of(write, spec, incremental)?;
    if let Some(old) = old {
        if family(text(old, "/sku/name")) != family(sku) {
            return Err(not_allowed("sku.name"));
        }
        for name in ["createOption", "sourceResourceId", "sourceUri"] {
            let pointer = format!("/properties/creationData/{name}");
            if let Some(given) = write.text(&pointer)
                && !given.eq_ignore_ascii_case(text(old, &pointer))
            {
                return Err(not_allowed(&format!("creationData.{name}")));
            }
        }
        if write
            .at("/properties/incremental")
            .is_some_and(|value| *value != json!(incremental))
            && !is_disk
        {
            return Err(not_allowed("incremental"));
        }
    }
    check_zones(write, spec, sku)?;
    let source = match (old, option) {
        (None, "Copy" | "CopyStart" | "Restore") => Some(find_source(
            world,
            write,
            write.location(),
            option == "CopyStart" && !is_disk,
        )?),
        _ => None,
    };
    check_option(write, option, is_disk, incremental, source.as_ref())?;
    let size = size_of(write, source.as_ref(), is_disk, sku)?;
    check_performance(write, sku, is_disk)?;

    let body = full_body(world, spec, write, sku, size, source.as_ref(), incremental);
    let mut private = write
        .existing
        .as_ref()
        .map_or(Value::Null, |existing| existing.private.clone());
    let ends = world.due(WRITE);
    let slow_source = source.as_ref().is_some_and(|source| {
        ["PremiumV2_LRS", "UltraSSD_LRS"].contains(&text(&source.body, "/sku/name"))
    });
    if !is_disk && old.is_none() && (option == "CopyStart" || slow_source) {
        let once = world.settings().latency.duration(HYDRATE);
        let until = later(
            ends,
            once.saturating_mul(if once == HYDRATE { 1 } else { 3 }),
        );
        private = json!({"copyFrom": ends, "copyUntil": until});
    }
    let resource = stored(world, spec, write, body, private);
    let first = first_body(write, spec);
    world.insert(resource);
    let work = if old.is_none() {
        Work::Create
    } else {
        Work::Update
    };
    let name = world.start(work, &write.id, ends);
    let reply = accepted(
        202,
        Some(first),
        &write.id,
        write.location(),
        &name,
        &write.api_version,
    );
    Ok(Written {
        accepted: Accepted {
            created: write.existing.is_none(),
            operation: Some(name),
            ready_at: ends,
        },
        reply: reply.retry_after(2).counted(write_bucket(spec)),
    })
}

fn patch(
    provider: &dyn Provider,
    world: &mut World,
    id: &ResourceId,
    body: &Value,
    api_version: &str,
) -> Result<Reply, ArmError> {
    let kept = BODY.read(body).map_err(|mismatch| wrong_type(&mismatch))?;
    let mut merged = match kept {
        Some(Value::Object(kept)) => kept,
        _ => Map::new(),
    };
    let Some(existing) = world.resource(id).cloned() else {
        return Err(provider.not_found(world, id));
    };
    merged.insert("location".into(), json!(existing.location()));
    if !merged.contains_key("tags")
        && let Some(tags) = existing.body.get("tags")
    {
        merged.insert("tags".into(), tags.clone());
    }
    let echo = reduced(&existing.body);
    let write = Write {
        id: existing.id.clone(),
        existing: Some(existing),
        body: merged.clone(),
        api_version: api_version.to_owned(),
    };
    let written = put(world, provider.spec(), &write)?;
    // The echo of a PATCH is what was once asked for with the new values, before Azure has worked them out.
    let mut shown = echo;
    for (key, value) in merged {
        match (shown.get_mut(&key), value) {
            (Some(Value::Object(old)), Value::Object(new)) if key != "tags" => old.extend(new),
            (_, value) => {
                if let Some(shown) = shown.as_object_mut() {
                    shown.insert(key, value);
                }
            }
        }
    }
    if let Some(properties) = shown.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("provisioningState".into(), json!("Updating"));
    }
    let mut reply = written.reply;
    reply.body = crate::reply::Body::Json(shown);
    Ok(reply)
}

/// What is left of a resource in the echo of a PATCH: nothing that Azure itself adds, but the tiers.
fn reduced(body: &Value) -> Value {
    let mut body = body.clone();
    if let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|name, value| {
            let default = match name.as_str() {
                "encryption" => *value == json!({"type": "EncryptionAtRestWithPlatformKey"}),
                "maxShares" => *value == json!(1),
                "networkAccessPolicy" => *value == json!("AllowAll"),
                "publicNetworkAccess" => *value == json!("Enabled"),
                _ => false,
            };
            !default && !ADDED.contains(&name.as_str())
        });
    }
    body
}

/// A copy whose source disappeared while it was made has nothing to hold.
fn finish(world: &mut World, operation: &Operation) -> Result<(), ArmError> {
    let id = &operation.resource;
    if operation.work == Work::Delete {
        world.remove(id);
        return Ok(());
    }
    if matches!(operation.work, Work::Grant | Work::Revoke) {
        access::finish(world, operation);
        return Ok(());
    }
    if operation.work == Work::Create {
        let source = world.resource(id).map(|resource| {
            text(&resource.body, "/properties/creationData/sourceResourceId").to_owned()
        });
        if let Some(source) = source.as_deref().and_then(ResourceId::parse)
            && !world.exists(&source)
        {
            return Err(ArmError::new(
                404,
                "NotFound",
                format!("The source resource {source} was not found."),
            ));
        }
    }
    if let Some(resource) = world.resource_mut(id) {
        resource.set_state("Succeeded");
    }
    Ok(())
}

/// What compute counts a request with this verb as.
pub(super) fn bucket(spec: &Spec, method: &Method) -> Option<Bucket> {
    if !spec.resource_type.starts_with("Microsoft.Compute/") {
        return None;
    }
    Some(match *method {
        Method::GET | Method::HEAD => Bucket::LowCostGet,
        Method::DELETE => Bucket::DeleteDisks,
        _ => write_bucket(spec),
    })
}

fn write_bucket(spec: &Spec) -> Bucket {
    if spec.resource_type == DISK.resource_type {
        Bucket::CreateUpdateDisks
    } else {
        Bucket::HighCostSnapshotCreateHydrate
    }
}

/// The answer to reading what is not there. For a while after a deletion compute itself gives it, and not the gateway.
fn not_found(world: &World, id: &ResourceId, kind: &str) -> ArmError {
    let while_after = world.settings().latency.duration(REMEMBERED);
    let deleted = world
        .deleted(id)
        .is_some_and(|at| world.now() < later(at, while_after));
    if !deleted {
        return missing(world, id);
    }
    ArmError {
        bucket: Some(Bucket::LowCostGet),
        ..ArmError::new(
            404,
            "NotFound",
            format!("{kind} {} is not found.", id.name()),
        )
    }
}

fn busy(resource: &Resource) -> ArmError {
    ArmError::new(
        409,
        "OperationNotAllowed",
        format!("The resource '{}' is being deleted.", resource.id.name()),
    )
}

fn delete(world: &mut World, id: &ResourceId, api_version: &str) -> Result<Reply, ArmError> {
    let Some(resource) = world.resource(id).cloned() else {
        return Ok(Reply::empty(204));
    };
    let attached = resource
        .body
        .get("managedBy")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !attached.is_empty() {
        return Err(ArmError::new(
            409,
            "OperationNotAllowed",
            format!("Disk {} is attached to VM {attached}.", resource.id.name()),
        ));
    }
    access::check_idle(world, &resource)?;
    let name = match world
        .running(id)
        .filter(|running| running.work == Work::Delete)
    {
        Some(running) => running.name.clone(),
        None => {
            let ends = world.due(WRITE);
            world.start(Work::Delete, id, ends)
        }
    };
    if let Some(resource) = world.resource_mut(id) {
        resource.set_state("Deleting");
    }
    let reply = accepted(202, None, id, resource.location(), &name, api_version);
    Ok(reply.counted(Bucket::DeleteDisks))
}
