//! Listing, and reading all that an operation decides on at once.

use kompox_azure::{Disk, Snapshot};
use kompox_model::{VolumeDisk, VolumeSnapshot};
use kompox_provider::{Error, Result};

use super::DiskBackend;

impl DiskBackend<'_> {
    /// Newest first, then by name. Spec: §11.3.
    pub(super) async fn list(&self) -> Result<Vec<VolumeDisk>> {
        let listed = self.read_disks().await?;
        let records = self.disks(&listed);
        let mut disks: Vec<_> = records.iter().map(|r| self.model_disk(r)).collect();
        disks.sort_by(|a, b| {
            b.created_at
                .cmp(&a.created_at)
                .then_with(|| a.name.cmp(&b.name))
        });
        Ok(disks)
    }

    /// Newest first, then by name. Spec: §11.7.
    pub(super) async fn list_snapshots(&self) -> Result<Vec<VolumeSnapshot>> {
        let listed = self.read_snapshots().await?;
        let records = self.snapshots(&listed);
        let mut snapshots: Vec<_> = records.iter().map(|r| self.model_snapshot(r)).collect();
        snapshots.sort_by(|a, b| {
            b.created_at
                .cmp(&a.created_at)
                .then_with(|| a.name.cmp(&b.name))
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
