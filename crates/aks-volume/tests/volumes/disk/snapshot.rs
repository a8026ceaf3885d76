use std::time::Duration;

use kompox_azure::ProvisioningState;
use kompox_model::failure::Failure;

use super::world::{elsewhere, snapshot_id};
use crate::cloud::{Cloud, refusal};
use crate::world::{GIB, LOCATION, World, group, refused, says, tags_of};

fn about(target: &str, failure: Failure) -> Failure {
    Failure {
        target: Some(target.to_owned()),
        ..failure
    }
}

#[tokio::test]
async fn the_assigned_disk_is_taken_when_nothing_is_said() {
    let world = World::with_group();
    world.put_our_disk("d1", "false");
    let assigned = world.put_our_disk("d2", "true");
    let snapshot = world.snapshot("s1", " ").await.unwrap();
    assert_eq!(snapshot.size, 10 * GIB);
    assert_eq!(snapshot.volume_name, "data");
    let id = snapshot_id("k4x-3hj1z5_snap_data_s1_3jkh6q");
    assert_eq!(snapshot.handle, id.to_string());
    let state = world.cloud.state();
    let asked = &state.asked_snapshots[0];
    assert_eq!(asked.source, assigned);
    assert_eq!(asked.sku, "Standard_ZRS");
    assert_eq!(asked.location, LOCATION);
    assert!(!asked.copy_start);
    assert_eq!(
        asked.tags,
        tags_of(&[
            ("kompox-workspace-name", "acme"),
            ("kompox-provider-name", "azure-east"),
            ("kompox-app-name", "gitea"),
            ("kompox-app-id-hash", "3jkh6q"),
            ("managed-by", "kompox"),
            ("kompox-volume", "data"),
            ("kompox-snapshot-name", "s1"),
        ])
    );
}

#[tokio::test]
async fn no_or_more_than_one_assigned_disk_is_not_guessed_from() {
    let world = World::with_group();
    let error = refused!(Conflict, world.snapshot("s1", "").await);
    says(&error, &["no assigned disk", "name a source"]);
    world.put_our_disk("d1", "true");
    world.put_our_disk("d2", "true");
    let error = refused!(Conflict, world.snapshot("s1", "").await);
    says(&error, &["d1, d2", "assign"]);
    world.snapshot("s1", "d2").await.unwrap();
}

#[tokio::test]
async fn a_source_can_be_a_disk_a_snapshot_or_anything_by_its_id() {
    let world = World::with_group();
    world.cloud.state().copy_progress = vec![100.0];
    let disk = world.put_our_disk("d1", "false");
    let first = world.snapshot("s1", "d1").await.unwrap();
    let foreign_disk = world.put_disk_at(elsewhere("disks", "x"), LOCATION, &[]);
    let foreign = world.put_snapshot_at(elsewhere("snapshots", "y"), "eastus", &[]);
    for (name, source, expected, copy_start) in [
        ("a", "DISK:d1".to_owned(), disk.to_string(), false),
        ("b", "snapshot:s1".to_owned(), first.handle, true),
        (
            "c",
            foreign_disk.to_string(),
            foreign_disk.to_string(),
            false,
        ),
        ("d", format!("arm:{foreign}"), foreign.to_string(), true),
    ] {
        world.snapshot(name, &source).await.unwrap();
        let asked = world.cloud.state().asked_snapshots.last().unwrap().clone();
        assert_eq!(asked.source.to_string(), expected, "{source}");
        assert_eq!(asked.copy_start, copy_start, "{source}");
        assert_eq!(asked.location, LOCATION);
    }
}

#[tokio::test]
async fn sources_that_are_not_there_or_in_the_wrong_region_are_refused() {
    let world = World::with_group();
    let foreign = world.put_disk_at(elsewhere("disks", "x"), "eastus", &[]);
    let error = refused!(Validation, world.snapshot("s1", &foreign.to_string()).await);
    says(&error, &["eastus", LOCATION, "take a snapshot of it there"]);
    for source in ["d9", "snapshot:s9"] {
        refused!(NotFound, world.snapshot("s1", source).await);
    }
    refused!(Validation, world.snapshot("s1", "arm:d1").await);
    assert!(world.cloud.calls("snapshots.put").is_empty());
}

#[tokio::test]
async fn a_name_that_is_taken_is_a_conflict_whatever_became_of_it() {
    let world = World::with_group();
    world.put_our_disk("d1", "true");
    world.snapshot("s1", "").await.unwrap();
    let error = refused!(Conflict, world.snapshot("s1", "").await);
    says(&error, &["\"s1\" of volume \"data\" exists already"]);
    for snapshot in world.cloud.state().snapshots.values_mut() {
        snapshot.state = ProvisioningState::Failed;
    }
    let error = refused!(Conflict, world.snapshot("s1", "").await);
    says(&error, &["Failed", "delete it"]);
    assert_eq!(world.cloud.calls("snapshots.put").len(), 1);
}

