//! Choosing the disk that the app mounts.

use futures::stream::{self, StreamExt};
use kompox_azure::Disk;
use kompox_naming::DiskName;
use kompox_naming::tags::{DISK_ASSIGNED, flag};
use kompox_provider::deadline::Stage;
use kompox_provider::{Error, Result};

use super::DiskBackend;

/// Disks whose tags are written at the same time.
const CONCURRENT_WRITES: usize = 8;

impl DiskBackend<'_> {
    /// Assigns a disk, then clears the others: whoever is killed in between leaves two assigned and never none, and
    /// the next assign repairs either. A disk that is right already is not written.
    ///
    /// Spec: §11.5.
    pub(super) async fn assign(&self, name: &DiskName, stage: &Stage) -> Result<()> {
        stage.reached("Azure is still listing the disks; nothing was changed");
        let listed = self.read_disks().await?;
        let disks = self.disks(&listed);
        let Some(chosen) = self.find_disk(&disks, name)? else {
            return Err(self.no_disk(name, &disks));
        };

        stage.reached(
            "Azure is still writing tags; run it again to be sure that one disk is assigned",
        );
        if !chosen.assigned && !self.write_assigned(chosen.disk, true).await? {
            return Err(Error::not_found(format!(
                "disk {:?} of volume {:?}, which was deleted meanwhile",
                name.as_str(),
                self.volume.name
            )));
        }
        let mut others = Vec::new();
        for other in &disks {
            if other.assigned && other.name != *name {
                others.push(self.write_assigned(other.disk, false));
            }
        }
        // One that fails must not keep the others from being cleared.
        let cleared: Vec<_> = stream::iter(others)
            .buffer_unordered(CONCURRENT_WRITES)
            .collect()
            .await;
        cleared.into_iter().collect::<Result<Vec<_>>>()?;
        Ok(())
    }

    /// Writes whether a disk is assigned, and leaves its other tags as they are. `false` when it is gone.
    async fn write_assigned(&self, disk: &Disk, assigned: bool) -> Result<bool> {
        let mut tags = disk.tags.clone();
        tags.insert(DISK_ASSIGNED.to_owned(), flag(assigned).to_owned());
        let written = self.volumes.azure.disks.update_tags(&disk.id, &tags).await;
        let written = written
            .map_err(|error| Error::port(format!("writing the tags of {}", disk.id), error))?;
        Ok(written.is_some())
    }
}
