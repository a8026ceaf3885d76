//! Snapshots of disks, with the background copies that fill them.

use super::API_VERSIONS;
use super::managed::Kind;
use super::shape::BODY;
use crate::provider::{Home, Spec};
use crate::store::{Resource, World};

pub(super) static SNAPSHOT: Spec = Spec {
    resource_type: "Microsoft.Compute/snapshots",
    api_versions: API_VERSIONS,
    home: Home::Group,
    located: true,
    tagged: true,
    shape: BODY,
};

/// `Microsoft.Compute/snapshots`.
pub(crate) static SNAPSHOTS: Kind = Kind {
    spec: &SNAPSHOT,
    word: "Snapshot",
    property: "snapshot.name",
};

/// How much of a background copy has arrived, in percent; none where there is no such copy.
pub(super) fn completion(world: &World, resource: &Resource) -> Option<f64> {
    let at = |name: &str| -> Option<jiff::Timestamp> {
        resource.private.get(name)?.as_str()?.parse().ok()
    };
    let (from, until) = (at("copyFrom")?, at("copyUntil")?);
    let now = world.now();
    if now >= until {
        return Some(100.0);
    }
    if now <= from {
        return Some(0.0);
    }
    let done = now.duration_since(from).as_secs_f64() / until.duration_since(from).as_secs_f64();
    Some((done * 100.0).floor().clamp(0.0, 99.0))
}
