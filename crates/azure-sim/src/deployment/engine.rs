//! Deployments moving on.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::outputs::evaluate_outputs;
use super::prepare::Prepared;
use super::problem::{failure, terminal};
use super::record::{
    self, Deployment, Phase, Problem, State, Step, Work, load, remove, save, wake, waking,
};
use super::request::Wanted;
use super::start::start_ready;
use super::{export, fate, view};
use crate::clock::later;
use crate::error::ArmError;
use crate::store::{Fate, Outcome, World};

/// How long Azure takes to pick an accepted deployment up.
const PICK_UP: Duration = Duration::from_secs(1);

/// The earliest time at which a deployment wants to move on.
pub(crate) fn next_event(world: &World) -> Option<Timestamp> {
    waking(world).map(|(_, at)| at).min()
}

/// Moves every deployment on that is due.
pub(crate) fn step(world: &mut World) {
    let now = world.now();
    let due: Vec<String> = waking(world)
        .filter(|(_, at)| *at <= now)
        .map(|(id, _)| id.to_owned())
        .collect();
    for id in due {
        wake(world, &id, None);
        if let Some(deployment) = load(world, &id) {
            // It goes on in the name of whoever started it.
            let deployer = deployment
                .work
                .as_ref()
                .and_then(|work| work.environment.deployer.get("objectId")?.as_str());
            world.call_as(deployer.map(str::to_owned));
            move_on(world, deployment);
            world.call_as(None);
        }
    }
}

/// Records a deployment that will start as soon as Azure picks it up.
pub(super) fn accept(
    world: &mut World,
    wanted: Wanted,
    prepared: Prepared,
    correlation_id: String,
    parent: Option<String>,
) -> Deployment {
    let now = world.now();
    let digits = world.next_guid("deployment").as_u64_pair().0 % 10_000_000_000_000_000;
    let operation = format!("0858{digits:016}");
    let steps = prepared
        .plan
        .resources
        .iter()
        .map(|_| new_step(world))
        .collect();
    let shown = (!wanted.evaluated).then_some(&wanted.template);
    export::keep(world, &id_of(&wanted), shown);
    let deployment = Deployment {
        id: id_of(&wanted),
        shown: view::shown(&prepared),
        name: wanted.name,
        scope: wanted.scope,
        location: wanted.location,
        tags: wanted.tags,
        state: State::Accepted,
        correlation_id,
        operation,
        started: now,
        changed: now,
        template_hash: prepared.template.hash,
        error: None,
        outputs: None,
        output_resources: None,
        evaluation: None,
        plan: prepared.plan,
        steps,
        work: Some(Box::new(Work {
            template: wanted.template,
            parameters: prepared.parameters,
            environment: prepared.environment,
        })),
        parent,
        deleting: false,
        fate: world.take_fate(),
    };
    save(world, &deployment);
    let at = world.due(PICK_UP);
    wake(world, &deployment.id, Some(at));
    deployment
}

/// The id of a deployment.
pub(super) fn id_of(wanted: &Wanted) -> String {
    format!(
        "{}/providers/Microsoft.Resources/deployments/{}",
        wanted.scope.id(),
        wanted.name
    )
}

pub(super) fn new_step(world: &mut World) -> Step {
    let operation_id = world.next_guid("deployment operation").as_u64_pair().0;
    Step {
        phase: Phase::Waiting,
        operation_id: format!("{operation_id:016X}"),
        tracking_id: world.next_guid("tracking").to_string(),
        service_request_id: world.next_guid("service request").to_string(),
        started: None,
        changed: None,
        status: String::new(),
        error: None,
    }
}

/// Stops a running deployment, and those inside it; what it has started goes on in its own time.
pub(super) fn cancel(world: &mut World, mut deployment: Deployment) {
    let inside = running_nested(&deployment);
    let now = world.now();
    for step in &mut deployment.steps {
        if matches!(step.phase, Phase::Running { .. }) {
            step.phase = Phase::Canceled;
            step.changed = Some(now);
        }
    }
    finish(world, deployment, State::Canceled, None);
    for id in inside {
        if let Some(nested) = load(world, &id).filter(|n| n.state.is_active()) {
            cancel(world, nested);
        }
    }
}

fn running_nested(deployment: &Deployment) -> Vec<String> {
    deployment
        .plan
        .resources
        .iter()
        .zip(&deployment.steps)
        .filter(|(r, s)| r.nested.is_some() && matches!(s.phase, Phase::Running { .. }))
        .map(|(r, _)| r.id.clone())
        .collect()
}

