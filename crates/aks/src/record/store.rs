//! Finding the record of a cluster, once for all operations of a driver, and repairing its tags.

use std::collections::HashMap;

use kompox_azure::{ResourceGroup, ResourceId, Tags};
use kompox_model::Cluster;
use kompox_provider::{Error, Result};
use tokio::sync::Mutex;

use super::{ClusterRecord, Found, Source};
use crate::driver::AksDriver;

/// The records that a driver has found so far, by resource group.
#[derive(Debug, Default)]
pub(crate) struct Records(Mutex<HashMap<ResourceId, Found>>);

impl Records {
    /// Forgets the record of a cluster that is being changed.
    pub(crate) async fn forget(&self, group: &ResourceId) {
        self.0.lock().await.remove(group);
    }
}

impl AksDriver {
    /// The record of a cluster: from the tags of its group, else from the outputs of its deployment, else from the live
    /// resources. Whoever asks at the same time, or later, gets the same answer without another call.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the cluster is not provisioned.
    pub(crate) async fn record(&self, cluster: &Cluster) -> Result<Found> {
        let group_id = self.group_id(&self.cluster_names(cluster)?);
        // Held while reading: the second to ask waits for the first one's answer.
        let mut known = self.records.0.lock().await;
        if let Some(found) = known.get(&group_id) {
            return Ok(found.clone());
        }
        let group = self.provisioned_group(cluster, &group_id).await?;
        let found = match ClusterRecord::from_tags(&group, cluster) {
            Some(record) => Found {
                record,
                source: Source::Tags,
                repaired: false,
            },
            None => self.recover(cluster, &group).await?,
        };
        known.insert(group_id, found.clone());
        Ok(found)
    }

    /// The record of a cluster as the live resources tell it, because Azure has refused what the known one says. `None`
    /// when the live resources say the same.
    pub(crate) async fn contradicted(
        &self,
        cluster: &Cluster,
        refused: &ClusterRecord,
    ) -> Result<Option<Found>> {
        let group_id = self.group_id(&self.cluster_names(cluster)?);
        let mut known = self.records.0.lock().await;
        if let Some(found) = known.get(&group_id)
            && found.record != *refused
        {
            return Ok(Some(found.clone()));
        }
        let group = self.provisioned_group(cluster, &group_id).await?;
        let found = self.rebuild(cluster, &group).await?;
        if found.record == *refused {
            return Ok(None);
        }
        known.insert(group_id, found.clone());
        Ok(Some(found))
    }

    async fn provisioned_group(&self, cluster: &Cluster, id: &ResourceId) -> Result<ResourceGroup> {
        self.read_group(id).await?.ok_or_else(|| {
            Error::not_found(format!(
                "cluster {:?}: there is no resource group {:?} in subscription {}; provision the cluster",
                cluster.name,
                id.name(),
                self.subscription.name()
            ))
        })
    }

    async fn recover(&self, cluster: &Cluster, group: &ResourceGroup) -> Result<Found> {
        let deployment = self.deployment_id(&self.cluster_names(cluster)?);
        let recorded = match self.read_deployment(&deployment).await? {
            Some(deployment) => ClusterRecord::from_outputs(&deployment, &group.id),
            None => None,
        };
        match recorded {
            Some(record) => Ok(self.repaired(record, Source::Outputs, group).await),
            None => self.rebuild(cluster, group).await,
        }
    }

    async fn rebuild(&self, cluster: &Cluster, group: &ResourceGroup) -> Result<Found> {
        let own_name = self.cluster_names(cluster)?.managed_cluster();
        match ClusterRecord::from_live(&self.azure, &group.id, &own_name, cluster).await? {
            Some(record) => Ok(self.repaired(record, Source::LiveCluster, group).await),
            None => Err(Error::not_found(format!(
                "cluster {:?}: resource group {:?} has no managed cluster with its identities (yet); provision the cluster",
                cluster.name,
                group.id.name()
            ))),
        }
    }

    async fn repaired(
        &self,
        record: ClusterRecord,
        source: Source,
        group: &ResourceGroup,
    ) -> Found {
        let repaired = self.write_record(&record, &group.id, &group.tags).await;
        Found {
            record,
            source,
            repaired,
        }
    }

    /// Writes the record onto the group, whose tags are `tags`, where it is not there yet, and leaves foreign tags as they
    /// are. Says whether it was written. Not being allowed to is a warning: the record can be read elsewhere.
    pub(crate) async fn write_record(
        &self,
        record: &ClusterRecord,
        group: &ResourceId,
        tags: &Tags,
    ) -> bool {
        if record.is_in(tags) {
            return false;
        }
        match self.azure.resources.merge_tags(group, &record.tags()).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "the cluster's record cannot be written to resource group {}", group.name());
                false
            }
        }
    }
}
