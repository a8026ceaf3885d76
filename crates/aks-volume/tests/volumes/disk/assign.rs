use kompox_model::options::VolumeDiskAssignOptions;

use crate::cloud::{Cloud, refusal};
use crate::world::{World, refused, says, tags_of};

/// Assigns `d2` in a volume whose disks are assigned like this.
async fn assign_among(assigned: &[&str]) -> (World, Vec<String>) {
    let world = World::with_group();
    for (index, assigned) in assigned.iter().enumerate() {
        world.put_our_disk(&format!("d{}", index + 1), assigned);
    }
    world.assign_disk("d2").await.unwrap();
    let writes = world.cloud.calls("disks.tag");
    (world, writes)
}

#[tokio::test]
async fn none_assigned_is_repaired_with_one_write() {
    let (world, writes) = assign_among(&["false", "false", "false"]).await;
    assert_eq!(world.disks().await, ["d3", "d2*", "d1"]);
    assert_eq!(writes, ["disks.tag made-by-hand-d2"]);
}

#[tokio::test]
async fn another_one_is_cleared_only_after_the_new_one_is_set() {
    let (world, writes) = assign_among(&["true", "false", "false"]).await;
    assert_eq!(world.disks().await, ["d3", "d2*", "d1"]);
    assert_eq!(
        writes,
        ["disks.tag made-by-hand-d2", "disks.tag made-by-hand-d1"]
    );
}

#[tokio::test]
async fn two_assigned_are_repaired_whether_or_not_the_chosen_one_is_among_them() {
    let (world, writes) = assign_among(&["true", "true", "false"]).await;
    assert_eq!(world.disks().await, ["d3", "d2*", "d1"]);
    assert_eq!(writes, ["disks.tag made-by-hand-d1"]);
    let (world, writes) = assign_among(&["true", "false", "true"]).await;
    assert_eq!(world.disks().await, ["d3", "d2*", "d1"]);
    assert_eq!(writes.len(), 3);
    assert_eq!(writes[0], "disks.tag made-by-hand-d2");
}

#[tokio::test]
async fn what_is_right_already_is_not_written() {
    let (world, writes) = assign_among(&["false", "true"]).await;
    assert_eq!(world.disks().await, ["d2*", "d1"]);
    assert!(writes.is_empty());
}

#[tokio::test]
async fn tags_of_others_survive() {
    let (world, _) = assign_among(&["true", "false"]).await;
    let mut expected = tags_of(&[
        ("kompox-volume", "data"),
        ("kompox-disk-name", "d2"),
        ("kompox-disk-assigned", "true"),
        ("kompox-app-id-hash", "3jkh6q"),
        ("owner", "alice"),
    ]);
    let state = world.cloud.state();
    let tags: Vec<_> = state.disks.values().map(|disk| disk.tags.clone()).collect();
    assert!(tags.contains(&expected));
    expected.insert("kompox-disk-name".to_owned(), "d1".to_owned());
    expected.insert("kompox-disk-assigned".to_owned(), "false".to_owned());
    assert!(tags.contains(&expected));
}

#[tokio::test]
async fn disks_of_other_volumes_and_unreadable_ones_are_left_alone() {
    let world = World::with_group();
    world.put_our_disk("d2", "false");
    let mut others = vec![world.put_our_disk("d3", "broken")];
    others.push(world.put_disk(
        "logs",
        &[
            ("kompox-volume", "logs"),
            ("kompox-disk-name", "d2"),
            ("kompox-disk-assigned", "true"),
        ],
    ));
    let before: Vec<_> = others
        .iter()
        .map(|id| world.cloud.state().disks[id].clone())
        .collect();
    world.assign_disk("d2").await.unwrap();
    for (id, before) in others.iter().zip(before) {
        assert_eq!(world.cloud.state().disks[id], before);
    }
}

#[tokio::test]
async fn an_unknown_disk_is_not_found_and_nothing_is_written() {
    let world = World::with_group();
    world.put_our_disk("d1", "true");
    world.put_our_disk("d3", "false");
    let error = refused!(NotFound, world.assign_disk("d2").await);
    says(&error, &["disk \"d2\" of volume \"data\"", "d1, d3"]);
    assert!(world.cloud.calls("disks.tag").is_empty());
    refused!(Validation, world.assign_disk("No Name").await);
}

#[tokio::test]
async fn two_disks_of_one_name_are_not_guessed_between() {
    let world = World::with_group();
    world.put_our_disk("d1", "true");
    world.put_disk(
        "copy-of-d1",
        &[("kompox-volume", "data"), ("kompox-disk-name", "d1")],
    );
    let error = refused!(Conflict, world.assign_disk("d1").await);
    says(&error, &["copy-of-d1", "made-by-hand-d1", "tags"]);
    let delete = world
        .backend("data")
        .disk_delete("d1", Default::default())
        .await;
    refused!(Conflict, delete);
    assert_eq!(world.cloud.state().disks.len(), 2);
}

#[tokio::test]
async fn one_write_that_fails_does_not_keep_the_others_from_being_cleared() {
    let world = World::with_group();
    for name in ["d1", "d3", "d4"] {
        world.put_our_disk(name, "true");
    }
    world.put_our_disk("d2", "false");
    world.cloud.state().refusals =
        vec![("disks.tag made-by-hand-d1", refusal(409, "Busy", "busy"))];
    let error = refused!(Conflict, world.assign_disk("d2").await);
    says(&error, &["made-by-hand-d1", "Busy"]);
    assert_eq!(world.disks().await, ["d2*", "d4", "d3", "d1*"]);
    world.assign_disk("d2").await.unwrap();
    assert_eq!(world.disks().await, ["d2*", "d4", "d3", "d1"]);
}

#[tokio::test]
async fn when_the_chosen_disk_vanishes_the_present_one_stays() {
    let world = World::with_group();
    world.put_our_disk("d1", "true");
    let id = world.put_our_disk("d2", "false");
    let backend = world.backend("data");
    let assign = backend.disk_assign("d2", VolumeDiskAssignOptions::default());
    let vanish = async {
        while world.cloud.calls("disks.tag").is_empty() {
            tokio::task::yield_now().await;
        }
        world.cloud.state().disks.remove(&id);
    };
    // The write is the second call, which takes two turns: time for the disk to go.
    let (assigned, ()) = tokio::join!(assign, vanish);
    refused!(NotFound, assigned);
    assert_eq!(world.disks().await, ["d1*"]);
}

#[tokio::test(start_paused = true)]
async fn the_others_are_cleared_together() {
    let world = World::over(Cloud::meeting_at(&[
        "disks.tag made-by-hand-d1",
        "disks.tag made-by-hand-d3",
        "disks.tag made-by-hand-d4",
    ]));
    world.make_group();
    for (name, assigned) in [
        ("d1", "true"),
        ("d2", "true"),
        ("d3", "true"),
        ("d4", "true"),
    ] {
        world.put_our_disk(name, assigned);
    }
    world.assign_disk("d2").await.unwrap();
    assert_eq!(world.disks().await, ["d4", "d3", "d2*", "d1"]);
}
