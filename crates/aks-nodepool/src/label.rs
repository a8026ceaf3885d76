//! Labels of nodes: Kompox's two, those of AKS itself, and everybody else's.

use std::collections::BTreeMap;

use kompox_azure::AgentPoolProperties;
use kompox_naming::AvailabilityZone;
use kompox_provider::Problem;

use crate::conversion::SPOT;

/// The kind of pool that a node is in: `system` or `user`.
pub(crate) const NODE_POOL: &str = "kompox.dev/node-pool";
/// The zone that a node is in, in the Kompox form. A pool in several zones has none: one label cannot hold two zones.
pub(crate) const NODE_ZONE: &str = "kompox.dev/node-zone";
/// AKS sets labels below this prefix, and nobody else may.
const AKS_PREFIX: &str = "kubernetes.azure.com/";

/// The label that AKS gives to the nodes of a spot pool, and its value.
const SPOT_LABEL: (&str, &str) = ("kubernetes.azure.com/scalesetpriority", "spot");

/// Labels as a user gives them: a null value removes one.
pub(crate) type GivenLabels = BTreeMap<String, Option<String>>;

pub(crate) fn is_of_aks(key: &str) -> bool {
    key.starts_with(AKS_PREFIX)
}

/// Sets the labels of a pool to what it has, with what is given merged in. Labels that Kompox or AKS decides about are
/// not taken from what is given.
///
/// Spec: §13.3, §13.4.3.
pub(crate) fn merge(pool: &mut AgentPoolProperties, given: &GivenLabels, location: &str) {
    let of_kompox = of_kompox(pool, location);
    let spot = pool
        .scale_set_priority
        .as_ref()
        .is_some_and(|priority| priority.eq_ignore_ascii_case(SPOT));
    for (key, value) in given {
        // Listed pools have it: whoever makes another one like them asks for nothing else than what AKS will do.
        if spot && value.as_deref() == Some(SPOT_LABEL.1) && key == SPOT_LABEL.0 {
            continue;
        }
        if is_of_aks(key) || [NODE_POOL, NODE_ZONE].contains(&key.as_str()) {
            let stays = match of_kompox.iter().find(|(name, _)| name == key) {
                Some((_, value)) => value.as_ref(),
                None => pool.node_labels.get(key),
            };
            if value.as_ref() != stays {
                tracing::warn!(label = %key, given = ?value, stays = ?stays, "the label is not the user's to set: it is ignored");
            }
            continue;
        }
        match value {
            Some(value) => pool.node_labels.insert(key.clone(), value.clone()),
            None => pool.node_labels.remove(key),
        };
    }
    for (key, value) in of_kompox {
        match value {
            Some(value) => pool.node_labels.insert(key.to_owned(), value),
            None => pool.node_labels.remove(key),
        };
    }
}

