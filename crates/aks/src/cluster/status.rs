//! `ClusterStatus`.

use kompox_model::{Cluster, ClusterStatus};
use kompox_provider::{Error, Result};

use crate::driver::AksDriver;
use crate::record::Found;

impl AksDriver {
    /// How far the cluster has come. Only "not there" counts as not provisioned: when Azure refuses to say, that is an
    /// error, for a pipeline would take "not provisioned" for the truth.
    ///
    /// Spec: §6.3. Whether the ingress is installed is not looked at yet.
    pub(crate) async fn status(&self, cluster: &Cluster) -> Result<ClusterStatus> {
        let provisioned = match self.record_and_kubeconfig(cluster).await {
            Ok((found, _)) => {
                self.tell_record(&found);
                true
            }
            Err(Error::NotFound { .. }) => false,
            Err(error) => return Err(error),
        };
        Ok(ClusterStatus {
            existing: cluster.existing,
            provisioned,
            ..ClusterStatus::default()
        })
    }

    fn tell_record(&self, found: &Found) {
        let repair = if found.repaired {
            ", and the tags of the resource group were repaired"
        } else {
            ""
        };
        self.progress.step(&format!(
            "the cluster's record comes from {}{repair}",
            found.source.describe()
        ));
    }
}
