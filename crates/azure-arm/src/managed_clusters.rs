//! Managed clusters.

use async_trait::async_trait;
use azure_core::base64;
use azure_core::http::Method;
use kompox_azure::{ManagedCluster, ManagedClusters, ProvisioningState, ResourceId, Result};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use crate::api_version::MANAGED_CLUSTERS as VERSION;
use crate::client::{Call, Client};
use crate::wire::{nullable, state};

/// Managed clusters over ARM.
#[derive(Debug)]
pub(crate) struct ArmManagedClusters(pub(crate) Client);

#[derive(Deserialize)]
struct Body {
    id: ResourceId,
    #[serde(default, deserialize_with = "nullable")]
    identity: Identity,
    #[serde(default, deserialize_with = "nullable")]
    properties: Properties,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    principal_id: Option<String>,
    tenant_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    provisioning_state: Option<ProvisioningState>,
    #[serde(default, deserialize_with = "nullable")]
    identity_profile: IdentityProfile,
    #[serde(default, deserialize_with = "nullable")]
    oidc_issuer_profile: OidcIssuerProfile,
}

#[derive(Default, Deserialize)]
struct IdentityProfile {
    #[serde(default, deserialize_with = "nullable")]
    kubeletidentity: KubeletIdentity,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KubeletIdentity {
    object_id: Option<String>,
}

#[derive(Default, Deserialize)]
struct OidcIssuerProfile {
    #[serde(rename = "issuerURL")]
    issuer_url: Option<String>,
}

impl From<Body> for ManagedCluster {
    fn from(body: Body) -> Self {
        Self {
            id: body.id,
            state: state(body.properties.provisioning_state),
            principal_id: body.identity.principal_id,
            kubelet_principal_id: body.properties.identity_profile.kubeletidentity.object_id,
            tenant_id: body.identity.tenant_id,
            oidc_issuer_url: body.properties.oidc_issuer_profile.issuer_url,
        }
    }
}

#[async_trait]
impl ManagedClusters for ArmManagedClusters {
    async fn get(&self, id: &ResourceId) -> Result<Option<ManagedCluster>> {
        let cluster: Option<Body> = self.0.get(id, VERSION).await?;
        Ok(cluster.map(Into::into))
    }

    async fn list_cluster_admin_credential(&self, id: &ResourceId) -> Result<Option<SecretString>> {
        let url = self.0.url(id, &["listClusterAdminCredential"], VERSION);
        let call = Call::new(Method::Post, url);
        let Some(answer) = self.0.ask(&call).await? else {
            return Ok(None);
        };
        // Read by hand: a typed read would quote what it does not expect, which is a secret here.
        let body: Value = answer.json(&call)?;
        body.pointer("/kubeconfigs/0/value")
            .and_then(Value::as_str)
            .and_then(|text| base64::decode(text).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .map(|kubeconfig| Some(kubeconfig.into()))
            .ok_or_else(|| call.malformed("no base64 text at kubeconfigs[0].value"))
    }
}
