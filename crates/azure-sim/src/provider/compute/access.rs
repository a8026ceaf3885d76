//! Shared access to the data of disks and snapshots: granted for a time, then taken back.
//!
//! The signature follows from the simulator's seed and is never stored; its address leads nowhere.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::disk::DISK;
use super::operation::accepted;
use super::rule::{invalid, wrong_type};
use super::snapshot::completion;
use super::{WRITE, busy, text};
use crate::clock::later;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::provider::unknown_action;
use crate::reply::{Bucket, Reply};
use crate::shape::Shape;
use crate::store::{Operation, Resource, Work, World};

/// Sixty days: no access lasts longer.
const LONGEST: i64 = 60 * 24 * 60 * 60;

/// The `diskState` of what nobody uses.
const IDLE: &str = "Unattached";

/// What `beginGetAccess` takes.
const GRANT: Shape = Shape::Object(&[
    ("access", Shape::Word(&["None", "Read", "Write"])),
    ("durationInSeconds", Shape::Int),
    ("getSecureVMGuestStateSAS", Shape::Bool),
    ("fileFormat", Shape::Word(&["VHD", "VHDX"])),
]);

/// Answers `beginGetAccess` and `endGetAccess`.
pub(super) fn act(
    world: &mut World,
    id: &ResourceId,
    action: &str,
    body: &Value,
    api_version: &str,
) -> Result<Reply, ArmError> {
    let work = match action.to_ascii_lowercase().as_str() {
        "begingetaccess" => Work::Grant,
        "endgetaccess" => Work::Revoke,
        _ => return Err(unknown_action(id, action)),
    };
    let Some(resource) = world.resource(id).cloned() else {
        return Ok(Reply::empty(204));
    };
    if resource.state() == "Deleting" {
        return Err(busy(&resource));
    }
    if work == Work::Grant {
        let Wanted { seconds, state } = check_grant(world, &resource, body)?;
        if let Some(resource) = world.resource_mut(id) {
            set(&mut resource.private, "accessSeconds", json!(seconds));
            set(&mut resource.private, "accessState", json!(state));
        }
    }
    let ends = world.due(WRITE);
    let name = world.start(work, id, ends);
    let reply = accepted(202, None, id, resource.location(), &name, api_version);
    Ok(reply.retry_after(2).counted(Bucket::HighCostDiskHydrate))
}

/// Access that is asked for.
struct Wanted {
    /// How long it lasts.
    seconds: i64,
    /// The `diskState` meanwhile.
    state: &'static str,
}

/// What is asked for, if it can be granted.
fn check_grant(world: &World, resource: &Resource, body: &Value) -> Result<Wanted, ArmError> {
    let given = GRANT
        .read(body)
        .map_err(|mismatch| wrong_type(&mismatch))?
        .unwrap_or_default();
    let missing = |name: &str| {
        let message = format!("Required parameter '{name}' is missing (null).");
        invalid(name, message)
    };
    let access = given
        .get("access")
        .and_then(Value::as_str)
        .ok_or_else(|| missing("access"))?;
    let lasts = given
        .get("durationInSeconds")
        .and_then(Value::as_i64)
        .ok_or_else(|| missing("durationInSeconds"))?;
    if !(1..=LONGEST).contains(&lasts) {
        return Err(invalid(
            "durationInSeconds",
            format!(
                "The value '{lasts}' of parameter durationInSeconds is out of range: it must be between 1 and {LONGEST}."
            ),
        ));
    }
    if given.get("getSecureVMGuestStateSAS") == Some(&json!(true)) {
        return Err(invalid(
            "getSecureVMGuestStateSAS",
            format!(
                "'{}' has no security data: it was not made for a confidential or trusted virtual machine.",
                resource.id.name()
            ),
        ));
    }
    let upload = text(&resource.body, "/properties/creationData/createOption") == "Upload";
    let state = match access {
        "Read" => "ActiveSAS",
        "Write" if upload => "ActiveUpload",
        "Write" => {
            return Err(refused(format!(
                "Write access to '{}' is not allowed: only a disk with createOption Upload can be written to.",
                resource.id.name()
            )));
        }
        _ => {
            return Err(invalid(
                "access",
                format!("The value '{access}' of parameter access is not allowed here."),
            ));
        }
    };
    if text(&resource.body, "/properties/networkAccessPolicy") == "DenyAll" {
        return Err(refused(format!(
            "Access to '{}' cannot be granted: its networkAccessPolicy is DenyAll.",
            resource.id.name()
        )));
    }
    if completion(world, resource).is_some_and(|percent| percent < 100.0) {
        return Err(refused(format!(
            "Access to '{}' cannot be granted: its background data copy is not complete.",
            resource.id.name()
        )));
    }
    check_idle(world, resource)?;
    Ok(Wanted {
        seconds: lasts,
        state,
    })
}

