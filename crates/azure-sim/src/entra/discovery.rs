//! What clients read before they sign in: OpenID configuration, keys, instance discovery.
//!
//! See <https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc> and
//! <https://openid.net/specs/openid-connect-discovery-1_0.html>.

use serde_json::{Value, json};

use super::Version;
use super::jwt::SigningKey;
use super::refusal::Refusal;
use super::token::issuer;

/// The hosts of Entra ID in the clouds: instances that everybody knows.
const WELL_KNOWN: &[&str] = &[
    "login.microsoftonline.com",
    "login.microsoft.com",
    "login.windows.net",
    "sts.windows.net",
    "login.microsoftonline.us",
    "login.chinacloudapi.cn",
    "login.partner.microsoftonline.cn",
];

/// `…/.well-known/openid-configuration` of a tenant, or of `common` or `organizations`.
pub(super) fn configuration(origin: &str, tenant: &str, version: Version) -> Value {
    let guid = crate::builder::is_guid(tenant);
    let (protocol, keys) = match version {
        Version::V1 => ("oauth2", "discovery/keys"),
        Version::V2 => ("oauth2/v2.0", "discovery/v2.0/keys"),
    };
    // Tokens name a tenant, so the configuration for all of them can only say where its id goes.
    let of = if guid { tenant } else { "{tenantid}" };
    json!({
        "token_endpoint": format!("{origin}/{tenant}/{protocol}/token"),
        "token_endpoint_auth_methods_supported":
            ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{origin}/{tenant}/{keys}"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer(version, origin, of),
        "request_uri_parameter_supported": false,
        "authorization_endpoint": format!("{origin}/{tenant}/{protocol}/authorize"),
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username",
            "name", "tid", "ver", "at_hash", "c_hash", "email"
        ],
        "tenant_region_scope": if guid { json!("WW") } else { Value::Null },
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.com",
        "rbac_url": "https://pas.windows.net",
    })
}

/// The JSON Web Key Set.
pub(super) fn keys(key: &SigningKey) -> Value {
    json!({"keys": [key.public().to_jwk()]})
}

/// The OpenID configuration of a cluster's issuer, as AKS publishes it.
pub(super) fn cluster(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}openid/v1/jwks"),
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
}

/// `/common/discovery/instance`: where the configuration of an authority is.
pub(super) fn instance(
    origin: &str,
    api_version: Option<&str>,
    authority: Option<&str>,
) -> Result<Value, Refusal> {
    let api_version = match api_version {
        Some(version @ ("1.0" | "1.1")) => version,
        Some(_) => {
            return Err(Refusal::request(
                90013,
                "Invalid input received from the user. The api-version is not supported.",
            ));
        }
        None => return Err(Refusal::missing("api-version")),
    };
    let authority = authority.ok_or_else(|| Refusal::missing("authorization_endpoint"))?;
    let unknown = || Refusal {
        status: 400,
        error: "invalid_instance",
        code: 50049,
        message: format!("Unknown or invalid instance '{authority}'."),
    };
    let url = url::Url::parse(authority).map_err(|_| unknown())?;
    let here = origin.split_once("://").map_or(origin, |(_, host)| host);
    let host = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => return Err(unknown()),
    };
    if !host.eq_ignore_ascii_case(here) && !WELL_KNOWN.contains(&host.as_str()) {
        return Err(unknown());
    }
    let tenant = url
        .path_segments()
        .and_then(|mut words| words.next())
        .filter(|word| !word.is_empty())
        .ok_or_else(unknown)?;
    let version = if url.path().contains("/v2.0/") {
        "/v2.0"
    } else {
        ""
    };
    let mut body = json!({
        "tenant_discovery_endpoint":
            format!("{origin}/{tenant}{version}/.well-known/openid-configuration"),
        "api-version": api_version,
    });
    if api_version == "1.1"
        && let Some(body) = body.as_object_mut()
    {
        let metadata = json!([{
            "preferred_network": host,
            "preferred_cache": host,
            "aliases": [host],
        }]);
        body.insert("metadata".into(), metadata);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_this_one_or_a_well_known_one() {
        let at = |authority: &str| instance("https://127.0.0.1:8443", Some("1.1"), Some(authority));
        let here = at("https://127.0.0.1:8443/t/oauth2/v2.0/authorize").unwrap();
        assert_eq!(
            here["tenant_discovery_endpoint"],
            "https://127.0.0.1:8443/t/v2.0/.well-known/openid-configuration"
        );
        assert_eq!(here["metadata"][0]["aliases"], json!(["127.0.0.1:8443"]));
        let known = at("https://login.microsoftonline.com/common/oauth2/authorize").unwrap();
        assert_eq!(
            known["tenant_discovery_endpoint"],
            "https://127.0.0.1:8443/common/.well-known/openid-configuration"
        );
        for other in [
            "https://127.0.0.1/t",
            "https://example.org/t",
            "nonsense",
            "https://127.0.0.1:8443",
        ] {
            assert_eq!(at(other).unwrap_err().error, "invalid_instance", "{other}");
        }
    }
}
