//! Snapshots of managed disks.

use std::time::Duration;

use super::disks::empty;
use super::stage::{Environment, tags};
use crate::{
    Azure, CreationData, DiskCreation, ProvisioningState, ResourceId, Snapshot, SnapshotCreation,
};

const KIND: &str = "Microsoft.Compute/snapshots";

/// Snapshots: absence is `None` and an empty list; taken from a disk or copied from a snapshot, they are read back;
/// once all of the data is there a disk can be made from them; tags are replaced as a whole; lists have all pages; deleting
/// succeeds when there is nothing.
///
/// # Panics
/// At the first broken promise.
pub async fn snapshots(azure: &Azure, environment: &Environment) {
    let snapshots = &azure.snapshots;
    let missing = environment.group("no-snapshots");
    assert_eq!(snapshots.list(&missing).await.unwrap(), []);
    assert_eq!(
        snapshots.get(&missing.resource(KIND, "s")).await.unwrap(),
        None
    );
    snapshots
        .delete(&missing.resource(KIND, "s"))
        .await
        .unwrap();

    let group = environment.empty_group(azure, "snapshots").await;
    let snapshot = |name: &str| group.resource(KIND, name);
    assert_eq!(snapshots.list(&group).await.unwrap(), []);
    assert_eq!(
        snapshots
            .update_tags(&snapshot("s"), &tags([("a", "1")]))
            .await
            .unwrap(),
        None
    );

    let disk = group.resource("Microsoft.Compute/disks", "source");
    azure
        .disks
        .create_or_update(&disk, &empty(environment))
        .await
        .unwrap();
    let of_disk = SnapshotCreation {
        location: environment.location.clone(),
        tags: tags([("a", "1"), ("b", "2")]),
        sku: "Standard_LRS".to_owned(),
        source: disk,
        copy_start: false,
    };
    snapshots
        .create_or_update(&snapshot("first"), &of_disk)
        .await
        .unwrap();
    let read = complete(azure, &snapshot("first")).await;
    assert_eq!(read.id, snapshot("first"));
    assert_eq!(read.state, ProvisioningState::Succeeded);
    assert!(read.time_created.is_some());
    assert_eq!(
        (&read.tags, &read.sku, &read.location, read.size_gib),
        (&of_disk.tags, &of_disk.sku, &of_disk.location, 4)
    );

    let updated = snapshots
        .update_tags(&snapshot("first"), &tags([("b", "3")]))
        .await
        .unwrap()
        .expect("the snapshot is there");
    assert_eq!(
        updated.tags,
        tags([("b", "3")]),
        "tags are replaced as a whole"
    );

    let of_snapshot = SnapshotCreation {
        source: snapshot("first"),
        copy_start: true,
        ..of_disk.clone()
    };
    snapshots
        .create_or_update(&snapshot("second"), &of_snapshot)
        .await
        .unwrap();
    let copied = complete(azure, &snapshot("second")).await;
    assert_eq!(copied.size_gib, 4);

    let restored = DiskCreation {
        creation_data: CreationData::Copy {
            source: snapshot("second"),
        },
        ..empty(environment)
    };
    let restored = azure
        .disks
        .create_or_update(
            &group.resource("Microsoft.Compute/disks", "restored"),
            &restored,
        )
        .await
        .unwrap();
    assert_eq!(restored.size_gib, 4);

    let lost = SnapshotCreation {
        source: group.resource("Microsoft.Compute/disks", "missing"),
        ..of_disk
    };
    snapshots
        .create_or_update(&snapshot("lost"), &lost)
        .await
        .unwrap_err();
    let mut names: Vec<_> = snapshots
        .list(&group)
        .await
        .unwrap()
        .iter()
        .map(|snapshot| snapshot.id.name().to_owned())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["first", "second"]);

    snapshots.delete(&snapshot("first")).await.unwrap();
    assert_eq!(snapshots.get(&snapshot("first")).await.unwrap(), None);
    snapshots.delete(&snapshot("first")).await.unwrap();
    azure.resource_groups.delete(&group).await.unwrap();
}

/// A snapshot as it is when all of its data is there.
async fn complete(azure: &Azure, id: &ResourceId) -> Snapshot {
    loop {
        let snapshot = azure
            .snapshots
            .get(id)
            .await
            .unwrap()
            .expect("the snapshot was made");
        if snapshot
            .completion_percent
            .is_none_or(|percent| percent >= 100.0)
        {
            return snapshot;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
