use super::world::snapshot_id;
use crate::world::{World, refused};

#[tokio::test]
async fn a_disk_is_deleted_by_the_id_that_the_list_gave() {
    let world = World::with_group();
    world.put_our_disk("d1", "true");
    world.put_our_disk("d2", "false");
    let backend = world.backend("data");
    backend.disk_delete("d1", Default::default()).await.unwrap();
    assert_eq!(
        world.cloud.state().log,
        ["disks.list", "disks.delete made-by-hand-d1"]
    );
    assert_eq!(world.disks().await, ["d2"]);
}

#[tokio::test]
async fn what_is_not_there_is_deleted_already() {
    let world = World::with_group();
    world.put_disk(
        "of-logs",
        &[("kompox-volume", "logs"), ("kompox-disk-name", "d1")],
    );
    let backend = world.backend("data");
    backend.disk_delete("d1", Default::default()).await.unwrap();
    let deleted = backend.snapshot_delete("s1", Default::default()).await;
    deleted.unwrap();
    assert_eq!(world.cloud.state().disks.len(), 1);
    assert_eq!(world.cloud.state().log, ["disks.list", "snapshots.list"]);
}

#[tokio::test]
async fn a_snapshot_is_deleted_by_the_id_that_the_list_gave() {
    let world = World::with_group();
    for (azure_name, name) in [("x", "s1"), ("y", "s2")] {
        world.put_snapshot_at(
            snapshot_id(azure_name),
            "japaneast",
            &[("kompox-volume", "data"), ("kompox-snapshot-name", name)],
        );
    }
    let backend = world.backend("data");
    let deleted = backend.snapshot_delete("s1", Default::default()).await;
    deleted.unwrap();
    let left: Vec<_> = world.cloud.state().snapshots.keys().cloned().collect();
    assert_eq!(left, [snapshot_id("y")]);
}

#[tokio::test]
async fn what_cannot_be_a_name_is_refused_before_any_call() {
    let world = World::with_group();
    let backend = world.backend("data");
    refused!(
        Validation,
        backend.disk_delete("../d1", Default::default()).await
    );
    refused!(
        Validation,
        backend.snapshot_delete("", Default::default()).await
    );
    assert!(world.cloud.state().log.is_empty());
}
