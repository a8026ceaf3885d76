//! Everything that an offline Azure holds, in a form that two of them can be compared in.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use kompox_azure_sim::Simulator;
use serde_json::Value;

/// What differs between two Azures that came to the same, besides times: ids that are drawn, and how long things took.
const DRAWN: [&str; 5] = [
    "correlationid",
    "duration",
    "etag",
    "resourceuid",
    "uniqueid",
];

/// The state of a subscription, id by id: groups, resources with their properties and children, role assignments,
/// deployments, and vaults that are deleted but not purged.
///
/// # Panics
/// When a list that must be there is not.
#[must_use]
pub fn state(azure: &Simulator, subscription: &str) -> BTreeMap<String, Value> {
    let root = format!("/subscriptions/{subscription}");
    let mut state = BTreeMap::new();
    let mut keep = |items: Vec<Value>| {
        for mut item in items {
            let id = item["id"].as_str().expect("an id").to_lowercase();
            strip(&mut item);
            state.insert(id, item);
        }
    };
    keep(list(azure, &format!("{root}/resourcegroups"), "2024-11-01"));
    keep(list(
        azure,
        &format!("{root}/providers/Microsoft.Resources/deployments/"),
        "2024-11-01",
    ));
    keep(list(
        azure,
        &format!("{root}/providers/Microsoft.Authorization/roleAssignments"),
        "2022-04-01",
    ));
    keep(list(
        azure,
        &format!("{root}/providers/Microsoft.KeyVault/deletedVaults"),
        "2023-07-01",
    ));
    for resource in list(azure, &format!("{root}/resources"), "2024-11-01") {
        let id = resource["id"].as_str().expect("an id");
        let kind = resource["type"].as_str().expect("a type").to_lowercase();
        let (version, children): (_, &[_]) = match kind.as_str() {
            "microsoft.containerservice/managedclusters" => ("2025-05-01", &["agentPools"]),
            "microsoft.managedidentity/userassignedidentities" => {
                ("2023-01-31", &["federatedIdentityCredentials"])
            }
            "microsoft.keyvault/vaults" => ("2023-07-01", &[]),
            "microsoft.operationalinsights/workspaces" => ("2023-09-01", &[]),
            "microsoft.storage/storageaccounts" => ("2024-01-01", &[]),
            "microsoft.compute/disks" => ("2024-03-02", &[]),
            "microsoft.compute/snapshots" => ("2024-03-02", &[]),
            other => panic!("unexpected resource type {other}"),
        };
        keep(get(azure, id, version).into_iter().collect());
        for child in children {
            keep(list(azure, &format!("{id}/{child}"), version));
        }
        if kind == "microsoft.containerservice/managedclusters" {
            let settings = format!("{id}/providers/Microsoft.Insights/diagnosticSettings");
            keep(list(azure, &settings, "2021-05-01-preview"));
        }
    }
    state
}

/// What differs between two states, one line each: `id/path: one, other`.
#[must_use]
pub fn differences(one: &BTreeMap<String, Value>, other: &BTreeMap<String, Value>) -> Vec<String> {
    let mut found = Vec::new();
    let ids: BTreeSet<_> = one.keys().chain(other.keys()).collect();
    for id in ids {
        compare(id, one.get(id), other.get(id), &mut found);
    }
    found
}

fn compare(path: &str, one: Option<&Value>, other: Option<&Value>, found: &mut Vec<String>) {
    match (one, other) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let keys: BTreeSet<_> = a.keys().chain(b.keys()).collect();
            for key in keys {
                compare(&format!("{path}/{key}"), a.get(key), b.get(key), found);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                compare(&format!("{path}/{index}"), Some(a), Some(b), found);
            }
        }
        _ if one == other => {}
        _ => {
            let shown = |value: Option<&Value>| value.map_or("nothing".into(), Value::to_string);
            found.push(format!("{path}: {}, {}", shown(one), shown(other)));
        }
    }
}

fn list(azure: &Simulator, path: &str, version: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut uri = format!("https://management.azure.com{path}?api-version={version}");
    loop {
        let page = request(azure, &uri).unwrap_or_else(|| panic!("no list at {uri}"));
        items.extend(page["value"].as_array().expect("a list").iter().cloned());
        match page.get("nextLink").and_then(Value::as_str) {
            Some(next) => uri = next.to_owned(),
            None => return items,
        }
    }
}

fn get(azure: &Simulator, path: &str, version: &str) -> Option<Value> {
    request(
        azure,
        &format!("https://management.azure.com{path}?api-version={version}"),
    )
}

fn request(azure: &Simulator, uri: &str) -> Option<Value> {
    let request = http::Request::get(uri)
        .body(Bytes::new())
        .expect("a request");
    let response = azure.handle(request);
    response
        .status()
        .is_success()
        .then(|| serde_json::from_slice(response.body()).expect("a body of JSON"))
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| !DRAWN.contains(&key.to_lowercase().as_str()));
            map.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::String(text) if is_time(text) => *text = "a time".to_owned(),
        _ => {}
    }
}

/// Whether a text is a time as Azure writes it: `2026-01-02T03:04:05.678Z`.
fn is_time(text: &str) -> bool {
    let shape: String = text
        .chars()
        .map(|character| {
            if character.is_ascii_digit() {
                '0'
            } else {
                character
            }
        })
        .collect();
    shape.starts_with("0000-00-00T00:00:00")
}
