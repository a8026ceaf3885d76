//! `ClusterKubeconfig`.

use kompox_model::Cluster;
use kompox_provider::{Error, Kubeconfig, Result};

use crate::driver::AksDriver;
use crate::record::{ClusterRecord, Found};

impl AksDriver {
    /// The administrator's kubeconfig.
    ///
    /// Spec: §6.6, by `listClusterAdminCredential`: the access-profile call named there is deprecated.
    pub(crate) async fn kubeconfig(&self, cluster: &Cluster) -> Result<Kubeconfig> {
        self.record_and_kubeconfig(cluster)
            .await
            .map(|(_, kubeconfig)| kubeconfig)
    }

    /// The administrator's kubeconfig together with the record that led to it. A recorded cluster that is not there
    /// (somebody made it anew under another name) is looked for once more among the live resources.
    pub(crate) async fn record_and_kubeconfig(
        &self,
        cluster: &Cluster,
    ) -> Result<(Found, Kubeconfig)> {
        let mut found = self.record(cluster).await?;
        let mut kubeconfig = self.credential(&found.record).await?;
        if kubeconfig.is_none()
            && let Some(other) = self.contradicted(cluster, &found.record).await?
        {
            kubeconfig = self.credential(&other.record).await?;
            found = other;
        }
        match kubeconfig {
            Some(kubeconfig) => Ok((found, kubeconfig)),
            None => Err(Error::not_found(format!(
                "cluster {:?}: there is no {}; provision it with --force",
                cluster.name, found.record.managed_cluster
            ))),
        }
    }

    async fn credential(&self, record: &ClusterRecord) -> Result<Option<Kubeconfig>> {
        let id = &record.managed_cluster;
        let credential = self
            .azure
            .managed_clusters
            .list_cluster_admin_credential(id)
            .await;
        credential.map_err(|error| {
            Error::port(format!("reading administrator credentials of {id}"), error)
        })
    }
}
