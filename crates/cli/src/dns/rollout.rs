//! Record sets of many hosts at once.

use futures::StreamExt as _;
use futures::stream;
use kompox_model::options::ClusterDnsZonesOptions;
use kompox_model::{Cluster, DnsOutcome, DnsRecordSet, DnsRecordType, DnsStatus};
use kompox_provider::Driver;

use super::Mode;
use super::host::Host;
use crate::exit::Failure;

/// How many hosts are worked on at once.
const AT_ONCE: usize = 8;

/// What became of a record set.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) outcome: DnsOutcome,
    /// Whether the driver called it an error, and not only an outcome that is not as wished.
    pub(super) error: bool,
}

/// Makes every host lead to its load balancers. Tries all, whatever happens to any; in the order of the hosts.
pub(super) async fn deploy(
    driver: &dyn Driver,
    cluster: &Cluster,
    hosts: &[Host],
    mode: Mode,
) -> Vec<Attempt> {
    of_all(hosts.iter().map(|host| async move {
        let sets = match host.wanted() {
            Ok(sets) => sets,
            Err(reason) => {
                let set = host.record_set(DnsRecordType::A, Vec::new());
                return vec![skipped(set, &reason)];
            }
        };
        let mut attempts = Vec::new();
        for set in sets {
            attempts.push(match apex_reason(driver, cluster, &set).await {
                Some(reason) => skipped(set, &reason),
                None => attempt(driver, cluster, set, mode).await,
            });
        }
        attempts
    }))
    .await
}

/// Removes all records of every host that could have come from deploying it. Tries all, as [`deploy`] does.
pub(super) async fn destroy(
    driver: &dyn Driver,
    cluster: &Cluster,
    hosts: &[Host],
    mode: Mode,
) -> Vec<Attempt> {
    of_all(hosts.iter().map(|host| async move {
        let mut attempts = Vec::new();
        for set in host.unwanted() {
            attempts.push(attempt(driver, cluster, set, mode).await);
        }
        attempts
    }))
    .await
}

async fn of_all(hosts: impl Iterator<Item = impl Future<Output = Vec<Attempt>>>) -> Vec<Attempt> {
    let attempts: Vec<_> = stream::iter(hosts).buffered(AT_ONCE).collect().await;
    attempts.into_iter().flatten().collect()
}

async fn attempt(driver: &dyn Driver, cluster: &Cluster, set: DnsRecordSet, mode: Mode) -> Attempt {
    let applied = driver.cluster_dns_apply(cluster, &set, mode.into()).await;
    match applied {
        Ok(outcome) => Attempt {
            outcome,
            error: false,
        },
        Err(error) => Attempt {
            outcome: unmet(set, DnsStatus::Failed, Failure::from(error).text()),
            error: true,
        },
    }
}

/// Why a record set cannot be where a CNAME is asked for at a zone's own name. Deploying chose the type, therefore it
/// is no mistake of whoever deploys.
async fn apex_reason(driver: &dyn Driver, cluster: &Cluster, set: &DnsRecordSet) -> Option<String> {
    if set.kind != DnsRecordType::Cname {
        return None;
    }
    let options = ClusterDnsZonesOptions::default();
    let host = std::slice::from_ref(&set.fqdn);
    let zones = driver.cluster_dns_zones(cluster, host, options).await;
    let apex = zones.is_ok_and(|zones| {
        zones.hosts.iter().any(|host| {
            host.zone
                .as_ref()
                .is_some_and(|zone| zone.name == host.host)
        })
    });
    apex.then(|| {
        format!(
            "the load balancer has a name only ({}), and a zone's own name cannot have a CNAME record",
            set.rdata.join(", ")
        )
    })
}

fn skipped(set: DnsRecordSet, reason: &str) -> Attempt {
    tracing::warn!(host = set.fqdn, "no DNS record set: {reason}");
    Attempt {
        outcome: unmet(set, DnsStatus::Skipped, reason),
        error: false,
    }
}

