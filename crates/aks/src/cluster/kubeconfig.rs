//! `ClusterKubeconfig`.

use kompox_model::Cluster;
use kompox_provider::{Error, Kubeconfig, Result};

use crate::driver::AksDriver;

impl AksDriver {
    /// The administrator's kubeconfig.
    ///
    /// Spec: §6.6, by `listClusterAdminCredential`: the access-profile call named there is deprecated.
    pub(crate) async fn kubeconfig(&self, cluster: &Cluster) -> Result<Kubeconfig> {
        let outputs = self.outputs(cluster).await?;
        let id = self.managed_cluster_id(&outputs)?;
        self.azure
            .managed_clusters
            .list_cluster_admin_credential(&id)
            .await
            .map_err(|error| {
                Error::port(format!("reading administrator credentials of {id}"), error)
            })?
            .ok_or_else(|| {
                Error::not_found(format!(
                    "cluster {:?}: there is no {id}; provision it with --force",
                    cluster.name
                ))
            })
    }
}
