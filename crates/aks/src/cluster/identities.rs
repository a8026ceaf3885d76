//! The cluster's identities, for whoever must give them a role.

use std::fmt;

use async_trait::async_trait;
use kompox_aks_volume::{ClusterIdentities, Principals};
use kompox_model::Cluster;
use kompox_provider::{Error, Result};

use crate::driver::AksDriver;

/// Reads the identities of one cluster when they are needed, and not before.
pub(crate) struct OutputIdentities<'a> {
    driver: &'a AksDriver,
    cluster: &'a Cluster,
}

impl AksDriver {
    pub(crate) fn identities<'a>(&'a self, cluster: &'a Cluster) -> OutputIdentities<'a> {
        OutputIdentities {
            driver: self,
            cluster,
        }
    }
}

#[async_trait]
impl ClusterIdentities for OutputIdentities<'_> {
    async fn principals(&self) -> Result<Option<Principals>> {
        let outputs = match self.driver.outputs(self.cluster).await {
            Ok(outputs) => outputs,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(Principals {
            cluster: outputs.get("AZURE_AKS_CLUSTER_PRINCIPAL_ID")?.to_owned(),
            kubelet: outputs.get("AZURE_AKS_KUBELET_PRINCIPAL_ID")?.to_owned(),
        }))
    }
}

impl fmt::Debug for OutputIdentities<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutputIdentities")
            .field("cluster", &self.cluster.name)
            .finish_non_exhaustive()
    }
}
