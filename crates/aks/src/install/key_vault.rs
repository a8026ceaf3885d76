//! Certificates in key vaults: where they are, and which vault holds which.

use std::collections::{BTreeMap, BTreeSet};

use kompox_azure::Cloud;
use kompox_model::Certificate;
use kompox_naming::label::label_flaw;
use kompox_provider::Problem;
use url::{Host, Url};

/// The longest name of a secret in a vault.
const LONGEST_SECRET: usize = 127;
/// The longest name of a Kubernetes object, less the `tls-` that comes before a certificate's.
const LONGEST_CERTIFICATE: usize = 253 - 4;

/// Where a secret is: `https://<vault>.<suffix>/secrets/<name>[/<version>]`.
///
/// Spec: §8.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyVaultSecretUrl {
    /// Host name of the vault, in lower case as all host names are.
    host: String,
    /// Name of the vault, the first part of that.
    vault: String,
    /// Name of the secret.
    name: String,
    /// A version that is fixed; the newest one, whichever that is, when absent.
    version: Option<String>,
}

impl KeyVaultSecretUrl {
    /// Reads a URL. `suffix` is what the host names of the cloud's vaults end in; any suffix will do where that is not known.
    ///
    /// # Errors
    /// What is wrong, and what would be right.
    pub(crate) fn parse(text: &str, suffix: Option<&str>) -> Result<Self, String> {
        let example = format!(
            "https://<vault>.{}/secrets/<name>[/<version>]",
            suffix.unwrap_or("<suffix>")
        );
        let wrong = |reason: &str| format!("{reason}; a secret of a key vault is {example}");
        let url = Url::parse(text.trim()).map_err(|_| wrong("this is no URL"))?;
        if url.scheme() != "https" {
            return Err(wrong("it does not begin with https://"));
        }
        let more = !url.username().is_empty()
            || url.password().is_some()
            || url.port().is_some()
            || url.query().is_some()
            || url.fragment().is_some();
        if more {
            return Err(wrong(
                "it has more than a host and a path (a user, a port, a query or a fragment)",
            ));
        }
        let Some(Host::Domain(host)) = url.host() else {
            return Err(wrong("its host is no name"));
        };
        let vault = match suffix {
            Some(suffix) => host
                .strip_suffix(suffix)
                .and_then(|rest| rest.strip_suffix('.'))
                .ok_or_else(|| wrong("its host is none of the cloud's vaults"))?,
            None => host.split_once('.').map_or(host, |(vault, _)| vault),
        };
        if !is_vault_name(vault) || vault == host {
            return Err(wrong(
                "its host does not begin with the name of a vault (3 to 24 letters, digits and dashes, no dash at either end)",
            ));
        }
        let path = url.path().trim_matches('/');
        let mut segments = path.split('/');
        let kind = segments.next().unwrap_or_default();
        if kind == "certificates" {
            return Err(wrong(
                "this is a certificate; take the secret that the vault keeps under the same name, with secrets in place of certificates",
            ));
        }
        let (name, version, rest) = (
            segments.next().unwrap_or_default(),
            segments.next(),
            segments.next(),
        );
        if kind != "secrets" || name.is_empty() || rest.is_some() {
            return Err(wrong("its path is none of a secret"));
        }
        let letters = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if name.len() > LONGEST_SECRET || !letters(name) {
            return Err(wrong(
                "the name of a secret has 1 to 127 letters, digits and dashes",
            ));
        }
        if version.is_some_and(|version| {
            version.len() > LONGEST_SECRET || !version.chars().all(|c| c.is_ascii_alphanumeric())
        }) {
            return Err(wrong("a version has letters and digits only"));
        }
        Ok(Self {
            host: host.to_owned(),
            vault: vault.to_owned(),
            name: name.to_owned(),
            version: version.map(str::to_owned),
        })
    }
}

fn is_vault_name(name: &str) -> bool {
    (3..=24).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// A vault, and the certificates that the ingress controller serves from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Vault {
    /// Its name.
    pub(crate) name: String,
    /// The same as part of names of Kubernetes objects and of paths.
    pub(crate) slug: String,
    /// By name; at least one.
    pub(crate) certificates: Vec<VaultCertificate>,
}

/// A certificate in a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VaultCertificate {
    /// What the ingress controller calls it.
    pub(crate) name: String,
    /// What the vault calls it.
    pub(crate) secret: String,
    /// A version that is fixed.
    pub(crate) version: Option<String>,
}

