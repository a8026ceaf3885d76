//! Why a deployment failed: the resource and its own error, instead of "at least one resource failed".

use kompox_azure::{Deployment, DeploymentOperation, ProvisioningState, ResourceId};
use kompox_model::Cluster;
use kompox_model::failure::{Classify, Failure};
use kompox_provider::Error;

use crate::driver::AksDriver;

/// The failure of a deployment, with one detail per resource that failed.
pub(crate) struct DeploymentFailure(Failure);

impl DeploymentFailure {
    /// From the record of a deployment that ended badly.
    pub(crate) fn of_record(deployment: &Deployment) -> Self {
        Self(deployment.error.clone().unwrap_or_else(|| {
            Failure {
                code: match deployment.state {
                    ProvisioningState::Canceled => "DeploymentCanceled",
                    _ => "DeploymentFailed",
                }
                .to_owned(),
                message: format!(
                    "the deployment ended as {} and Azure gives no reason",
                    deployment.state
                ),
                ..Failure::default()
            }
        }))
    }

    pub(crate) fn into_error(self) -> kompox_azure::Error {
        kompox_azure::Error::Refused(Box::new(self.0))
    }
}

impl AksDriver {
    /// Turns the refusal of a deployment into an error that names the resources that failed and why, from the
    /// deployment's operations. When those cannot be read, Azure's own summary has to do.
    pub(crate) async fn explain(
        &self,
        cluster: &Cluster,
        id: &ResourceId,
        error: kompox_azure::Error,
    ) -> Error {
        let doing = format!(
            "deploying cluster {:?} (deployment {:?})",
            cluster.name,
            id.name()
        );
        let Some(summary) = error
            .failure()
            .filter(|failure| failed_while_running(failure))
        else {
            return Error::port(doing, error);
        };
        let details: Vec<_> = match self.all_operations(id).await {
            Ok(operations) => operations.iter().filter_map(reason).collect(),
            Err(unreadable) => {
                tracing::warn!(error = %unreadable, "the operations of deployment {} cannot be read", id.name());
                Vec::new()
            }
        };
        if details.is_empty() {
            return Error::port(doing, error);
        }
        let named = Failure {
            details,
            ..summary.clone()
        };
        Error::port(doing, kompox_azure::Error::Refused(Box::new(named)))
    }
}

/// A deployment that Azure did not even accept has no operations to look at.
fn failed_while_running(failure: &Failure) -> bool {
    failure.status.is_none_or(|status| status < 400)
        || ["DeploymentFailed", "ResourceDeploymentFailure"].contains(&failure.code.as_str())
}

/// Why a step failed, with its resource as the target. A nested deployment's steps speak for themselves.
fn reason(operation: &DeploymentOperation) -> Option<Failure> {
    if operation.state != ProvisioningState::Failed {
        return None;
    }
    let target = operation.target.as_ref()?;
    if target.is_type("Microsoft.Resources/deployments") {
        return None;
    }
    let mut failure = operation.error.clone().unwrap_or_else(|| Failure {
        message: "failed, and Azure gives no reason".to_owned(),
        ..Failure::default()
    });
    failure.target = Some(target.to_string());
    for cause in &mut failure.details {
        cause.target.get_or_insert_with(|| target.to_string());
    }
    Some(failure)
}
