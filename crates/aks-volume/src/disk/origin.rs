//! Finding what a source refers to.

use futures::future::{OptionFuture, try_join3};
use kompox_azure::{Disk, ResourceId, Snapshot};
use kompox_provider::{Error, Result};

use super::DiskBackend;
use super::source::DiskSource;

/// What is read to decide on an operation.
#[derive(Debug)]
pub(super) struct Inventory {
    /// All disks of the group; empty when nothing needed them.
    pub(super) disks: Vec<Disk>,
    /// All snapshots of the group; empty when nothing needed them.
    pub(super) snapshots: Vec<Snapshot>,
    /// The source that is named by its id.
    foreign: Option<Origin>,
}

/// A disk or snapshot that is there and can be copied from.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) id: ResourceId,
    pub(super) location: String,
    pub(super) size_gib: u32,
    pub(super) kind: OriginKind,
}

#[derive(Debug, Clone)]
pub(super) enum OriginKind {
    Disk {
        sku: String,
    },
    Snapshot {
        /// As read by itself. Listings leave out how much of the data is there.
        read: Option<Box<Snapshot>>,
    },
}

impl Origin {
    pub(super) fn of_disk(disk: &Disk) -> Self {
        Self {
            id: disk.id.clone(),
            location: disk.location.clone(),
            size_gib: disk.size_gib,
            kind: OriginKind::Disk {
                sku: disk.sku.clone(),
            },
        }
    }

    fn of_snapshot(snapshot: &Snapshot, read: bool) -> Self {
        Self {
            id: snapshot.id.clone(),
            location: snapshot.location.clone(),
            size_gib: snapshot.size_gib,
            kind: OriginKind::Snapshot {
                read: read.then(|| Box::new(snapshot.clone())),
            },
        }
    }

    /// Whether it is in that region. Azure writes regions in more than one way (`Japan East`, `japaneast`).
    pub(super) fn is_in(&self, location: &str) -> bool {
        let normal = |name: &str| name.replace(' ', "").to_ascii_lowercase();
        normal(&self.location) == normal(location)
    }
}

/// Which listings an operation needs, whatever its source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Needs {
    pub(super) disks: bool,
    pub(super) snapshots: bool,
}

impl DiskBackend<'_> {
    /// Reads the listings that the operation or its source needs, each once, and the source that is named by an id; all
    /// at the same time.
    pub(super) async fn inventory(
        &self,
        needs: Needs,
        source: Option<&DiskSource>,
    ) -> Result<Inventory> {
        let disks = needs.disks || matches!(source, Some(DiskSource::Disk(_)));
        let snapshots = needs.snapshots || matches!(source, Some(DiskSource::Snapshot(_)));
        let disks = OptionFuture::from(disks.then(|| self.read_disks()));
        let snapshots = OptionFuture::from(snapshots.then(|| self.read_snapshots()));
        let (disks, snapshots, foreign) = try_join3(
            async { disks.await.transpose() },
            async { snapshots.await.transpose() },
            self.read_foreign(source),
        )
        .await?;
        Ok(Inventory {
            disks: disks.unwrap_or_default(),
            snapshots: snapshots.unwrap_or_default(),
            foreign,
        })
    }

    /// What the source refers to.
    pub(super) fn origin(&self, source: &DiskSource, inventory: &Inventory) -> Result<Origin> {
        match source {
            DiskSource::Disk(name) => {
                let disks = self.disks(&inventory.disks);
                match self.find_disk(&disks, name)? {
                    Some(record) => Ok(Origin::of_disk(record.disk)),
                    None => Err(self.no_disk(name, &disks)),
                }
            }
            DiskSource::Snapshot(name) => {
                let snapshots = self.snapshots(&inventory.snapshots);
                match self.find_snapshot(&snapshots, name)? {
                    Some(record) => Ok(Origin::of_snapshot(record.snapshot, false)),
                    None => Err(self.no_snapshot(name, &snapshots)),
                }
            }
            DiskSource::ForeignDisk(id) | DiskSource::ForeignSnapshot(id) => inventory
                .foreign
                .clone()
                .ok_or_else(|| Error::not_found(format!("source {id}"))),
        }
    }

    async fn read_foreign(&self, source: Option<&DiskSource>) -> Result<Option<Origin>> {
        let azure = &self.volumes.azure;
        match source {
            Some(DiskSource::ForeignDisk(id)) => {
                let disk = azure.disks.get(id).await;
                let disk = disk.map_err(|error| Error::port(format!("reading {id}"), error))?;
                Ok(disk.as_ref().map(Origin::of_disk))
            }
            Some(DiskSource::ForeignSnapshot(id)) => {
                let snapshot = self.read_snapshot(id).await?;
                Ok(snapshot.map(|snapshot| Origin::of_snapshot(&snapshot, true)))
            }
            _ => Ok(None),
        }
    }

    pub(super) async fn read_snapshot(&self, id: &ResourceId) -> Result<Option<Snapshot>> {
        let snapshot = self.volumes.azure.snapshots.get(id).await;
        snapshot.map_err(|error| Error::port(format!("reading {id}"), error))
    }
}
