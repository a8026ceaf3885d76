//! What Kompox writes on the resources of a volume, in tags or in metadata, read back.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use kompox_azure::ResourceId;
use kompox_provider::{Error, Result};
use tracing::warn;

/// Names shown of a volume that does not have the one that was asked for.
const SHOWN_NAMES: usize = 20;

/// The name in an entry of the record of a resource; a resource without a right one is skipped, with a warning.
pub(crate) fn name<N: FromStr<Err: Display>>(
    id: &ResourceId,
    record: &BTreeMap<String, String>,
    key: &str,
) -> Option<N> {
    let Some(value) = record.get(key) else {
        warn!(%id, key, "skipped: it says that it is of this volume and lacks its name");
        return None;
    };
    value
        .parse()
        .inspect_err(|error| warn!(%id, key, %error, "skipped: its name is none"))
        .ok()
}

/// Whether an entry of the record of a resource says that it is assigned; absent counts as not. A resource with
/// anything else is skipped, with a warning.
pub(crate) fn assigned(
    id: &ResourceId,
    record: &BTreeMap<String, String>,
    key: &str,
) -> Option<bool> {
    let Some(value) = record.get(key) else {
        return Some(false);
    };
    value
        .to_ascii_lowercase()
        .parse()
        .inspect_err(|_| warn!(%id, key, value, "skipped: the value is neither true nor false"))
        .ok()
}

/// The only one of those that have the name of `what` (`disk "d1" of volume "data"`). Somebody may have copied a
/// resource with its record (its `tags`, its `metadata`): then a name does not say which is meant.
pub(crate) fn only<'r, T>(
    what: &str,
    record: &str,
    mut named: impl Iterator<Item = &'r T>,
    id: impl Fn(&T) -> &ResourceId,
) -> Result<Option<&'r T>> {
    let first = named.next();
    match (first, named.next()) {
        (Some(one), Some(other)) => Err(Error::conflict(format!(
            "two resources claim to be {what}: {} and {}; correct the {record} of one of them",
            id(one),
            id(other),
        ))),
        _ => Ok(first),
    }
}

/// There is no `what` (`disk "d1" of volume "data"`), only these.
pub(crate) fn absent<'n>(what: &str, there: impl Iterator<Item = &'n str>) -> Error {
    let mut there: Vec<_> = there.collect();
    there.sort_unstable();
    let more = there.len() > SHOWN_NAMES;
    there.truncate(SHOWN_NAMES);
    let there = match there.as_slice() {
        [] => "none".to_owned(),
        names => names.join(", ") + if more { ", …" } else { "" },
    };
    Error::not_found(format!("{what} (there is: {there})"))
}

/// Sorts by the time, newest first, then by name.
pub(crate) fn newest_first<T>(listed: &mut [T], key: impl Fn(&T) -> (Timestamp, &str)) {
    listed.sort_by(|a, b| {
        let ((time_a, name_a), (time_b, name_b)) = (key(a), key(b));
        time_b.cmp(&time_a).then_with(|| name_a.cmp(name_b))
    });
}
