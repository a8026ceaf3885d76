//! Listing.

use futures::future::try_join;
use futures::stream::{self, StreamExt, TryStreamExt};
use kompox_azure::FileShare;
use kompox_model::VolumeDisk;
use kompox_provider::{Error, Result};

use super::FilesBackend;
use crate::record::newest_first;

/// Shares whose metadata is read at the same time.
const CONCURRENT_READS: usize = 8;

impl FilesBackend<'_> {
    /// Newest first, then by name; empty where there is no account. Spec: §12.6.
    pub(super) async fn list(&self) -> Result<Vec<VolumeDisk>> {
        let (account, read) = try_join(self.read_account(), self.read_shares()).await?;
        let Some(account) = account else {
            return Ok(Vec::new());
        };
        let records = self.shares(&read);
        let mut disks: Vec<_> = records
            .iter()
            .map(|record| self.model(record, &account.sku))
            .collect();
        newest_first(&mut disks, |disk| (disk.created_at, &disk.name));
        Ok(disks)
    }

    /// All shares whose names begin as those of this volume, whoever's they are, with their metadata. Lists mostly come
    /// without it: it is read share by share then.
    pub(super) async fn read_shares(&self) -> Result<Vec<FileShare>> {
        let prefix = format!("{}-", self.name);
        let listed = self.volumes.azure.file_shares.list(&self.account, &prefix);
        let listed = listed.await.map_err(|error| {
            let account = self.account.name();
            Error::port(
                format!("listing the shares of storage account {account:?}"),
                error,
            )
        })?;
        let mut reads = Vec::new();
        for share in listed {
            reads.push(self.with_metadata(share));
        }
        let read: Vec<_> = stream::iter(reads)
            .buffered(CONCURRENT_READS)
            .try_collect()
            .await?;
        Ok(read.into_iter().flatten().collect())
    }

    /// `None` when it was deleted meanwhile.
    async fn with_metadata(&self, share: FileShare) -> Result<Option<FileShare>> {
        if share.metadata.is_some() {
            return Ok(Some(share));
        }
        let read = self.volumes.azure.file_shares.get(&share.id).await;
        read.map_err(|error| Error::port(format!("reading share {}", share.id), error))
    }
}
