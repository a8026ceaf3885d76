use kompox_provider::Error;

use super::world::ACCOUNT;
use crate::cloud::refusal;
use crate::world::{GIB, GROUP, World, refused, says};

#[tokio::test]
async fn without_group_or_account_there_are_no_shares() {
    let world = World::new();
    assert_eq!(world.list_shares().await.unwrap(), []);
    world.make_group();
    assert_eq!(world.list_shares().await.unwrap(), []);
    assert!(world.cloud.writes().is_empty());
}

#[tokio::test]
async fn a_share_is_told_with_all_that_it_has() {
    let world = World::with_account();
    world.put_our_share("s1", "true");
    let listed = world.list_shares().await.unwrap();
    assert_eq!(
        serde_json::to_value(&listed).unwrap(),
        serde_json::json!([{
            "name": "s1",
            "volumeName": "docs",
            "assigned": true,
            "size": 10 * GIB,
            "zone": "",
            "options": {"sku": "Standard_LRS", "protocol": "smb", "quotaGiB": 10},
            "handle": format!("{GROUP}#{ACCOUNT}#docs-s1####sub"),
            "createdAt": "2027-01-15T08:00:01Z",
            "updatedAt": "2027-01-15T08:00:01Z",
        }])
    );
}

#[tokio::test]
async fn the_newest_comes_first_and_the_name_decides_among_equals() {
    let world = World::with_account();
    for name in ["b", "old", "a"] {
        world.put_our_share(name, "false");
    }
    let now = world.cloud.state().tick();
    for (id, share) in &mut world.cloud.state().shares {
        if id.name() != "docs-old" {
            share.last_modified = Some(now);
        }
    }
    let names: Vec<_> = world.list_shares().await.unwrap();
    let names: Vec<_> = names.iter().map(|share| share.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "old"]);
}

#[tokio::test]
async fn shares_of_others_and_broken_ones_are_skipped() {
    let world = World::with_account();
    world.put_our_share("good", "TRUE");
    world.put_share("docs-nobody", &[]);
    world.put_share("docs-other", &[("kompox_volume_name", "docs-o")]);
    world.put_share("docs-nameless", &[("kompox_volume_name", "docs")]);
    world.put_share(
        "docs-bad",
        &[
            ("kompox_volume_name", "docs"),
            ("kompox_files_share_name", "No Name"),
        ],
    );
    world.put_our_share("unclear", "perhaps");
    world.put_share(
        "docs-plain",
        &[
            ("kompox_volume_name", "docs"),
            ("kompox_files_share_name", "plain"),
        ],
    );
    assert_eq!(world.shares().await, ["good*", "plain"]);
}

#[tokio::test]
async fn metadata_is_read_share_by_share_where_the_list_lacks_it_and_a_few_at_a_time() {
    let world = World::with_account();
    for number in 0..30 {
        world.put_our_share(&format!("s{number}"), "false");
    }
    world.put_share("music-s1", &[("kompox_volume_name", "music")]);
    assert_eq!(world.list_shares().await.unwrap().len(), 30);
    assert_eq!(world.cloud.calls("shares.list"), ["shares.list docs-"]);
    assert_eq!(world.cloud.calls("shares.get").len(), 30);
    let most = world.cloud.state().most["shares.get"];
    assert!((2..=8).contains(&most), "{most} at a time");
}

#[tokio::test]
async fn metadata_that_a_list_has_is_not_read_again() {
    let world = World::with_account();
    world.cloud.state().generous_lists = true;
    world.put_our_share("s1", "true");
    assert_eq!(world.shares().await, ["s1*"]);
    assert!(world.cloud.calls("shares.get").is_empty());
}

#[tokio::test]
async fn a_share_that_vanishes_while_it_is_read_is_not_there() {
    let world = World::with_account();
    world.put_our_share("s1", "false");
    world.put_our_share("s2", "false");
    world.cloud.state().vanishing = ["docs-s1".to_owned()].into();
    assert_eq!(world.shares().await, ["s2"]);
}

#[tokio::test]
async fn a_refusal_is_told_with_what_was_read() {
    let world = World::with_account();
    world.put_our_share("s1", "false");
    for (call, part) in [
        ("accounts.get", ACCOUNT),
        ("shares.list", ACCOUNT),
        ("shares.get", "docs-s1"),
    ] {
        let failure = refusal(403, "AuthorizationFailed", "not yours");
        world.cloud.state().refusals = vec![(call, failure)];
        let error = refused!(Provider, world.list_shares().await);
        says(&error, &[part, "AuthorizationFailed", "not yours"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_does_not_end_is_given_up_after_a_minute() {
    let world = World::with_account();
    world.cloud.state().silent = Some("shares.list");
    let start = tokio::time::Instant::now();
    let error = world.list_shares().await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    says(&error.to_string(), &["VolumeDiskList", "1 min"]);
    assert_eq!(start.elapsed().as_secs(), 60);
}
