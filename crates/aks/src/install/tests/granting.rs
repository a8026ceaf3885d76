use std::time::Duration;

use async_trait::async_trait;
use kompox_azure::{Cloud, ResourceId};
use kompox_model::Settings;

use super::*;
use crate::install::grant::{self, Live};
use crate::install::plan::Plan;
use crate::record::Found;

const ZONES: &str = "/subscriptions/s1/resourceGroups/dns/providers/Microsoft.Network/dnsZones/a.com, /subscriptions/s2/resourceGroups/dns/providers/Microsoft.Network/dnsZones/b.com";

/// Live resources that say the same as the record.
struct Settled;

#[async_trait]
impl Live for Settled {
    async fn contradiction(&self) -> Option<Found> {
        None
    }
}

fn plan(cluster: &Cluster) -> Plan {
    Plan::new(cluster, &Cloud::named("AzurePublic").unwrap()).unwrap()
}

fn vault(name: &str) -> ResourceId {
    format!("/subscriptions/s/resourceGroups/kv/providers/Microsoft.KeyVault/vaults/{name}")
        .parse()
        .unwrap()
}

fn with_zones() -> Cluster {
    let mut cluster = cluster();
    cluster.settings = Settings::from_iter([("AZURE_AKS_DNS_ZONE_RESOURCE_IDS", ZONES)]);
    cluster
}

async fn of_certificates(mocks: Mocks) -> Vec<String> {
    let vaults = plan(&with_certificates()).vaults;
    let azure = mocks.driver().azure;
    let warnings = grant::certificates(&azure, &vaults, &record(), &Settled)
        .await
        .unwrap();
    warnings.iter().map(ToString::to_string).collect()
}

async fn of_zones(mocks: Mocks) -> Vec<String> {
    let azure = mocks.driver().azure;
    let warnings = grant::zones_and_registries(&azure, &plan(&with_zones()), &record(), &Settled)
        .await
        .unwrap();
    warnings.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn each_secret_has_its_own_role_at_its_own_scope() {
    let scopes = Arc::new(Mutex::new(Vec::new()));
    let mut mocks = Mocks::default();
    mocks
        .graph
        .expect_find()
        .times(1)
        .returning(|_, _| Ok(vec![vault("kv-one"), vault("kv-two")]));
    let seen = Arc::clone(&scopes);
    mocks
        .roles
        .expect_create()
        .times(3)
        .returning(move |_, assignment| {
            assert_eq!(assignment.role, kompox_azure::role::KEY_VAULT_SECRETS_USER);
            assert_eq!(assignment.principal_id, "ingress-principal");
            seen.lock().unwrap().push(assignment.scope.to_string());
            Ok(())
        });
    assert_eq!(of_certificates(mocks).await, Vec::<String>::new());
    let mut scopes = scopes.lock().unwrap().clone();
    scopes.sort();
    assert_eq!(
        scopes,
        [
            format!("{}/secrets/123", vault("kv-one")),
            format!("{}/secrets/api", vault("kv-one")),
            format!("{}/secrets/www", vault("kv-two")),
        ]
    );
}

#[tokio::test]
async fn a_role_that_is_refused_is_one_warning_with_the_command_and_the_others_go_on() {
    let mut mocks = Mocks::default();
    mocks
        .roles
        .expect_create()
        .times(2)
        .returning(|_, assignment| {
            if assignment.scope.name() == "a.com" {
                return Err(refused(Some(403), "AuthorizationFailed"));
            }
            Ok(())
        });
    let warnings = of_zones(mocks).await;
    let zone = "/subscriptions/s1/resourceGroups/dns/providers/Microsoft.Network/dnsZones/a.com";
    let command = format!(
        "az role assignment create --role \"DNS Zone Contributor\" --assignee-object-id cluster-principal --assignee-principal-type ServicePrincipal --scope \"{zone}\""
    );
    assert_eq!(warnings.len(), 1);
    let lines: Vec<_> = warnings[0].lines().collect();
    assert!(
        lines[0].contains(zone) && lines[0].contains("(AuthorizationFailed)"),
        "{warnings:?}"
    );
    assert_eq!(lines[1].trim(), command);
    assert_eq!(lines.len(), 2);
}

#[tokio::test]
async fn a_vault_that_is_not_found_is_one_warning_with_a_command_for_each_secret() {
    let mut mocks = Mocks::default();
    mocks
        .graph
        .expect_find()
        .times(1)
        .returning(|_, _| Ok(vec![vault("KV-TWO")]));
    mocks
        .roles
        .expect_create()
        .times(1)
        .returning(|_, _| Ok(()));
    let warnings = of_certificates(mocks).await;
    assert_eq!(warnings.len(), 1);
    let commands: Vec<_> = warnings[0].lines().skip(1).collect();
    assert_eq!(commands.len(), 2);
    assert!(
        commands[0].ends_with(
            "--scope \"$(az keyvault show --name kv-one --query id --output tsv)/secrets/123\""
        ),
        "{commands:#?}"
    );
}

#[tokio::test]
async fn a_graph_that_refuses_is_one_warning_and_no_role_is_tried() {
    let mut mocks = Mocks::default();
    mocks
        .graph
        .expect_find()
        .times(1)
        .returning(|_, _| Err(refused(Some(429), "RateLimiting")));
    let warnings = of_certificates(mocks).await;
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("(RateLimiting)"), "{warnings:?}");
    assert_eq!(warnings[0].lines().count(), 1 + 3);
}

#[tokio::test]
async fn without_certificates_the_graph_is_not_asked() {
    let azure = Mocks::default().driver().azure;
    let warnings = grant::certificates(&azure, &[], &record(), &Settled).await;
    assert_eq!(warnings.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn identities_that_stay_unknown_are_waited_for_together_and_then_warned_of() {
    let mut mocks = Mocks::default();
    mocks
        .roles
        .expect_create()
        .returning(|_, _| Err(refused(Some(400), "PrincipalNotFound")));
    let start = tokio::time::Instant::now();
    let warnings = of_zones(mocks).await;
    assert_eq!(start.elapsed(), Duration::from_secs(120));
    assert_eq!(warnings.len(), 2);
    assert!(
        warnings[0].contains("(PrincipalNotFound)") && warnings[0].contains("cluster-principal"),
        "{warnings:?}"
    );
}
