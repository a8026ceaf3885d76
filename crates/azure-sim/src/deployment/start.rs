//! What a deployment starts: its resources and the deployments inside it, in order of their dependencies.

use std::cell::RefCell;

use serde_json::Value;

use super::engine::{accept, check_replaceable, fail};
use super::prepare::{self as preparation, check_scope, nested_request, prepare};
use super::problem::{service_problem, template_problem};
use super::record::{Deployment, Phase, Problem, Work, load};
use super::runtime::{Sight, read};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::store::World;
use crate::template::{Evaluator, PlannedResource, Template};

/// Starts everything whose dependencies are there. Nothing new is started after a failure.
pub(super) fn start_ready(world: &mut World, deployment: &mut Deployment) {
    let Some(work) = deployment.work.clone() else {
        return;
    };
    let template = match Template::parse(&work.template) {
        Ok(template) => template,
        Err(error) => {
            // It parsed when it was accepted.
            if let Some(step) = deployment.steps.first_mut() {
                fail(step, world.now(), "BadRequest", template_problem(&error));
            }
            return;
        }
    };
    loop {
        if deployment.steps.iter().any(|s| s.phase == Phase::Failed) {
            return;
        }
        let ready = (0..deployment.steps.len()).find(|index| {
            deployment.steps[*index].phase == Phase::Waiting
                && deployment.plan.resources[*index]
                    .needs
                    .iter()
                    .all(|need| deployment.steps[*need].is_done())
        });
        let Some(index) = ready else {
            return;
        };
        start(world, deployment, &template, &work, index);
    }
}

fn start(
    world: &mut World,
    deployment: &mut Deployment,
    template: &Template,
    work: &Work,
    index: usize,
) {
    let now = world.now();
    let resource = deployment.plan.resources[index].clone();
    if !resource.enabled || (resource.existing && !resource.referenced) {
        deployment.steps[index].phase = Phase::Skipped;
        return;
    }
    let step = &mut deployment.steps[index];
    step.started = Some(now);
    step.changed = Some(now);
    let result = if resource.existing {
        read(world, &resource.id, &resource.api_version)
            .map(|_| (Phase::Succeeded, "OK"))
            .map_err(|error| service_problem(&resource.id, &error))
    } else {
        let body = {
            let sight = Sight {
                world: RefCell::new(world),
                plan: &deployment.plan,
            };
            let parameters = work.parameters.clone();
            let evaluator = Evaluator::new(template, &work.environment, parameters, Some(&sight));
            resource.evaluate(&evaluator)
        };
        match body {
            Err(error) => Err(("BadRequest".to_owned(), template_problem(&error))),
            Ok(body) if resource.nested.is_some() => {
                start_nested(world, deployment, &resource, &body)
            }
            Ok(body) => put(world, &resource, &body),
        }
    };
    let step = &mut deployment.steps[index];
    match result {
        Ok((phase, status)) => {
            step.phase = phase;
            status.clone_into(&mut step.status);
        }
        Err((status, problem)) => fail(step, now, &status, problem),
    }
}

type Started = Result<(Phase, &'static str), (String, Problem)>;

fn put(world: &mut World, resource: &PlannedResource, body: &Value) -> Started {
    let Some(id) = ResourceId::parse(&resource.id) else {
        let error = ArmError::gateway(
            400,
            "InvalidResourceReference",
            format!("'{}' is no resource id.", resource.id),
        );
        return Err(service_problem(&resource.id, &error));
    };
    match world.put(&id, &resource.api_version, body) {
        Ok(accepted) => {
            let status = if accepted.created { "Created" } else { "OK" };
            let phase = match accepted.operation {
                None => Phase::Succeeded,
                operation => Phase::Running {
                    operation,
                    due: accepted.ready_at,
                },
            };
            Ok((phase, status))
        }
        Err(error) => Err(service_problem(&resource.id, &error)),
    }
}

fn start_nested(
    world: &mut World,
    deployment: &Deployment,
    resource: &PlannedResource,
    body: &Value,
) -> Started {
    let Some(nested) = &resource.nested else {
        return Ok((Phase::Succeeded, "OK"));
    };
    let refused = |error: &ArmError| service_problem(&resource.id, error);
    let wanted = nested_request(&nested.scope, &resource.name, body).map_err(|e| refused(&e))?;
    check_scope(world, &wanted.scope).map_err(|e| refused(&e))?;
    let before = load(world, &resource.id);
    let mine = Some(deployment.id.as_str());
    if let Some(before) = &before {
        // Its own one of an earlier try is taken over, somebody else's is in the way.
        if before.state.is_active() && before.parent.as_deref() == mine {
            return Ok((running(world), "Created"));
        }
        check_replaceable(before, &wanted).map_err(|e| refused(&e))?;
    }
    let seed = format!("{}/{}", deployment.operation, resource.id);
    let prepared =
        prepare(world, &wanted, &seed).map_err(|error| refused(&preparation::refusal(&error)))?;
    let correlation = deployment.correlation_id.clone();
    accept(
        world,
        wanted,
        prepared,
        correlation,
        Some(deployment.id.clone()),
    );
    Ok((
        running(world),
        if before.is_some() { "OK" } else { "Created" },
    ))
}

fn running(world: &World) -> Phase {
    Phase::Running {
        operation: None,
        due: world.now(),
    }
}
