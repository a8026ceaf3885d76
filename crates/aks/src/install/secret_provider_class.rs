//! What makes the secrets of a vault files in a pod, and secrets of the namespace.

use kompox_azure::Cloud;
use kompox_kube::{InvalidObject, Object};
use serde::Serialize;
use serde::ser::Error as _;
use serde_saphyr::LitString;

use super::key_vault::{Vault, VaultCertificate};
use super::traefik::RELEASE;
use crate::record::ClusterRecord;

/// The cloud that the provider takes when it is told none.
const PUBLIC: &str = "AzurePublicCloud";

/// The name of a vault's secret provider class.
///
/// Spec: §8.3.
pub(super) fn name(vault: &Vault) -> String {
    format!("{RELEASE}-kv-{}", vault.slug)
}

/// The secret provider class of a vault.
///
/// Source: <https://azure.github.io/secrets-store-csi-driver-provider-azure/docs/getting-started/usage/>
pub(super) fn object(
    vault: &Vault,
    record: &ClusterRecord,
    cloud: &Cloud,
    namespace: &str,
) -> Result<Object, InvalidObject> {
    Object::new(&SecretProviderClass {
        api_version: "secrets-store.csi.x-k8s.io/v1",
        kind: "SecretProviderClass",
        metadata: Metadata {
            name: name(vault),
            namespace,
        },
        spec: Spec {
            provider: "azure",
            parameters: Parameters {
                use_pod_identity: "false",
                use_vm_managed_identity: "false",
                client_id: &record.ingress_client_id,
                keyvault_name: &vault.name,
                tenant_id: &record.tenant_id,
                cloud_name: cloud.environment_name.filter(|name| *name != PUBLIC),
                objects: objects(vault)?,
            },
            secret_objects: vault.certificates.iter().map(secret_object).collect(),
        },
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SecretProviderClass<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata<'a>,
    spec: Spec<'a>,
}

#[derive(Serialize)]
pub(super) struct Metadata<'a> {
    pub(super) name: String,
    pub(super) namespace: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec<'a> {
    provider: &'static str,
    parameters: Parameters<'a>,
    secret_objects: Vec<SecretObject<'a>>,
}

/// All of them texts, whatever they mean.
#[derive(Serialize)]
struct Parameters<'a> {
    #[serde(rename = "usePodIdentity")]
    use_pod_identity: &'static str,
    #[serde(rename = "useVMManagedIdentity")]
    use_vm_managed_identity: &'static str,
    #[serde(rename = "clientID")]
    client_id: &'a str,
    #[serde(rename = "keyvaultName")]
    keyvault_name: &'a str,
    #[serde(rename = "tenantID")]
    tenant_id: &'a str,
    #[serde(rename = "cloudName", skip_serializing_if = "Option::is_none")]
    cloud_name: Option<&'static str>,
    objects: String,
}

/// A secret of the namespace, made from a file that is named by its alias.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SecretObject<'a> {
    secret_name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    data: [SecretData<'a>; 2],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SecretData<'a> {
    object_name: &'a str,
    key: &'static str,
}

fn secret_object(certificate: &VaultCertificate) -> SecretObject<'_> {
    SecretObject {
        secret_name: format!("tls-{}", certificate.name),
        kind: "kubernetes.io/tls",
        // Of the one file, the driver takes for each key the part that belongs to it.
        data: ["tls.crt", "tls.key"].map(|key| SecretData {
            object_name: &certificate.name,
            key,
        }),
    }
}

/// The list of what to fetch: YAML whose items are themselves texts of YAML.
fn objects(vault: &Vault) -> Result<String, InvalidObject> {
    let item = |certificate| yaml(&Fetched::from(certificate)).map(LitString);
    let array = vault.certificates.iter().map(item);
    yaml(&Objects {
        array: array.collect::<Result<_, _>>()?,
    })
}

/// A value as YAML; what would not be read as a text is quoted.
pub(super) fn yaml(value: &impl Serialize) -> Result<String, InvalidObject> {
    serde_saphyr::to_string(value)
        .map_err(|error| InvalidObject::Json(serde_json::Error::custom(error)))
}

#[derive(Serialize)]
struct Objects {
    array: Vec<LitString>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fetched<'a> {
    object_name: &'a str,
    object_type: &'static str,
    /// The name of its file.
    object_alias: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    object_version: Option<&'a str>,
}

impl<'a> From<&'a VaultCertificate> for Fetched<'a> {
    fn from(certificate: &'a VaultCertificate) -> Self {
        Self {
            object_name: &certificate.secret,
            object_type: "secret",
            object_alias: &certificate.name,
            object_version: certificate.version.as_deref(),
        }
    }
}
