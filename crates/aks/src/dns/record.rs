//! Record sets as they are asked for, with their data read.

use std::fmt::Display;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use kompox_azure::{RecordSetProperties, Records};
use kompox_model::{DnsRecordSet, DnsRecordType};
use kompox_provider::Problem;

use super::HostName;

/// The time to live where none is given, in seconds. Spec: §7.2.
const DEFAULT_TTL: u32 = 300;

/// The longest time to live, in seconds. Source: RFC 2181 section 8.
const LONGEST_TTL: u32 = 2_147_483_647;

/// What is to be true of a name and a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) name: HostName,
    pub(super) kind: DnsRecordType,
    /// In seconds.
    pub(super) ttl: u32,
    /// `None`: there shall be no such record set.
    pub(super) records: Option<Records>,
}

impl Wanted {
    /// Reads a record set; all problems together when it is wrong.
    pub(super) fn parse(given: &DnsRecordSet) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let name = match given.fqdn.parse::<HostName>() {
            Ok(name) => Some(name),
            Err(reason) => {
                problems.push(Problem::new("DNS name", &given.fqdn, reason.to_string()));
                None
            }
        };
        let ttl = match given.ttl {
            0 => DEFAULT_TTL,
            ttl => ttl,
        };
        if ttl > LONGEST_TTL {
            problems.push(Problem::new(
                "TTL",
                ttl.to_string(),
                format!("must be 1 to {LONGEST_TTL} seconds, or 0 for {DEFAULT_TTL}"),
            ));
        }
        let records = records(given, name.as_ref(), &mut problems);
        match name {
            Some(name) if problems.is_empty() => Ok(Self {
                name,
                kind: given.kind,
                ttl,
                records,
            }),
            _ => Err(problems),
        }
    }

    /// The record set as it was understood.
    pub(super) fn normalised(&self) -> DnsRecordSet {
        let rdata = match &self.records {
            None => Vec::new(),
            Some(Records::A(addresses)) => texts(addresses),
            Some(Records::Aaaa(addresses)) => texts(addresses),
            Some(Records::Cname(name)) => name.iter().cloned().collect(),
        };
        DnsRecordSet {
            fqdn: self.name.to_string(),
            kind: self.kind,
            ttl: self.ttl,
            rdata,
        }
    }
}

fn records(
    given: &DnsRecordSet,
    name: Option<&HostName>,
    problems: &mut Vec<Problem>,
) -> Option<Records> {
    if given.rdata.is_empty() {
        return None;
    }
    let data = given.rdata.as_slice();
    Some(match given.kind {
        DnsRecordType::A => Records::A(each(data, problems, "A", |text| {
            parse::<Ipv4Addr>(text, "an A record holds an IPv4 address (203.0.113.1)")
        })),
        DnsRecordType::Aaaa => Records::Aaaa(each(data, problems, "AAAA", |text| {
            parse::<Ipv6Addr>(text, "an AAAA record holds an IPv6 address (2001:db8::1)")
        })),
        DnsRecordType::Cname => {
            let targets = each(data, problems, "CNAME", |text| target(text, name));
            if targets.len() > 1 {
                problems.push(Problem::new(
                    "CNAME data",
                    data.join(" "),
                    "a CNAME record set holds exactly one host name",
                ));
            }
            Records::Cname(targets.first().map(HostName::to_string))
        }
    })
}

