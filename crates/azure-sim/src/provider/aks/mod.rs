//! Managed clusters and their agent pools.

mod body;
mod cluster;
mod credential;
mod pool;
mod pool_profile;
mod pool_rule;
mod power;
mod profile;
mod shapes;
mod since;
mod upgrade;
mod version;

pub(crate) use self::cluster::ManagedClusters;
pub(super) use self::cluster::remove_cluster;
pub(crate) use self::pool::AgentPools;
pub(crate) use self::upgrade::{kubernetes_versions, pool_versions, upgrade_profile};

use serde_json::Value;

use super::operation_path;
use crate::error::{ArmError, Subcode};
use crate::id::ResourceId;
use crate::reply::{Body, Reply};
use crate::shape::Mismatch;
use crate::store::World;

/// The registered type of a cluster.
pub(crate) const CLUSTER_TYPE: &str = "Microsoft.ContainerService/managedClusters";
/// The registered type of a pool.
const POOL_TYPE: &str = "Microsoft.ContainerService/managedClusters/agentPools";

/// The version in polling URLs, whatever the request's.
const POLLING_VERSION: &str = "2025-03-01";

pub(super) const API_VERSIONS: &[&str] = &[
    "2026-07-01",
    "2026-06-01",
    "2026-05-01",
    "2026-04-01",
    "2026-03-01",
    "2026-02-01",
    "2026-01-01",
    "2025-10-01",
    "2025-09-01",
    "2025-08-01",
    "2025-07-01",
    "2025-05-01",
    "2025-04-01",
    "2025-03-01",
    "2025-02-01",
    "2025-01-01",
    "2024-10-01",
    "2024-09-01",
    "2024-08-01",
    "2024-07-01",
    "2024-05-01",
    "2024-02-01",
    "2024-01-01",
    "2023-11-01",
    "2023-10-01",
    "2023-09-01",
    "2023-08-01",
    "2023-07-01",
    "2023-06-01",
    "2023-05-01",
    "2023-04-01",
    "2023-03-01",
    "2023-02-01",
    "2023-01-01",
    "2022-04-01",
];

/// AKS's refusal: no wrapper, a subcode, indented.
fn refusal(status: u16, code: &str, message: impl Into<String>) -> ArmError {
    ArmError::bare(status, code, message).with_subcode(Subcode::Empty)
}

fn bad_request(message: impl Into<String>) -> ArmError {
    refusal(400, "BadRequest", message)
}

fn change_not_allowed(property: &str) -> ArmError {
    refusal(
        400,
        "PropertyChangeNotAllowed",
        format!("Changing property '{property}' is not allowed."),
    )
    .with_target(property)
}

fn wrong_type(mismatch: &Mismatch) -> ArmError {
    let Mismatch {
        path,
        wanted,
        found,
        unknown_word,
    } = mismatch;
    if *unknown_word {
        return refusal(
            400,
            "InvalidParameter",
            format!(
                "The value of parameter {path} is invalid. Error details: '{found}' is not one of: {wanted}. \
                 Please see https://aka.ms/aks-naming-rules for more details."
            ),
        )
        .with_target(path);
    }
    refusal(
        400,
        "UnmarshalError",
        format!(
            "UnmarshalEntity encountered error: json: cannot unmarshal {found} into Go struct field {path} of \
             type {wanted}."
        ),
    )
}

/// Refuses a write while another one works on the cluster or one of its pools.
fn check_idle(world: &World, cluster: &ResourceId) -> Result<(), ArmError> {
    if world.running(cluster).is_some() {
        return Err(busy(world, cluster));
    }
    let under = format!("{}/agentpools/", cluster.key());
    let pool = world
        .below(&under)
        .find(|pool| world.running(&pool.id).is_some());
    match pool {
        None => Ok(()),
        Some(pool) => Err(pending(&format!(
            "agentpool operation ({} - {})",
            pool.id.name(),
            pool.state()
        ))),
    }
}

/// The refusal while something works on the cluster itself.
fn busy(world: &World, cluster: &ResourceId) -> ArmError {
    let state = world.provisioning_state(cluster).unwrap_or("Updating");
    pending(&format!("operation ({state})"))
}

fn pending(what: &str) -> ArmError {
    refusal(
        409,
        "OperationNotAllowed",
        format!(
            "Operation is not allowed: Another {what} is in progress, please wait for it to finish before \
             starting a new operation. See https://aka.ms/aks-pending-operation for more details"
        ),
    )
}

/// The answer to an accepted write: only `Azure-AsyncOperation`, never `Retry-After`.
fn write_reply(status: u16, body: Value, id: &ResourceId, region: &str, operation: &str) -> Reply {
    Reply::with(status, Body::Indented(body)).async_operation(operation_path(
        id,
        "Microsoft.ContainerService",
        region,
        "operations",
        operation,
        POLLING_VERSION,
    ))
}

/// The answer to an accepted delete: both headers, no body.
fn delete_reply(id: &ResourceId, region: &str, operation: &str) -> Reply {
    let path = |kind| {
        operation_path(
            id,
            "Microsoft.ContainerService",
            region,
            kind,
            operation,
            POLLING_VERSION,
        )
    };
    Reply::empty(202)
        .async_operation(path("operations"))
        .location(path("operationresults"))
}