fn move_on(world: &mut World, mut deployment: Deployment) {
    if deployment.deleting {
        remove(world, &deployment.id);
        return;
    }
    if !deployment.state.is_active() {
        return;
    }
    let now = world.now();
    deployment.state = State::Running;
    deployment.changed = now;
    settle(world, &mut deployment);
    start_ready(world, &mut deployment);
    let running = deployment
        .steps
        .iter()
        .any(|s| matches!(s.phase, Phase::Running { .. }));
    if deployment.fate == Some(Fate::Cancel) {
        cancel(world, deployment);
    } else if running {
        save(world, &deployment);
        // Nested deployments wake this one themselves.
        let next = deployment
            .plan
            .resources
            .iter()
            .zip(&deployment.steps)
            .filter(|(r, _)| r.nested.is_none())
            .filter_map(|(_, s)| match s.phase {
                Phase::Running { due, .. } => Some(due),
                _ => None,
            })
            .min();
        wake(world, &deployment.id, next);
    } else if deployment.steps.iter().any(|s| s.phase == Phase::Failed) {
        let error = failure(&deployment);
        finish(world, deployment, State::Failed, Some(error));
    } else {
        match deployment.fate.take() {
            Some(Fate::Fail(failure)) => fate::fail(world, deployment, &failure.to_error()),
            Some(Fate::Slow(slowness)) => {
                save(world, &deployment);
                let end = fate::end(world, &deployment, slowness);
                wake(world, &deployment.id, Some(end));
            }
            Some(Fate::Cancel) | None => evaluate_outputs(world, deployment),
        }
    }
}

/// Looks at what was started before.
fn settle(world: &mut World, deployment: &mut Deployment) {
    let now = world.now();
    for (resource, step) in deployment.plan.resources.iter().zip(&mut deployment.steps) {
        let Phase::Running { operation, due } = &mut step.phase else {
            continue;
        };
        let outcome = if resource.nested.is_some() {
            nested_outcome(world, &resource.id)
        } else {
            match world.outcome(operation.as_deref()) {
                Outcome::Running => {
                    // Later than it was promised: ask again, but do not stand still.
                    if *due <= now {
                        *due = later(now, Duration::from_secs(1));
                    }
                    continue;
                }
                Outcome::Succeeded => Some(Ok(())),
                Outcome::Failed(error) => Some(Err(terminal(&resource.id, &[error.to_object()]))),
            }
        };
        match outcome {
            None => {}
            Some(Ok(())) => {
                step.phase = Phase::Succeeded;
                step.changed = Some(now);
                if step.status == "Accepted" || resource.nested.is_some() {
                    step.status = "OK".to_owned();
                }
            }
            Some(Err(problem)) => fail(step, now, "Conflict", problem),
        }
    }
}

pub(super) fn fail(step: &mut Step, now: Timestamp, status: &str, problem: Problem) {
    step.phase = Phase::Failed;
    step.changed = Some(now);
    status.clone_into(&mut step.status);
    step.error = Some(problem);
}

fn nested_outcome(world: &World, id: &str) -> Option<Result<(), Problem>> {
    let Some(nested) = load(world, id) else {
        let name = id.rsplit('/').next().unwrap_or_default();
        let error = super::runtime::not_found(name);
        return Some(Err(terminal(id, &[view::with_target(&error, id)])));
    };
    match nested.state {
        State::Accepted | State::Running => None,
        State::Succeeded => Some(Ok(())),
        State::Failed => Some(Err(terminal(id, nested.error.as_slice()))),
        State::Canceled => {
            let error = json!({
                "code": "DeploymentCanceled",
                "target": id,
                "message": format!("The deployment '{}' was canceled.", nested.name),
            });
            Some(Err(terminal(id, &[error])))
        }
    }
}

/// An existing deployment can be replaced when it has ended, and in its own location.
pub(super) fn check_replaceable(before: &Deployment, wanted: &Wanted) -> Result<(), ArmError> {
    if before.state.is_active() {
        let date = |at: Timestamp| at.strftime("%-m/%-d/%Y %-I:%M:%S %p").to_string();
        let expires = later(before.started, Duration::from_secs(7 * 24 * 3600));
        return Err(ArmError::gateway(
            409,
            "DeploymentActive",
            format!(
                "The deployment with resource id '{}' cannot be saved, because this would \
                 overwrite an existing deployment which is still active. If this is an intentional \
                 re-deployment, please wait for the original deployment to complete, or cancel it \
                 before re-attempting the operation. The previous deployment was started at '{}' \
                 with correlationId '{}', and will expire at '{}' if it does not complete before \
                 then. Please see https://aka.ms/arm-deploy-resources for usage details. ",
                before.id,
                date(before.started),
                before.correlation_id,
                date(expires)
            ),
        ));
    }
    if let (Some(old), Some(new)) = (&before.location, &wanted.location)
        && old != new
    {
        return Err(ArmError::gateway(
            409,
            "InvalidDeploymentLocation",
            format!(
                "Invalid deployment location '{new}'. The deployment '{}' already exists in \
                 location '{old}'.",
                before.name
            ),
        ));
    }
    Ok(())
}

pub(super) fn finish(
    world: &mut World,
    mut deployment: Deployment,
    state: State,
    error: Option<Value>,
) {
    deployment.state = state;
    deployment.changed = world.now();
    deployment.error = error;
    // Parameters may be secret, and nothing will be evaluated any more.
    deployment.work = None;
    save(world, &deployment);
    record::wake(world, &deployment.id, None);
    if let Some(parent) = &deployment.parent
        && load(world, parent).is_some_and(|p| p.state.is_active())
    {
        let now = world.now();
        wake(world, parent, Some(now));
    }
}