#[tokio::test]
async fn somebody_elses_snapshot_under_the_azure_name_is_not_written_over() {
    let world = World::with_group();
    world.put_our_disk("d1", "true");
    world.put_snapshot_at(snapshot_id("k4x-3hj1z5_snap_data_s1_3jkh6q"), LOCATION, &[]);
    refused!(Conflict, world.snapshot("s1", "").await);
    assert!(world.cloud.calls("snapshots.put").is_empty());
}

#[tokio::test]
async fn a_region_without_zones_gets_locally_redundant_snapshots() {
    for refused in [
        about("sku", refusal(400, "InvalidParameter", "not here")),
        refusal(
            400,
            "InvalidParameter",
            "SKU Standard_ZRS is not supported for resource type IncrementalSnapshot in this region.",
        ),
    ] {
        let world = World::with_group();
        world.put_our_disk("d1", "true");
        world.cloud.state().refusals = vec![("snapshots.put", refused)];
        world.snapshot("s1", "").await.unwrap();
        let state = world.cloud.state();
        let skus: Vec<_> = state
            .asked_snapshots
            .iter()
            .map(|asked| asked.sku.as_str())
            .collect();
        assert_eq!(skus, ["Standard_LRS"]);
    }
}

#[tokio::test]
async fn another_refusal_is_not_taken_for_a_missing_sku() {
    for refusal in [
        about("creationData", refusal(400, "InvalidParameter", "bad")),
        about("sku", refusal(409, "OperationNotAllowed", "SKU quota")),
    ] {
        let world = World::with_group();
        world.put_our_disk("d1", "true");
        world.cloud.state().refusals = vec![("snapshots.put", refusal)];
        assert!(world.snapshot("s1", "").await.is_err());
        assert_eq!(world.cloud.calls("snapshots.put").len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_background_copy_is_waited_for_however_azure_calls_it() {
    let world = World::with_group();
    let id = world.put_our_disk("d1", "true");
    world.cloud.state().disks.get_mut(&id).unwrap().sku = "PremiumV2_LRS".to_owned();
    let foreign = world.put_snapshot_at(elsewhere("snapshots", "y"), "eastus", &[]);
    world.cloud.state().copy_progress = vec![0.0, 50.0, 100.0];
    for (name, source) in [("s1", String::new()), ("s2", foreign.to_string())] {
        let start = tokio::time::Instant::now();
        world.snapshot(name, &source).await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_secs(1 + 2), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_ordinary_snapshot_is_not_looked_at_again() {
    let world = World::new();
    world.make_group();
    world.put_our_disk("d1", "true");
    world.snapshot("s1", "").await.unwrap();
    assert_eq!(
        world.cloud.calls("snapshots.get"),
        ["snapshots.get k4x-3hj1z5_snap_data_s1_3jkh6q"],
        "only to see whether the name is free"
    );
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_takes_too_long_is_told_with_how_far_it_is_and_stays() {
    let world = World::with_group();
    let foreign = world.put_snapshot_at(elsewhere("snapshots", "y"), "eastus", &[]);
    world.cloud.state().copy_progress = vec![0.0, 73.0];
    let start = tokio::time::Instant::now();
    let error = refused!(Timeout, world.snapshot("s1", &foreign.to_string()).await);
    assert_eq!(start.elapsed(), Duration::from_secs(60 * 60));
    says(&error, &["VolumeSnapshotCreate", "60 min", "73 %"]);
    assert_eq!(world.cloud.state().snapshots.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_is_copied_only_when_its_own_data_is_there() {
    let world = World::with_group();
    let foreign = world.put_snapshot_at(elsewhere("snapshots", "y"), "eastus", &[]);
    {
        let mut state = world.cloud.state();
        state.copy_progress = vec![100.0];
        state.progress.insert(foreign.clone(), vec![10.0, 100.0]);
    }
    world.snapshot("s1", &foreign.to_string()).await.unwrap();
    let log = world.cloud.state().log.clone();
    let put = log
        .iter()
        .position(|call| call.starts_with("snapshots.put"));
    let looks: Vec<_> = (0..log.len())
        .filter(|i| log[*i] == "snapshots.get y")
        .collect();
    assert_eq!(looks.len(), 2);
    assert!(looks.iter().all(|look| Some(*look) < put));
}

#[tokio::test(start_paused = true)]
async fn what_does_not_depend_on_each_other_is_read_together_and_once() {
    let world = World::over(Cloud::meeting_at(&[
        "disks.list",
        "snapshots.list",
        "groups.get",
    ]));
    world.make_group();
    world.put_our_disk("d1", "true");
    world.snapshot("s1", "").await.unwrap();
    for call in ["disks.list", "snapshots.list", "groups.get"] {
        assert_eq!(world.cloud.calls(call).len(), 1, "{call}");
    }
    assert!(world.cloud.calls("principals").is_empty());
}

#[tokio::test]
async fn the_group_is_made_for_a_snapshot_of_a_foreign_disk() {
    let world = World::new();
    let foreign = world.put_disk_at(elsewhere("disks", "x"), LOCATION, &[]);
    world.snapshot("s1", &foreign.to_string()).await.unwrap();
    assert_eq!(
        world.cloud.state().groups[&group()].tags["kompox-app-name"],
        "gitea"
    );
}
