//! The record as outputs of the cluster's deployment.

use kompox_azure::{Deployment, ProvisioningState, ResourceId};
use serde_json::Value;

use super::{ClusterRecord, ServiceAccount};

impl ClusterRecord {
    /// The record that the outputs of a deployment hold; `None` when it has not succeeded or one is missing. `group`
    /// is the cluster's resource group.
    pub(crate) fn from_outputs(deployment: &Deployment, group: &ResourceId) -> Option<Self> {
        if deployment.state != ProvisioningState::Succeeded {
            return None;
        }
        let output = |name: &str| {
            let value = deployment.outputs.get(name).and_then(Value::as_str);
            value.filter(|value| !value.is_empty()).map(str::to_owned)
        };
        Some(Self {
            managed_cluster: group.resource(
                "Microsoft.ContainerService/managedClusters",
                output("AZURE_AKS_CLUSTER_NAME")?,
            ),
            tenant_id: output("AZURE_TENANT_ID")?,
            cluster_principal_id: output("AZURE_AKS_CLUSTER_PRINCIPAL_ID")?,
            kubelet_principal_id: output("AZURE_AKS_KUBELET_PRINCIPAL_ID")?,
            ingress_principal_id: output("AZURE_INGRESS_SERVICE_ACCOUNT_PRINCIPAL_ID")?,
            ingress_client_id: output("AZURE_INGRESS_SERVICE_ACCOUNT_CLIENT_ID")?,
            ingress: ServiceAccount {
                namespace: output("AZURE_INGRESS_SERVICE_ACCOUNT_NAMESPACE")?,
                name: output("AZURE_INGRESS_SERVICE_ACCOUNT_NAME")?,
            },
        })
    }
}