/// Refuses what cannot be done to a disk or snapshot while somebody has access to its data.
pub(super) fn check_idle(world: &World, resource: &Resource) -> Result<(), ArmError> {
    if !is_active(world, resource) {
        return Ok(());
    }
    let kind = if resource.resource_type == DISK.resource_type {
        "disk"
    } else {
        "snapshot"
    };
    Err(refused(format!(
        "There is an active shared access signature outstanding for {kind} {}. Call EndGetAccess before attaching or \
         deleting the {kind}. Learn more here: aka.ms/revokeaccessapi.",
        resource.id.name()
    )))
}

fn refused(message: String) -> ArmError {
    ArmError::new(409, "OperationNotAllowed", message)
}

/// Whether access was granted and has not ended, or is just being granted.
fn is_active(world: &World, resource: &Resource) -> bool {
    let granting = resource.private.get("accessSeconds").is_some();
    granting || until(resource).is_some_and(|until| until > world.now())
}

fn until(resource: &Resource) -> Option<Timestamp> {
    resource.private.get("accessUntil")?.as_str()?.parse().ok()
}

/// Access was granted or taken back.
pub(super) fn finish(world: &mut World, operation: &Operation) {
    let Some(resource) = world.resource_mut(&operation.resource) else {
        return;
    };
    let private = &mut resource.private;
    let (until, state) = if operation.work == Work::Grant {
        let seconds = private.get("accessSeconds").and_then(Value::as_u64);
        let until = seconds.map(|seconds| later(operation.ends, Duration::from_secs(seconds)));
        let state = private.get("accessState").cloned();
        set(private, "accessSeconds", Value::Null);
        set(private, "accessState", Value::Null);
        (until, state.unwrap_or_else(|| json!(IDLE)))
    } else {
        (None, json!(IDLE))
    };
    set(private, "accessUntil", json!(until));
    if let Some(properties) = resource
        .body
        .get_mut("properties")
        .and_then(Value::as_object_mut)
    {
        properties.insert("diskState".into(), state);
    }
}

/// The body of a disk or snapshot, whose access may have ended since it was granted.
pub(super) fn shown(world: &World, resource: &Resource) -> Value {
    let mut body = resource.body.clone();
    if let Some(state) = body.pointer_mut("/properties/diskState")
        && [json!("ActiveSAS"), json!("ActiveUpload")].contains(state)
        && !is_active(world, resource)
    {
        *state = json!(IDLE);
    }
    body
}

/// What a finished operation has made: access, nothing, or the resource.
pub(super) fn output(world: &World, operation: &Operation) -> Option<Value> {
    let resource = world.resource(&operation.resource)?;
    match operation.work {
        Work::Grant => Some(json!({"accessSAS": signature(world, operation)})),
        Work::Revoke | Work::Delete => None,
        _ => Some(shown(world, resource)),
    }
}

/// The address under which the data could be read, were there any.
fn signature(world: &World, operation: &Operation) -> String {
    let settings = world.settings();
    let lower = |purpose: &str| {
        let text = settings.text(&format!("{purpose}:{}", operation.name), 12);
        text.to_ascii_lowercase().replace(['-', '_'], "0")
    };
    format!(
        "https://md-{}.z1.blob.storage.azure.invalid/{}/abcd?sv=2018-03-28&sr=b&si={}&sig={}%3D",
        lower("access account"),
        lower("access container"),
        settings.guid(&format!("access policy:{}", operation.name)),
        settings.text(&format!("access signature:{}", operation.name), 43),
    )
}

/// Sets a member of what is kept besides the body, or removes it where the value is null.
fn set(private: &mut Value, name: &str, value: Value) {
    if !private.is_object() {
        *private = Value::Object(Map::new());
    }
    if let Some(private) = private.as_object_mut() {
        if value.is_null() {
            private.shift_remove(name);
        } else {
            private.insert(name.to_owned(), value);
        }
    }
}
