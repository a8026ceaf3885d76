//! What of a node pool cannot be changed.

use std::collections::BTreeMap;

use kompox_model::NodePool;
use kompox_model::node_pool::Autoscaling;
use kompox_provider::Problem;

use crate::label;

/// The fields that are fixed when a pool is made, by name, with what a node pool says of each.
///
/// Spec: §13.2.
fn fields(pool: &NodePool) -> [(&'static str, Option<String>); 6] {
    [
        ("mode", pool.mode.clone()),
        ("instanceType", pool.instance_type.clone()),
        ("osDiskType", pool.os_disk_type.clone()),
        (
            "osDiskSizeGiB",
            pool.os_disk_size_gib.map(|size| size.to_string()),
        ),
        ("priority", pool.priority.clone()),
        ("zones", pool.zones.as_ref().map(|zones| zones.join(", "))),
    ]
}

/// Whether an update asks for any of them.
pub(crate) fn are_given(update: &NodePool) -> bool {
    fields(update).iter().any(|(_, value)| value.is_some())
}

/// Refuses all of them that an update asks for, even where the pool is like that already.
pub(crate) fn refuse(update: &NodePool, present: Option<&NodePool>, problems: &mut Vec<Problem>) {
    let present = fields(present.unwrap_or(&NodePool::default()));
    for ((field, given), (_, present)) in fields(update).into_iter().zip(present) {
        let Some(given) = given else { continue };
        let is = present.map_or_else(String::new, |present| format!(" and is {present:?} here"));
        problems.push(Problem::new(
            field,
            given,
            format!(
                "is fixed when a pool is created{is}; leave it out of the update, or create a new pool and delete this one"
            ),
        ));
    }
}

/// How a pool differs from one that was asked for. What was left to AKS does not count, and neither do the labels of
/// AKS itself.
pub(crate) fn differences(wanted: &NodePool, present: &NodePool) -> Vec<String> {
    let mut found = Vec::new();
    for ((field, wanted), (_, present)) in fields(wanted).into_iter().zip(fields(present)) {
        if wanted.is_none() && field != "zones" {
            continue;
        }
        let (wanted, present) = (wanted.unwrap_or_default(), present.unwrap_or_default());
        if !wanted.eq_ignore_ascii_case(&present) {
            found.push(format!("{field} is {present:?} instead of {wanted:?}"));
        }
    }
    let (wanted_labels, present_labels) = (labels(wanted), labels(present));
    let mut keys: Vec<_> = wanted_labels.keys().chain(present_labels.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let (wanted, present) = (wanted_labels.get(key), present_labels.get(key));
        if wanted != present {
            let text = |value: Option<&String>| {
                value.map_or_else(|| "absent".to_owned(), |value| format!("{value:?}"))
            };
            found.push(format!(
                "label {key} is {} instead of {}",
                text(present),
                text(wanted)
            ));
        }
    }
    if wanted.autoscaling != present.autoscaling {
        found.push(format!(
            "autoscaling is {} instead of {}",
            nodes(present.autoscaling),
            nodes(wanted.autoscaling)
        ));
    }
    found
}

fn labels(pool: &NodePool) -> BTreeMap<String, String> {
    pool.labels
        .iter()
        .flatten()
        .filter(|(key, _)| !label::is_of_aks(key))
        .filter_map(|(key, value)| Some((key.clone(), value.clone()?)))
        .collect()
}

fn nodes(scale: Option<Autoscaling>) -> String {
    let scale = scale.unwrap_or_default();
    let number = |value: Option<u32>| value.map_or_else(|| "?".to_owned(), |n| n.to_string());
    if scale.enabled {
        format!(
            "on with {} to {} nodes",
            number(scale.min),
            number(scale.max)
        )
    } else {
        format!("off with node count {}", number(scale.desired))
    }
}
