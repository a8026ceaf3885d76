//! Which Azure: the public one, a sovereign one, or one of your own.

use url::Url;

/// The addresses that differ between clouds.
///
/// Source: <https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cloud {
    /// Where Azure Resource Manager listens.
    pub resource_manager: Url,
    /// What a token for it is asked for, without `/.default`.
    pub audience: String,
    /// Where tokens come from.
    pub authority_host: Url,
    /// What the host names of key vaults end in, without a leading dot. Unknown for a custom cloud.
    pub key_vault_suffix: Option<String>,
    /// The name by which other Azure software knows the cloud (`AzurePublicCloud`); absent for a custom one.
    pub environment_name: Option<&'static str>,
}

impl Cloud {
    /// The names that [`Cloud::named`] takes.
    pub const NAMES: [&'static str; 3] = ["AzurePublic", "AzureUSGovernment", "AzureChina"];

    /// A well-known cloud by name (see [`Cloud::NAMES`]); case does not matter.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (resource_manager, audience, authority, vault, environment_name) =
            match name.to_ascii_lowercase().as_str() {
                "azurepublic" => (
                    "https://management.azure.com",
                    "https://management.azure.com",
                    "https://login.microsoftonline.com",
                    "vault.azure.net",
                    "AzurePublicCloud",
                ),
                "azureusgovernment" => (
                    "https://management.usgovcloudapi.net",
                    "https://management.core.usgovcloudapi.net",
                    "https://login.microsoftonline.us",
                    "vault.usgovcloudapi.net",
                    "AzureUSGovernmentCloud",
                ),
                "azurechina" => (
                    "https://management.chinacloudapi.cn",
                    "https://management.core.chinacloudapi.cn",
                    "https://login.chinacloudapi.cn",
                    "vault.azure.cn",
                    "AzureChinaCloud",
                ),
                _ => return None,
            };
        Some(Self {
            resource_manager: Url::parse(resource_manager).ok()?,
            audience: audience.to_owned(),
            authority_host: Url::parse(authority).ok()?,
            key_vault_suffix: Some(vault.to_owned()),
            environment_name: Some(environment_name),
        })
    }

    /// A cloud of your own. The audience is the endpoint when absent.
    ///
    /// # Errors
    /// [`CloudError`] for an address that is no URL or that would send tokens in the clear: `http` is accepted for
    /// the loopback only.
    pub fn custom(
        resource_manager: &str,
        authority_host: &str,
        audience: Option<&str>,
    ) -> Result<Self, CloudError> {
        let resource_manager = address(resource_manager)?;
        Ok(Self {
            audience: audience
                .unwrap_or(resource_manager.as_str())
                .trim_end_matches('/')
                .to_owned(),
            authority_host: address(authority_host)?,
            resource_manager,
            key_vault_suffix: None,
            environment_name: None,
        })
    }

    /// The scope that a token for Azure Resource Manager is asked for.
    #[must_use]
    pub fn resource_manager_scope(&self) -> String {
        format!("{}/.default", self.audience)
    }
}

fn address(text: &str) -> Result<Url, CloudError> {
    let fail = |reason| CloudError {
        value: text.to_owned(),
        reason,
    };
    let url = Url::parse(text).map_err(|_| fail("is not a URL"))?;
    let loopback = match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => return Err(fail("has no host")),
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback => Ok(url),
        _ => Err(fail(
            "must begin with https:// (http:// for the loopback only)",
        )),
    }
}

/// An address of a custom cloud that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} {reason}")]
pub struct CloudError {
    value: String,
    reason: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_cloud_has_its_own_addresses() {
        let hosts: Vec<_> = Cloud::NAMES
            .iter()
            .map(|name| Cloud::named(&name.to_uppercase()).unwrap().resource_manager)
            .collect();
        assert_eq!(hosts.len(), 3);
        assert!(hosts.iter().all(|host| host.scheme() == "https"));
        assert_eq!(Cloud::named("AzureGermany"), None);
    }

    #[test]
    fn tokens_are_not_sent_in_the_clear() {
        let local = Cloud::custom("http://127.0.0.1:8080", "https://login.example", None).unwrap();
        assert_eq!(
            local.resource_manager_scope(),
            "http://127.0.0.1:8080/.default"
        );
        assert!(Cloud::custom("http://management.example", "https://login.example", None).is_err());
        assert!(Cloud::custom("management.example", "https://login.example", None).is_err());
    }
}
