//! Storage accounts.

use async_trait::async_trait;
use azure_core::http::Method;
use kompox_azure::{
    NameAvailability, ProvisioningState, ResourceId, Result, StorageAccount,
    StorageAccountCreation, StorageAccounts,
};
use serde::Deserialize;
use serde_json::json;

use crate::api_version::STORAGE as VERSION;
use crate::client::{Call, Client};
use crate::wire::{Resource, nullable, region, state};

/// Storage accounts over ARM.
#[derive(Debug)]
pub(crate) struct ArmStorageAccounts(pub(crate) Client);

type Body = Resource<Properties>;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    provisioning_state: Option<ProvisioningState>,
}

impl From<Body> for StorageAccount {
    fn from(body: Body) -> Self {
        Self {
            id: body.id,
            location: region(&body.location),
            tags: body.tags,
            sku: body.sku.name,
            kind: body.kind,
            state: state(body.properties.provisioning_state),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Availability {
    name_available: bool,
    #[serde(default, deserialize_with = "nullable")]
    reason: String,
    #[serde(default, deserialize_with = "nullable")]
    message: String,
}

impl From<Availability> for NameAvailability {
    fn from(answer: Availability) -> Self {
        if answer.name_available {
            Self::Available
        } else {
            Self::Unavailable {
                reason: answer.reason,
                message: answer.message,
            }
        }
    }
}

#[async_trait]
impl StorageAccounts for ArmStorageAccounts {
    async fn get(&self, id: &ResourceId) -> Result<Option<StorageAccount>> {
        let account: Option<Body> = self.0.get(id, VERSION).await?;
        Ok(account.map(Into::into))
    }

    async fn create(
        &self,
        id: &ResourceId,
        creation: &StorageAccountCreation,
    ) -> Result<StorageAccount> {
        let body = json!({
            "location": creation.location,
            "tags": creation.tags,
            "sku": { "name": creation.sku },
            "kind": creation.kind,
            "properties": {
                "allowBlobPublicAccess": creation.allow_blob_public_access,
                "minimumTlsVersion": creation.minimum_tls_version,
                "supportsHttpsTrafficOnly": creation.https_only,
            },
        });
        let account: Body = self.0.put(id, VERSION, &body).await?;
        Ok(account.into())
    }

    async fn check_name(&self, subscription: &ResourceId, name: &str) -> Result<NameAvailability> {
        let below = ["providers", "Microsoft.Storage", "checkNameAvailability"];
        let url = self.0.url(subscription, &below, VERSION);
        let body = json!({ "name": name, "type": "Microsoft.Storage/storageAccounts" });
        let call = Call::with_body(Method::Post, url, &body)?;
        let answer = self.0.send(&call).await?;
        if !answer.is_success() {
            return Err(answer.refusal());
        }
        let availability: Availability = answer.json(&call)?;
        Ok(availability.into())
    }
}
