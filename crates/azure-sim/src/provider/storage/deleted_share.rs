//! Deleted shares: their names are taken for a moment, their data is kept for days.

use std::time::Duration;

use serde_json::json;

use super::share_view::time_of;
use super::{file_service, share_snapshot};
use crate::clock::later;
use crate::id::ResourceId;
use crate::store::{Resource, World};

/// How long a name cannot be used after its share was deleted.
const DELETE: Duration = Duration::from_secs(30);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const TYPE: &str = "Microsoft.Storage/storageAccounts/fileServices/deletedShares";

/// Windows file time at the Unix epoch.
const EPOCH_FILE_TIME: i64 = 116_444_736_000_000_000;

/// Deletes a share: what is left cannot be read, but is listed by who asks for deleted shares.
pub(super) fn bury(world: &mut World, id: &ResourceId) {
    let service = id.parent().unwrap_or_default();
    let days = world.resource(&service).and_then(file_service::retention);
    forget_expired(world, &service);
    let snapshots: Vec<Resource> = share_snapshot::of(world, id).into_iter().cloned().collect();
    if let Some(share) = world.remove(id) {
        let now = world.now();
        let mut version = i64::try_from(now.as_nanosecond() / 100).unwrap_or_default();
        let mut grave = grave(&service, id.name(), version);
        while world.exists(&grave) {
            version += 1;
            grave = self::grave(&service, id.name(), version);
        }
        let kept = days.map(|days| later(now, DAY * u32::try_from(days).unwrap_or_default()));
        let private = json!({
            "etag": share.private.get("etag"),
            "tierChanged": share.private.get("tierChanged"),
            "version": format!("{:016X}", version + EPOCH_FILE_TIME),
            "leaves": later(world.now(), world.settings().latency.duration(DELETE)),
            "kept": kept,
            "deleted": now,
        });
        world.insert(Resource {
            id: grave.clone(),
            resource_type: TYPE.to_owned(),
            private,
            ..share
        });
        share_snapshot::follow(world, snapshots, &grave);
    }
}

/// The deleted shares of a file service that could still be restored, with their names.
pub(super) fn restorable<'a>(
    world: &'a World,
    under: &'a str,
) -> impl Iterator<Item = (&'a str, &'a Resource)> {
    let now = world.now();
    world
        .below(under)
        .filter(move |share| time_of(share, "kept").is_some_and(|kept| kept > now))
        .map(|share| (name_of(share), share))
}

/// Where a deleted share is kept. A dot cannot stand in a name.
fn grave(service: &ResourceId, name: &str, version: i64) -> ResourceId {
    service.with_child("deletedShares", &format!("{name}.{version}"))
}

fn name_of(deleted: &Resource) -> &str {
    let name = deleted.id.name();
    name.split_once('.').map_or(name, |(name, _)| name)
}

/// Whether a share of that name was deleted a moment ago.
pub(super) fn is_leaving(world: &World, id: &ResourceId) -> bool {
    let service = id.parent().unwrap_or_default();
    let under = format!("{}/deletedshares/{}.", service.key(), id.name());
    let now = world.now();
    world
        .below(&under)
        .any(|share| time_of(share, "leaves").is_some_and(|leaves| leaves > now))
}

fn forget_expired(world: &mut World, service: &ResourceId) {
    let now = world.now();
    let under = format!("{}/deletedshares/", service.key());
    let expired = |share: &&Resource| {
        ["leaves", "kept"]
            .iter()
            .all(|name| time_of(share, name).is_none_or(|end| end <= now))
    };
    let gone: Vec<ResourceId> = world
        .below(&under)
        .filter(|share| share.resource_type == TYPE)
        .filter(expired)
        .map(|share| share.id.clone())
        .collect();
    for id in gone {
        world.remove(&id);
    }
}
