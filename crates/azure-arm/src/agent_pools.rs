//! Agent pools of managed clusters.

use async_trait::async_trait;
use kompox_azure::{
    AgentPool, AgentPoolProperties, AgentPools, ProvisioningState, ResourceId, Result,
};
use serde::{Deserialize, Serialize};

use crate::api_version::MANAGED_CLUSTERS as VERSION;
use crate::client::Client;
use crate::wire::{nullable, state};

/// Agent pools over ARM.
#[derive(Debug)]
pub(crate) struct ArmAgentPools(pub(crate) Client);

#[derive(Deserialize)]
struct Body {
    id: ResourceId,
    #[serde(default, deserialize_with = "nullable")]
    properties: Properties,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    provisioning_state: Option<ProvisioningState>,
    #[serde(flatten)]
    writable: AgentPoolProperties,
}

impl From<Body> for AgentPool {
    fn from(body: Body) -> Self {
        Self {
            id: body.id,
            state: state(body.properties.provisioning_state),
            properties: body.properties.writable,
        }
    }
}

#[derive(Serialize)]
struct Write<'a> {
    properties: &'a AgentPoolProperties,
}

#[async_trait]
impl AgentPools for ArmAgentPools {
    async fn list(&self, cluster: &ResourceId) -> Result<Vec<AgentPool>> {
        let url = self.0.url(cluster, &["agentPools"], VERSION);
        let pools: Vec<Body> = self.0.list(url).await?;
        Ok(pools.into_iter().map(Into::into).collect())
    }

    async fn get(&self, id: &ResourceId) -> Result<Option<AgentPool>> {
        let pool: Option<Body> = self.0.get(id, VERSION).await?;
        Ok(pool.map(Into::into))
    }

    async fn create_or_update(
        &self,
        id: &ResourceId,
        properties: &AgentPoolProperties,
    ) -> Result<AgentPool> {
        let pool: Body = self.0.put(id, VERSION, &Write { properties }).await?;
        Ok(pool.into())
    }

    async fn delete(&self, id: &ResourceId) -> Result<()> {
        self.0.delete(id, VERSION).await
    }
}
