//! What is remembered of a deployment.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::export;
use crate::id::ResourceId;
use crate::store::{Fate, World};
use crate::template::{Environment, Plan, Scope};

/// A deployment and how far it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Deployment {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) scope: Scope,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tags: Option<Value>,
    pub(super) state: State,
    pub(super) correlation_id: String,
    /// Name of the polling URL and of the operation that evaluates the outputs.
    pub(super) operation: String,
    pub(super) started: Timestamp,
    /// When it last moved on.
    pub(super) changed: Timestamp,
    pub(super) template_hash: String,
    /// Parameters, providers and dependencies as they are shown.
    pub(super) shown: Shown,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) outputs: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) output_resources: Option<Value>,
    /// How evaluating the outputs went, once it was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) evaluation: Option<Step>,
    pub(super) plan: Plan,
    /// One for each resource of the plan.
    pub(super) steps: Vec<Step>,
    /// What is needed to go on; gone when the deployment has ended, and its secrets with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) work: Option<Box<Work>>,
    /// The deployment inside which this one runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) parent: Option<String>,
    /// Set while it is being deleted.
    #[serde(default)]
    pub(super) deleting: bool,
    /// What was decided about its end; gone once it has happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fate: Option<Fate>,
}

/// The unevaluated part of a running deployment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Work {
    pub(super) template: Value,
    pub(super) parameters: Map<String, Value>,
    pub(super) environment: Environment,
}

/// What every reply repeats.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Shown {
    pub(super) parameters: Value,
    pub(super) providers: Value,
    pub(super) dependencies: Value,
}

/// `provisioningState` of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    Accepted,
    Running,
    Succeeded,
    Failed,
    Canceled,
}

impl State {
    pub(super) fn is_active(self) -> bool {
        matches!(self, Self::Accepted | Self::Running)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Accepted => "Accepted",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Canceled => "Canceled",
        }
    }
}

/// How far one resource is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Phase {
    /// Waits for others.
    Waiting,
    /// Its condition does not hold, or nobody asks for it.
    Skipped,
    /// Started; `operation` of the store decides, or the nested deployment's record.
    Running {
        operation: Option<String>,
        due: Timestamp,
    },
    Succeeded,
    Failed,
    Canceled,
}

/// One resource of the plan as an operation of the deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Step {
    pub(super) phase: Phase,
    pub(super) operation_id: String,
    pub(super) tracking_id: String,
    pub(super) service_request_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) started: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) changed: Option<Timestamp>,
    /// `statusCode`: HTTP's word for how it went.
    #[serde(default)]
    pub(super) status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Problem>,
}

/// Why a resource failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Problem {
    /// The error object as the deployment's `details` list it.
    pub(super) error: Value,
    /// The write was accepted and ended badly later.
    pub(super) terminal: bool,
    /// The template itself could not be evaluated: the deployment's own error, not a resource's.
    pub(super) template: bool,
}

impl Step {
    pub(super) fn is_done(&self) -> bool {
        matches!(self.phase, Phase::Succeeded | Phase::Skipped)
    }
}

const RECORDS: &str = "deployment/record";
const WAKING: &str = "deployment/waking";

/// Every record below a scope: `…/providers/microsoft.resources/deployments/`.
fn records_below(scope: &str) -> String {
    format!(
        "{RECORDS}{}/providers/microsoft.resources/deployments/",
        scope.to_ascii_lowercase()
    )
}

/// The record of a deployment by its id, whatever its case.
pub(super) fn load(world: &World, id: &str) -> Option<Deployment> {
    let value = world.document(&format!("{RECORDS}{}", id.to_ascii_lowercase()))?;
    serde_json::from_value(value.clone()).ok()
}

/// All deployments of a scope, by name.
pub(super) fn list(world: &World, scope: &Scope) -> Vec<Deployment> {
    world
        .documents(&records_below(&scope.id()))
        .filter_map(|(_, value)| serde_json::from_value(value.clone()).ok())
        .collect()
}

/// Saves a record.
pub(super) fn save(world: &mut World, deployment: &Deployment) {
    let key = format!("{RECORDS}{}", deployment.id.to_ascii_lowercase());
    // A record is plain data with text keys: it always has a JSON form.
    world.set_document(&key, serde_json::to_value(deployment).ok());
}

/// Forgets a deployment.
pub(super) fn remove(world: &mut World, id: &str) {
    wake(world, id, None);
    export::keep(world, id, None);
    world.set_document(&format!("{RECORDS}{}", id.to_ascii_lowercase()), None);
}

/// Sets when a deployment runs next.
pub(super) fn wake(world: &mut World, id: &str, at: Option<Timestamp>) {
    let key = format!("{WAKING}{}", id.to_ascii_lowercase());
    if at.is_some() || world.document(&key).is_some() {
        world.set_document(&key, at.map(|at| json!(at)));
    }
}

/// Every deployment that will run, with its time.
pub(super) fn waking(world: &World) -> impl Iterator<Item = (&str, Timestamp)> {
    world
        .documents(WAKING)
        .filter_map(|(key, value)| Some((key.strip_prefix(WAKING)?, value.as_str()?.parse().ok()?)))
}

/// The deletion of a deployment has failed; of anything else, it is none of the engine's business.
pub(crate) fn not_deleted(world: &mut World, id: &ResourceId) {
    if let Some(mut deployment) = load(world, &id.to_string())
        && deployment.deleting
    {
        deployment.deleting = false;
        save(world, &deployment);
        wake(world, &deployment.id, None);
    }
}

/// A resource group is gone, and its deployments with it.
pub(crate) fn forget_group(world: &mut World, group: &ResourceId) {
    let below = records_below(&group.key());
    let ids: Vec<String> = world
        .documents(&below)
        .filter_map(|(key, _)| key.strip_prefix(RECORDS).map(str::to_owned))
        .collect();
    let now = world.now();
    for id in ids {
        let parent = load(world, &id).and_then(|deployment| deployment.parent);
        remove(world, &id);
        // Whoever waits for it finds it gone.
        if let Some(parent) = parent.filter(|parent| load(world, parent).is_some()) {
            wake(world, &parent, Some(now));
        }
    }
}