fn unmet(record_set: DnsRecordSet, status: DnsStatus, reason: &str) -> DnsOutcome {
    DnsOutcome {
        record_set,
        status,
        changed: false,
        zone: None,
        reason: Some(reason.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use async_trait::async_trait;
    use kompox_kube::{Ingress, LoadBalancer};
    use kompox_model::options::ClusterDnsApplyOptions;
    use kompox_model::{DnsHost, DnsZoneRef, DnsZones};
    use kompox_provider::Error;

    use super::*;
    use crate::dns::host::hosts;

    /// Everything is in the zone `a.com`; names that begin with `bad` are errors.
    #[derive(Debug, Default)]
    struct Zone {
        asked: Mutex<Vec<DnsRecordSet>>,
        running: AtomicUsize,
        most: AtomicUsize,
    }

    fn zone() -> DnsZoneRef {
        DnsZoneRef {
            name: "a.com".into(),
            id: "/zones/a.com".into(),
        }
    }

    #[async_trait]
    impl Driver for Zone {
        fn name(&self) -> &str {
            "zone"
        }

        async fn cluster_dns_apply(
            &self,
            _: &Cluster,
            set: &DnsRecordSet,
            _: ClusterDnsApplyOptions,
        ) -> kompox_provider::Result<DnsOutcome> {
            let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(running, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.running.fetch_sub(1, Ordering::SeqCst);
            if set.fqdn.starts_with("bad") {
                return Err(Error::conflict("no"));
            }
            self.asked.lock().unwrap().push(set.clone());
            Ok(DnsOutcome {
                record_set: set.clone(),
                status: DnsStatus::Applied,
                changed: true,
                zone: Some(zone()),
                reason: None,
            })
        }

        async fn cluster_dns_zones(
            &self,
            _: &Cluster,
            hosts: &[String],
            _: ClusterDnsZonesOptions,
        ) -> kompox_provider::Result<DnsZones> {
            let hosts = hosts.iter().map(|host| DnsHost {
                host: host.clone(),
                zone: Some(zone()),
            });
            Ok(DnsZones {
                zones: vec![zone()],
                hosts: hosts.collect(),
            })
        }
    }

    const MODE: Mode = Mode {
        strict: true,
        dry_run: false,
    };

    fn ingress(hosts: &[&str], balancer: Option<&str>) -> Ingress {
        Ingress {
            name: "web".into(),
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            load_balancers: balancer
                .map(|text| LoadBalancer {
                    ip: text.parse().ok(),
                    hostname: Some(text.to_owned()),
                })
                .into_iter()
                .collect(),
        }
    }

    async fn deployed(zone: &Zone, ingresses: &[Ingress]) -> Vec<(String, DnsStatus, bool)> {
        let hosts = hosts(ingresses);
        let attempts = deploy(zone, &Cluster::new("c"), &hosts, MODE).await;
        attempts
            .into_iter()
            .map(|it| (it.outcome.record_set.fqdn, it.outcome.status, it.error))
            .collect()
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_stops_nothing_and_is_told_in_its_place() {
        let zone = Zone::default();
        let web = ingress(&["bad.a.com", "a.a.com", "z.a.com"], Some("203.0.113.1"));
        assert_eq!(
            deployed(&zone, &[web]).await,
            [
                ("a.a.com".to_owned(), DnsStatus::Applied, false),
                ("bad.a.com".to_owned(), DnsStatus::Failed, true),
                ("z.a.com".to_owned(), DnsStatus::Applied, false),
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn many_hosts_are_worked_on_at_once_but_not_all() {
        let zone = Zone::default();
        let names: Vec<_> = (0..30).map(|number| format!("h{number}.a.com")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let done = deployed(&zone, &[ingress(&names, Some("203.0.113.1"))]).await;
        assert_eq!(done.len(), 30);
        assert_eq!(zone.most.into_inner(), AT_ONCE);
    }

    #[tokio::test]
    async fn nobody_is_asked_for_a_host_without_a_load_balancer_or_a_name_at_the_apex() {
        let zone = Zone::default();
        let ingresses = [
            ingress(&["a.com"], Some("lb.example.net")),
            ingress(&["www.a.com"], None),
        ];
        let skipped = |name: &str| (name.to_owned(), DnsStatus::Skipped, false);
        assert_eq!(
            deployed(&zone, &ingresses).await,
            [skipped("a.com"), skipped("www.a.com")]
        );
        assert_eq!(*zone.asked.lock().unwrap(), []);
    }

    #[tokio::test(start_paused = true)]
    async fn destroying_asks_for_all_types_whatever_the_load_balancer() {
        let zone = Zone::default();
        let hosts = hosts(&[ingress(&["www.a.com"], None)]);
        destroy(&zone, &Cluster::new("c"), &hosts, MODE).await;
        let asked = zone.asked.into_inner().unwrap();
        assert!(asked.iter().all(|set| set.rdata.is_empty()));
        let kinds: Vec<_> = asked.iter().map(|set| set.kind).collect();
        assert_eq!(kinds, DnsRecordType::ALL);
    }
}
