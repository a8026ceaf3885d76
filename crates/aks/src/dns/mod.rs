//! DNS records in the zones that a cluster's settings name.
//!
//! Input becomes types first ([`HostName`], [`DnsZone`], a record set with parsed addresses), then a zone is chosen for
//! the name, and only then Azure is asked: what is there is read, compared, and written where it differs.

mod apply;
mod name;
mod record;
mod select;
mod zone;

use kompox_model::{Cluster, DnsHost, DnsZones};
use kompox_provider::{Error, Problem, Result};

pub(crate) use self::apply::apply;
pub(crate) use self::name::HostName;
pub(crate) use self::zone::DnsZone;

/// The zones that a cluster's settings name, and the one that each of these hosts falls into.
///
/// Spec: §7.1.
pub(crate) fn zones(cluster: &Cluster, hosts: &[String]) -> Result<DnsZones> {
    let mut problems = Vec::new();
    let zones = DnsZone::configured(&cluster.settings).unwrap_or_else(|found| {
        problems.extend(found);
        Vec::new()
    });
    let mut found = Vec::new();
    for host in hosts {
        match host.parse::<HostName>() {
            Ok(name) => found.push(DnsHost {
                host: name.to_string(),
                zone: select::longest(&zones, &name).map(DnsZone::reference),
            }),
            Err(reason) => problems.push(Problem::new("host", host, reason.to_string())),
        }
    }
    if !problems.is_empty() {
        return Err(Error::Validation(problems));
    }
    Ok(DnsZones {
        zones: zones.iter().map(DnsZone::reference).collect(),
        hosts: found,
    })
}

#[cfg(test)]
mod tests;
