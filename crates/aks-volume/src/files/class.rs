//! How Kubernetes mounts a share.

use std::collections::BTreeMap;

use kompox_model::VolumeClass;

use super::options::SMB;

/// The same for every share: AKS brings the storage class and the CSI driver along. A share is a file system itself,
/// and the CSI driver takes one that is named for a disk.
///
/// Spec: §12.10; it does not give the reclaim policy, which is that of disks: data outlives its claim.
pub(super) fn class() -> VolumeClass {
    VolumeClass {
        storage_class_name: "azurefile-csi".to_owned(),
        csi_driver: "file.csi.azure.com".to_owned(),
        fs_type: String::new(),
        attributes: BTreeMap::from([("protocol".to_owned(), SMB.to_owned())]),
        access_modes: vec!["ReadWriteMany".to_owned()],
        reclaim_policy: "Retain".to_owned(),
        volume_mode: "Filesystem".to_owned(),
    }
}
