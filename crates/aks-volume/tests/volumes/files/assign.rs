use super::world::share_id;
use crate::cloud::{entry, refusal};
use crate::world::{World, refused, says};

/// Assigns `s2` in a volume whose shares are assigned like this.
async fn assign_among(assigned: &[&str]) -> (World, Vec<String>) {
    let world = World::with_account();
    for (index, assigned) in assigned.iter().enumerate() {
        world.put_our_share(&format!("s{}", index + 1), assigned);
    }
    world.assign_share("s2").await.unwrap();
    let writes = world.cloud.writes();
    (world, writes)
}

#[tokio::test]
async fn none_assigned_is_repaired_with_one_write() {
    let (world, writes) = assign_among(&["false", "false", "false"]).await;
    assert_eq!(world.shares().await, ["s1", "s2*", "s3"]);
    assert_eq!(writes, ["shares.tag docs-s2"]);
}

#[tokio::test]
async fn the_others_are_cleared_one_after_the_other_after_the_new_one_is_set() {
    let (world, writes) = assign_among(&["true", "false", "true", "true"]).await;
    assert_eq!(world.shares().await, ["s1", "s2*", "s3", "s4"]);
    assert_eq!(
        writes,
        [
            "shares.tag docs-s2",
            "shares.tag docs-s1",
            "shares.tag docs-s3",
            "shares.tag docs-s4"
        ]
    );
    assert_eq!(world.cloud.state().most["shares.tag"], 1);
}

#[tokio::test]
async fn what_is_right_already_is_not_written() {
    let (world, writes) = assign_among(&["false", "true"]).await;
    assert_eq!(world.shares().await, ["s1", "s2*"]);
    assert!(writes.is_empty());
    let (_, writes) = assign_among(&["true", "true"]).await;
    assert_eq!(writes, ["shares.tag docs-s1"]);
}

#[tokio::test]
async fn metadata_of_others_survives() {
    let (world, _) = assign_among(&["true", "false"]).await;
    let state = world.cloud.state();
    for (name, assigned) in [("s1", "false"), ("s2", "true")] {
        let share = &state.shares[&share_id(&format!("docs-{name}"))];
        assert_eq!(share.metadata.as_ref().unwrap().len(), 4);
        assert_eq!(entry(share, "owner"), Some("alice"));
        assert_eq!(entry(share, "kompox_files_share_name"), Some(name));
        assert_eq!(entry(share, "kompox_volume_name"), Some("docs"));
        assert_eq!(entry(share, "kompox_files_share_assigned"), Some(assigned));
    }
}

#[tokio::test]
async fn shares_of_other_volumes_and_unreadable_ones_are_left_alone() {
    let world = World::with_account();
    world.put_our_share("s2", "false");
    world.put_our_share("s3", "perhaps");
    world.put_share(
        "docs-x-s2",
        &[
            ("kompox_volume_name", "docs-x"),
            ("kompox_files_share_name", "s2"),
            ("kompox_files_share_assigned", "true"),
        ],
    );
    let mut before = world.cloud.state().shares.clone();
    world.assign_share("s2").await.unwrap();
    let mut after = world.cloud.state().shares.clone();
    for shares in [&mut before, &mut after] {
        shares.remove(&share_id("docs-s2"));
    }
    assert_eq!(before, after);
}

#[tokio::test]
async fn an_unknown_share_is_not_found_and_nothing_is_written() {
    let world = World::with_account();
    world.put_our_share("s1", "true");
    world.put_our_share("s3", "false");
    let error = refused!(NotFound, world.assign_share("s2").await);
    says(&error, &["share \"s2\" of volume \"docs\"", "s1, s3"]);
    refused!(NotFound, World::new().assign_share("s2").await);
    refused!(Validation, world.assign_share("No Name").await);
    assert!(world.cloud.writes().is_empty());
}

#[tokio::test]
async fn two_shares_of_one_name_are_not_guessed_between() {
    let world = World::with_account();
    world.put_our_share("s1", "true");
    world.put_share(
        "docs-copy",
        &[
            ("kompox_volume_name", "docs"),
            ("kompox_files_share_name", "s1"),
        ],
    );
    let error = refused!(Conflict, world.assign_share("s1").await);
    says(&error, &["docs-copy", "docs-s1", "metadata"]);
    refused!(Conflict, world.delete_share("s1").await);
    assert_eq!(world.cloud.state().shares.len(), 2);
}

#[tokio::test]
async fn one_write_that_fails_does_not_keep_the_others_from_being_cleared() {
    let world = World::with_account();
    for name in ["s1", "s3", "s4"] {
        world.put_our_share(name, "true");
    }
    world.put_our_share("s2", "false");
    world.cloud.state().refusals = vec![("shares.tag docs-s1", refusal(409, "Busy", "busy"))];
    let error = refused!(Conflict, world.assign_share("s2").await);
    says(&error, &["docs-s1", "Busy"]);
    assert_eq!(world.shares().await, ["s1*", "s2*", "s3", "s4"]);
    world.assign_share("s2").await.unwrap();
    assert_eq!(world.shares().await, ["s1", "s2*", "s3", "s4"]);
}

#[tokio::test]
async fn when_the_chosen_share_cannot_be_written_the_present_one_stays() {
    let world = World::with_account();
    world.put_our_share("s1", "true");
    world.put_our_share("s2", "false");
    world.cloud.state().refusals = vec![("shares.tag docs-s2", refusal(403, "No", "no"))];
    refused!(Provider, world.assign_share("s2").await);
    assert_eq!(world.shares().await, ["s1*", "s2"]);

    let assign = world.assign_share("s2");
    let vanish = async {
        while world.cloud.calls("shares.tag").len() < 2 {
            tokio::task::yield_now().await;
        }
        world.cloud.state().shares.remove(&share_id("docs-s2"));
    };
    let (assigned, ()) = tokio::join!(assign, vanish);
    refused!(NotFound, assigned);
    assert_eq!(world.shares().await, ["s1*"]);
}

#[tokio::test(start_paused = true)]
async fn an_assign_that_does_not_end_says_how_to_go_on() {
    let world = World::with_account();
    world.put_our_share("s2", "false");
    world.cloud.state().silent = Some("shares.tag");
    let error = refused!(Timeout, world.assign_share("s2").await);
    says(&error, &["VolumeDiskAssign", "2 min", "run it again"]);
}
