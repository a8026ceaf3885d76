//! What the driver must remember of a cluster, and where it is kept.
//!
//! Everything after provisioning starts from a handful of names and ids. They are tags on the cluster's resource group, which
//! last as long as the group does; the outputs of its deployment, which Azure itself removes after some hundred
//! others and people clean up; and properties of the live resources. This module is the one place that reads
//! them, in that order, and the one that writes the tags.
//!
//! Spec: §6.1a.

mod live;
mod outputs;
mod store;
mod tags;

use kompox_azure::ResourceId;
use kompox_model::Cluster;

pub(crate) use store::Records;

/// What the driver must remember of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClusterRecord {
    /// The managed cluster.
    pub(crate) managed_cluster: ResourceId,
    /// Directory of the identities.
    pub(crate) tenant_id: String,
    /// Object id of the cluster's own identity.
    pub(crate) cluster_principal_id: String,
    /// Object id of the kubelets' identity.
    pub(crate) kubelet_principal_id: String,
    /// Object id of the ingress controller's identity.
    pub(crate) ingress_principal_id: String,
    /// Client id of the ingress controller's identity.
    pub(crate) ingress_client_id: String,
    /// The service account that this identity trusts.
    pub(crate) ingress: ServiceAccount,
}

/// A Kubernetes service account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServiceAccount {
    pub(crate) namespace: String,
    pub(crate) name: String,
}

impl ServiceAccount {
    /// The one that the cluster declares for its ingress controller.
    pub(crate) fn declared(cluster: &Cluster) -> Self {
        Self {
            namespace: cluster.ingress.namespace().to_owned(),
            name: cluster.ingress.service_account().to_owned(),
        }
    }

    /// How tokens of the service account name it.
    pub(crate) fn subject(&self) -> String {
        format!("system:serviceaccount:{}:{}", self.namespace, self.name)
    }
}

/// Where a record was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// On the resource group.
    Tags,
    /// In the outputs of the deployment.
    Outputs,
    /// On the live resources.
    LiveCluster,
}

impl Source {
    /// In words.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Tags => "the tags of the resource group",
            Self::Outputs => "the outputs of the deployment",
            Self::LiveCluster => "the live cluster",
        }
    }
}

/// A record, and how it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) record: ClusterRecord,
    pub(crate) source: Source,
    /// The tags were missing or wrong and have been written.
    pub(crate) repaired: bool,
}
