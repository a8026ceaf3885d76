//! Disks and snapshots as Azure has them, read as those of a volume.
//!
//! The tags say whose a resource is. Resources of other volumes and other apps are none of this volume's business;
//! one that claims to be of this volume and cannot be read is skipped too, with a warning.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use kompox_azure::{Disk, ResourceId, Snapshot, Tags};
use kompox_model::{VolumeDisk, VolumeSnapshot};
use kompox_naming::tags::{APP_ID_HASH, DISK_ASSIGNED, DISK_NAME, SNAPSHOT_NAME, VOLUME_NAME};
use kompox_naming::{AvailabilityZone, DiskName, SnapshotName};
use kompox_provider::{Error, Result};
use tracing::warn;

use super::options::DiskOptions;
use super::{DiskBackend, size};

/// Names shown of a volume that does not have the one that was asked for.
const SHOWN_NAMES: usize = 20;

/// A disk of the volume.
#[derive(Debug, Clone)]
pub(super) struct DiskRecord<'l> {
    pub(super) name: DiskName,
    pub(super) assigned: bool,
    pub(super) disk: &'l Disk,
}

/// A snapshot of the volume.
#[derive(Debug, Clone)]
pub(super) struct SnapshotRecord<'l> {
    pub(super) name: SnapshotName,
    pub(super) snapshot: &'l Snapshot,
}

impl DiskBackend<'_> {
    /// The disks of this volume among those of its group.
    pub(super) fn disks<'l>(&self, listed: &'l [Disk]) -> Vec<DiskRecord<'l>> {
        let records = listed.iter().filter(|disk| self.owns(&disk.tags));
        records
            .filter_map(|disk| {
                Some(DiskRecord {
                    name: name_tag(&disk.id, &disk.tags, DISK_NAME)?,
                    assigned: assigned_tag(&disk.id, &disk.tags)?,
                    disk,
                })
            })
            .collect()
    }

    /// The snapshots of this volume among those of its group.
    pub(super) fn snapshots<'l>(&self, listed: &'l [Snapshot]) -> Vec<SnapshotRecord<'l>> {
        let records = listed.iter().filter(|snapshot| self.owns(&snapshot.tags));
        records
            .filter_map(|snapshot| {
                Some(SnapshotRecord {
                    name: name_tag(&snapshot.id, &snapshot.tags, SNAPSHOT_NAME)?,
                    snapshot,
                })
            })
            .collect()
    }

    /// Two apps may share a resource group, therefore the app's tag counts as well where there is one.
    fn owns(&self, tags: &Tags) -> bool {
        let is = |key, value| tags.get(key).map(|found| found == value);
        is(VOLUME_NAME, self.name.as_str()) == Some(true)
            && is(APP_ID_HASH, self.group.names.hash().as_str()) != Some(false)
    }

    /// The only disk of that name.
    pub(super) fn find_disk<'r, 'l>(
        &self,
        disks: &'r [DiskRecord<'l>],
        name: &DiskName,
    ) -> Result<Option<&'r DiskRecord<'l>>> {
        self.only(
            "disk",
            name,
            disks.iter().filter(|d| d.name == *name),
            |d| &d.disk.id,
        )
    }

    /// The only snapshot of that name.
    pub(super) fn find_snapshot<'r, 'l>(
        &self,
        snapshots: &'r [SnapshotRecord<'l>],
        name: &SnapshotName,
    ) -> Result<Option<&'r SnapshotRecord<'l>>> {
        let named = snapshots.iter().filter(|s| s.name == *name);
        self.only("snapshot", name, named, |s| &s.snapshot.id)
    }

    /// Somebody may have copied a resource with its tags: then a name does not say which is meant.
    fn only<'r, T>(
        &self,
        kind: &str,
        name: &impl fmt::Display,
        mut named: impl Iterator<Item = &'r T>,
        id: impl Fn(&T) -> &ResourceId,
    ) -> Result<Option<&'r T>> {
        let first = named.next();
        match (first, named.next()) {
            (Some(one), Some(other)) => Err(Error::conflict(format!(
                "two resources claim to be {kind} {:?} of volume {:?}: {} and {}; correct the tags of one of them",
                name.to_string(),
                self.volume.name,
                id(one),
                id(other),
            ))),
            _ => Ok(first),
        }
    }

    pub(super) fn no_disk(&self, name: &DiskName, disks: &[DiskRecord<'_>]) -> Error {
        self.absent("disk", name.as_str(), disks.iter().map(|d| d.name.as_str()))
    }

    pub(super) fn no_snapshot(
        &self,
        name: &SnapshotName,
        snapshots: &[SnapshotRecord<'_>],
    ) -> Error {
        let names = snapshots.iter().map(|s| s.name.as_str());
        self.absent("snapshot", name.as_str(), names)
    }

    fn absent<'n>(&self, kind: &str, name: &str, there: impl Iterator<Item = &'n str>) -> Error {
        let mut there: Vec<_> = there.collect();
        there.sort_unstable();
        let more = there.len() > SHOWN_NAMES;
        there.truncate(SHOWN_NAMES);
        let there = match there.as_slice() {
            [] => "none".to_owned(),
            names => names.join(", ") + if more { ", …" } else { "" },
        };
        Error::not_found(format!(
            "{kind} {name:?} of volume {:?} (there is: {there})",
            self.volume.name
        ))
    }

    pub(super) fn model_disk(&self, record: &DiskRecord<'_>) -> VolumeDisk {
        let disk = record.disk;
        let created_at = self.created_at(disk.time_created);
        VolumeDisk {
            name: record.name.to_string(),
            volume_name: self.volume.name.clone(),
            assigned: record.assigned,
            size: size::bytes(disk.size_gib),
            zone: disk.zones.first().map_or_else(String::new, |zone| {
                AvailabilityZone::parse(zone, &disk.location)
                    .map_or_else(|_| zone.clone(), |zone| zone.to_string())
            }),
            options: DiskOptions::of(disk),
            handle: disk.id.to_string(),
            created_at,
            updated_at: created_at,
        }
    }

    pub(super) fn model_snapshot(&self, record: &SnapshotRecord<'_>) -> VolumeSnapshot {
        let snapshot = record.snapshot;
        let created_at = self.created_at(snapshot.time_created);
        VolumeSnapshot {
            name: record.name.to_string(),
            volume_name: self.volume.name.clone(),
            size: size::bytes(snapshot.size_gib),
            handle: snapshot.id.to_string(),
            created_at,
            updated_at: created_at,
        }
    }

    /// Azure leaves the time out while it is still making the resource: that is now.
    fn created_at(&self, time_created: Option<Timestamp>) -> Timestamp {
        time_created.unwrap_or_else(|| (self.volumes.clock)())
    }
}

fn name_tag<N: FromStr<Err: fmt::Display>>(id: &ResourceId, tags: &Tags, key: &str) -> Option<N> {
    let Some(value) = tags.get(key) else {
        warn!(%id, tag = key, "skipped: it has the tag of this volume and lacks that of its name");
        return None;
    };
    value
        .parse()
        .inspect_err(|error| warn!(%id, tag = key, %error, "skipped: its name tag is no name"))
        .ok()
}

/// Absent counts as not assigned.
fn assigned_tag(id: &ResourceId, tags: &Tags) -> Option<bool> {
    match tags.get(DISK_ASSIGNED) {
        None => Some(false),
        Some(value) => value
            .to_ascii_lowercase()
            .parse()
            .inspect_err(
                |_| warn!(%id, tag = DISK_ASSIGNED, value, "skipped: the tag is neither true nor false"),
            )
            .ok(),
    }
}
