use super::world::{account, share_id};
use crate::cloud::refusal;
use crate::world::{World, refused, says};

#[tokio::test]
async fn a_share_is_deleted_assigned_or_not_and_the_account_stays() {
    let world = World::with_account();
    world.put_our_share("s1", "true");
    world.put_our_share("s2", "false");
    world.delete_share("s2").await.unwrap();
    assert_eq!(world.shares().await, ["s1*"]);
    world.delete_share("s1").await.unwrap();
    assert_eq!(world.shares().await, Vec::<String>::new());
    assert!(world.cloud.state().accounts.contains_key(&account()));
    assert_eq!(
        world.cloud.writes(),
        ["shares.delete docs-s2", "shares.delete docs-s1"]
    );
}

#[tokio::test]
async fn what_is_not_there_is_deleted_already() {
    World::new().delete_share("s1").await.unwrap();
    let world = World::with_account();
    world.delete_share("s1").await.unwrap();
    assert!(world.cloud.writes().is_empty());
}

#[tokio::test]
async fn a_share_of_that_azure_name_and_another_owner_stays() {
    let world = World::with_account();
    world.create_in("a", "b-c", "{}").await.unwrap();
    let backend = world.backend("a-b");
    backend.disk_delete("c", Default::default()).await.unwrap();
    assert!(world.cloud.state().shares.contains_key(&share_id("a-b-c")));
}

#[tokio::test]
async fn snapshots_that_are_in_the_way_are_told() {
    let world = World::with_account();
    world.put_our_share("s1", "false");
    let failure = refusal(409, "ShareHasSnapshots", "The share has snapshots.");
    world.cloud.state().refusals = vec![("shares.delete", failure)];
    let error = refused!(Conflict, world.delete_share("s1").await);
    says(&error, &["\"s1\"", "delete those first"]);
    refused!(Validation, world.delete_share("No Name").await);
}

#[tokio::test(start_paused = true)]
async fn a_delete_that_does_not_end_says_how_to_go_on() {
    let world = World::with_account();
    world.put_our_share("s1", "false");
    world.cloud.state().silent = Some("shares.delete");
    let error = refused!(Timeout, world.delete_share("s1").await);
    says(&error, &["VolumeDiskDelete", "2 min", "run it again"]);
}
