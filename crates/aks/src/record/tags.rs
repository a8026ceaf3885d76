//! The record as tags of the cluster's resource group.

use kompox_azure::{ResourceGroup, Tags};
use kompox_model::Cluster;
use kompox_naming::tags::cluster_record as key;

use super::{ClusterRecord, ServiceAccount};

impl ClusterRecord {
    /// The record that a group's tags hold; `None` when one is missing.
    pub(crate) fn from_tags(group: &ResourceGroup, cluster: &Cluster) -> Option<Self> {
        let tag = |key: &str| group.tags.get(key).filter(|value| !value.trim().is_empty());
        Some(Self {
            managed_cluster: group.id.resource(
                "Microsoft.ContainerService/managedClusters",
                tag(key::AKS_CLUSTER_NAME)?,
            ),
            tenant_id: tag(key::TENANT_ID)?.clone(),
            cluster_principal_id: tag(key::AKS_CLUSTER_PRINCIPAL_ID)?.clone(),
            kubelet_principal_id: tag(key::AKS_KUBELET_PRINCIPAL_ID)?.clone(),
            ingress_principal_id: tag(key::INGRESS_SA_PRINCIPAL_ID)?.clone(),
            ingress_client_id: tag(key::INGRESS_SA_CLIENT_ID)?.clone(),
            ingress: ServiceAccount::declared(cluster),
        })
    }

    /// The tags that hold the record.
    pub(crate) fn tags(&self) -> Tags {
        [
            (key::AKS_CLUSTER_NAME, self.managed_cluster.name()),
            (key::TENANT_ID, &self.tenant_id),
            (key::AKS_CLUSTER_PRINCIPAL_ID, &self.cluster_principal_id),
            (key::AKS_KUBELET_PRINCIPAL_ID, &self.kubelet_principal_id),
            (key::INGRESS_SA_PRINCIPAL_ID, &self.ingress_principal_id),
            (key::INGRESS_SA_CLIENT_ID, &self.ingress_client_id),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
    }

    /// Whether those tags hold this record.
    pub(crate) fn is_in(&self, tags: &Tags) -> bool {
        self.tags()
            .iter()
            .all(|(key, value)| tags.get(key) == Some(value))
    }
}
