//! Removing a share, by the id that the listing gave. The account stays, also after the last one.

use kompox_naming::DiskName;
use kompox_provider::deadline::Stage;
use kompox_provider::{Error, Result};

use super::FilesBackend;

impl FilesBackend<'_> {
    /// Removes a share, assigned or not. Spec: §12.9.
    pub(super) async fn delete(&self, name: &DiskName, stage: &Stage) -> Result<()> {
        stage.reached("Azure is still listing the shares; nothing was changed");
        let read = self.read_shares().await?;
        let shares = self.shares(&read);
        let Some(record) = self.find(&shares, name)? else {
            return Ok(());
        };
        stage.reached("Azure is still deleting the share; run it again to go on waiting");
        let id = &record.share.id;
        let deleted = self.volumes.azure.file_shares.delete(id).await;
        deleted.map_err(|error| {
            let mut doing = format!("deleting share {:?}, {id}", name.as_str());
            if error.has_code("ShareHasSnapshots") {
                doing += ", which a backup has taken snapshots of; delete those first";
            }
            Error::port(doing, error)
        })
    }
}
