//! What became of hosts, for people.

use std::fmt::Write as _;

use kompox_model::{DnsOutcome, DnsStatus};

/// One line for each host. Outcomes of one host follow each other.
pub(super) fn lines(outcomes: &[&DnsOutcome]) -> String {
    let width = outcomes
        .iter()
        .map(|outcome| outcome.record_set.fqdn.len())
        .max()
        .unwrap_or_default();
    let mut text = String::new();
    for host in by_host(outcomes) {
        let name = &host[0].record_set.fqdn;
        let _ = writeln!(
            text,
            "{:7}  {name:width$}  {}",
            status(host).to_string(),
            details(host)
        );
    }
    text
}

/// Which hosts are not as wished, and why: the message that a command fails with.
pub(super) fn unmet(outcomes: &[&DnsOutcome]) -> String {
    let (mut count, mut list) = (0, String::new());
    for host in by_host(outcomes).filter(|host| is_unmet(status(host))) {
        count += 1;
        let name = &host[0].record_set.fqdn;
        let _ = write!(list, "\n  - {name}: {}: {}", status(host), details(host));
    }
    let all = by_host(outcomes).count();
    format!("DNS: {count} of {all} hosts failed or were skipped:{list}")
}

fn by_host<'o>(outcomes: &'o [&'o DnsOutcome]) -> impl Iterator<Item = &'o [&'o DnsOutcome]> {
    outcomes.chunk_by(|one, next| one.record_set.fqdn == next.record_set.fqdn)
}

fn is_unmet(status: DnsStatus) -> bool {
    matches!(status, DnsStatus::Failed | DnsStatus::Skipped)
}

/// The worst that happened to any of a host's record sets.
fn status(host: &[&DnsOutcome]) -> DnsStatus {
    let rank = |status: &DnsStatus| match status {
        DnsStatus::Failed => 0,
        DnsStatus::Skipped => 1,
        DnsStatus::Planned => 2,
        DnsStatus::Applied => 3,
        DnsStatus::Deleted => 4,
    };
    host.iter()
        .map(|outcome| outcome.status)
        .min_by_key(rank)
        .unwrap_or(DnsStatus::Skipped)
}

fn details(host: &[&DnsOutcome]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let shared = shared_reason(host);
    for outcome in host {
        let part = match (&shared, outcome.status) {
            (Some(reason), _) => reason.clone(),
            (None, DnsStatus::Deleted) if !outcome.changed => continue,
            (None, _) => part(outcome),
        };
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    if parts.is_empty() {
        parts.push("nothing was there".to_owned());
    }
    let zone = host.iter().find_map(|outcome| outcome.zone.as_ref());
    // Where something went wrong the reason comes last, and says where.
    let zone = match zone {
        Some(zone) if !is_unmet(status(host)) => format!(" in {}", zone.name),
        _ => String::new(),
    };
    let whole = parts.join(", ") + &zone;
    // One line each, whatever the cloud says.
    whole.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The reason that all of a host's outcomes have.
fn shared_reason(host: &[&DnsOutcome]) -> Option<String> {
    let reason = host.first()?.reason.as_ref()?;
    host.iter()
        .all(|outcome| outcome.reason.as_ref() == Some(reason))
        .then(|| reason.clone())
}

fn part(outcome: &DnsOutcome) -> String {
    let set = &outcome.record_set;
    let data = set.rdata.join(" ");
    match outcome.status {
        DnsStatus::Applied if outcome.changed => format!("{} {data}", set.kind),
        DnsStatus::Applied => format!("{} {data} (unchanged)", set.kind),
        DnsStatus::Planned if set.rdata.is_empty() => format!("no {}", set.kind),
        DnsStatus::Planned => format!("{} {data}", set.kind),
        DnsStatus::Deleted => set.kind.to_string(),
        DnsStatus::Skipped | DnsStatus::Failed => {
            format!(
                "{}: {}",
                set.kind,
                outcome.reason.as_deref().unwrap_or_default()
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use kompox_model::{DnsRecordSet, DnsRecordType, DnsZoneRef};

    use super::*;

    fn outcome(host: &str, kind: DnsRecordType, data: &str, status: DnsStatus) -> DnsOutcome {
        DnsOutcome {
            record_set: DnsRecordSet {
                fqdn: host.to_owned(),
                kind,
                ttl: 300,
                rdata: data.split_whitespace().map(str::to_owned).collect(),
            },
            status,
            changed: true,
            zone: Some(DnsZoneRef {
                name: "a.com".into(),
                id: "/zones/a.com".into(),
            }),
            reason: None,
        }
    }

    fn unchanged(outcome: DnsOutcome) -> DnsOutcome {
        DnsOutcome {
            changed: false,
            ..outcome
        }
    }

    fn because(reason: &str, outcome: DnsOutcome) -> DnsOutcome {
        DnsOutcome {
            reason: Some(reason.to_owned()),
            ..outcome
        }
    }

    use DnsRecordType::{A, Aaaa, Cname};
    use DnsStatus::{Applied, Deleted, Failed, Planned, Skipped};

    #[test]
    fn every_host_has_one_line() {
        let outcomes = [
            outcome("a.com", A, "203.0.113.1 203.0.113.2", Applied),
            outcome("a.com", Aaaa, "2001:db8::1", Applied),
            unchanged(outcome("www.a.com", A, "203.0.113.1", Applied)),
            outcome("x.a.com", A, "203.0.113.1", Planned),
            because("no\n  zone", outcome("y.b.com", A, "203.0.113.1", Skipped)),
        ];
        assert_eq!(
            lines(&outcomes.iter().collect::<Vec<_>>()),
            "applied  a.com      A 203.0.113.1 203.0.113.2, AAAA 2001:db8::1 in a.com\n\
             applied  www.a.com  A 203.0.113.1 (unchanged) in a.com\n\
             planned  x.a.com    A 203.0.113.1 in a.com\n\
             skipped  y.b.com    no zone\n"
        );
    }

    #[test]
    fn a_deletion_names_what_was_there() {
        let of = |host: &str| [A, Aaaa, Cname].map(|kind| outcome(host, kind, "", Deleted));
        let [a, aaaa, cname] = of("www.a.com");
        let mut outcomes = vec![a, unchanged(aaaa), unchanged(cname)];
        outcomes.extend(of("x.a.com").map(unchanged));
        outcomes.extend([A, Aaaa].map(|kind| outcome("y.a.com", kind, "", Planned)));
        assert_eq!(
            lines(&outcomes.iter().collect::<Vec<_>>()),
            "deleted  www.a.com  A in a.com\n\
             deleted  x.a.com    nothing was there in a.com\n\
             planned  y.a.com    no A, no AAAA in a.com\n"
        );
    }

    #[test]
    fn a_failure_names_hosts_and_reasons() {
        let outcomes = [
            outcome("a.com", A, "203.0.113.1", Applied),
            outcome("b.com", A, "203.0.113.1", Applied),
            because("refused", outcome("b.com", Aaaa, "2001:db8::1", Failed)),
            because("no zone", outcome("c.com", A, "", Skipped)),
            because("no zone", outcome("c.com", Aaaa, "", Skipped)),
        ];
        assert_eq!(
            unmet(&outcomes.iter().collect::<Vec<_>>()),
            "DNS: 2 of 3 hosts failed or were skipped:\n  \
             - b.com: failed: A 203.0.113.1, AAAA: refused\n  \
             - c.com: skipped: no zone"
        );
    }
}
