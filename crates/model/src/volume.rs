//! Volumes, the disks and snapshots behind them, and how Kubernetes mounts them.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Options of a volume: free JSON that the driver interprets (`sku`, `iops`, `mbps`, `protocol`, `quotaGiB`).
pub type VolumeOptions = Map<String, Value>;

/// A logical volume of an app. One or more disks stand behind it, one of them assigned.
///
/// Spec: §10.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Volume {
    /// Its name, unique in the app.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// Which kind of storage stands behind it.
    #[serde(rename = "type")]
    pub kind: VolumeType,
    /// Options for the driver.
    pub options: VolumeOptions,
}

/// The kind of storage behind a volume.
///
/// Spec: §10.2.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum VolumeType {
    /// A block device for one node: Azure Disks.
    #[default]
    Disk,
    /// A file share for many nodes: Azure Files.
    Files,
}

impl fmt::Display for VolumeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disk => "disk",
            Self::Files => "files",
        })
    }
}

/// A disk (or share) behind a volume.
///
/// Spec: §10, §11.3, §12.6.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VolumeDisk {
    /// Its name, unique in the volume.
    pub name: String,
    /// The volume that it belongs to.
    pub volume_name: String,
    /// Whether it is the disk that the app mounts.
    pub assigned: bool,
    /// Size in bytes.
    pub size: u64,
    /// Availability zone in the Kompox form (`japaneast-1`); empty when it has none.
    pub zone: String,
    /// The options that it really has.
    pub options: VolumeOptions,
    /// What a Kubernetes persistent volume refers to it by: a resource id, or a CSI volume handle.
    pub handle: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed, as far as the cloud tells.
    pub updated_at: Timestamp,
}

/// A snapshot of a disk.
///
/// Spec: §11.7.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VolumeSnapshot {
    /// Its name, unique in the volume.
    pub name: String,
    /// The volume that it belongs to.
    pub volume_name: String,
    /// Size in bytes of the disk that it was taken from.
    pub size: u64,
    /// Its resource id.
    pub handle: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed, as far as the cloud tells.
    pub updated_at: Timestamp,
}

/// How Kubernetes mounts the disks of a volume.
///
/// Spec: §11.10, §12.10.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VolumeClass {
    /// Storage class of the claim.
    pub storage_class_name: String,
    /// The CSI driver that mounts it.
    pub csi_driver: String,
    /// File system, empty where the storage is one itself.
    pub fs_type: String,
    /// CSI volume attributes.
    pub attributes: BTreeMap<String, String>,
    /// Kubernetes access modes.
    pub access_modes: Vec<String>,
    /// Kubernetes reclaim policy.
    pub reclaim_policy: String,
    /// Kubernetes volume mode.
    pub volume_mode: String,
}
