//! Volumes of type `disk`: Azure managed disks and their snapshots, in the resource group of the app.
//!
//! Spec: §11.

mod assign;
mod class;
mod completion;
mod create;
mod delete;
mod list;
mod options;
mod origin;
mod record;
mod shape;
mod size;
mod sku;
mod snapshot;
mod source;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use kompox_model::options::{
    VolumeClassOptions, VolumeDiskAssignOptions, VolumeDiskCreateOptions, VolumeDiskDeleteOptions,
    VolumeDiskListOptions, VolumeSnapshotCreateOptions, VolumeSnapshotDeleteOptions,
    VolumeSnapshotListOptions,
};
use kompox_model::{App, Volume, VolumeClass, VolumeDisk, VolumeSnapshot};
use kompox_naming::VolumeName;
use kompox_provider::Result;
use kompox_provider::deadline::{Stage, within};

use crate::group::AppGroup;
use crate::volumes::checked;
use crate::{ClusterIdentities, VolumeBackend, Volumes};

/// Listing, and what has to be read before a snapshot is taken. Spec: §11.3.
const LIST_LIMIT: Duration = Duration::from_secs(60);
/// Creating a disk. Spec: §11.4.
const CREATE_LIMIT: Duration = Duration::from_secs(2 * 60);
/// Tags of all disks of a volume. The specification gives none; as long as creating.
const ASSIGN_LIMIT: Duration = Duration::from_secs(2 * 60);
/// Deleting a disk or a snapshot. The specification gives none; as long as creating.
const DELETE_LIMIT: Duration = Duration::from_secs(2 * 60);

/// The disks and snapshots of one volume.
pub(crate) struct DiskBackend<'a> {
    volumes: &'a Volumes,
    app: &'a App,
    volume: &'a Volume,
    name: VolumeName,
    group: AppGroup<'a>,
}

impl<'a> DiskBackend<'a> {
    pub(crate) fn new(
        volumes: &'a Volumes,
        app: &'a App,
        volume: &'a Volume,
        name: VolumeName,
        identities: &'a dyn ClusterIdentities,
    ) -> Result<Self> {
        Ok(Self {
            volumes,
            app,
            volume,
            name,
            group: AppGroup::new(volumes, app, identities)?,
        })
    }
}

impl fmt::Debug for DiskBackend<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiskBackend")
            .field("group", &self.group.id)
            .field("volume", &self.name)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl VolumeBackend for DiskBackend<'_> {
    async fn disk_list(&self, _: VolumeDiskListOptions) -> Result<Vec<VolumeDisk>> {
        let stage = Stage::new("Azure is still listing the disks");
        within("VolumeDiskList", LIST_LIMIT, &stage, self.list()).await
    }

    async fn disk_create(
        &self,
        disk: Option<&str>,
        source: Option<&str>,
        options: VolumeDiskCreateOptions,
    ) -> Result<VolumeDisk> {
        let request = self.disk_request(disk, source, &options)?;
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
        let stage = Stage::new("Azure is still listing the snapshots");
        within(
            "VolumeSnapshotList",
            LIST_LIMIT,
            &stage,
            self.list_snapshots(),
        )
        .await
    }

    async fn snapshot_create(
        &self,
        snapshot: Option<&str>,
        source: Option<&str>,
        _: VolumeSnapshotCreateOptions,
    ) -> Result<VolumeSnapshot> {
        const OPERATION: &str = "VolumeSnapshotCreate";
        let request = self.snapshot_request(snapshot, source)?;
        let stage = Stage::new("Azure is still listing what there is; nothing was changed");
        let future = self.plan_snapshot(request);
        let plan = within(OPERATION, LIST_LIMIT, &stage, future).await?;
        let limit = plan.limit();
        let future = self.take_snapshot(plan, &stage);
        within(OPERATION, limit, &stage, future).await
    }

    async fn snapshot_delete(&self, snapshot: &str, _: VolumeSnapshotDeleteOptions) -> Result<()> {
        let snapshot = checked(snapshot.parse())?;
        let stage = Stage::default();
        let future = self.delete_snapshot(&snapshot, &stage);
        within("VolumeSnapshotDelete", DELETE_LIMIT, &stage, future).await
    }

    fn class(&self, _: VolumeClassOptions) -> Result<VolumeClass> {
        Ok(class::class())
    }
}
