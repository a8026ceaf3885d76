//! Compute's asynchronous protocol.

use serde_json::{Map, Value, json};

use super::access;
use super::body::compute_time;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::{Bucket, PollingPath, Reply};
use crate::store::{Operation, OperationState, Work, World};

pub(super) fn accepted(
    status: u16,
    body: Option<Value>,
    id: &ResourceId,
    region: &str,
    name: &str,
    api_version: &str,
) -> Reply {
    let path = format!(
        "/subscriptions/{}/providers/Microsoft.Compute/locations/{region}/DiskOperations/{name}",
        id.subscription().unwrap_or_default()
    );
    let version = ("api-version", api_version.to_owned());
    let partition = (
        "p",
        uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, region.as_bytes()).to_string(),
    );
    let status_path = PollingPath {
        path: path.clone(),
        query: vec![partition.clone(), version.clone()],
        explicit_port: false,
    };
    let result_path = PollingPath {
        path,
        query: vec![partition, ("monitor", "true".to_owned()), version],
        explicit_port: false,
    };
    let reply = match body {
        Some(body) => Reply::json(status, body),
        None => Reply::empty(status),
    };
    reply
        .async_operation(status_path)
        .location(result_path)
        .header("x-ms-request-id", name.to_owned())
}

/// What the `Location` of a finished operation answers.
pub(crate) fn disk_result(world: &World, operation: &Operation) -> Reply {
    match access::output(world, operation) {
        Some(output) => Reply::json(200, output),
        None if operation.work == Work::Revoke => Reply::empty(200),
        None => Reply::empty(204),
    }
}

/// The body of a polled operation.
pub(crate) fn disk_operation(
    world: &World,
    operation: &Operation,
    failed: Option<&ArmError>,
) -> Reply {
    let mut body = Map::new();
    body.insert("startTime".into(), json!(compute_time(operation.started)));
    if operation.state != OperationState::Running {
        body.insert("endTime".into(), json!(compute_time(operation.ends)));
    }
    body.insert("status".into(), json!(operation.state.word()));
    if operation.state == OperationState::Succeeded
        && let Some(output) = access::output(world, operation)
    {
        body.insert("properties".into(), json!({ "output": output }));
    }
    if let Some(error) = failed {
        body.insert("error".into(), error.to_object());
    }
    body.insert("name".into(), json!(operation.name));
    Reply::json(200, Value::Object(body)).counted(Bucket::GetOperation)
}
