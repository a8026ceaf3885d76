//! Simulated clusters as issuers of service-account tokens, so that workload identity can be tried without a cluster.

use azure_core::credentials::Secret;
use serde_json::{Value, json};

use super::jwt::SigningKey;
use crate::id::ResourceId;
use crate::provider::CLUSTER_TYPE;
use crate::store::{Resource, World};

/// For how long Kubernetes makes a projected token of the workload identity webhook valid.
const LIFETIME: i64 = 3600;

/// Why a cluster gives no service-account token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceAccountTokenError {
    /// There is no such cluster.
    #[error("there is no managed cluster {0:?}")]
    NoSuchCluster(String),
    /// The cluster was created without `oidcIssuerProfile.enabled`.
    #[error("the managed cluster {0:?} has no OIDC issuer")]
    NoIssuer(String),
    /// The state directory or the signing key cannot be used.
    #[error("the simulator's state cannot be used: {0}")]
    State(#[from] std::io::Error),
}

/// The issuer URL of a cluster, if it is one.
fn issuer_of(cluster: &Resource) -> Option<&str> {
    cluster
        .body
        .pointer("/properties/oidcIssuerProfile/issuerURL")
        .and_then(Value::as_str)
}

/// Whether a simulated cluster issues tokens under this URL.
pub(super) fn is_issuer(world: &World, issuer: &str) -> bool {
    world
        .of_type(CLUSTER_TYPE)
        .any(|cluster| issuer_of(cluster) == Some(issuer))
}

/// A token of the cluster, which is named by its id or its issuer URL.
pub(crate) fn token(
    world: &World,
    key: &SigningKey,
    cluster: &str,
    (namespace, service_account): (&str, &str),
    audience: &str,
) -> Result<Secret, ServiceAccountTokenError> {
    let found = match ResourceId::parse(cluster) {
        Some(id) => world
            .resource(&id)
            .filter(|resource| resource.resource_type.eq_ignore_ascii_case(CLUSTER_TYPE)),
        None => world
            .of_type(CLUSTER_TYPE)
            .find(|resource| issuer_of(resource) == Some(cluster)),
    };
    let found = found.ok_or_else(|| ServiceAccountTokenError::NoSuchCluster(cluster.to_owned()))?;
    let issuer =
        issuer_of(found).ok_or_else(|| ServiceAccountTokenError::NoIssuer(cluster.to_owned()))?;
    let from = world.now().as_second();
    let subject = format!("system:serviceaccount:{namespace}:{service_account}");
    let uid = world.settings().guid(&format!("{issuer}:{subject}"));
    let claims = json!({
        "aud": [audience],
        "exp": from.saturating_add(LIFETIME),
        "iat": from,
        "iss": issuer,
        "kubernetes.io": {
            "namespace": namespace,
            "serviceaccount": {"name": service_account, "uid": uid.to_string()},
        },
        "nbf": from,
        "sub": subject,
    });
    let token = key.sign(&claims).map_err(std::io::Error::other)?;
    Ok(Secret::new(token))
}

/// The issuer URL with this path (in lower case), if a cluster has it.
pub(super) fn issuer_at(world: &World, path: &str) -> Option<String> {
    world
        .of_type(CLUSTER_TYPE)
        .filter_map(issuer_of)
        .find(|issuer| {
            url::Url::parse(issuer).is_ok_and(|url| url.path().eq_ignore_ascii_case(path))
        })
        .map(str::to_owned)
}
