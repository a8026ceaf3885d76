//! What goes wrong in a deployment, in the words of Azure.

use serde_json::{Value, json};

use super::record::{Deployment, Problem};
use super::{prepare as preparation, view};
use crate::error::ArmError;
use crate::template::TemplateError;

/// A write that was accepted has ended badly.
pub(super) fn terminal(id: &str, details: &[Value]) -> Problem {
    Problem {
        error: json!({
            "code": "ResourceDeploymentFailure",
            "target": id,
            "message": "The resource write operation failed to complete successfully, because it \
                        reached terminal provisioning state 'Failed'.",
            "details": details,
        }),
        terminal: true,
        template: false,
    }
}

pub(super) fn service_problem(id: &str, error: &ArmError) -> (String, Problem) {
    let problem = Problem {
        error: view::with_target(error, id),
        terminal: false,
        template: false,
    };
    (view::reason(error.status), problem)
}

pub(super) fn template_problem(error: &TemplateError) -> Problem {
    Problem {
        error: preparation::refusal(error).to_object(),
        terminal: false,
        template: true,
    }
}

/// The error of a deployment of which something has failed.
pub(super) fn failure(deployment: &Deployment) -> Value {
    let problems: Vec<&Problem> = deployment
        .steps
        .iter()
        .filter_map(|s| s.error.as_ref())
        .collect();
    if let Some(own) = problems.iter().find(|p| p.template) {
        return own.error.clone();
    }
    json!({
        "code": "DeploymentFailed",
        "target": deployment.id,
        "message": "At least one resource deployment operation failed. Please list deployment \
                    operations for details. Please see https://aka.ms/arm-deployment-operations for \
                    usage details.",
        "details": problems.iter().map(|p| &p.error).collect::<Vec<_>>(),
    })
}