/// Reads every entry; equal ones once, in order, so that the same records always look the same.
fn each<T: Ord>(
    data: &[String],
    problems: &mut Vec<Problem>,
    kind: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Vec<T> {
    let mut values = Vec::with_capacity(data.len());
    for text in data {
        match read(text.trim()) {
            Ok(value) => values.push(value),
            Err(reason) => problems.push(Problem::new(format!("{kind} data"), text, reason)),
        }
    }
    values.sort();
    values.dedup();
    values
}

fn parse<T: FromStr>(text: &str, reason: &str) -> Result<T, String> {
    text.parse().map_err(|_| reason.to_owned())
}

fn target(text: &str, name: Option<&HostName>) -> Result<HostName, String> {
    let target: HostName = text
        .parse()
        .map_err(|reason| format!("a CNAME record holds a host name: {reason}"))?;
    if target.is_wildcard() {
        return Err("a CNAME record points to one host, not to a wildcard".to_owned());
    }
    if Some(&target) == name {
        return Err("a CNAME record cannot point to itself".to_owned());
    }
    Ok(target)
}

fn texts(values: &[impl Display]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

/// Whether a record set that is there is what is asked for. Metadata is not part of DNS and is not compared; an alias
/// has no records of its own, whatever it answers with today.
pub(super) fn is_same(there: &RecordSetProperties, ttl: u32, wanted: &Records) -> bool {
    there.ttl == ttl
        && there.target_resource.is_none()
        && match (&there.records, wanted) {
            (Records::A(there), Records::A(wanted)) => same_values(there, wanted),
            (Records::Aaaa(there), Records::Aaaa(wanted)) => same_values(there, wanted),
            (Records::Cname(Some(there)), Records::Cname(Some(wanted))) => there
                .parse::<HostName>()
                .is_ok_and(|there| there.as_str() == wanted),
            _ => false,
        }
}

fn same_values<T: Ord + Clone>(there: &[T], wanted: &[T]) -> bool {
    let mut there = there.to_vec();
    there.sort();
    there == wanted
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use DnsRecordType::{A, Aaaa, Cname};
    use proptest::prelude::*;

    use super::*;

    fn set(fqdn: &str, kind: DnsRecordType, ttl: u32, rdata: &[&str]) -> DnsRecordSet {
        DnsRecordSet {
            fqdn: fqdn.to_owned(),
            kind,
            ttl,
            rdata: rdata.iter().map(|text| (*text).to_owned()).collect(),
        }
    }

    fn normalised(set: &DnsRecordSet) -> DnsRecordSet {
        Wanted::parse(set).unwrap().normalised()
    }

    #[test]
    fn a_record_set_is_normalised() {
        assert_eq!(
            normalised(&set(
                "WWW.Example.com.",
                A,
                0,
                &["10.0.0.2", " 10.0.0.1", "10.0.0.2"]
            )),
            set("www.example.com", A, 300, &["10.0.0.1", "10.0.0.2"])
        );
        assert_eq!(
            normalised(&set(
                "*.example.com",
                Aaaa,
                1,
                &["2001:DB8:0::1", "2001:db8::1"]
            )),
            set("*.example.com", Aaaa, 1, &["2001:db8::1"])
        );
        assert_eq!(
            normalised(&set(
                "a.b",
                Cname,
                LONGEST_TTL,
                &["Target.Example.com.", "target.example.com"]
            )),
            set("a.b", Cname, LONGEST_TTL, &["target.example.com"])
        );
        assert_eq!(
            normalised(&set("a.b", Cname, 5, &[])),
            set("a.b", Cname, 5, &[])
        );
    }

    #[test]
    fn all_that_is_wrong_is_told_together() {
        let wrong = set("a..b", A, LONGEST_TTL + 1, &["1.2.3", "::1", "1.2.3.4"]);
        let problems: Vec<_> = (Wanted::parse(&wrong).unwrap_err().iter())
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            problems,
            [
                "DNS name \"a..b\": a part between dots is empty",
                "TTL \"2147483648\": must be 1 to 2147483647 seconds, or 0 for 300",
                "A data \"1.2.3\": an A record holds an IPv4 address (203.0.113.1)",
                "A data \"::1\": an A record holds an IPv4 address (203.0.113.1)",
            ]
        );
        for (kind, data, reason) in [
            (Aaaa, &["1.2.3.4"][..], "IPv6"),
            (A, &["01.2.3.4"], "IPv4"),
            (A, &[""], "IPv4"),
            (Cname, &["1.2.3.4"], "address and not a name"),
            (Cname, &["a.com", "b.com"], "exactly one"),
            (Cname, &["*.a.com"], "wildcard"),
            (Cname, &["Me.example.com."], "itself"),
        ] {
            let problems = Wanted::parse(&set("me.example.com", kind, 0, data)).unwrap_err();
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].to_string().contains(reason), "{problems:?}");
        }
    }

    fn there(ttl: u32, records: Records) -> RecordSetProperties {
        RecordSetProperties {
            ttl,
            records,
            metadata: BTreeMap::new(),
            target_resource: None,
        }
    }

    #[test]
    fn order_spelling_and_metadata_make_no_difference_and_the_rest_does() {
        let [one, two] = [Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2)];
        let wanted = Records::A(vec![one, two]);
        let mut same = there(60, Records::A(vec![two, one]));
        same.metadata.insert("by".into(), "me".into());
        assert!(is_same(&same, 60, &wanted));
        assert!(!is_same(&same, 61, &wanted));
        assert!(!is_same(&there(60, Records::A(vec![one])), 60, &wanted));
        assert!(!is_same(&there(60, Records::Aaaa(Vec::new())), 60, &wanted));
        let alias = RecordSetProperties {
            target_resource: Some("/subscriptions/s/resourceGroups/g".parse().unwrap()),
            ..same
        };
        assert!(!is_same(&alias, 60, &wanted));
        let cname = Records::Cname(Some("a.example.com".into()));
        let shouted = Records::Cname(Some("A.Example.com.".into()));
        assert!(is_same(&there(1, shouted), 1, &cname));
        assert!(!is_same(&there(1, Records::Cname(None)), 1, &cname));
    }

    proptest! {
        #[test]
        fn what_was_understood_is_understood_again(
            fqdn in "[a-zA-Z*]{1,3}(\\.[a-zA-Z]{1,3}){0,3}\\.?",
            kind in prop::sample::select(vec![A, Aaaa, Cname]),
            ttl in any::<u32>(),
            rdata in prop::collection::vec("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F]{1,4}::[0-9a-f]{1,4}|[a-zA-Z]{1,3}\\.b\\.?", 0..4),
        ) {
            let given = DnsRecordSet { fqdn, kind, ttl, rdata };
            if let Ok(wanted) = Wanted::parse(&given) {
                let again = wanted.normalised();
                prop_assert_eq!(Wanted::parse(&again).unwrap().normalised(), again.clone());
                prop_assert_eq!(again.rdata.is_empty(), given.rdata.is_empty());
                if let Some(records) = &wanted.records {
                    prop_assert!(is_same(&there(wanted.ttl, records.clone()), wanted.ttl, records));
                }
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(fqdn in "\\PC{0,40}", data in "\\PC{0,40}", ttl in any::<u32>()) {
            for kind in [A, Aaaa, Cname] {
                let _ = Wanted::parse(&set(&fqdn, kind, ttl, &[&data]));
            }
        }
    }
}
