//! Deployments that end other than they would, because it was decided so when they were accepted.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::engine::{fail as fail_step, finish};
use super::problem::{failure, service_problem, terminal};
use super::record::{Deployment, Phase, State, load, save};
use crate::clock::later;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::store::{Slowness, World};

/// When a deployment ends that has nothing left to do but to be slow.
pub(super) fn end(world: &World, deployment: &Deployment, slowness: Slowness) -> Timestamp {
    let now = world.now();
    let usual = now.duration_since(deployment.started);
    let slowed = slowness.of(usual.try_into().unwrap_or_default());
    later(deployment.started, slowed).max(now)
}

/// Ends a deployment badly that would have ended well: the last resource that it wrote turns out to have failed.
pub(super) fn fail(world: &mut World, mut deployment: Deployment, error: &ArmError) {
    let error = spoil(world, &mut deployment, error);
    finish(world, deployment, State::Failed, Some(error));
}

/// The last resource of a deployment failed, in the deployment inside it where the resource is one.
fn spoil(world: &mut World, deployment: &mut Deployment, error: &ArmError) -> Value {
    let last = deployment
        .plan
        .resources
        .iter()
        .zip(&mut deployment.steps)
        .rev()
        .find(|(resource, step)| step.phase == Phase::Succeeded && !resource.existing);
    let Some((resource, step)) = last else {
        let mut whole = failure(deployment);
        whole["details"] = json!([error.to_object()]);
        return whole;
    };
    let id = &resource.id;
    let parsed = ResourceId::parse(id);
    let inside = load(world, id).filter(|_| resource.nested.is_some());
    let (status, problem) = if let Some(mut nested) = inside {
        let inner = spoil(world, &mut nested, error);
        nested.state = State::Failed;
        nested.outputs = None;
        nested.output_resources = None;
        nested.error = Some(inner.clone());
        save(world, &nested);
        ("Conflict".to_owned(), terminal(id, &[inner]))
    } else if let Some(parsed) = parsed.filter(|id| world.provisioning_state(id).is_some()) {
        if let Some(stored) = world.resource_mut(&parsed) {
            stored.set_state("Failed");
        }
        ("Conflict".to_owned(), terminal(id, &[error.to_object()]))
    } else {
        // What has no state cannot have reached a bad one: its service refused the write.
        service_problem(id, error)
    };
    fail_step(step, world.now(), &status, problem);
    failure(deployment)
}
