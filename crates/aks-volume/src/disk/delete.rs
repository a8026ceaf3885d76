//! Removing disks and snapshots, always by the id that the listing gave.

use kompox_naming::{DiskName, SnapshotName};
use kompox_provider::deadline::Stage;
use kompox_provider::{Error, Result};

use super::DiskBackend;

impl DiskBackend<'_> {
    /// Removes a disk, assigned or not. Spec: §11.6.
    pub(super) async fn delete(&self, name: &DiskName, stage: &Stage) -> Result<()> {
        stage.reached("Azure is still listing the disks; nothing was changed");
        let listed = self.read_disks().await?;
        let disks = self.disks(&listed);
        let Some(record) = self.find_disk(&disks, name)? else {
            return Ok(());
        };
        stage.reached("Azure is still deleting the disk; run it again to go on waiting");
        let id = &record.disk.id;
        let deleted = self.volumes.azure.disks.delete(id).await;
        deleted
            .map_err(|error| Error::port(format!("deleting disk {:?}, {id}", name.as_str()), error))
    }

    /// Removes a snapshot. Spec: §11.9.
    pub(super) async fn delete_snapshot(&self, name: &SnapshotName, stage: &Stage) -> Result<()> {
        stage.reached("Azure is still listing the snapshots; nothing was changed");
        let listed = self.read_snapshots().await?;
        let snapshots = self.snapshots(&listed);
        let Some(record) = self.find_snapshot(&snapshots, name)? else {
            return Ok(());
        };
        stage.reached("Azure is still deleting the snapshot; run it again to go on waiting");
        let id = &record.snapshot.id;
        let deleted = self.volumes.azure.snapshots.delete(id).await;
        deleted.map_err(|error| {
            Error::port(
                format!("deleting snapshot {:?}, {id}", name.as_str()),
                error,
            )
        })
    }
}
