use std::time::Duration;

use kompox_aks_volume::Principals;
use kompox_azure::{ProvisioningState, role};
use kompox_model::options::VolumeDiskCreateOptions;

use super::world::{disk_id, elsewhere, snapshot_id};
use crate::cloud::{Cloud, refusal};
use crate::world::{Answer, GIB, LOCATION, World, group, json, refused, says, tags_of};

#[tokio::test]
async fn the_first_disk_is_assigned_and_the_next_ones_are_not() {
    let world = World::new();
    let first = world.create_disk("d1").await.unwrap();
    assert!(first.assigned);
    let second = world.create_disk("d2").await.unwrap();
    assert!(!second.assigned);
    assert_eq!(world.disks().await, ["d2", "d1*"]);
}

#[tokio::test]
async fn each_volume_has_a_first_disk_of_its_own() {
    let world = World::new();
    world.create_disk("d1").await.unwrap();
    let logs = world
        .backend("logs")
        .disk_create(Some("d1"), None, Default::default())
        .await
        .unwrap();
    assert!(logs.assigned);
    assert_eq!(world.disks().await, ["d1*"]);
}

#[tokio::test]
async fn a_disk_has_name_tags_zone_and_size_of_its_volume() {
    let mut world = World::new();
    world.app.volumes[0].size = 10 * GIB + 1;
    let disk = world.create_disk("d1").await.unwrap();
    assert_eq!(disk.size, 11 * GIB);
    assert_eq!(disk.zone, "japaneast-1");
    assert_eq!(disk.options, json(r#"{"sku":"Premium_LRS"}"#));
    let id = disk_id("k4x-3hj1z5_disk_data_d1_3jkh6q");
    assert_eq!(disk.handle, id.to_string());
    let state = world.cloud.state();
    assert_eq!(state.disks[&id].zones, ["1"]);
    assert_eq!(state.disks[&id].location, LOCATION);
    assert_eq!(
        state.disks[&id].tags,
        tags_of(&[
            ("kompox-workspace-name", "acme"),
            ("kompox-provider-name", "azure-east"),
            ("kompox-app-name", "gitea"),
            ("kompox-app-id-hash", "3jkh6q"),
            ("managed-by", "kompox"),
            ("kompox-volume", "data"),
            ("kompox-disk-name", "d1"),
            ("kompox-disk-assigned", "true"),
        ])
    );
}

#[tokio::test]
async fn a_disk_without_a_name_gets_a_new_one_each_time() {
    let world = World::new();
    for name in [None, Some("")] {
        let disk = world
            .backend("data")
            .disk_create(name, None, Default::default())
            .await
            .unwrap();
        assert_eq!(disk.name.len(), 12);
    }
    assert_eq!(world.disks().await, ["0s44we800001", "0s44we800000*"]);
}

#[tokio::test]
async fn a_name_that_is_taken_is_a_conflict_and_nothing_is_written() {
    let world = World::with_group();
    world.put_our_disk("d1", "true");
    let error = refused!(Conflict, world.create_disk("d1").await);
    says(
        &error,
        &[
            "\"d1\" of volume \"data\"",
            "exists already",
            "made-by-hand-d1",
        ],
    );
    assert!(world.cloud.calls("disks.put").is_empty());
    assert!(world.cloud.calls("roles").is_empty());
}

#[tokio::test]
async fn a_disk_that_azure_is_still_making_is_a_conflict_that_says_so() {
    let world = World::with_group();
    let id = world.put_our_disk("d1", "true");
    world.cloud.state().disks.get_mut(&id).unwrap().state =
        ProvisioningState::Running("Updating".to_owned());
    let error = refused!(Conflict, world.create_disk("d1").await);
    says(&error, &["Updating", "wait"]);
}

#[tokio::test]
async fn a_disk_that_azure_failed_to_make_is_made_again_under_its_own_id_and_stays_assigned() {
    let world = World::with_group();
    let failed = world.put_our_disk("d1", "true");
    world.put_our_disk("d2", "false");
    world.cloud.state().disks.get_mut(&failed).unwrap().state = ProvisioningState::Failed;
    let disk = world.create_disk("d1").await.unwrap();
    assert!(disk.assigned);
    assert_eq!(disk.handle, failed.to_string());
    let state = world.cloud.state();
    assert_eq!(state.disks.len(), 2);
    assert_eq!(state.disks[&failed].tags["owner"], "alice");
}

#[tokio::test]
async fn a_failed_disk_that_a_machine_uses_is_not_made_again() {
    let world = World::with_group();
    let id = world.put_our_disk("d1", "true");
    {
        let mut state = world.cloud.state();
        let disk = state.disks.get_mut(&id).unwrap();
        disk.state = ProvisioningState::Failed;
        disk.disk_state = "Attached".to_owned();
    }
    refused!(Conflict, world.create_disk("d1").await);
    assert!(world.cloud.calls("disks.put").is_empty());
}

#[tokio::test]
async fn somebody_elses_disk_under_the_azure_name_is_not_written_over() {
    let world = World::with_group();
    let foreign = "k4x-3hj1z5_disk_data_d1_3jkh6q";
    world.put_disk(foreign, &[("owner", "bob")]);
    let error = refused!(Conflict, world.create_disk("d1").await);
    says(&error, &[foreign, "choose another name"]);
    assert!(world.cloud.calls("disks.put").is_empty());
}

#[tokio::test]
async fn a_disk_that_came_after_the_listing_is_not_written_over() {
    let world = World::with_group();
    let backend = world.backend("data");
    let create = backend.disk_create(Some("d1"), None, VolumeDiskCreateOptions::default());
    let race = async {
        while world.cloud.calls("roles").is_empty() {
            tokio::task::yield_now().await;
        }
        world.put_disk("k4x-3hj1z5_disk_data_d1_3jkh6q", &[]);
    };
    let (created, ()) = tokio::join!(create, race);
    refused!(Conflict, created);
    assert!(world.cloud.calls("disks.put").is_empty());
}

#[tokio::test]
async fn the_group_is_made_with_the_tags_of_the_app() {
    let world = World::new();
    world.create_disk("d1").await.unwrap();
    let state = world.cloud.state();
    let made = &state.groups[&group()];
    assert_eq!(made.location, LOCATION);
    assert_eq!(made.tags["kompox-app-name"], "gitea");
    assert!(!made.tags.contains_key("kompox-volume"));
}

#[tokio::test]
async fn a_group_that_is_there_keeps_its_tags_and_its_region() {
    let world = World::new();
    world.make_group();
    let disk = world.create_disk("d1").await.unwrap();
    assert_eq!(disk.zone, "japaneast-1");
    assert!(world.cloud.calls("groups.put").is_empty());
    let state = world.cloud.state();
    assert_eq!(state.groups[&group()].tags, tags_of(&[("owner", "alice")]));
}

#[tokio::test]
async fn a_group_that_is_being_deleted_is_a_conflict() {
    let world = World::with_group_being_deleted();
    says(
        &refused!(Conflict, world.create_disk("d1").await),
        &["is being deleted"],
    );
}

#[tokio::test]
async fn both_identities_of_the_cluster_become_contributors_of_the_group() {
    let world = World::new();
    world.create_disk("d1").await.unwrap();
    let state = world.cloud.state();
    let mut principals = Vec::new();
    for (name, assignment) in &state.roles {
        assert_eq!(assignment.scope, group());
        assert_eq!(assignment.role, role::CONTRIBUTOR);
        assert_eq!(*name, role::assignment_name(assignment));
        principals.push(assignment.principal_id.as_str());
    }
    principals.sort_unstable();
    assert_eq!(principals, ["cluster-principal", "kubelet-principal"]);
}

#[tokio::test]
async fn a_disk_can_be_made_before_its_cluster() {
    for answer in [Answer::NotProvisioned, Answer::Unreadable] {
        let mut world = World::new();
        world.identities.answer = answer;
        world.create_disk("d1").await.unwrap();
        assert!(world.cloud.calls("roles").is_empty());
        assert_eq!(world.disks().await, ["d1*"]);
    }
}

#[tokio::test]
async fn a_role_that_cannot_be_assigned_fails_before_there_is_a_disk() {
    let world = World::new();
    world.cloud.state().refusals = vec![(
        "roles.put kubelet",
        refusal(403, "AuthorizationFailed", "no"),
    )];
    let error = refused!(Provider, world.create_disk("d1").await);
    says(
        &error,
        &["Contributor", "kubelet-principal", "AuthorizationFailed"],
    );
    assert!(world.cloud.state().disks.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_role_goes_to_the_identity_that_took_the_place_of_an_unknown_one() {
    let mut world = World::new();
    world.identities.successors = Some(Principals {
        cluster: "new-cluster".to_owned(),
        kubelet: "new-kubelet".to_owned(),
    });
    let unknown = refusal(400, "PrincipalNotFound", "no such principal");
    world.cloud.state().refusals = vec![("roles.put kubelet-principal", unknown)];
    world.create_disk("d1").await.unwrap();
    let mut roles: Vec<_> = world
        .cloud
        .state()
        .roles
        .iter()
        .map(|(_, role)| role.principal_id.clone())
        .collect();
    roles.sort_unstable();
    assert_eq!(roles, ["cluster-principal", "new-kubelet"]);
}

#[tokio::test(start_paused = true)]
async fn an_identity_that_the_directory_does_not_know_yet_is_waited_for_within_the_deadline() {
    let unknown = refusal(400, "PrincipalNotFound", "no such principal");
    let world = World::new();
    world.cloud.state().refusals = vec![("roles.put kubelet", unknown.clone()); 3];
    world.create_disk("d1").await.unwrap();
    assert_eq!(world.cloud.calls("roles.put kubelet").len(), 4);

    let world = World::new();
    world.cloud.state().refusals = vec![("roles.put kubelet", unknown); 50];
    let error = refused!(Timeout, world.create_disk("d1").await);
    says(&error, &["VolumeDiskCreate", "2 min", "roles"]);
    assert!(world.cloud.state().disks.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_does_not_depend_on_each_other_is_read_together_and_once() {
    let world = World::over(Cloud::meeting_at(&[
        "disks.list",
        "snapshots.list",
        "groups.get",
        "principals",
    ]));
    world.make_group();
    world.put_snapshot_at(
        snapshot_id("x"),
        LOCATION,
        &[("kompox-volume", "data"), ("kompox-snapshot-name", "s1")],
    );
    world.create_from("d1", "s1").await.unwrap();
    let mut log = world.cloud.state().log.clone();
    log[..4].sort();
    assert_eq!(
        log[..4],
        [
            "disks.list",
            "groups.get k4x-3hj1z5_app_gitea_3jkh6q",
            "principals",
            "snapshots.list"
        ]
    );
    log[4..8].sort();
    assert_eq!(
        log[4..],
        [
            "disks.get k4x-3hj1z5_disk_data_d1_3jkh6q",
            "roles.put cluster-principal",
            "roles.put kubelet-principal",
            "snapshots.get x",
            "disks.put k4x-3hj1z5_disk_data_d1_3jkh6q",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_checks_after_reading_run_together() {
    let world = World::over(Cloud::meeting_at(&[
        "disks.get",
        "roles.put cluster",
        "roles.put kubelet",
    ]));
    world.make_group();
    world.create_disk("d1").await.unwrap();
}

#[tokio::test]
async fn an_empty_disk_lists_no_snapshots() {
    let world = World::new();
    world.create_disk("d1").await.unwrap();
    assert!(world.cloud.calls("snapshots").is_empty());
    assert_eq!(world.cloud.calls("disks.list").len(), 1);
}

#[tokio::test]
async fn a_source_can_be_a_snapshot_a_disk_or_anything_by_its_id() {
    let world = World::new();
    world.create_disk("d1").await.unwrap();
    world.snapshot("s1", "").await.unwrap();
    let foreign_disk = world.put_disk_at(elsewhere("disks", "x"), "Japan East", &[]);
    let foreign_snapshot = world.put_snapshot_at(elsewhere("snapshots", "y"), LOCATION, &[]);
    for (name, source) in [
        ("by-name", "s1".to_owned()),
        ("by-snapshot", "Snapshot:s1".to_owned()),
        ("by-disk", "disk:d1".to_owned()),
        ("by-disk-id", format!("arm:{foreign_disk}")),
        ("by-snapshot-id", format!("resourceId:{foreign_snapshot}")),
        ("by-id", foreign_snapshot.to_string().to_uppercase()),
    ] {
        let before = world.cloud.calls("disks.list").len();
        let result = world.create_from(name, &source).await;
        // The cloud of these tests compares regions exactly.
        if name == "by-disk-id" {
            says(&refused!(Provider, result), &["another region"]);
        } else {
            assert!(!result.unwrap().assigned);
        }
        assert_eq!(
            world.cloud.calls("disks.list").len(),
            before + 1,
            "{source}"
        );
    }
}

#[tokio::test]
async fn a_source_that_is_not_there_is_not_found_and_nothing_is_made() {
    let world = World::new();
    for source in [
        "s1".to_owned(),
        "snapshot:s1".to_owned(),
        "disk:d1".to_owned(),
        elsewhere("disks", "x").to_string(),
        elsewhere("snapshots", "y").to_string(),
    ] {
        refused!(NotFound, world.create_from("d2", &source).await);
    }
    assert!(world.cloud.state().groups.is_empty());
    let error = refused!(Validation, world.create_from("d2", "vhd:x").await);
    says(&error, &["vhd:x", "snapshot:<name>"]);
}

#[tokio::test]
async fn names_do_not_reach_into_other_volumes() {
    let world = World::new();
    world
        .backend("logs")
        .disk_create(Some("d1"), None, Default::default())
        .await
        .unwrap();
    let error = refused!(NotFound, world.create_from("d2", "disk:d1").await);
    says(&error, &["\"d1\" of volume \"data\"", "none"]);
}

#[tokio::test]
async fn a_source_of_another_region_is_refused_with_the_way_out() {
    let world = World::with_group();
    let disk = world.put_disk_at(elsewhere("disks", "x"), "eastus", &[]);
    let snapshot = world.put_snapshot_at(elsewhere("snapshots", "y"), "eastus", &[]);
    for source in [disk, snapshot] {
        let error = refused!(
            Validation,
            world.create_from("d1", &source.to_string()).await
        );
        says(&error, &["eastus", LOCATION, "snapshot create"]);
    }
    assert!(world.cloud.calls("disks.put").is_empty());
}

#[tokio::test]
async fn a_copy_is_never_smaller_than_its_source() {
    let mut world = World::new();
    world.create_disk("d1").await.unwrap();
    world.app.volumes[0].size = GIB;
    let smaller = world.create_from("d2", "disk:d1").await.unwrap();
    assert_eq!(smaller.size, 10 * GIB);
    world.app.volumes[0].size = 20 * GIB;
    let larger = world.create_from("d3", "disk:d1").await.unwrap();
    assert_eq!(larger.size, 20 * GIB);
}

#[tokio::test(start_paused = true)]
async fn the_data_of_a_snapshot_is_waited_for() {
    let world = World::with_group();
    let id = world.put_snapshot_at(
        snapshot_id("x"),
        LOCATION,
        &[("kompox-volume", "data"), ("kompox-snapshot-name", "s1")],
    );
    let progress = vec![0.0, 40.0, 99.5, 100.0];
    world.cloud.state().progress.insert(id.clone(), progress);
    let start = tokio::time::Instant::now();
    world.create_from("d1", "s1").await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(1 + 2 + 4));
    assert_eq!(world.cloud.calls("snapshots.get").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn data_that_does_not_come_in_time_is_told_with_how_far_it_is() {
    let world = World::with_group();
    let id = world.put_snapshot_at(
        snapshot_id("x"),
        LOCATION,
        &[("kompox-volume", "data"), ("kompox-snapshot-name", "s1")],
    );
    world.cloud.state().progress.insert(id, vec![0.0, 40.0]);
    let start = tokio::time::Instant::now();
    let error = refused!(Timeout, world.create_from("d1", "s1").await);
    assert_eq!(start.elapsed(), Duration::from_secs(120));
    says(&error, &["VolumeDiskCreate", "2 min", "\"x\" has 40 %"]);
    assert!(world.cloud.calls("disks.put").is_empty());
}

#[tokio::test]
async fn a_failed_snapshot_is_no_source() {
    let world = World::with_group();
    let id = world.put_snapshot_at(elsewhere("snapshots", "y"), LOCATION, &[]);
    world.cloud.state().snapshots.get_mut(&id).unwrap().state = ProvisioningState::Failed;
    let error = refused!(Conflict, world.create_from("d1", &id.to_string()).await);
    says(&error, &["Failed"]);
}

#[tokio::test]
async fn a_zone_is_taken_from_the_operation_then_from_the_app() {
    let mut world = World::new();
    for (name, zone, expected) in [
        ("a", None, "japaneast-1"),
        ("b", Some(" "), "japaneast-1"),
        ("c", Some("3"), "japaneast-3"),
        ("d", Some("JapanEast-2"), "japaneast-2"),
    ] {
        let disk = world.create_with(name, zone, "{}").await.unwrap();
        assert_eq!(disk.zone, expected, "{zone:?}");
    }
    world.app.deployment.zones.clear();
    let disk = world.create_with("e", None, "{}").await.unwrap();
    assert_eq!(disk.zone, "");
}

#[tokio::test]
async fn zones_and_skus_have_to_go_together() {
    let mut world = World::new();
    let zrs = r#"{"sku":"Premium_ZRS"}"#;
    let disk = world.create_with("a", None, zrs).await.unwrap();
    assert_eq!(disk.zone, "", "the app's zone gives way");
    let error = refused!(Validation, world.create_with("b", Some("1"), zrs).await);
    says(&error, &["Premium_ZRS", "leave the zone out"]);
    let error = refused!(
        Validation,
        world.create_with("b", Some("eastus-1"), "{}").await
    );
    says(&error, &["eastus-1", LOCATION]);

    let v2 = r#"{"sku":"PremiumV2_LRS","iops":4000,"mbps":200}"#;
    let disk = world.create_with("c", None, v2).await.unwrap();
    assert_eq!(disk.options, json(v2));
    world.app.deployment.zones.clear();
    for sku in ["PremiumV2_LRS", "UltraSSD_LRS"] {
        let options = format!(r#"{{"sku":"{sku}"}}"#);
        let error = refused!(Validation, world.create_with("d", None, &options).await);
        says(&error, &[sku, "needs an availability zone"]);
    }
}

#[tokio::test]
async fn all_that_is_wrong_with_options_and_zone_is_told_together_before_any_call() {
    let world = World::new();
    let error = refused!(
        Validation,
        world
            .create_with("a", Some("x"), r#"{"sku":"Gold","size":1}"#)
            .await
    );
    says(&error, &["Gold", "\"size\"", "availability zone `x`"]);
    refused!(Validation, world.create_disk("No Name").await);
    assert!(world.cloud.state().log.is_empty());
}