/// The labels that Kompox decides about; `None` for one that must not be there.
fn of_kompox(pool: &AgentPoolProperties, location: &str) -> [(&'static str, Option<String>); 2] {
    let zone = match pool.availability_zones.as_slice() {
        [zone] => Some(kompox_zone(zone, location)),
        _ => None,
    };
    let mode = pool.mode.as_ref().map(|mode| mode.to_ascii_lowercase());
    [(NODE_POOL, mode), (NODE_ZONE, zone)]
}

/// A zone that AKS returned, in the Kompox form. One that is no zone number stays as it is.
pub(crate) fn kompox_zone(zone: &str, location: &str) -> String {
    AvailabilityZone::parse(zone, location)
        .map_or_else(|_| zone.to_owned(), |zone| zone.to_string())
}

/// What Kompox's labels say that is not so. A zone in either form is right; a missing label says nothing.
///
/// Spec: §13.4.1.
pub(crate) fn inconsistencies(pool: &AgentPoolProperties, location: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |key: &str, same: &dyn Fn(&str, &str) -> bool, right: Option<String>| {
        if let Some(value) = pool.node_labels.get(key)
            && !right.as_deref().is_some_and(|right| same(value, right))
        {
            let expected =
                right.map_or_else(|| "no such label".to_owned(), |right| format!("{right:?}"));
            found.push(format!("label {key} is {value:?}, expected {expected}"));
        }
    };
    let [(_, mode), (_, zone)] = of_kompox(pool, location);
    compare(NODE_POOL, &|value, right| value == right, mode);
    compare(
        NODE_ZONE,
        &|value, right| kompox_zone(value, location) == right,
        zone,
    );
    found
}

/// Checks labels for what Kubernetes would refuse.
///
/// Source: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set>
pub(crate) fn check(given: &GivenLabels, problems: &mut Vec<Problem>) {
    for (key, value) in given {
        let (prefix, name) = match key.split_once('/') {
            Some((prefix, name)) => (Some(prefix), name),
            None => (None, key.as_str()),
        };
        if prefix.is_some_and(|prefix| !is_domain(prefix)) || name.is_empty() || !is_word(name) {
            problems.push(Problem::new(
                "label",
                key,
                "is no Kubernetes label; expected up to 63 letters, digits, `-`, `_` and `.`, with a letter or digit at \
                 both ends, and before it optionally a DNS name and `/`",
            ));
        }
        if let Some(value) = value
            && !is_word(value)
        {
            problems.push(Problem::new(
                format!("value of label {key:?}"),
                value,
                "is no value of a Kubernetes label; expected up to 63 letters, digits, `-`, `_` and `.`, with a letter or \
                 digit at both ends",
            ));
        }
    }
}

/// Empty, or a word of at most 63 characters.
fn is_word(text: &str) -> bool {
    let end = |c: char| c.is_ascii_alphanumeric();
    text.len() <= 63
        && text.chars().all(|c| end(c) || "-_.".contains(c))
        && (text.is_empty() || (text.starts_with(end) && text.ends_with(end)))
}

fn is_domain(text: &str) -> bool {
    text.len() <= 253
        && text
            .split('.')
            .all(|label| kompox_naming::label::label_flaw(label, 63).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(mode: &str, zones: &[&str], labels: &[(&str, &str)]) -> AgentPoolProperties {
        AgentPoolProperties {
            mode: Some(mode.into()),
            availability_zones: zones.iter().map(|zone| (*zone).to_owned()).collect(),
            node_labels: labels
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            ..AgentPoolProperties::default()
        }
    }

    fn merged(
        mut pool: AgentPoolProperties,
        given: &[(&str, Option<&str>)],
    ) -> Vec<(String, String)> {
        let given = given
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned)))
            .collect();
        merge(&mut pool, &given, "japaneast");
        pool.node_labels.into_iter().collect()
    }

    fn pairs(labels: &[(&str, &str)]) -> Vec<(String, String)> {
        labels
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn null_removes_a_value_replaces_and_the_rest_stays() {
        let pool = pool("User", &[], &[("a", "1"), ("b", "2"), ("c", "3")]);
        assert_eq!(
            merged(
                pool,
                &[
                    ("a", None),
                    ("b", Some("20")),
                    ("d", Some("4")),
                    ("e", None)
                ]
            ),
            pairs(&[("b", "20"), ("c", "3"), ("d", "4"), (NODE_POOL, "user")])
        );
    }

    #[test]
    fn the_labels_of_kompox_follow_the_pool_whatever_is_given() {
        let given = [(NODE_POOL, Some("gpu")), (NODE_ZONE, None)];
        assert_eq!(
            merged(pool("System", &["2"], &[(NODE_ZONE, "2")]), &given),
            pairs(&[(NODE_POOL, "system"), (NODE_ZONE, "japaneast-2")])
        );
        let stale = pool("User", &["1", "2"], &[(NODE_ZONE, "japaneast-1")]);
        assert_eq!(merged(stale, &[]), pairs(&[(NODE_POOL, "user")]));
    }

    #[test]
    fn the_labels_of_aks_are_left_alone() {
        let spot = "kubernetes.azure.com/scalesetpriority";
        let pool = pool("User", &[], &[(spot, "spot")]);
        assert_eq!(
            merged(
                pool,
                &[(spot, None), ("kubernetes.azure.com/mode", Some("x"))]
            ),
            pairs(&[(NODE_POOL, "user"), (spot, "spot")])
        );
    }

    #[test]
    fn either_form_of_a_zone_is_consistent_and_anything_else_is_told() {
        let found = |zones: &[&str], labels: &[(&str, &str)]| {
            inconsistencies(&pool("User", zones, labels), "japaneast")
        };
        assert_eq!(
            found(&["1"], &[(NODE_POOL, "user"), (NODE_ZONE, "1")]),
            [""; 0]
        );
        assert_eq!(found(&["1"], &[(NODE_ZONE, "japaneast-1")]), [""; 0]);
        assert_eq!(found(&["1"], &[]), [""; 0]);
        assert_eq!(
            found(&["1"], &[(NODE_POOL, "system"), (NODE_ZONE, "2")]),
            [
                "label kompox.dev/node-pool is \"system\", expected \"user\"",
                "label kompox.dev/node-zone is \"2\", expected \"japaneast-1\""
            ]
        );
        assert_eq!(
            found(&["1", "2"], &[(NODE_ZONE, "1")]),
            ["label kompox.dev/node-zone is \"1\", expected no such label"]
        );
    }

    #[test]
    fn what_kubernetes_would_refuse_is_told_label_by_label() {
        let told = |key: &str, value: Option<&str>| {
            let mut problems = Vec::new();
            check(
                &[(key.to_owned(), value.map(str::to_owned))].into(),
                &mut problems,
            );
            problems.len()
        };
        let long = "a".repeat(64);
        for (key, value) in [
            ("a", Some("")),
            ("example.com/a.b_c-d", Some("V-1")),
            ("a", None),
        ] {
            assert_eq!(told(key, value), 0, "{key} {value:?}");
        }
        for key in [
            "",
            "a/",
            "/a",
            "a/b/c",
            "-a",
            "Example.com/a",
            "a b",
            long.as_str(),
        ] {
            assert_eq!(told(key, None), 1, "{key}");
        }
        for value in ["-", "a b", "ä", long.as_str()] {
            assert_eq!(told("a", Some(value)), 1, "{value}");
        }
    }
}
