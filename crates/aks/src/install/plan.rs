//! What a cluster's declaration asks to be installed, checked as far as it can be without asking anybody.

use kompox_azure::Cloud;
use kompox_kube::Chart;
use kompox_model::Cluster;
use kompox_naming::label::label_flaw;
use kompox_provider::{Error, Problem, Result};

use super::chart;
use super::key_vault::Vault;
use super::registry::ContainerRegistryId;
use crate::dns::DnsZone;
use crate::record::ServiceAccount;

/// Namespaces that every cluster has and that uninstalling must not remove.
const TAKEN: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// What is to be installed.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// What the ingress controller runs as, and where.
    pub(super) account: ServiceAccount,
    /// Where its certificates are.
    pub(super) vaults: Vec<Vault>,
    /// What it is made of.
    pub(super) chart: Chart,
    /// Whom the ACME authority writes to.
    pub(super) email: Option<String>,
    /// Zones that the cluster may write to.
    pub(super) zones: Vec<DnsZone>,
    /// Registries that the cluster may pull from.
    pub(super) registries: Vec<ContainerRegistryId>,
}

impl Plan {
    /// Reads the declaration.
    ///
    /// # Errors
    /// All problems together.
    pub(super) fn new(cluster: &Cluster, cloud: &Cloud) -> Result<Self> {
        let mut problems = Vec::new();
        let account = account(cluster, &mut problems);
        controller(cluster, &mut problems);
        let email = email(cluster, &mut problems);
        let vaults = noted(
            &mut problems,
            Vault::of(&cluster.ingress.certificates, cloud),
        );
        let chart = noted(&mut problems, chart::configured(&cluster.settings));
        let zones = noted(&mut problems, DnsZone::configured(&cluster.settings));
        let registries = noted(
            &mut problems,
            ContainerRegistryId::configured(&cluster.settings),
        );
        match (vaults, chart, zones, registries) {
            (Some(vaults), Some(chart), Some(zones), Some(registries)) if problems.is_empty() => {
                Ok(Self {
                    account,
                    vaults,
                    chart,
                    email,
                    zones,
                    registries,
                })
            }
            _ => Err(Error::Validation(problems)),
        }
    }

    /// The namespace and the service account alone: all that removing needs.
    pub(super) fn account(cluster: &Cluster) -> Result<ServiceAccount> {
        let mut problems = Vec::new();
        let account = account(cluster, &mut problems);
        if problems.is_empty() {
            Ok(account)
        } else {
            Err(Error::Validation(problems))
        }
    }
}

fn noted<T>(problems: &mut Vec<Problem>, result: Result<T, Vec<Problem>>) -> Option<T> {
    result.map_err(|found| problems.extend(found)).ok()
}

fn account(cluster: &Cluster, problems: &mut Vec<Problem>) -> ServiceAccount {
    let account = ServiceAccount::declared(cluster);
    let namespace = &account.namespace;
    if let Some(flaw) = label_flaw(namespace, 63) {
        problems.push(Problem::new("ingress.namespace", namespace, flaw));
    } else if TAKEN.contains(&namespace.as_str()) {
        let reason = "Kubernetes itself uses this namespace, and uninstalling removes the ingress controller's; give it one of its own";
        problems.push(Problem::new("ingress.namespace", namespace, reason));
    }
    if let Some(flaw) = label_flaw(&account.name, 63) {
        problems.push(Problem::new("ingress.serviceAccount", &account.name, flaw));
    }
    account
}

fn controller(cluster: &Cluster, problems: &mut Vec<Problem>) {
    let controller = cluster.ingress.controller.as_deref().unwrap_or_default();
    let controller = controller.trim();
    if !controller.is_empty() && !controller.eq_ignore_ascii_case("traefik") {
        let reason = "the only ingress controller is traefik";
        problems.push(Problem::new("ingress.controller", controller, reason));
    }
}

/// It becomes part of an argument of Traefik.
fn email(cluster: &Cluster, problems: &mut Vec<Problem>) -> Option<String> {
    let email = cluster.ingress.cert_email.as_deref().unwrap_or_default();
    let email = email.trim();
    if email.is_empty() {
        return None;
    }
    let plain = |c: char| c.is_ascii_graphic() && !"\"'`\\<>,;{}".contains(c);
    let parts = email.split_once('@');
    let good = parts.is_some_and(|(user, host)| {
        !user.is_empty() && !host.is_empty() && !host.contains('@') && email.chars().all(plain)
    });
    if !good {
        let reason = "this is no e-mail address (name@example.com)";
        problems.push(Problem::new("ingress.certEmail", email, reason));
    }
    Some(email.to_owned())
}

#[cfg(test)]
mod tests {
    use kompox_model::{Certificate, Settings};

    use super::*;

    fn plan(cluster: &Cluster) -> Result<Plan> {
        Plan::new(cluster, &Cloud::named("AzurePublic").unwrap())
    }

    #[test]
    fn everything_that_is_wrong_is_told_together() {
        let mut cluster = Cluster::new("prod");
        cluster.ingress.namespace = Some("Edge".into());
        cluster.ingress.service_account = Some("-".into());
        cluster.ingress.controller = Some("nginx".into());
        cluster.ingress.cert_email = Some("me".into());
        cluster.ingress.certificates = vec![Certificate {
            name: "c".into(),
            source: "nowhere".into(),
        }];
        cluster.settings = Settings::from_iter([
            ("AZURE_AKS_DNS_ZONE_RESOURCE_IDS", "example.com"),
            ("AZURE_AKS_CONTAINER_REGISTRY_RESOURCE_IDS", "registry"),
            ("AZURE_AKS_TRAEFIK_CHART_VERSION", "41"),
        ]);
        let text = plan(&cluster).unwrap_err().to_string();
        for part in [
            "ingress.namespace \"Edge\"",
            "ingress.serviceAccount \"-\"",
            "ingress.controller \"nginx\"",
            "ingress.certEmail \"me\"",
            "ingress.certificates[0].source",
            "AZURE_AKS_DNS_ZONE_RESOURCE_IDS",
            "AZURE_AKS_CONTAINER_REGISTRY_RESOURCE_IDS",
            "AZURE_AKS_TRAEFIK_CHART_VERSION",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn a_cluster_that_says_nothing_gets_the_defaults() {
        let plan = plan(&Cluster::new("prod")).unwrap();
        assert_eq!(
            (plan.account.namespace.as_str(), plan.account.name.as_str()),
            ("traefik", "ingress-service-account")
        );
        assert!(plan.vaults.is_empty() && plan.zones.is_empty() && plan.registries.is_empty());
        assert_eq!(plan.email, None);
    }

    #[test]
    fn namespaces_of_kubernetes_are_not_for_an_ingress_controller() {
        for name in TAKEN {
            let mut cluster = Cluster::new("prod");
            cluster.ingress.namespace = Some(name.into());
            assert!(plan(&cluster).is_err(), "{name}");
            assert!(Plan::account(&cluster).is_err(), "{name}");
        }
    }

    #[test]
    fn an_address_that_would_be_more_than_one_argument_is_refused() {
        for email in ["a@b c", "a@b\"", "@b", "a@", "a@b@c", "a\n@b"] {
            let mut cluster = Cluster::new("prod");
            cluster.ingress.cert_email = Some(email.into());
            assert!(plan(&cluster).is_err(), "{email}");
        }
    }
}
