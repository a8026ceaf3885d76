//! What every type of volume can do.

use std::fmt;

use async_trait::async_trait;
use kompox_model::options::{
    VolumeClassOptions, VolumeDiskAssignOptions, VolumeDiskCreateOptions, VolumeDiskDeleteOptions,
    VolumeDiskListOptions, VolumeSnapshotCreateOptions, VolumeSnapshotDeleteOptions,
    VolumeSnapshotListOptions,
};
use kompox_model::{VolumeClass, VolumeDisk, VolumeSnapshot};
use kompox_provider::Result;

/// The storage behind one volume of one app. Every operation has its own deadline.
///
/// What the operations promise and how they fail is said at the driver's operations of the same names
/// ([`kompox_provider::Driver`]).
///
/// Spec: §10.1.
#[async_trait]
pub trait VolumeBackend: fmt::Debug + Send + Sync {
    /// The disks, newest first, then by name.
    async fn disk_list(&self, options: VolumeDiskListOptions) -> Result<Vec<VolumeDisk>>;

    /// Makes a disk. The first one of a volume is assigned.
    async fn disk_create(
        &self,
        disk: Option<&str>,
        source: Option<&str>,
        options: VolumeDiskCreateOptions,
    ) -> Result<VolumeDisk>;

    /// Removes a disk, assigned or not; succeeds when there is none of that name.
    async fn disk_delete(&self, disk: &str, options: VolumeDiskDeleteOptions) -> Result<()>;

    /// Makes a disk the only assigned one.
    async fn disk_assign(&self, disk: &str, options: VolumeDiskAssignOptions) -> Result<()>;

    /// The snapshots, newest first, then by name.
    async fn snapshot_list(
        &self,
        options: VolumeSnapshotListOptions,
    ) -> Result<Vec<VolumeSnapshot>>;

    /// Takes a snapshot: of the assigned disk, or of `source`.
    async fn snapshot_create(
        &self,
        snapshot: Option<&str>,
        source: Option<&str>,
        options: VolumeSnapshotCreateOptions,
    ) -> Result<VolumeSnapshot>;

    /// Removes a snapshot; succeeds when there is none of that name.
    async fn snapshot_delete(
        &self,
        snapshot: &str,
        options: VolumeSnapshotDeleteOptions,
    ) -> Result<()>;

    /// How Kubernetes mounts the disks.
    fn class(&self, options: VolumeClassOptions) -> Result<VolumeClass>;
}
