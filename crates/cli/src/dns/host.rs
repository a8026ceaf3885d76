//! The hosts of Ingress objects, and the record sets that they need.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use kompox_kube::Ingress;
use kompox_model::{DnsRecordSet, DnsRecordType};

/// A host, and the load balancers of all Ingress objects that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) name: String,
    addresses: BTreeSet<IpAddr>,
    /// Names of load balancers.
    aliases: BTreeSet<String>,
    ingresses: BTreeSet<String>,
}

/// The hosts of Ingress objects, each once, by name.
pub(super) fn hosts(ingresses: &[Ingress]) -> Vec<Host> {
    let mut hosts = BTreeMap::new();
    for ingress in ingresses {
        for name in &ingress.hosts {
            let host = hosts.entry(name).or_insert_with(|| Host {
                name: name.clone(),
                addresses: BTreeSet::new(),
                aliases: BTreeSet::new(),
                ingresses: BTreeSet::new(),
            });
            host.ingresses.insert(ingress.name.clone());
            for balancer in &ingress.load_balancers {
                host.addresses.extend(balancer.ip);
                // A balancer with both can be reached by address, which needs no further look-up.
                if balancer.ip.is_none() {
                    host.aliases.extend(balancer.hostname.clone());
                }
            }
        }
    }
    hosts.into_values().collect()
}

impl Host {
    /// The record sets that lead to the load balancers: A and AAAA where there are addresses, CNAME where there is a
    /// host name only. Never one without data, which would be a deletion: an Ingress that nobody has taken up yet says
    /// nothing about the records of its hosts.
    ///
    /// # Errors
    /// Why there are none.
    pub(super) fn wanted(&self) -> Result<Vec<DnsRecordSet>, String> {
        let addresses = |kind, keep: fn(&IpAddr) -> bool| {
            let kept = self.addresses.iter().filter(|address| keep(address));
            let rdata: Vec<_> = kept.map(ToString::to_string).collect();
            (!rdata.is_empty()).then(|| self.record_set(kind, rdata))
        };
        let sets: Vec<_> = [
            addresses(DnsRecordType::A, IpAddr::is_ipv4),
            addresses(DnsRecordType::Aaaa, IpAddr::is_ipv6),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !sets.is_empty() {
            return Ok(sets);
        }
        let aliases: Vec<_> = self.aliases.iter().cloned().collect();
        match aliases.len() {
            0 => Err(format!(
                "{} has no load balancer yet; its records stay as they are",
                self.origin()
            )),
            1 => Ok(vec![self.record_set(DnsRecordType::Cname, aliases)]),
            _ => Err(format!(
                "{} has load balancers of several names ({}), and a CNAME record holds one",
                self.origin(),
                aliases.join(", ")
            )),
        }
    }

    /// All record sets that it could have, without data: none of them shall be.
    pub(super) fn unwanted(&self) -> Vec<DnsRecordSet> {
        DnsRecordType::ALL
            .into_iter()
            .map(|kind| self.record_set(kind, Vec::new()))
            .collect()
    }

    pub(super) fn record_set(&self, kind: DnsRecordType, rdata: Vec<String>) -> DnsRecordSet {
        DnsRecordSet {
            fqdn: self.name.clone(),
            kind,
            ttl: 0,
            rdata,
        }
    }

    fn origin(&self) -> String {
        let names: Vec<_> = self
            .ingresses
            .iter()
            .map(|name| format!("{name:?}"))
            .collect();
        format!("Ingress {}", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use kompox_kube::LoadBalancer;

    use super::*;

    fn ingress(name: &str, hosts: &[&str], balancers: &[&str]) -> Ingress {
        let balancer = |text: &&str| match text.parse() {
            Ok(ip) => LoadBalancer {
                ip: Some(ip),
                hostname: Some("ignored.example.net".into()),
            },
            Err(_) => LoadBalancer {
                ip: None,
                hostname: Some((*text).to_owned()),
            },
        };
        Ingress {
            name: name.to_owned(),
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            load_balancers: balancers.iter().map(balancer).collect(),
        }
    }

    /// `NAME TYPE DATA …` of every record set, or `NAME: reason`.
    fn planned(ingresses: &[Ingress]) -> Vec<String> {
        let plan = |host: &Host| match host.wanted() {
            Ok(sets) => sets
                .iter()
                .map(|set| format!("{} {} {}", set.fqdn, set.kind, set.rdata.join(" ")))
                .collect(),
            Err(reason) => vec![format!("{}: {reason}", host.name)],
        };
        hosts(ingresses).iter().flat_map(plan).collect()
    }

    #[test]
    fn every_host_leads_to_the_addresses_of_all_its_ingresses() {
        assert_eq!(
            planned(&[
                ingress("one", &["www.a.com", "*.a.com"], &["203.0.113.2"]),
                ingress("two", &["www.a.com"], &["203.0.113.1", "2001:db8::1"]),
                ingress("three", &["www.a.com"], &[]),
            ]),
            [
                "*.a.com A 203.0.113.2",
                "www.a.com A 203.0.113.1 203.0.113.2",
                "www.a.com AAAA 2001:db8::1",
            ]
        );
    }

    #[test]
    fn a_load_balancer_without_an_address_is_led_to_by_its_name() {
        assert_eq!(
            planned(&[
                ingress("web", &["a.com"], &["lb.example.net"]),
                ingress("both", &["b.com"], &["lb.example.net", "203.0.113.1"]),
                ingress("many", &["c.com"], &["lb1.example.net", "lb2.example.net"]),
            ]),
            [
                "a.com CNAME lb.example.net",
                "b.com A 203.0.113.1",
                "c.com: Ingress \"many\" has load balancers of several names (lb1.example.net, lb2.example.net), and a \
                 CNAME record holds one",
            ]
        );
    }

    #[test]
    fn what_has_no_load_balancer_yet_is_no_deletion() {
        assert_eq!(
            planned(&[ingress("web", &["a.com"], &[])]),
            ["a.com: Ingress \"web\" has no load balancer yet; its records stay as they are"]
        );
    }

    #[test]
    fn only_what_is_unwanted_has_no_data() {
        let hosts = hosts(&[ingress("web", &["a.com"], &["203.0.113.1"])]);
        let sets = hosts[0].unwanted();
        assert_eq!(sets.len(), 3);
        assert!(sets.iter().all(|set| set.rdata.is_empty()));
    }
}