impl Vault {
    /// The vaults that hold a cluster's certificates, by name.
    ///
    /// # Errors
    /// All problems together: names and sources that are wrong, two certificates of one name, two vaults whose
    /// names come to the same.
    pub(crate) fn of(
        certificates: &[Certificate],
        cloud: &Cloud,
    ) -> Result<Vec<Self>, Vec<Problem>> {
        let suffix = cloud.key_vault_suffix.as_deref();
        let mut problems = Vec::new();
        let mut names = BTreeSet::new();
        let mut vaults: BTreeMap<String, (String, Self)> = BTreeMap::new();
        for (index, certificate) in certificates.iter().enumerate() {
            let field = |name: &str| format!("ingress.certificates[{index}].{name}");
            let name = certificate.name.trim();
            if let Some(flaw) = name_flaw(name) {
                problems.push(Problem::new(field("name"), name, flaw));
            } else if !names.insert(name) {
                let reason = "another certificate has this name; each needs one of its own";
                problems.push(Problem::new(field("name"), name, reason));
            }
            let source = certificate.source.trim();
            let url = match KeyVaultSecretUrl::parse(source, suffix) {
                Ok(url) => url,
                Err(reason) => {
                    problems.push(Problem::new(field("source"), source, reason));
                    continue;
                }
            };
            let slug = slug(&url.vault);
            let (host, vault) = vaults.entry(slug.clone()).or_insert_with(|| {
                let vault = Self {
                    name: url.vault.clone(),
                    slug,
                    certificates: Vec::new(),
                };
                (url.host.clone(), vault)
            });
            if *host != url.host {
                let reason = format!(
                    "this vault and {host} come to the same name {:?} in the cluster; keep all certificates in one of them",
                    vault.slug
                );
                problems.push(Problem::new(field("source"), source, reason));
            }
            vault.certificates.push(VaultCertificate {
                name: name.to_owned(),
                secret: url.name,
                version: url.version,
            });
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut vaults: Vec<_> = vaults.into_values().map(|(_, vault)| vault).collect();
        for vault in &mut vaults {
            // In whatever order they are declared, the cluster gets the same.
            vault.certificates.sort_by(|a, b| a.name.cmp(&b.name));
        }
        Ok(vaults)
    }

    /// The names of the secrets, each once.
    pub(crate) fn secrets(&self) -> BTreeSet<&str> {
        self.certificates
            .iter()
            .map(|certificate| certificate.secret.as_str())
            .collect()
    }
}

/// Spec: §8.3.
fn slug(vault: &str) -> String {
    let part = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    vault.to_ascii_lowercase().chars().map(part).collect()
}

/// Certificates become names of secrets in the cluster, and of files.
fn name_flaw(name: &str) -> Option<String> {
    if name.len() > LONGEST_CERTIFICATE {
        return Some(format!(
            "it is longer than {LONGEST_CERTIFICATE} characters"
        ));
    }
    name.split('.').find_map(|label| label_flaw(label, 63))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PUBLIC: Option<&str> = Some("vault.azure.net");

    fn certificates(pairs: &[(&str, &str)]) -> Vec<Certificate> {
        let certificate = |&(name, source): &(&str, &str)| Certificate {
            name: name.to_owned(),
            source: source.to_owned(),
        };
        pairs.iter().map(certificate).collect()
    }

    fn problems(pairs: &[(&str, &str)], cloud: &Cloud) -> Vec<String> {
        let problems = Vault::of(&certificates(pairs), cloud).unwrap_err();
        problems.iter().map(ToString::to_string).collect()
    }

    fn public() -> Cloud {
        Cloud::named("AzurePublic").unwrap()
    }

    fn custom() -> Cloud {
        Cloud::custom("https://arm.example", "https://login.example", None).unwrap()
    }

    #[test]
    fn a_secret_has_a_vault_a_name_and_perhaps_a_version() {
        let url = KeyVaultSecretUrl::parse(
            "https://My-Vault.vault.azure.net/secrets/Cert-1/0a1b/",
            PUBLIC,
        )
        .unwrap();
        assert_eq!(
            (
                url.vault.as_str(),
                url.name.as_str(),
                url.version.as_deref()
            ),
            ("my-vault", "Cert-1", Some("0a1b"))
        );
        let url = KeyVaultSecretUrl::parse(
            "https://v-1.vault.azure.cn/secrets/c",
            Some("vault.azure.cn"),
        );
        assert_eq!(url.unwrap().version, None);
        let url = KeyVaultSecretUrl::parse("https://abc.vault.local/secrets/c", None).unwrap();
        assert_eq!(url.vault, "abc");
    }

    #[test]
    fn what_is_no_secret_is_refused_with_its_reason_and_what_would_be_right() {
        for (text, reason) in [
            ("", "no URL"),
            ("vault/secrets/c", "no URL"),
            ("http://abc.vault.azure.net/secrets/c", "https://"),
            ("https://abc.vault.azure.net:444/secrets/c", "a port"),
            ("https://u@abc.vault.azure.net/secrets/c", "a user"),
            ("https://abc.vault.azure.net/secrets/c?x=1", "a query"),
            ("https://abc.vault.azure.net/secrets/c#x", "a fragment"),
            ("https://10.0.0.1/secrets/c", "no name"),
            (
                "https://abc.vault.azure.cn/secrets/c",
                "none of the cloud's vaults",
            ),
            (
                "https://vault.azure.net/secrets/c",
                "none of the cloud's vaults",
            ),
            (
                "https://abcvault.azure.net/secrets/c",
                "none of the cloud's vaults",
            ),
            ("https://a.b.vault.azure.net/secrets/c", "name of a vault"),
            ("https://ab.vault.azure.net/secrets/c", "name of a vault"),
            ("https://abc-.vault.azure.net/secrets/c", "name of a vault"),
            ("https://a_b_c.vault.azure.net/secrets/c", "name of a vault"),
            (
                "https://abc.vault.azure.net/certificates/c",
                "secrets in place of certificates",
            ),
            ("https://abc.vault.azure.net/keys/c", "path"),
            ("https://abc.vault.azure.net/secrets", "path"),
            ("https://abc.vault.azure.net/secrets/c/1/2", "path"),
            (
                "https://abc.vault.azure.net/secrets/c_d",
                "name of a secret",
            ),
            (
                "https://abc.vault.azure.net/secrets/c%27d",
                "name of a secret",
            ),
            ("https://abc.vault.azure.net/secrets/c/1-2", "a version"),
        ] {
            let error = KeyVaultSecretUrl::parse(text, PUBLIC).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
            assert!(
                error.contains("https://<vault>.vault.azure.net/secrets/<name>"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_order_of_declaration_does_not_matter() {
        let pairs = [
            ("b", "https://vault2.vault.azure.net/secrets/s1"),
            ("c", "https://VAULT1.vault.azure.net/secrets/s1"),
            ("a", "https://vault1.vault.azure.net/secrets/s1/77"),
        ];
        let mut reversed = pairs;
        reversed.reverse();
        let vaults = Vault::of(&certificates(&pairs), &public()).unwrap();
        assert_eq!(
            vaults,
            Vault::of(&certificates(&reversed), &public()).unwrap()
        );
        let shape: Vec<_> = vaults
            .iter()
            .map(|vault| {
                let names = vault
                    .certificates
                    .iter()
                    .map(|certificate| certificate.name.as_str());
                (
                    vault.name.as_str(),
                    names.collect::<Vec<_>>(),
                    vault.secrets().len(),
                )
            })
            .collect();
        assert_eq!(
            shape,
            [("vault1", vec!["a", "c"], 1), ("vault2", vec!["b"], 1)]
        );
    }

    #[test]
    fn all_problems_are_told_together_by_field() {
        let good = "https://vault1.vault.azure.net/secrets/s1";
        let found = problems(
            &[
                ("a", good),
                ("a", good),
                ("Bad_Name", good),
                ("", good),
                ("x", "nowhere"),
            ],
            &public(),
        );
        assert_eq!(found.len(), 4, "{found:#?}");
        for (problem, start) in found.iter().zip([
            "ingress.certificates[1].name \"a\": another certificate",
            "ingress.certificates[2].name \"Bad_Name\": ",
            "ingress.certificates[3].name \"\": ",
            "ingress.certificates[4].source \"nowhere\": this is no URL",
        ]) {
            assert!(problem.starts_with(start), "{problem}");
        }
    }

    #[test]
    fn two_vaults_that_come_to_one_name_are_refused() {
        let found = problems(
            &[
                ("a", "https://abc.vault.one/secrets/s"),
                ("b", "https://abc.vault.two/secrets/s"),
            ],
            &custom(),
        );
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("abc.vault.one"), "{found:?}");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,60}", url in "https://[a-z.%-]{0,20}/[a-z/%]{0,20}") {
            let _ = KeyVaultSecretUrl::parse(&text, PUBLIC);
            let _ = KeyVaultSecretUrl::parse(&url, None);
        }

        #[test]
        fn whatever_is_accepted_is_safe_in_names_and_paths(
            vault in "[a-zA-Z0-9-]{3,24}",
            name in "[a-zA-Z0-9-]{1,20}",
        ) {
            let url = format!("https://{vault}.vault.azure.net/secrets/{name}");
            if let Ok(url) = KeyVaultSecretUrl::parse(&url, PUBLIC) {
                prop_assert_eq!(slug(&url.vault), vault.to_ascii_lowercase());
                prop_assert_eq!(label_flaw(&format!("traefik-kv-{}", slug(&url.vault)), 63), None);
                prop_assert_eq!(url.name, name);
            }
        }
    }
}
