//! Which zone a name goes to.

use std::cmp::Reverse;

use kompox_azure::ResourceId;
use kompox_provider::{Error, Result};

use super::zone::SETTING;
use super::{DnsZone, HostName};

/// The zone that a name goes to: the one that the hint names, else the one of the longest name that contains it.
/// `None` when there is none and `strict` does not make that an error. A hint that names no zone is an error in strict
/// mode, and a warning otherwise; one whose zone does not contain the name contradicts itself and is an error always.
///
/// Spec: §7.2.
pub(super) fn select<'z>(
    zones: &'z [DnsZone],
    host: &HostName,
    hint: Option<&str>,
    strict: bool,
) -> Result<Option<&'z DnsZone>> {
    if let Some(hint) = hint {
        match hinted(zones, hint) {
            Some(zone) if host.within(zone.name()).is_some() => return Ok(Some(zone)),
            Some(zone) => {
                return Err(Error::validation(
                    "zone",
                    hint,
                    format!("{host} is not in {}", zone.name()),
                ));
            }
            None if strict => {
                return Err(Error::validation("zone", hint, unknown(zones)));
            }
            None => tracing::warn!(
                host = host.as_str(),
                zone = hint,
                "{}; the zone is chosen by the name",
                unknown(zones)
            ),
        }
    }
    match longest(zones, host) {
        None if strict => Err(Error::validation(
            "DNS name",
            host.as_str(),
            uncovered(zones),
        )),
        zone => Ok(zone),
    }
}

/// The zone of the longest name that contains the host; of several zones of that name, the one that is configured first.
pub(super) fn longest<'z>(zones: &'z [DnsZone], host: &HostName) -> Option<&'z DnsZone> {
    zones
        .iter()
        .filter(|zone| host.within(zone.name()).is_some())
        .min_by_key(|zone| Reverse(zone.name().labels()))
}

/// The zone of that id or name; of several zones of that name, the one that is configured first.
fn hinted<'z>(zones: &'z [DnsZone], hint: &str) -> Option<&'z DnsZone> {
    let hint = hint.trim();
    if let Ok(id) = hint.parse::<ResourceId>() {
        return zones.iter().find(|zone| *zone.id() == id);
    }
    let name: HostName = hint.parse().ok()?;
    zones.iter().find(|zone| *zone.name() == name)
}

/// Why a name falls into no zone.
pub(super) fn uncovered(zones: &[DnsZone]) -> String {
    if zones.is_empty() {
        return format!("{SETTING} names no zone");
    }
    format!(
        "no zone of {SETTING} contains it; configured: {}",
        names(zones)
    )
}

fn unknown(zones: &[DnsZone]) -> String {
    if zones.is_empty() {
        return format!("{SETTING} names no zone");
    }
    format!(
        "no zone of {SETTING} has this id or name; configured: {}",
        names(zones)
    )
}

