//! The provider's settings: which subscription and region, which cloud, how to sign in.

use std::path::PathBuf;

use kompox_azure::{Cloud, Connection, Credential, ResourceId};
use kompox_model::Settings;
use kompox_provider::{Error, Problem, Result};

/// Where the driver works and as whom.
///
/// Spec: §1.2, §1.5.
#[derive(Debug, Clone)]
pub(crate) struct ProviderSettings {
    /// Scope of the subscription; its id is lower-case.
    pub(crate) subscription: ResourceId,
    /// Region, lower-case (`japaneast`).
    pub(crate) location: String,
    /// How to connect.
    pub(crate) connection: Connection,
}

/// Looks up variables of the process environment.
pub(crate) type Environment = dyn Fn(&str) -> Option<String> + Send + Sync;

impl ProviderSettings {
    /// Checks everything that can be checked without a call, and tells all problems together.
    pub(crate) fn parse(settings: &Settings, environment: &Environment) -> Result<Self> {
        if settings.get("AZURE_AUTH_METHOD") == Some("client_certificate") {
            return Err(Error::NotSupported(
                "AZURE_AUTH_METHOD client_certificate is not supported; use client_secret or workload_identity".to_owned(),
            ));
        }
        let reader = Reader {
            settings,
            environment,
        };
        let mut problems = Vec::new();
        let required: Vec<_> = ["AZURE_SUBSCRIPTION_ID", "AZURE_LOCATION"]
            .into_iter()
            .filter(|key| settings.get(key).is_none())
            .collect();
        if !required.is_empty() {
            problems.push(Problem::sentence(format!(
                "missing required AKS settings: {}",
                required.join(", ")
            )));
        }
        let subscription = settings
            .get("AZURE_SUBSCRIPTION_ID")
            .unwrap_or_default()
            .to_lowercase();
        if !subscription.is_empty() && uuid::Uuid::try_parse(&subscription).is_err() {
            problems.push(Problem::new(
                "AZURE_SUBSCRIPTION_ID",
                &subscription,
                "a subscription id is a GUID; `az account list` shows yours",
            ));
        }
        let location = settings
            .get("AZURE_LOCATION")
            .unwrap_or_default()
            .to_lowercase();
        if !location.chars().all(|c| c.is_ascii_alphanumeric()) {
            problems.push(Problem::new(
                "AZURE_LOCATION",
                &location,
                "a region's short name has letters and digits only (japaneast); `az account list-locations` shows them",
            ));
        }
        let cloud = note(&mut problems, reader.cloud());
        let credential = note(&mut problems, reader.credential());
        match (cloud, credential) {
            (Some(cloud), Some(credential)) if problems.is_empty() => Ok(Self {
                subscription: ResourceId::subscription_scope(subscription),
                location,
                connection: Connection { cloud, credential },
            }),
            _ => Err(Error::Validation(problems)),
        }
    }
}

fn note<T>(problems: &mut Vec<Problem>, result: Result<T, Problem>) -> Option<T> {
    result.map_err(|problem| problems.push(problem)).ok()
}

struct Reader<'a> {
    settings: &'a Settings,
    environment: &'a Environment,
}

