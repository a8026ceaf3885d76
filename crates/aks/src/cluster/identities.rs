//! The cluster's identities, for whoever must give them a role.

use std::fmt;

use async_trait::async_trait;
use kompox_aks_volume::{ClusterIdentities, Principals};
use kompox_model::Cluster;
use kompox_provider::{Error, Result};

use crate::driver::AksDriver;
use crate::record::Found;

/// Reads the identities of one cluster when they are needed, and not before.
pub(crate) struct RecordedIdentities<'a> {
    driver: &'a AksDriver,
    cluster: &'a Cluster,
}

impl AksDriver {
    pub(crate) fn identities<'a>(&'a self, cluster: &'a Cluster) -> RecordedIdentities<'a> {
        RecordedIdentities {
            driver: self,
            cluster,
        }
    }
}

#[async_trait]
impl ClusterIdentities for RecordedIdentities<'_> {
    async fn principals(&self) -> Result<Option<Principals>> {
        match self.driver.record(self.cluster).await {
            Ok(found) => Ok(Some(principals(found))),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn unknown(&self, refused: &Principals) -> Result<Option<Principals>> {
        let known = self.driver.record(self.cluster).await?;
        let current = principals(known.clone());
        if current != *refused {
            return Ok(Some(current));
        }
        let other = self
            .driver
            .contradicted(self.cluster, &known.record)
            .await?;
        Ok(other.map(principals))
    }
}

fn principals(found: Found) -> Principals {
    Principals {
        cluster: found.record.cluster_principal_id,
        kubelet: found.record.kubelet_principal_id,
    }
}

impl fmt::Debug for RecordedIdentities<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedIdentities")
            .field("cluster", &self.cluster.name)
            .finish_non_exhaustive()
    }
}
