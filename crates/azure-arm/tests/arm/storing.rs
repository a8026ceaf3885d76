//! Disks and snapshots.

use std::sync::Arc;

use kompox_azure::{CreationData, DiskCreation, ProvisioningState, ResourceId, SnapshotCreation};
use serde_json::json;

use crate::script::{Reply, Script, azure, disk, disk_body, disk_url, group, subscription};

fn creation() -> DiskCreation {
    DiskCreation {
        location: "eastus2".into(),
        tags: [].into(),
        sku: "Premium_LRS".into(),
        zones: vec!["2".into()],
        size_gib: 1,
        creation_data: CreationData::Empty,
        iops: None,
        mbps: None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_recorded_disk_is_made_in_its_zone() {
    let script = Arc::new(Script::recorded(include_str!("../data/disk_create.json")));
    let id = group("cli_test_disk_zones000001").resource("Microsoft.Compute/disks", "disk123");
    let disk = azure(&script)
        .disks
        .create_or_update(&id, &creation())
        .await
        .unwrap();
    script.done();
    assert_eq!(disk.id, id);
    assert_eq!(
        (disk.zones, disk.size_gib, disk.sku.as_str()),
        (vec!["2".to_owned()], 1, "Premium_LRS")
    );
    assert_eq!((disk.iops, disk.mbps), (Some(120), Some(25)));
    assert_eq!(
        (disk.state, disk.disk_state.as_str()),
        (ProvisioningState::Succeeded, "Unattached")
    );
    assert_eq!(
        disk.time_created.unwrap().to_string(),
        "2023-12-01T09:54:51.9437338Z"
    );
}

#[tokio::test]
async fn a_regional_copy_with_performance_says_just_that() {
    let source = disk("source");
    let script = Arc::new(
        Script::new()
            .on(
                "PUT",
                &disk_url("d"),
                Reply::ok(&disk_body("d", "Succeeded")),
            )
            .with(json!({
                "location": "eastus2",
                "tags": { "a": "b" },
                "sku": { "name": "PremiumV2_LRS" },
                "properties": {
                    "creationData": { "createOption": "Copy", "sourceResourceId": source },
                    "diskSizeGB": 8,
                    "diskIOPSReadWrite": 4000,
                    "diskMBpsReadWrite": 200,
                },
            })),
    );
    let creation = DiskCreation {
        tags: [("a".to_owned(), "b".to_owned())].into(),
        sku: "PremiumV2_LRS".into(),
        zones: Vec::new(),
        size_gib: 8,
        creation_data: CreationData::Copy { source },
        iops: Some(4000),
        mbps: Some(200),
        ..creation()
    };
    azure(&script)
        .disks
        .create_or_update(&disk("d"), &creation)
        .await
        .unwrap();
    script.done();
}

#[tokio::test(start_paused = true)]
async fn a_recorded_disk_is_deleted_and_then_absent() {
    let script = Arc::new(Script::recorded(include_str!("../data/disk_delete.json")));
    let id = group("asotest-rg-klgdzo").resource("Microsoft.Compute/disks", "asotest-disk-kmspwj");
    let azure = azure(&script);
    azure.disks.delete(&id).await.unwrap();
    assert_eq!(azure.disks.get(&id).await.unwrap(), None);
    script.done();
}

#[tokio::test]
async fn recorded_disks_are_listed() {
    let script = Arc::new(Script::recorded(include_str!("../data/disk_list.json")));
    let disks = azure(&script)
        .disks
        .list(&group("cli_test_disk_zones000001"))
        .await
        .unwrap();
    assert_eq!(disks.len(), 1);
    assert_eq!(disks[0].id.name(), "disk123");
}

#[tokio::test]
async fn tags_of_what_is_not_there_cannot_be_updated() {
    let gone = json!({ "error": { "code": "NotFound", "message": "Disk d is not found." } });
    let script =
        Arc::new(Script::new().on("PATCH", &disk_url("d"), Reply::status(404).json(&gone)));
    assert_eq!(
        azure(&script)
            .disks
            .update_tags(&disk("d"), &[].into())
            .await
            .unwrap(),
        None
    );
}

#[tokio::test(start_paused = true)]
async fn a_recorded_copy_of_a_snapshot_is_done_before_its_data_is_there() {
    let script = Arc::new(Script::recorded(include_str!(
        "../data/snapshot_copystart.json"
    )));
    let group = |number| subscription().group(format!("cli_test_completion_percent{number}"));
    let snapshot =
        |group: ResourceId, name: &str| group.resource("Microsoft.Compute/snapshots", name);
    let id = snapshot(group("2_000002"), "snapb");
    let creation = SnapshotCreation {
        location: "eastus".into(),
        tags: [].into(),
        sku: "Standard_LRS".into(),
        source: snapshot(group("1_000001"), "snapa"),
        copy_start: true,
    };
    let azure = azure(&script);
    let made = azure
        .snapshots
        .create_or_update(&id, &creation)
        .await
        .unwrap();
    assert_eq!(
        (made.state, made.completion_percent),
        (ProvisioningState::Succeeded, Some(0.0))
    );
    let read = azure.snapshots.get(&id).await.unwrap().unwrap();
    assert_eq!(read.id, id);
    script.done();
}
