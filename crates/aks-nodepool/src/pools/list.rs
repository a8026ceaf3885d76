//! Listing node pools.

use kompox_azure::ResourceId;
use kompox_model::NodePool;
use kompox_provider::{Error, Result};

use super::NodePools;
use crate::label::inconsistencies;

impl NodePools<'_> {
    pub(super) async fn read_all(
        &self,
        cluster: &ResourceId,
        name: Option<&str>,
    ) -> Result<Vec<NodePool>> {
        let mut pools = self.pools.list(cluster).await.map_err(|error| {
            let doing = format!("listing the node pools of AKS cluster {:?}", cluster.name());
            Error::port(doing, error)
        })?;
        pools.retain(|pool| name.is_none_or(|name| pool.id.name() == name));
        pools.sort_by(|one, other| one.id.name().cmp(other.id.name()));
        for pool in &pools {
            for inconsistency in inconsistencies(&pool.properties, self.location) {
                tracing::warn!(pool = pool.id.name(), "{inconsistency}");
            }
        }
        Ok(pools.iter().map(|pool| self.model(pool)).collect())
    }
}
