//! Microsoft.ContainerService managed clusters.

use async_trait::async_trait;
use secrecy::SecretString;

use crate::{ProvisioningState, ResourceId, Result};

/// Managed clusters (AKS).
///
/// Source: <https://learn.microsoft.com/rest/api/aks/managed-clusters>
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ManagedClusters: std::fmt::Debug + Send + Sync {
    /// A managed cluster.
    async fn get(&self, id: &ResourceId) -> Result<Option<ManagedCluster>>;

    /// The administrator's kubeconfig (YAML), `None` when there is no such cluster.
    async fn list_cluster_admin_credential(&self, id: &ResourceId) -> Result<Option<SecretString>>;
}

/// A managed cluster, as far as a driver asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedCluster {
    /// Its id.
    pub id: ResourceId,
    /// How far Azure is with it. AKS also changes it on its own.
    pub state: ProvisioningState,
    /// Object id of the cluster's own identity.
    pub principal_id: Option<String>,
    /// Object id of the kubelets' identity.
    pub kubelet_principal_id: Option<String>,
    /// Tenant of the identity.
    pub tenant_id: Option<String>,
    /// OIDC issuer, with a trailing slash.
    pub oidc_issuer_url: Option<String>,
}
