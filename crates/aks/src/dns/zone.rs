//! DNS zones, as the settings of a cluster name them.

use kompox_azure::ResourceId;
use kompox_model::{DnsZoneRef, Settings};
use kompox_provider::Problem;

use super::HostName;

/// The setting that names the zones.
pub(super) const SETTING: &str = "AZURE_AKS_DNS_ZONE_RESOURCE_IDS";

const KIND: &str = "Microsoft.Network/dnsZones";
const PRIVATE: &str = "Microsoft.Network/privateDnsZones";

/// A public DNS zone of Azure, of whatever subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DnsZone {
    id: ResourceId,
    name: HostName,
}

impl DnsZone {
    /// The zones that a cluster's settings name, each once, in the order in which they are named. None when the setting is
    /// absent. All problems together when it is wrong.
    ///
    /// Spec: §7.1.
    pub(crate) fn configured(settings: &Settings) -> Result<Vec<Self>, Vec<Problem>> {
        Self::parse_list(settings.get(SETTING).unwrap_or_default())
    }

    /// Reads ids that are separated by commas or white space.
    fn parse_list(text: &str) -> Result<Vec<Self>, Vec<Problem>> {
        let mut zones: Vec<Self> = Vec::new();
        let mut problems = Vec::new();
        for id in text.split(|c: char| c == ',' || c.is_whitespace()) {
            if id.is_empty() {
                continue;
            }
            match Self::parse(id) {
                Ok(zone) if zones.contains(&zone) => {}
                Ok(zone) => zones.push(zone),
                Err(reason) => problems.push(Problem::new(SETTING, id, reason)),
            }
        }
        if problems.is_empty() {
            Ok(zones)
        } else {
            Err(problems)
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let id: ResourceId = text.parse().map_err(
            |_| "this is no resource id; `az network dns zone list` shows those of your zones",
        )?;
        if id.is_type(PRIVATE) {
            return Err(format!(
                "private zones are not supported; name a public one ({KIND})"
            ));
        }
        let in_group = id
            .parent()
            .is_some_and(|parent| parent == id.scope() && parent.resource_group().is_some());
        if !id.is_type(KIND) || !in_group {
            return Err(format!(
                "this is the id of another resource ({}); name a zone: \
                 /subscriptions/<id>/resourceGroups/<group>/providers/{KIND}/<zone>",
                id.kind()
            ));
        }
        let name: HostName = id
            .name()
            .parse()
            .map_err(|reason| format!("the zone's name is invalid: {reason}"))?;
        if name.is_wildcard() || name.labels() < 2 {
            return Err(
                "the zone's name is invalid: it has two parts or more (example.com)".into(),
            );
        }
        Ok(Self { id, name })
    }

    pub(crate) fn id(&self) -> &ResourceId {
        &self.id
    }

    pub(crate) fn name(&self) -> &HostName {
        &self.name
    }

    /// What a record set of that name is called in this zone; `None` for a name outside of it.
    pub(super) fn relative_name<'h>(&self, host: &'h HostName) -> Option<&'h str> {
        match host.within(&self.name)? {
            "" => Some("@"),
            name => Some(name),
        }
    }

    pub(super) fn reference(&self) -> DnsZoneRef {
        DnsZoneRef {
            name: self.name.to_string(),
            id: self.id.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(subscription: &str, name: &str) -> String {
        format!(
            "/subscriptions/{subscription}/resourceGroups/dns/providers/Microsoft.Network/dnsZones/{name}"
        )
    }

    fn names(text: &str) -> Vec<String> {
        let zones = DnsZone::parse_list(text).unwrap();
        zones.iter().map(|zone| zone.name.to_string()).collect()
    }

    #[test]
    fn commas_and_any_white_space_separate_and_duplicates_collapse() {
        let [a, b, c] = ["a.com", "b.com", "c.com"].map(|name| id("s1", name));
        let shouted = a.to_uppercase();
        let text = format!(" ,{a},{b}\n\t{c} , {shouted},,{b} ");
        assert_eq!(names(&text), ["a.com", "b.com", "c.com"]);
        assert!(names(" , ").is_empty());
        assert!(
            DnsZone::configured(&Settings::default())
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn two_zones_of_one_name_are_two() {
        let text = format!("{} {}", id("s1", "a.com"), id("s2", "A.com"));
        assert_eq!(names(&text), ["a.com", "a.com"]);
    }

    #[test]
    fn all_that_is_wrong_is_told_together_and_why() {
        let record = id("s", "a.com/A/www");
        let private = id("s", "a.com").replace("dnsZones", "PrivateDnsZones");
        let disk = id("s", "x").replace("Network/dnsZones", "Compute/disks");
        let homeless = "/subscriptions/s/providers/Microsoft.Network/dnsZones/a.com".to_owned();
        let nested = format!("{disk}/providers/Microsoft.Network/dnsZones/a.com");
        let cases = [
            ("example.com".to_owned(), "no resource id"),
            (private, "private zones"),
            (record, "another resource (Microsoft.Network/dnsZones/A)"),
            (disk, "another resource (Microsoft.Compute/disks)"),
            (homeless, "another resource"),
            (nested, "another resource"),
            (id("s", "com"), "two parts"),
            (id("s", "*.com"), "two parts"),
            (id("s", "a_b-.com"), "begin or end"),
        ];
        let text: Vec<_> = cases.iter().map(|(id, _)| id.as_str()).collect();
        let problems = DnsZone::parse_list(&text.join(" ")).unwrap_err();
        assert_eq!(problems.len(), cases.len());
        for (problem, (id, reason)) in problems.iter().zip(&cases) {
            let text = problem.to_string();
            assert!(text.starts_with(&format!("{SETTING} {id:?}: ")), "{text}");
            assert!(text.contains(reason), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,120}", id in "(/subscriptions/s|/providers|/Microsoft.Network|/dnsZones|/a.b|,| ){0,9}") {
            let _ = DnsZone::parse_list(&text);
            let _ = DnsZone::parse_list(&id);
        }
    }
}
