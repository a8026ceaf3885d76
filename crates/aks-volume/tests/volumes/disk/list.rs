use jiff::Timestamp;

use super::world::{disk_id, snapshot_id};
use crate::world::{GIB, World, json};

#[tokio::test]
async fn a_missing_group_is_an_empty_list() {
    let world = World::new();
    assert!(world.disks().await.is_empty());
    let snapshots = world
        .backend("data")
        .snapshot_list(Default::default())
        .await;
    assert!(snapshots.unwrap().is_empty());
    assert_eq!(world.cloud.state().log, ["disks.list", "snapshots.list"]);
}

#[tokio::test]
async fn the_newest_disk_comes_first_and_names_decide_between_equals() {
    let world = World::with_group();
    for name in ["c", "a", "b", "new"] {
        world.put_our_disk(name, "false");
    }
    for name in ["a", "b", "c"] {
        let id = disk_id(&format!("made-by-hand-{name}"));
        let time = Timestamp::from_second(1_600_000_000).unwrap();
        world.cloud.state().disks.get_mut(&id).unwrap().time_created = Some(time);
    }
    assert_eq!(world.disks().await, ["new", "a", "b", "c"]);
}

#[tokio::test]
async fn what_is_not_of_the_volume_is_left_out() {
    let world = World::with_group();
    world.put_our_disk("d1", "TRUE");
    world.put_disk("untagged", &[]);
    world.put_disk(
        "other-volume",
        &[("kompox-volume", "logs"), ("kompox-disk-name", "d2")],
    );
    world.put_disk(
        "other-app",
        &[
            ("kompox-volume", "data"),
            ("kompox-disk-name", "d3"),
            ("kompox-app-id-hash", "000000"),
        ],
    );
    world.put_disk("nameless", &[("kompox-volume", "data")]);
    world.put_disk(
        "misnamed",
        &[("kompox-volume", "data"), ("kompox-disk-name", "No Name")],
    );
    world.put_our_disk("d4", "perhaps");
    world.put_disk(
        "never-assigned",
        &[("kompox-volume", "data"), ("kompox-disk-name", "d5")],
    );
    assert_eq!(world.disks().await, ["d5", "d1*"]);
}

#[tokio::test]
async fn a_disk_is_told_in_kompoxs_words() {
    let world = World::with_group();
    let id = world.put_our_disk("d1", "true");
    world.cloud.state().disks.get_mut(&id).unwrap().sku = "PremiumV2_LRS".to_owned();
    let plain = world.put_our_disk("d2", "false");
    {
        let mut state = world.cloud.state();
        let plain = state.disks.get_mut(&plain).unwrap();
        plain.zones.clear();
        plain.time_created = None;
    }
    let disks = world.backend("data").disk_list(Default::default()).await;
    let disks = disks.unwrap();
    let d1 = disks.iter().find(|disk| disk.name == "d1").unwrap();
    assert_eq!(d1.volume_name, "data");
    assert_eq!(d1.size, 10 * GIB);
    assert_eq!(d1.zone, "japaneast-1");
    assert_eq!(
        d1.options,
        json(r#"{"sku":"PremiumV2_LRS","iops":120,"mbps":25}"#)
    );
    assert_eq!(d1.handle, id.to_string());
    assert_eq!(d1.created_at, d1.updated_at);
    let d2 = disks.iter().find(|disk| disk.name == "d2").unwrap();
    assert_eq!(d2.zone, "");
    assert_eq!(d2.options, json(r#"{"sku":"Premium_LRS"}"#));
    assert_eq!(d2.created_at.as_second(), 1_700_000_000);
}

#[tokio::test]
async fn snapshots_are_listed_like_disks() {
    let world = World::with_group();
    for (azure_name, volume, name) in [
        ("x", "data", "s1"),
        ("y", "data", "s2"),
        ("z", "logs", "s3"),
    ] {
        world.put_snapshot_at(
            snapshot_id(azure_name),
            "japaneast",
            &[("kompox-volume", volume), ("kompox-snapshot-name", name)],
        );
    }
    let snapshots = world
        .backend("data")
        .snapshot_list(Default::default())
        .await
        .unwrap();
    let told: Vec<_> = snapshots
        .iter()
        .map(|s| (s.name.as_str(), s.volume_name.as_str(), s.size, &*s.handle))
        .collect();
    assert_eq!(
        told,
        [
            ("s2", "data", 10 * GIB, &*snapshot_id("y").to_string()),
            ("s1", "data", 10 * GIB, &*snapshot_id("x").to_string()),
        ]
    );
}