fn names(zones: &[DnsZone]) -> String {
    let names: Vec<_> = zones.iter().map(|zone| zone.name().as_str()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use kompox_model::Settings;
    use proptest::prelude::*;

    use super::*;

    fn id(number: usize, name: &str) -> String {
        format!(
            "/subscriptions/s{number}/resourceGroups/g/providers/Microsoft.Network/dnszones/{name}"
        )
    }

    fn zones(names: &[&str]) -> Vec<DnsZone> {
        let ids: Vec<_> = (names.iter().enumerate())
            .map(|(number, name)| id(number, name))
            .collect();
        DnsZone::configured(&Settings::from_iter([(SETTING, ids.join(","))])).unwrap()
    }

    fn chosen(
        names: &[&str],
        host: &str,
        hint: Option<&str>,
        strict: bool,
    ) -> Result<String, String> {
        let zones = zones(names);
        let host = host.parse().unwrap();
        select(&zones, &host, hint, strict)
            .map(|zone| zone.map_or_else(|| "-".to_owned(), |zone| zone.id().to_string()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_longest_zone_wins_whatever_the_order() {
        let names = ["example.com", "dev.example.com", "le.com"];
        for (host, zone) in [
            ("www.example.com", id(0, "example.com")),
            ("example.com", id(0, "example.com")),
            ("Dev.Example.com.", id(1, "dev.example.com")),
            ("a.b.dev.example.com", id(1, "dev.example.com")),
            ("*.dev.example.com", id(1, "dev.example.com")),
            ("xdev.example.com", id(0, "example.com")),
            ("example.org", "-".to_owned()),
        ] {
            assert_eq!(chosen(&names, host, None, false).unwrap(), zone, "{host}");
        }
    }

    #[test]
    fn of_two_zones_of_one_name_the_first_wins_unless_the_hint_is_an_id() {
        let names = ["example.com", "example.com"];
        let host = "www.example.com";
        let first = id(0, "example.com");
        let second = id(1, "EXAMPLE.com");
        assert_eq!(chosen(&names, host, None, false).unwrap(), first);
        assert_eq!(
            chosen(&names, host, Some("Example.com."), true).unwrap(),
            first
        );
        let by_id = chosen(&names, host, Some(&second), true).unwrap();
        assert_eq!(by_id, id(1, "example.com"));
    }

    #[test]
    fn a_hint_wins_over_the_longest_zone() {
        let names = ["example.com", "dev.example.com"];
        let zone = chosen(&names, "a.dev.example.com", Some("example.com"), true);
        assert_eq!(zone.unwrap(), id(0, "example.com"));
    }

    #[test]
    fn a_hint_that_names_no_zone_is_an_error_only_in_strict_mode() {
        let names = ["example.com"];
        for hint in ["example.org", "not a name", &id(7, "example.com")] {
            let zone = chosen(&names, "www.example.com", Some(hint), false);
            assert_eq!(zone.unwrap(), id(0, "example.com"));
            let error = chosen(&names, "www.example.com", Some(hint), true).unwrap_err();
            assert!(error.contains("configured: example.com"), "{error}");
        }
    }

    #[test]
    fn a_hint_that_contradicts_the_name_is_an_error_always() {
        let names = ["example.com", "example.org"];
        for strict in [false, true] {
            let error = chosen(&names, "www.example.com", Some("example.org"), strict);
            let error = error.unwrap_err();
            assert!(
                error.contains("www.example.com is not in example.org"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_name_without_a_zone_is_an_error_only_in_strict_mode() {
        assert_eq!(chosen(&["a.com"], "b.com", None, false).unwrap(), "-");
        let error = chosen(&["a.com"], "b.com", None, true).unwrap_err();
        assert!(
            error.contains("\"b.com\"") && error.contains("a.com"),
            "{error}"
        );
        let error = chosen(&[], "b.com", None, true).unwrap_err();
        assert!(error.contains("names no zone"), "{error}");
    }

    /// Few labels, so that names overlap.
    fn name() -> impl Strategy<Value = String> {
        prop::collection::vec("[ab]|ab|ba", 2..5).prop_map(|labels| labels.join("."))
    }

    proptest! {
        #[test]
        fn selection_is_that_of_a_naive_model(configured in prop::collection::vec(name(), 0..6), host in name()) {
            let names: Vec<_> = configured.iter().map(String::as_str).collect();
            let zones = zones(&names);
            let found = longest(&zones, &host.parse().unwrap());

            // Cut labels off the front until a zone has the name that is left.
            let mut rest = Some(host.as_str());
            let mut expected = None;
            while let Some(name) = rest {
                expected = expected.or_else(|| names.iter().position(|zone| *zone == name));
                rest = name.split_once('.').map(|(_, rest)| rest);
            }
            prop_assert_eq!(
                found.map(|zone| zone.id().to_string()),
                expected.map(|number| id(number, names[number]))
            );
            if let Some(zone) = found {
                let relative = zone.relative_name(&host.parse().unwrap()).unwrap().to_owned();
                let whole = match relative.as_str() {
                    "@" => zone.name().to_string(),
                    relative => format!("{relative}.{}", zone.name()),
                };
                prop_assert_eq!(whole, host);
            }
        }
    }
}
