//! User-assigned identities.

use async_trait::async_trait;
use kompox_azure::{ResourceId, Result, UserAssignedIdentities, UserAssignedIdentity};
use serde::Deserialize;

use crate::api_version::MANAGED_IDENTITY as VERSION;
use crate::client::Client;

/// User-assigned identities over ARM.
#[derive(Debug)]
pub(crate) struct ArmUserAssignedIdentities(pub(crate) Client);

#[derive(Deserialize)]
struct Body {
    id: ResourceId,
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    principal_id: String,
    client_id: String,
    tenant_id: String,
}

#[derive(Deserialize)]
struct Credential {
    properties: CredentialProperties,
}

#[derive(Deserialize)]
struct CredentialProperties {
    subject: String,
}

#[async_trait]
impl UserAssignedIdentities for ArmUserAssignedIdentities {
    async fn get(&self, id: &ResourceId) -> Result<Option<UserAssignedIdentity>> {
        let body: Option<Body> = self.0.get(id, VERSION).await?;
        Ok(body.map(|Body { id, properties }| UserAssignedIdentity {
            id,
            principal_id: properties.principal_id,
            client_id: properties.client_id,
            tenant_id: properties.tenant_id,
        }))
    }

    async fn federated_subjects(&self, id: &ResourceId) -> Result<Vec<String>> {
        let url = self.0.url(id, &["federatedIdentityCredentials"], VERSION);
        let credentials: Vec<Credential> = self.0.list(url).await?;
        Ok(credentials
            .into_iter()
            .map(|credential| credential.properties.subject)
            .collect())
    }
}
