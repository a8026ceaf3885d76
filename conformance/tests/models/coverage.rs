//! Whether every type that the offline Azure has was written, read, listed and removed.

use std::collections::{BTreeMap, BTreeSet};

use kompox_conformance::Exchange;
use serde_json::Value;

/// The namespaces that the crates are about.
const MODELLED: &[&str] = &[
    "Microsoft.Authorization",
    "Microsoft.Compute",
    "Microsoft.ContainerService",
    "Microsoft.Network",
    "Microsoft.Resources",
    "Microsoft.Storage",
];

/// What a type does not have, and why.
const ABSENT: &[(&str, &str, &str)] = &[
    (
        "Microsoft.Authorization/roleDefinitions",
        "PUT",
        "only built-in roles are simulated",
    ),
    (
        "Microsoft.Authorization/roleDefinitions",
        "DELETE",
        "only built-in roles are simulated",
    ),
    (
        "Microsoft.ContainerService/locations/kubernetesVersions",
        "PUT",
        "a list",
    ),
    (
        "Microsoft.ContainerService/locations/kubernetesVersions",
        "GET",
        "a list",
    ),
    (
        "Microsoft.ContainerService/locations/kubernetesVersions",
        "DELETE",
        "a list",
    ),
    (
        "Microsoft.Network/dnszones/SOA",
        "DELETE",
        "a zone always has its own",
    ),
    (
        "Microsoft.Resources/resourceGroups",
        "list",
        "its paths name no provider; a row of its own",
    ),
    (
        "Microsoft.Resources/resourceGroups",
        "GET",
        "its paths name no provider; a row of its own",
    ),
    (
        "Microsoft.Resources/resourceGroups",
        "PUT",
        "its paths name no provider; a row of its own",
    ),
    (
        "Microsoft.Resources/resourceGroups",
        "DELETE",
        "its paths name no provider; a row of its own",
    ),
    (
        "Microsoft.Resources/tags",
        "list",
        "a scope has one tag set",
    ),
    (
        "Microsoft.Storage/storageAccounts/fileServices",
        "DELETE",
        "an account has one file service, always",
    ),
];

/// The types that the providers list told of, and what was not done to each.
pub(crate) fn gaps(exchanges: &[Exchange]) -> Vec<String> {
    let mut done: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for exchange in exchanges.iter().filter(|exchange| exchange.status < 300) {
        if let Some((resource_type, is_list)) = type_of(&exchange.path) {
            let verb = if is_list { "list" } else { &exchange.method };
            done.entry(resource_type.to_lowercase())
                .or_default()
                .insert(verb);
        }
    }
    let mut gaps = Vec::new();
    for resource_type in registered(exchanges) {
        let done = done.get(&resource_type.to_lowercase());
        for verb in ["PUT", "GET", "list", "DELETE"] {
            let absent = ABSENT
                .iter()
                .any(|(absent, what, _)| *absent == resource_type && *what == verb);
            let seen = done.is_some_and(|done| done.contains(verb));
            match (absent, seen) {
                (false, false) => gaps.push(format!("no {verb} of {resource_type}")),
                (true, true) => gaps.push(format!("{verb} of {resource_type} is there after all")),
                _ => {}
            }
        }
    }
    gaps
}

/// The modelled types of the providers list.
fn registered(exchanges: &[Exchange]) -> BTreeSet<String> {
    let lists = exchanges
        .iter()
        .filter(|exchange| exchange.method == "GET" && exchange.path == "/providers");
    let mut types = BTreeSet::new();
    for list in lists {
        let body: Value = serde_json::from_slice(&list.response).unwrap();
        for provider in body["value"].as_array().unwrap() {
            let namespace = provider["namespace"].as_str().unwrap();
            for resource_type in provider["resourceTypes"].as_array().unwrap() {
                if MODELLED.contains(&namespace) {
                    let word = resource_type["resourceType"].as_str().unwrap();
                    types.insert(format!("{namespace}/{word}"));
                }
            }
        }
    }
    assert!(types.len() > 8, "{types:?}");
    types
}

/// The type that a path is about, and whether it is a list of them.
fn type_of(path: &str) -> Option<(String, bool)> {
    let (_, after) = path.rsplit_once("/providers/")?;
    let words: Vec<_> = after.split('/').collect();
    let (namespace, words) = words.split_first()?;
    let types: Vec<_> = words.iter().copied().step_by(2).collect();
    Some((
        format!("{namespace}/{}", types.join("/")),
        words.len() % 2 == 1,
    ))
}
