//! Disks and snapshots as Azure has them, read as those of a volume.
//!
//! The tags say whose a resource is. Resources of other volumes and other apps are none of this volume's business;
//! one that claims to be of this volume and cannot be read is skipped too, with a warning.

use jiff::Timestamp;
use kompox_azure::{Disk, Snapshot, Tags};
use kompox_model::{VolumeDisk, VolumeSnapshot};
use kompox_naming::tags::{APP_ID_HASH, DISK_ASSIGNED, DISK_NAME, SNAPSHOT_NAME, VOLUME_NAME};
use kompox_naming::{AvailabilityZone, DiskName, SnapshotName};
use kompox_provider::{Error, Result};

use super::options::DiskOptions;
use super::{DiskBackend, size};
use crate::record;

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
                    name: record::name(&disk.id, &disk.tags, DISK_NAME)?,
                    assigned: record::assigned(&disk.id, &disk.tags, DISK_ASSIGNED)?,
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
                    name: record::name(&snapshot.id, &snapshot.tags, SNAPSHOT_NAME)?,
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
        let named = disks.iter().filter(|d| d.name == *name);
        record::only(&self.what("disk", name), "tags", named, |d| &d.disk.id)
    }

    /// The only snapshot of that name.
    pub(super) fn find_snapshot<'r, 'l>(
        &self,
        snapshots: &'r [SnapshotRecord<'l>],
        name: &SnapshotName,
    ) -> Result<Option<&'r SnapshotRecord<'l>>> {
        let named = snapshots.iter().filter(|s| s.name == *name);
        record::only(&self.what("snapshot", name), "tags", named, |s| {
            &s.snapshot.id
        })
    }

    pub(super) fn no_disk(&self, name: &DiskName, disks: &[DiskRecord<'_>]) -> Error {
        let names = disks.iter().map(|d| d.name.as_str());
        record::absent(&self.what("disk", name), names)
    }

    pub(super) fn no_snapshot(
        &self,
        name: &SnapshotName,
        snapshots: &[SnapshotRecord<'_>],
    ) -> Error {
        let names = snapshots.iter().map(|s| s.name.as_str());
        record::absent(&self.what("snapshot", name), names)
    }

    fn what(&self, kind: &str, name: &impl ToString) -> String {
        let name = name.to_string();
        format!("{kind} {name:?} of volume {:?}", self.volume.name)
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
