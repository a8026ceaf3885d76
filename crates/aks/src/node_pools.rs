//! Node pools of a declared cluster: finds the managed cluster and hands over.

use kompox_aks_nodepool::NodePools;
use kompox_azure::ResourceId;
use kompox_model::options::NodePoolListOptions;
use kompox_model::{Cluster, NodePool};
use kompox_provider::{Error, Result};

use crate::driver::AksDriver;

impl AksDriver {
    fn pools(&self) -> NodePools<'_> {
        NodePools::new(&*self.azure.agent_pools, &self.location, &*self.progress)
    }

    pub(crate) async fn list_node_pools(
        &self,
        cluster: &Cluster,
        options: &NodePoolListOptions,
    ) -> Result<Vec<NodePool>> {
        let pools = self.pools();
        let found = pools
            .list(self.managed_cluster(cluster).await?.as_ref(), options)
            .await?;
        if !found.is_empty() {
            return Ok(found);
        }
        // A cluster has at least one pool: perhaps the recorded one is not there.
        match self.other_managed_cluster(cluster).await? {
            Some(other) => pools.list(Some(&other), options).await,
            None => Ok(found),
        }
    }

    pub(crate) async fn create_node_pool(
        &self,
        cluster: &Cluster,
        pool: &NodePool,
    ) -> Result<NodePool> {
        let pools = self.pools();
        pools.check_create(pool)?;
        match pools
            .create(self.managed_cluster(cluster).await?.as_ref(), pool)
            .await
        {
            Err(Error::NotFound { what, refusal }) => {
                match self.other_managed_cluster(cluster).await? {
                    Some(other) => pools.create(Some(&other), pool).await,
                    None => Err(Error::NotFound { what, refusal }),
                }
            }
            result => result,
        }
    }

    pub(crate) async fn update_node_pool(
        &self,
        cluster: &Cluster,
        pool: &NodePool,
    ) -> Result<NodePool> {
        let pools = self.pools();
        pools.check_update(pool)?;
        match pools
            .update(self.managed_cluster(cluster).await?.as_ref(), pool)
            .await
        {
            Err(Error::NotFound { what, refusal }) => {
                match self.other_managed_cluster(cluster).await? {
                    Some(other) => pools.update(Some(&other), pool).await,
                    None => Err(Error::NotFound { what, refusal }),
                }
            }
            result => result,
        }
    }

    pub(crate) async fn delete_node_pool(&self, cluster: &Cluster, name: &str) -> Result<()> {
        let pools = self.pools();
        pools.check_name(name)?;
        pools
            .delete(self.managed_cluster(cluster).await?.as_ref(), name)
            .await
    }

    /// The managed cluster of a declared one; `None` when it is not provisioned.
    async fn managed_cluster(&self, cluster: &Cluster) -> Result<Option<ResourceId>> {
        match self.record(cluster).await {
            Ok(found) => Ok(Some(found.record.managed_cluster)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The managed cluster that is there instead of the recorded one; `None` when there is no other.
    async fn other_managed_cluster(&self, cluster: &Cluster) -> Result<Option<ResourceId>> {
        let other = async {
            let known = self.record(cluster).await?.record;
            let other = self.contradicted(cluster, &known).await?;
            Ok(other
                .map(|found| found.record.managed_cluster)
                .filter(|id| *id != known.managed_cluster))
        };
        match other.await {
            Err(Error::NotFound { .. }) => Ok(None),
            result => result,
        }
    }
}
