//! Which paths are those of Entra ID, of the metadata service and of clusters' issuers.

use super::Version;
use super::managed_identity::Endpoint;

/// Whom a path belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// `/{tenant}/oauth2/token`, `/{tenant}/oauth2/v2.0/token`.
    Token { tenant: String, version: Version },
    /// `/{tenant}[/v2.0]/.well-known/openid-configuration`.
    Configuration { tenant: String, version: Version },
    /// `/{tenant}/discovery[/v2.0]/keys`.
    Keys { tenant: String },
    /// `/common/discovery/instance`.
    Instance,
    /// `/metadata/identity/oauth2/token`, `/msi/token`.
    Identity(Endpoint),
    /// `/{tenant}/{cluster}/.well-known/openid-configuration` and its keys.
    Cluster {
        /// The path of the issuer, with slashes around.
        path: String,
        keys: bool,
    },
}

/// First words of Resource Manager's own paths.
const RESOURCE_MANAGER: &[&str] = &["subscriptions", "providers", "tenants"];

impl Route {
    /// Whether the path is `/metadata/endpoints`.
    pub(crate) fn is_endpoints(path: &str) -> bool {
        path.trim_end_matches('/')
            .eq_ignore_ascii_case("/metadata/endpoints")
    }

    /// The route of a path; `None` for those of Resource Manager.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let lower = path.to_ascii_lowercase();
        let words: Vec<&str> = lower.strip_prefix('/')?.split('/').collect();
        let (first, rest) = words.split_first()?;
        if first.is_empty() || RESOURCE_MANAGER.contains(first) {
            return None;
        }
        let tenant = || (*first).to_owned();
        Some(match (*first, rest) {
            ("metadata", ["identity", "oauth2", "token"]) => Self::Identity(Endpoint::Imds),
            ("msi", ["token"]) => Self::Identity(Endpoint::AppService),
            ("common", ["discovery", "instance"]) => Self::Instance,
            (_, ["oauth2", "token"]) => Self::Token {
                tenant: tenant(),
                version: Version::V1,
            },
            (_, ["oauth2", "v2.0", "token"]) => Self::Token {
                tenant: tenant(),
                version: Version::V2,
            },
            (_, [".well-known", "openid-configuration"]) => Self::Configuration {
                tenant: tenant(),
                version: Version::V1,
            },
            (_, ["v2.0", ".well-known", "openid-configuration"]) => Self::Configuration {
                tenant: tenant(),
                version: Version::V2,
            },
            (_, ["discovery", "keys"] | ["discovery", "v2.0", "keys"]) => {
                Self::Keys { tenant: tenant() }
            }
            (_, [cluster, ".well-known", "openid-configuration"]) => Self::Cluster {
                path: format!("/{first}/{cluster}/"),
                keys: false,
            },
            (_, [cluster, "openid", "v1", "jwks"]) => Self::Cluster {
                path: format!("/{first}/{cluster}/"),
                keys: true,
            },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_resource_manager_are_left_alone() {
        for path in [
            "/",
            "",
            "/subscriptions",
            "/subscriptions/oauth2/token",
            "/subscriptions/x/resourceGroups/oauth2",
            "/providers/Microsoft.X/oauth2/token",
            "/tenants",
            "/metadata/endpoints",
            "//oauth2/token",
        ] {
            assert_eq!(Route::of(path), None, "{path}");
        }
    }

    #[test]
    fn names_of_paths_do_not_depend_on_case() {
        assert_eq!(
            Route::of("/Common/OAuth2/V2.0/Token"),
            Some(Route::Token {
                tenant: "common".to_owned(),
                version: Version::V2
            })
        );
        assert_eq!(
            Route::of("/Metadata/identity/oauth2/token"),
            Some(Route::Identity(Endpoint::Imds))
        );
        assert!(Route::is_endpoints("/Metadata/Endpoints"));
    }
}