impl Reader<'_> {
    /// A setting, else the variable of that name.
    fn get(&self, key: &str) -> Option<String> {
        self.settings.get(key).map(str::to_owned).or_else(|| {
            (self.environment)(key)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
        })
    }

    fn cloud(&self) -> Result<Cloud, Problem> {
        let name = self
            .get("AZURE_CLOUD")
            .unwrap_or_else(|| Cloud::NAMES[0].to_owned());
        if !name.eq_ignore_ascii_case("Custom") {
            return Cloud::named(&name).ok_or_else(|| {
                let known = Cloud::NAMES.join(", ");
                Problem::new(
                    "AZURE_CLOUD",
                    name,
                    format!("there is no such cloud; known: {known}, Custom"),
                )
            });
        }
        let [endpoint, authority] = self.all(
            "AZURE_CLOUD Custom",
            ["AZURE_RESOURCE_MANAGER_ENDPOINT", "AZURE_AUTHORITY_HOST"],
        )?;
        let audience = self.get("AZURE_RESOURCE_MANAGER_AUDIENCE");
        Cloud::custom(&endpoint, &authority, audience.as_deref())
            .map_err(|error| Problem::sentence(format!("AZURE_CLOUD Custom: {error}")))
    }

    /// Secrets may come from the environment, so that they need not be written into a file. The method may not: a
    /// project says itself how it signs in.
    fn credential(&self) -> Result<Credential, Problem> {
        let Some(method) = self.settings.get("AZURE_AUTH_METHOD") else {
            return Err(Problem::sentence("AZURE_AUTH_METHOD must be specified"));
        };
        let wants = format!("AZURE_AUTH_METHOD {method}");
        match method {
            "client_secret" => {
                let [tenant_id, client_id, client_secret] = self.all(
                    &wants,
                    ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"],
                )?;
                Ok(Credential::ClientSecret {
                    tenant_id,
                    client_id,
                    client_secret: client_secret.into(),
                })
            }
            "managed_identity" => Ok(Credential::ManagedIdentity {
                client_id: self.settings.get("AZURE_CLIENT_ID").map(str::to_owned),
            }),
            "workload_identity" => {
                let [tenant_id, client_id, token_file] = self.all(
                    &wants,
                    [
                        "AZURE_TENANT_ID",
                        "AZURE_CLIENT_ID",
                        "AZURE_FEDERATED_TOKEN_FILE",
                    ],
                )?;
                Ok(Credential::WorkloadIdentity {
                    tenant_id,
                    client_id,
                    token_file: PathBuf::from(token_file),
                })
            }
            "azure_cli" => Ok(Credential::AzureCli),
            "azure_developer_cli" => Ok(Credential::AzureDeveloperCli),
            unknown => Err(Problem::sentence(format!(
                "unsupported AZURE_AUTH_METHOD: {unknown}; supported: client_secret, managed_identity, workload_identity, azure_cli, azure_developer_cli"
            ))),
        }
    }

    fn all<const N: usize>(
        &self,
        wanted_by: &str,
        keys: [&str; N],
    ) -> Result<[String; N], Problem> {
        let values = keys.map(|key| self.get(key));
        let missing: Vec<_> = keys
            .iter()
            .zip(&values)
            .filter(|(_, value)| value.is_none())
            .map(|(key, _)| *key)
            .collect();
        if !missing.is_empty() {
            return Err(Problem::sentence(format!(
                "{wanted_by} needs {}; missing: {}",
                keys.join(", "),
                missing.join(", ")
            )));
        }
        Ok(values.map(Option::unwrap_or_default))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBSCRIPTION: &str = "7F000000-0000-0000-0000-00000000000A";

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        [
            ("AZURE_SUBSCRIPTION_ID", SUBSCRIPTION),
            ("AZURE_LOCATION", " JapanEast "),
        ]
        .into_iter()
        .chain(pairs.iter().copied())
        .collect()
    }

    fn parse(pairs: &[(&str, &str)]) -> Result<ProviderSettings> {
        ProviderSettings::parse(&settings(pairs), &|_| None)
    }

    #[test]
    fn subscription_and_location_are_normalised() {
        let parsed = parse(&[("AZURE_AUTH_METHOD", " azure_cli ")]).unwrap();
        assert_eq!(parsed.subscription.name(), SUBSCRIPTION.to_lowercase());
        assert_eq!(parsed.location, "japaneast");
    }

    #[test]
    fn missing_required_settings_are_reported_together() {
        let only_auth =
            Settings::from_iter([("AZURE_AUTH_METHOD", "azure_cli"), ("AZURE_LOCATION", " ")]);
        let error = ProviderSettings::parse(&only_auth, &|_| None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "missing required AKS settings: AZURE_SUBSCRIPTION_ID, AZURE_LOCATION"
        );
    }

    #[test]
    fn the_way_of_signing_in_must_be_said_known_and_complete() {
        for (pairs, message) in [
            (&[][..], "AZURE_AUTH_METHOD must be specified"),
            (
                &[("AZURE_AUTH_METHOD", "magic")],
                "unsupported AZURE_AUTH_METHOD: magic",
            ),
            (
                &[("AZURE_AUTH_METHOD", "client_certificate")],
                "not supported",
            ),
            (
                &[
                    ("AZURE_AUTH_METHOD", "client_secret"),
                    ("AZURE_TENANT_ID", "t"),
                ],
                "needs AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET; missing: AZURE_CLIENT_ID, AZURE_CLIENT_SECRET",
            ),
            (
                &[("AZURE_AUTH_METHOD", "workload_identity")],
                "AZURE_FEDERATED_TOKEN_FILE",
            ),
        ] {
            let error = parse(pairs).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn settings_win_over_the_environment_and_the_secret_stays_hidden() {
        let environment = |key: &str| match key {
            "AZURE_CLIENT_SECRET" => Some("from-environment".to_owned()),
            "AZURE_TENANT_ID" => Some("environment-tenant".to_owned()),
            _ => None,
        };
        let pairs = settings(&[
            ("AZURE_AUTH_METHOD", "client_secret"),
            ("AZURE_TENANT_ID", "settings-tenant"),
            ("AZURE_CLIENT_ID", "client"),
        ]);
        let parsed = ProviderSettings::parse(&pairs, &environment).unwrap();
        let shown = format!("{parsed:?}");
        assert!(shown.contains("settings-tenant"));
        assert!(!shown.contains("from-environment"));
    }

    #[test]
    fn a_custom_cloud_needs_its_addresses() {
        let custom = [
            ("AZURE_AUTH_METHOD", "azure_cli"),
            ("AZURE_CLOUD", "custom"),
        ];
        let error = parse(&custom).unwrap_err().to_string();
        assert!(
            error.contains("AZURE_RESOURCE_MANAGER_ENDPOINT, AZURE_AUTHORITY_HOST"),
            "{error}"
        );

        let error = parse(&[
            ("AZURE_AUTH_METHOD", "azure_cli"),
            ("AZURE_CLOUD", "Mooncake"),
        ])
        .unwrap_err();
        assert!(error.to_string().contains("AzureChina"), "{error}");

        let mut complete = custom.to_vec();
        complete.push(("AZURE_RESOURCE_MANAGER_ENDPOINT", "http://127.0.0.1:9"));
        complete.push(("AZURE_AUTHORITY_HOST", "https://login.example"));
        let cloud = parse(&complete).unwrap().connection.cloud;
        assert_eq!(cloud.resource_manager.port(), Some(9));
    }

    #[test]
    fn what_azure_would_refuse_is_refused_here() {
        let bad = Settings::from_iter([
            ("AZURE_SUBSCRIPTION_ID", "my subscription"),
            ("AZURE_LOCATION", "Japan East"),
            ("AZURE_AUTH_METHOD", "azure_cli"),
        ]);
        let error = ProviderSettings::parse(&bad, &|_| None)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("GUID") && error.contains("short name"),
            "{error}"
        );
    }
}
