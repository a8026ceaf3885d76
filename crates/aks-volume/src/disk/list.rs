//! Listing, and reading all that an operation decides on at once.

use kompox_azure::{Disk, Snapshot};
use kompox_model::{VolumeDisk, VolumeSnapshot};
use kompox_provider::{Error, Result};

use super::DiskBackend;
use crate::record::newest_first;

impl DiskBackend<'_> {
    /// Newest first, then by name. Spec: §11.3.
    pub(super) async fn list(&self) -> Result<Vec<VolumeDisk>> {
        let listed = self.read_disks().await?;
        let records = self.disks(&listed);
        let mut disks: Vec<_> = records.iter().map(|r| self.model_disk(r)).collect();
        newest_first(&mut disks, |disk| (disk.created_at, &disk.name));
        Ok(disks)
    }

    /// Newest first, then by name. Spec: §11.7.
    pub(super) async fn list_snapshots(&self) -> Result<Vec<VolumeSnapshot>> {
        let listed = self.read_snapshots().await?;
        let records = self.snapshots(&listed);
        let mut snapshots: Vec<_> = records.iter().map(|r| self.model_snapshot(r)).collect();
        newest_first(&mut snapshots, |snapshot| {
            (snapshot.created_at, &snapshot.name)
        });
        Ok(snapshots)
    }

    /// All disks of the group, whoever's they are.
    pub(super) async fn read_disks(&self) -> Result<Vec<Disk>> {
        let listed = self.volumes.azure.disks.list(&self.group.id).await;
        listed.map_err(|error| Error::port(self.listing("disks"), error))
    }

    /// All snapshots of the group, whoever's they are.
    pub(super) async fn read_snapshots(&self) -> Result<Vec<Snapshot>> {
        let listed = self.volumes.azure.snapshots.list(&self.group.id).await;
        listed.map_err(|error| Error::port(self.listing("snapshots"), error))
    }

    fn listing(&self, what: &str) -> String {
        format!(
            "listing the {what} of resource group {:?}",
            self.group.id.name()
        )
    }
}
