//! For whom a token can be: the services that every tenant knows, and configured ones.

use crate::builder::Settings;

use super::refusal::Refusal;

/// Resource Manager in the clouds, under the names that tokens carry, without a trailing slash.
const RESOURCE_MANAGER: &[&str] = &[
    "https://management.core.windows.net",
    "https://management.azure.com",
    "https://management.core.usgovcloudapi.net",
    "https://management.usgovcloudapi.net",
    "https://management.core.chinacloudapi.cn",
    "https://management.chinacloudapi.cn",
    "797f4846-ba00-4fd7-ba43-dac1f8f63013",
];

/// Other services of Microsoft that tokens are asked for: Key Vault, Storage, Microsoft Graph, Azure AD Graph, Log
/// Analytics, and the API server of AKS clusters.
const OTHERS: &[&str] = &[
    "https://vault.azure.net",
    "https://vault.usgovcloudapi.net",
    "https://vault.azure.cn",
    "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
    "https://storage.azure.com",
    "e406a681-f3d4-42a8-90b6-c2b029497af1",
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
    "00000003-0000-0000-c000-000000000000",
    "https://graph.windows.net",
    "00000002-0000-0000-c000-000000000000",
    "https://api.loganalytics.io",
    "6dae42f8-4368-4678-94ff-3960e28e3630",
];

/// A resource as it is named in a token, and which kind of token it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Audience {
    /// `aud`: what was asked for.
    pub(super) name: String,
    /// A service of Microsoft: these take tokens of version 1.0, whichever endpoint was asked.
    pub(super) first_party: bool,
}

/// The resource of that name. A trailing slash and the case do not matter, and stay as they are.
pub(super) fn resource(settings: &Settings, origin: &str, name: &str) -> Result<Audience, Refusal> {
    let first_party = is_resource_manager(origin, name) || is_one_of(OTHERS, name);
    let own = settings.audiences.iter().any(|own| same(own, name));
    if !first_party && !own {
        return Err(Refusal::unknown_resource(name));
    }
    Ok(Audience {
        name: name.to_owned(),
        first_party,
    })
}

/// The resource of a `scope` parameter for client credentials: `<resource>/.default`.
pub(super) fn of_scope(
    settings: &Settings,
    origin: &str,
    scope: &str,
) -> Result<Audience, Refusal> {
    let mut scopes = scope.split_ascii_whitespace();
    let (Some(one), None) = (scopes.next(), scopes.next()) else {
        return Err(Refusal::scope(
            70011,
            format!(
                "The provided request must include a 'scope' input parameter. The provided value \
                 for the input parameter 'scope' is not valid. The scope {scope} is not valid."
            ),
        ));
    };
    let Some(name) = one
        .strip_suffix("/.default")
        .filter(|name| !name.is_empty())
    else {
        return Err(Refusal::scope(
            1_002_012,
            format!(
                "The provided value for scope {one} is not valid. Client credential flows must \
                 have a scope value with /.default suffixed to the resource identifier \
                 (application ID URI)."
            ),
        ));
    };
    resource(settings, origin, name)
}

/// Whether a token for `name` is one for Resource Manager, which is at `origin` here.
pub(super) fn is_resource_manager(origin: &str, name: &str) -> bool {
    is_one_of(RESOURCE_MANAGER, name) || same(origin, name)
}

fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| same(known, name))
}

fn same(known: &str, name: &str) -> bool {
    let bare = |text: &str| text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
    bare(known) == bare(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(scope: &str) -> Result<String, u32> {
        of_scope(&Settings::default(), "https://127.0.0.1:8443", scope)
            .map(|audience| audience.name)
            .map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_scope_is_a_known_resource_and_default() {
        let good = |scope: &str| code(scope).unwrap();
        assert_eq!(
            good("https://management.azure.com/.default"),
            "https://management.azure.com"
        );
        assert_eq!(
            good("https://management.azure.com//.default"),
            "https://management.azure.com/"
        );
        assert_eq!(
            good("https://127.0.0.1:8443/.default"),
            "https://127.0.0.1:8443"
        );
        assert_eq!(
            good("https://VAULT.azure.net/.default"),
            "https://VAULT.azure.net"
        );
        assert_eq!(code(""), Err(70011));
        assert_eq!(code("https://vault.azure.net/.default openid"), Err(70011));
        assert_eq!(code("https://management.azure.com"), Err(1_002_012));
        assert_eq!(
            code("https://management.azure.com/user_impersonation"),
            Err(1_002_012)
        );
        assert_eq!(code("/.default"), Err(1_002_012));
        assert_eq!(code("https://example.org/.default"), Err(500_011));
        assert_eq!(
            code("https://management.azure.com///.default"),
            Err(500_011)
        );
    }
}
