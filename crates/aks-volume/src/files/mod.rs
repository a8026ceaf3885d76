//! Volumes of type `files`: Azure file shares, in one storage account in the resource group of the app.
//!
//! Shares have no tags; their metadata stands for them. The management plane does everything: no account key is
//! ever read. Azure does not tell when a share was made, only when it was last written: both times of a
//! [`VolumeDisk`] are the latter.
//!
//! Spec: §12.

mod account;
mod assign;
mod class;
mod create;
mod delete;
mod list;
mod options;
mod quota;
mod record;
mod sku;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use kompox_azure::ResourceId;
use kompox_model::options::{
    VolumeClassOptions, VolumeDiskAssignOptions, VolumeDiskCreateOptions, VolumeDiskDeleteOptions,
    VolumeDiskListOptions, VolumeSnapshotCreateOptions, VolumeSnapshotDeleteOptions,
    VolumeSnapshotListOptions,
};
use kompox_model::{App, Volume, VolumeClass, VolumeDisk, VolumeSnapshot};
use kompox_naming::VolumeName;
use kompox_provider::deadline::{Stage, within};
use kompox_provider::{Error, Result};

use crate::group::AppGroup;
use crate::volumes::checked;
use crate::{ClusterIdentities, VolumeBackend, Volumes};

/// Listing; as long as for disks.
const LIST_LIMIT: Duration = Duration::from_secs(60);
/// Creating a share, and the account with the first one: that alone can take a minute.
const CREATE_LIMIT: Duration = Duration::from_secs(5 * 60);
/// Metadata of all shares of a volume, one after the other.
const ASSIGN_LIMIT: Duration = Duration::from_secs(2 * 60);
/// Deleting a share.
const DELETE_LIMIT: Duration = Duration::from_secs(2 * 60);

/// The shares of one volume.
pub(crate) struct FilesBackend<'a> {
    volumes: &'a Volumes,
    app: &'a App,
    volume: &'a Volume,
    name: VolumeName,
    group: AppGroup<'a>,
    account: ResourceId,
}

impl<'a> FilesBackend<'a> {
    pub(crate) fn new(
        volumes: &'a Volumes,
        app: &'a App,
        volume: &'a Volume,
        name: VolumeName,
        identities: &'a dyn ClusterIdentities,
    ) -> Result<Self> {
        let group = AppGroup::new(volumes, app, identities)?;
        let account = group.id.resource(
            "Microsoft.Storage/storageAccounts",
            group.names.storage_account(),
        );
        Ok(Self {
            volumes,
            app,
            volume,
            name,
            group,
            account,
        })
    }

    /// Spec: §12.11.
    fn no_snapshots(&self) -> Error {
        Error::NotSupported(format!(
            "volume {:?} is of type {}, which has no snapshots: only volumes of type disk have",
            self.volume.name, self.volume.kind
        ))
    }
}

impl fmt::Debug for FilesBackend<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilesBackend")
            .field("account", &self.account)
            .field("volume", &self.name)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl VolumeBackend for FilesBackend<'_> {
    async fn disk_list(&self, _: VolumeDiskListOptions) -> Result<Vec<VolumeDisk>> {
        let stage = Stage::new("Azure is still listing the shares");
        within("VolumeDiskList", LIST_LIMIT, &stage, self.list()).await
    }

    async fn disk_create(
        &self,
        disk: Option<&str>,
        source: Option<&str>,
        options: VolumeDiskCreateOptions,
    ) -> Result<VolumeDisk> {
        let request = self.share_request(disk, source, &options)?;
        let stage = Stage::default();
        let future = self.create(request, &stage);
        within("VolumeDiskCreate", CREATE_LIMIT, &stage, future).await
    }

    async fn disk_delete(&self, disk: &str, _: VolumeDiskDeleteOptions) -> Result<()> {
        let disk = checked(disk.parse())?;
        let stage = Stage::default();
        let future = self.delete(&disk, &stage);
        within("VolumeDiskDelete", DELETE_LIMIT, &stage, future).await
    }

    async fn disk_assign(&self, disk: &str, _: VolumeDiskAssignOptions) -> Result<()> {
        let disk = checked(disk.parse())?;
        let stage = Stage::default();
        let future = self.assign(&disk, &stage);
        within("VolumeDiskAssign", ASSIGN_LIMIT, &stage, future).await
    }

    async fn snapshot_list(&self, _: VolumeSnapshotListOptions) -> Result<Vec<VolumeSnapshot>> {
        Err(self.no_snapshots())
    }

    async fn snapshot_create(
        &self,
        _: Option<&str>,
        _: Option<&str>,
        _: VolumeSnapshotCreateOptions,
    ) -> Result<VolumeSnapshot> {
        Err(self.no_snapshots())
    }

    async fn snapshot_delete(&self, _: &str, _: VolumeSnapshotDeleteOptions) -> Result<()> {
        Err(self.no_snapshots())
    }

    fn class(&self, _: VolumeClassOptions) -> Result<VolumeClass> {
        Ok(class::class())
    }
}
