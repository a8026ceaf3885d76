//! Resource groups.

use async_trait::async_trait;
use kompox_azure::{ProvisioningState, ResourceGroup, ResourceGroups, ResourceId, Result, Tags};
use serde::Deserialize;
use serde_json::json;

use crate::api_version::RESOURCE_GROUPS as VERSION;
use crate::client::Client;
use crate::wire::{Resource, region, state};

/// Resource groups over ARM.
#[derive(Debug)]
pub(crate) struct ArmResourceGroups(pub(crate) Client);

type Body = Resource<Properties>;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    provisioning_state: Option<ProvisioningState>,
}

impl From<Body> for ResourceGroup {
    fn from(body: Body) -> Self {
        Self {
            id: body.id,
            location: region(&body.location),
            tags: body.tags,
            state: state(body.properties.provisioning_state),
        }
    }
}

#[async_trait]
impl ResourceGroups for ArmResourceGroups {
    async fn get(&self, id: &ResourceId) -> Result<Option<ResourceGroup>> {
        let group: Option<Body> = self.0.get(id, VERSION).await?;
        Ok(group.map(Into::into))
    }

    async fn create_or_update(
        &self,
        id: &ResourceId,
        location: &str,
        tags: &Tags,
    ) -> Result<ResourceGroup> {
        let body = json!({ "location": location, "tags": tags });
        let group: Body = self.0.put(id, VERSION, &body).await?;
        Ok(group.into())
    }

    async fn delete(&self, id: &ResourceId) -> Result<()> {
        self.0.delete(id, VERSION).await
    }
}
