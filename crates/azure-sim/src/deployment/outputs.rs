//! The outputs of a deployment: worked out when everything it wrote is there.

use std::cell::RefCell;

use serde_json::{Map, Value, json};

use super::engine::{fail, finish, new_step};
use super::record::{Deployment, Phase, Problem, State, load};
use super::runtime::Sight;
use super::{output_name, prepare as preparation};
use crate::store::World;
use crate::template::{Evaluator, Template, TemplateError};

pub(super) fn evaluate_outputs(world: &mut World, mut deployment: Deployment) {
    let now = world.now();
    let mut step = new_step(world);
    step.operation_id.clone_from(&deployment.operation);
    step.started = Some(now);
    step.changed = Some(now);
    match outputs(world, &deployment) {
        Ok(outputs) => {
            step.phase = Phase::Succeeded;
            "OK".clone_into(&mut step.status);
            deployment.evaluation = Some(step);
            deployment.outputs = Some(outputs);
            deployment.output_resources = Some(output_resources(world, &deployment));
            finish(world, deployment, State::Succeeded, None);
        }
        Err(error) => {
            let problem = Problem {
                error: error.clone(),
                terminal: false,
                template: true,
            };
            fail(&mut step, now, "BadRequest", problem);
            deployment.evaluation = Some(step);
            finish(world, deployment, State::Failed, Some(error));
        }
    }
}

fn outputs(world: &mut World, deployment: &Deployment) -> Result<Value, Value> {
    let plain = |error: TemplateError| preparation::refusal(&error).to_object();
    let Some(work) = &deployment.work else {
        return Ok(json!({}));
    };
    let template = Template::parse(&work.template).map_err(plain)?;
    let sight = Sight {
        world: RefCell::new(world),
        plan: &deployment.plan,
    };
    let parameters = work.parameters.clone();
    let evaluator = Evaluator::new(&template, &work.environment, parameters, Some(&sight));
    let mut shown = Map::new();
    let mut failed = Vec::new();
    for (name, output) in &template.outputs {
        let kind = output.declaration.kind;
        match evaluator.output(name, output) {
            Ok(None) => {}
            Ok(Some(value)) => {
                let mut entry = json!({"type": kind.name()});
                if !value.is_null() && !kind.is_secure() {
                    entry["value"] = value;
                }
                shown.insert(output_name::shown(name), entry);
            }
            Err(error) => failed.push((name, error)),
        }
    }
    if failed.is_empty() {
        return Ok(shown.into());
    }
    let names: Vec<&str> = failed.iter().map(|(name, _)| name.as_str()).collect();
    let details: Vec<Value> = failed
        .iter()
        .map(|(name, error)| {
            json!({
                "code": "DeploymentOutputEvaluationFailed",
                "target": name,
                "message": if error.code == "InvalidTemplate" {
                    format!("The template output '{name}' is not valid: {}", error.message)
                } else {
                    format!(
                        "The template output '{name}' is not valid: {}: {}",
                        error.code, error.message
                    )
                },
            })
        })
        .collect();
    Err(json!({
        "code": "DeploymentOutputEvaluationFailed",
        "message": format!(
            "Unable to evaluate template outputs: '{}'. Please see error details and deployment \
             operations. Please see https://aka.ms/arm-common-errors for usage details.",
            names.join(",")
        ),
        "details": details,
    }))
}

/// The leaves: what was written, but nested deployments stand for what they wrote.
fn output_resources(world: &World, deployment: &Deployment) -> Value {
    let mut all: Vec<Value> = Vec::new();
    for (resource, step) in deployment.plan.resources.iter().zip(&deployment.steps) {
        if step.phase != Phase::Succeeded || resource.existing {
            continue;
        }
        if resource.nested.is_none() {
            all.push(json!({"id": resource.id}));
        } else if let Some(nested) = load(world, &resource.id) {
            let inner = nested.output_resources.as_ref().and_then(Value::as_array);
            all.extend(inner.into_iter().flatten().cloned());
        }
    }
    all.into()
}
