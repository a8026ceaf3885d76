//! The outputs of a cluster's deployment: what every operation after provisioning starts from.

use kompox_azure::{Deployment, ProvisioningState, ResourceId};
use kompox_model::Cluster;
use kompox_provider::{Error, Result};
use serde_json::Value;

use crate::driver::AksDriver;

/// What the deployment of a cluster left behind.
///
/// Spec: §6.1a.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ClusterOutputs {
    deployment: Deployment,
}

impl ClusterOutputs {
    /// The value of an output.
    pub(crate) fn get(&self, name: &str) -> Result<&str> {
        self.deployment
            .outputs
            .get(name)
            .and_then(Value::as_str)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| {
                Error::not_found(format!(
                    "output {name} of deployment {:?}; provision the cluster with --force to write it again",
                    self.deployment.id.name()
                ))
            })
    }
}

impl AksDriver {
    /// The outputs of the cluster's deployment; [`Error::NotFound`] when it has not been provisioned.
    pub(crate) async fn outputs(&self, cluster: &Cluster) -> Result<ClusterOutputs> {
        let names = self.cluster_names(cluster)?;
        let id = self.deployment_id(&names);
        let deployment =
            self.azure.deployments.get(&id).await.map_err(|error| {
                Error::port(format!("reading deployment {:?}", id.name()), error)
            })?;
        match deployment {
            Some(deployment) if deployment.state == ProvisioningState::Succeeded => {
                Ok(ClusterOutputs { deployment })
            }
            Some(deployment) => Err(Error::not_found(format!(
                "cluster {:?}: its deployment {:?} is {}, not Succeeded; provision the cluster",
                cluster.name,
                id.name(),
                deployment.state
            ))),
            None => Err(Error::not_found(format!(
                "cluster {:?}: there is no deployment {:?} in subscription {}; provision the cluster",
                cluster.name,
                id.name(),
                self.subscription.name()
            ))),
        }
    }

    /// The managed cluster that the outputs name.
    pub(crate) fn managed_cluster_id(&self, outputs: &ClusterOutputs) -> Result<ResourceId> {
        Ok(self
            .subscription
            .group(outputs.get("AZURE_RESOURCE_GROUP_NAME")?)
            .resource(
                "Microsoft.ContainerService/managedClusters",
                outputs.get("AZURE_AKS_CLUSTER_NAME")?,
            ))
    }
}
