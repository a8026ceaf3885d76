//! What has to be there before a recording is replayed, as data: `plan/{area}.json`, by file.
//!
//! Most of it follows from the recording itself (see [`crate::replay`]); a plan says the rest.

use std::collections::BTreeMap;

use kompox_azure_sim::Faults;
use serde::Deserialize;
use serde_json::Value;

use crate::recording;

/// The set-up of one recording.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Plan {
    /// Why nothing of the file is replayed.
    pub(crate) skip_all: Option<String>,
    /// Why some exchanges are not replayed, by their place.
    pub(crate) skip: BTreeMap<usize, String>,
    /// Texts of the recording with what stands for them now: versions that are no longer on offer, and ids that the
    /// recorder hid in one place and not in another.
    pub(crate) replace: BTreeMap<String, String>,
    /// Requests sent before the first one, each of which must succeed.
    pub(crate) before: Vec<Sent>,
    /// Requests sent just before one of the recording, by its place.
    pub(crate) between: BTreeMap<usize, Vec<Sent>>,
    /// In the place of a request that was not recorded, or to be more exact about it.
    pub(crate) instead: BTreeMap<usize, Sent>,
    /// What was cut out of recorded request bodies, by place and JSON pointer.
    pub(crate) complete: BTreeMap<usize, BTreeMap<String, Value>>,
    /// Answers with which a resource is made although their status does not say so.
    pub(crate) creates: Vec<usize>,
    /// Answers about a resource that was there already, although their status does not say so.
    pub(crate) exists: Vec<usize>,
    /// Listed resources, by name, that the simulator cannot have.
    pub(crate) absent: Vec<String>,
    /// Seconds that pass before a request, by its place, in the place of the usual hour.
    pub(crate) wait: BTreeMap<usize, f64>,
    /// Principals that the directory knows.
    pub(crate) principals: Vec<String>,
    /// Seconds until the directory knows a new identity.
    pub(crate) replication_lag: u64,
    /// How the service misbehaves.
    pub(crate) faults: Faults,
    /// Whether every request carries a token that was issued when the recording began; Azure then looks into it.
    pub(crate) signed_in: bool,
}

/// A request of a plan.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sent {
    #[serde(default = "put")]
    pub(crate) method: String,
    /// A path, with its query.
    pub(crate) url: String,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) body: Value,
}

fn put() -> String {
    "PUT".to_owned()
}

/// The plans of all areas, by `area/file`.
pub(crate) fn all() -> BTreeMap<String, Plan> {
    recording::files(&recording::directory("plan"))
        .iter()
        .flat_map(|(area, path)| {
            let plans: BTreeMap<String, Plan> = recording::read(path);
            plans
                .into_iter()
                .map(move |(file, plan)| (format!("{area}/{file}"), plan))
        })
        .collect()
}
