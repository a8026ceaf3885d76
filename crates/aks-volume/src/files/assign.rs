//! Choosing the share that the app mounts.

use kompox_azure::FileShare;
use kompox_naming::DiskName;
use kompox_naming::tags::flag;
use kompox_naming::tags::share_metadata::SHARE_ASSIGNED;
use kompox_provider::deadline::Stage;
use kompox_provider::{Error, Result};

use super::FilesBackend;

impl FilesBackend<'_> {
    /// Assigns a share, then clears the others, one after the other: whoever is killed in between leaves two assigned and
    /// never none, and the next assign repairs either. A share that is right already is not written.
    ///
    /// Spec: §12.8.
    pub(super) async fn assign(&self, name: &DiskName, stage: &Stage) -> Result<()> {
        stage.reached("Azure is still listing the shares; nothing was changed");
        let read = self.read_shares().await?;
        let shares = self.shares(&read);
        let Some(chosen) = self.find(&shares, name)? else {
            return Err(self.no_share(name, &shares));
        };

        stage.reached(
            "Azure is still writing metadata; run it again to be sure that one share is assigned",
        );
        if !chosen.assigned && !self.write_assigned(chosen.share, true).await? {
            return Err(Error::not_found(format!(
                "share {:?} of volume {:?}, which was deleted meanwhile,",
                name.as_str(),
                self.volume.name
            )));
        }
        let mut result = Ok(());
        for other in &shares {
            if other.assigned && other.name != *name {
                // One that fails must not keep the others from being cleared.
                let cleared = self.write_assigned(other.share, false).await;
                result = result.and(cleared.map(drop));
            }
        }
        result
    }

    /// Writes whether a share is assigned, and leaves the rest of its metadata as it is: Azure replaces all of it.
    /// `false` when the share is gone.
    async fn write_assigned(&self, share: &FileShare, assigned: bool) -> Result<bool> {
        let mut metadata = share.metadata.clone().unwrap_or_default();
        metadata.insert(SHARE_ASSIGNED.to_owned(), flag(assigned).to_owned());
        let shares = &self.volumes.azure.file_shares;
        let written = shares.update_metadata(&share.id, &metadata).await;
        let written = written
            .map_err(|error| Error::port(format!("writing the metadata of {}", share.id), error))?;
        Ok(written.is_some())
    }
}
