//! How Kubernetes mounts a disk.

use std::collections::BTreeMap;

use kompox_model::VolumeClass;

const FILE_SYSTEM: &str = "ext4";

/// The same for every disk: AKS brings the storage class and the CSI driver along.
///
/// Spec: §11.10.
pub(super) fn class() -> VolumeClass {
    VolumeClass {
        storage_class_name: "managed-csi".to_owned(),
        csi_driver: "disk.csi.azure.com".to_owned(),
        fs_type: FILE_SYSTEM.to_owned(),
        attributes: BTreeMap::from([("fsType".to_owned(), FILE_SYSTEM.to_owned())]),
        access_modes: vec!["ReadWriteOnce".to_owned()],
        reclaim_policy: "Retain".to_owned(),
        volume_mode: "Filesystem".to_owned(),
    }
}
