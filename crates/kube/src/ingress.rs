//! What can be reached from outside.

use std::net::IpAddr;

/// Where a load balancer can be reached: by address, by name, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct LoadBalancer {
    /// Its address.
    pub ip: Option<IpAddr>,
    /// Its host name.
    pub hostname: Option<String>,
}

/// An Ingress object, as far as names and addresses go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingress {
    /// Its name.
    pub name: String,
    /// The hosts of its rules, each once, in order. Rules for every host have none.
    pub hosts: Vec<String>,
    /// The load balancers in its status; empty until the ingress controller has taken it up.
    pub load_balancers: Vec<LoadBalancer>,
}

#[cfg(any(feature = "client", feature = "twin"))]
mod reading {
    use serde_json::Value;

    use super::{Ingress, LoadBalancer};

    impl LoadBalancer {
        /// The load balancers in a status, of a Service or an Ingress.
        pub(crate) fn of(object: &Value) -> Vec<Self> {
            let entries = object
                .pointer("/status/loadBalancer/ingress")
                .and_then(Value::as_array);
            entries
                .into_iter()
                .flatten()
                .map(|entry| Self {
                    ip: entry["ip"].as_str().and_then(|ip| ip.parse().ok()),
                    hostname: entry["hostname"]
                        .as_str()
                        .filter(|name| !name.is_empty())
                        .map(str::to_owned),
                })
                .filter(|entry| *entry != Self::default())
                .collect()
        }

        /// All of a Service as one: its first address and its first host name.
        pub(crate) fn of_service(service: &Value) -> Option<Self> {
            let all = Self::of(service);
            let one = Self {
                ip: all.iter().find_map(|entry| entry.ip),
                hostname: all.iter().find_map(|entry| entry.hostname.clone()),
            };
            (one != Self::default()).then_some(one)
        }
    }

    impl Ingress {
        pub(crate) fn of(object: &Value) -> Self {
            let mut hosts = Vec::new();
            for rule in object
                .pointer("/spec/rules")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                if let Some(host) = rule["host"].as_str().filter(|host| !host.is_empty())
                    && !hosts.iter().any(|known| known == host)
                {
                    hosts.push(host.to_owned());
                }
            }
            Self {
                name: object["metadata"]["name"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
                hosts,
                load_balancers: LoadBalancer::of(object),
            }
        }
    }
}

#[cfg(all(test, any(feature = "client", feature = "twin")))]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_ingress_has_each_host_once_and_all_its_addresses() {
        let ingress = Ingress::of(&json!({
            "metadata": {"name": "web"},
            "spec": {"rules": [{"host": "a.example.com"}, {"http": {}}, {"host": "b.example.com"}, {"host": "a.example.com"}]},
            "status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.7"}, {"ip": "2001:db8::7"}, {"hostname": "lb.example.com"}, {}]}},
        }));
        assert_eq!(ingress.hosts, ["a.example.com", "b.example.com"]);
        assert_eq!(ingress.load_balancers.len(), 3);
    }

    #[test]
    fn a_service_without_an_address_has_no_load_balancer() {
        for status in [
            json!({}),
            json!({"loadBalancer": {}}),
            json!({"loadBalancer": {"ingress": [{"ip": ""}]}}),
        ] {
            assert_eq!(LoadBalancer::of_service(&json!({ "status": status })), None);
        }
    }
}
