//! What shares cannot do, and how they are mounted.

use kompox_model::options::VolumeDiskCreateOptions;

use crate::world::{World, refused, says};

#[tokio::test]
async fn snapshots_are_not_supported_and_nobody_is_asked() {
    let world = World::with_account();
    let backend = world.backend("docs");
    let listed = backend.snapshot_list(Default::default()).await;
    let made = backend
        .snapshot_create(None, None, Default::default())
        .await;
    let deleted = backend.snapshot_delete("s1", Default::default()).await;
    for error in [
        refused!(NotSupported, listed),
        refused!(NotSupported, made),
        refused!(NotSupported, deleted),
    ] {
        says(&error, &["volume \"docs\"", "type files", "snapshots"]);
    }
    assert!(world.cloud.state().log.is_empty());
}

#[tokio::test]
async fn a_source_is_not_supported_and_nobody_is_asked() {
    let world = World::with_account();
    for source in ["snapshot:s1", "disk:d1", "/subscriptions/x", "plain"] {
        let made = world
            .backend("docs")
            .disk_create(Some("s1"), Some(source), VolumeDiskCreateOptions::default())
            .await;
        let error = refused!(NotSupported, made);
        says(&error, &["volume \"docs\"", "type files", source]);
    }
    assert!(world.cloud.state().log.is_empty());
}

#[test]
fn a_share_is_mounted_by_the_csi_driver_of_aks() {
    let world = World::new();
    let class = world.backend("docs").class(Default::default()).unwrap();
    assert_eq!(
        serde_json::to_value(class).unwrap(),
        serde_json::json!({
            "storageClassName": "azurefile-csi",
            "csiDriver": "file.csi.azure.com",
            "fsType": "",
            "attributes": {"protocol": "smb"},
            "accessModes": ["ReadWriteMany"],
            "reclaimPolicy": "Retain",
            "volumeMode": "Filesystem",
        })
    );
}
