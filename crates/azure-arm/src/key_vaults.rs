//! Deleted key vaults.

use async_trait::async_trait;
use azure_core::http::Method;
use kompox_azure::{DeletedVault, KeyVaults, ResourceId, Result};
use serde::Deserialize;

use crate::api_version::KEY_VAULTS as VERSION;
use crate::client::{Call, Client};
use crate::wire::{nullable, region};

/// Key vaults over ARM.
#[derive(Debug)]
pub(crate) struct ArmKeyVaults(pub(crate) Client);

#[derive(Deserialize)]
struct Body {
    name: String,
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    vault_id: ResourceId,
    #[serde(default, deserialize_with = "nullable")]
    location: String,
    #[serde(default, deserialize_with = "nullable")]
    purge_protection_enabled: bool,
}

impl From<Body> for DeletedVault {
    fn from(body: Body) -> Self {
        Self {
            name: body.name,
            location: region(&body.properties.location),
            vault_id: body.properties.vault_id,
            purge_protected: body.properties.purge_protection_enabled,
        }
    }
}

#[async_trait]
impl KeyVaults for ArmKeyVaults {
    async fn list_deleted(&self, subscription: &ResourceId) -> Result<Vec<DeletedVault>> {
        let below = ["providers", "Microsoft.KeyVault", "deletedVaults"];
        let vaults: Vec<Body> = self
            .0
            .list(self.0.url(subscription, &below, VERSION))
            .await?;
        Ok(vaults.into_iter().map(Into::into).collect())
    }

    async fn purge_deleted(
        &self,
        subscription: &ResourceId,
        location: &str,
        name: &str,
    ) -> Result<()> {
        let below = [
            "providers",
            "Microsoft.KeyVault",
            "locations",
            location,
            "deletedVaults",
            name,
            "purge",
        ];
        let url = self.0.url(subscription, &below, VERSION);
        self.0.act(&Call::new(Method::Post, url)).await
    }
}
