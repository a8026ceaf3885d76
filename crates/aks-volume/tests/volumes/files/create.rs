use kompox_model::options::VolumeDiskCreateOptions;
use kompox_provider::Error;

use super::world::{ACCOUNT, share_id};
use crate::cloud::refusal;
use crate::world::{Answer, GIB, GROUP, World, refused, says};

#[tokio::test]
async fn the_first_share_brings_group_account_and_role_along_and_is_assigned() {
    let world = World::new();
    let made = world.create_share("s1").await.unwrap();
    let mut writes = world.cloud.writes();
    writes[1..3].sort();
    assert_eq!(
        writes,
        [
            format!("groups.put {GROUP}"),
            format!("accounts.put {ACCOUNT}"),
            "roles.put kubelet-principal".to_owned(),
            "shares.put docs-s1".to_owned(),
        ]
    );
    assert!(made.assigned);
    assert_eq!(world.list_shares().await.unwrap(), [made]);
}

#[tokio::test]
async fn a_share_is_made_with_its_metadata_in_one_write() {
    let world = World::with_account();
    world.put_our_share("s1", "true");
    let made = world.create_share("s2").await.unwrap();
    assert!(!made.assigned);
    assert_eq!(made.size, 10 * GIB);
    let state = world.cloud.state();
    let asked = &state.asked_shares[0];
    assert_eq!((asked.quota_gib, asked.protocol.as_str()), (10, "SMB"));
    let metadata: Vec<_> = asked
        .metadata
        .iter()
        .map(|(k, v)| format!("{k}={v}"))
        .collect();
    assert_eq!(
        metadata,
        [
            "kompox_files_share_assigned=false",
            "kompox_files_share_name=s2",
            "kompox_volume_name=docs",
        ]
    );
    assert!(state.log.iter().all(|call| !call.contains(".tag")));
}

#[tokio::test]
async fn what_is_there_already_is_not_written_again() {
    let world = World::with_account();
    world.create_share("s1").await.unwrap();
    world.create_share("s2").await.unwrap();
    assert!(world.cloud.calls("groups.put").is_empty());
    assert!(world.cloud.calls("accounts.put").is_empty());
    assert!(world.cloud.calls("accounts.check").is_empty());
    // Asked for again every time: it is how a cluster that came later gets its role.
    assert_eq!(world.cloud.calls("roles").len(), 2);
    assert_eq!(world.cloud.state().roles.len(), 1);
    assert_eq!(world.shares().await, ["s1*", "s2"]);
}

#[tokio::test]
async fn shares_of_other_volumes_do_not_keep_the_first_one_from_being_assigned() {
    let world = World::with_account();
    world.create_in("a-b", "x", "{}").await.unwrap();
    let made = world.create_in("a", "x", "{}").await.unwrap();
    assert!(made.assigned);
    let made = world.create_in("a", "y", "{}").await.unwrap();
    assert!(!made.assigned);
}

#[tokio::test]
async fn only_the_kubelets_get_a_role_and_on_the_group() {
    let world = World::with_account();
    world.create_share("s1").await.unwrap();
    let state = world.cloud.state();
    let [(_, role)] = state.roles.as_slice() else {
        panic!("{:?}", state.roles)
    };
    assert_eq!(role.principal_id, "kubelet-principal");
    assert_eq!(role.role, kompox_azure::role::CONTRIBUTOR);
    assert_eq!(role.scope, crate::world::group());
}

#[tokio::test]
async fn a_share_may_be_made_before_its_cluster() {
    for answer in [Answer::NotProvisioned, Answer::Unreadable] {
        let mut world = World::with_account();
        world.identities.answer = answer;
        world.create_share("s1").await.unwrap();
        assert!(world.cloud.calls("roles").is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_principal_that_is_not_known_yet_is_waited_for() {
    let world = World::with_account();
    let unknown = || ("roles", refusal(400, "PrincipalNotFound", "not yet"));
    world.cloud.state().refusals = vec![unknown(), unknown()];
    world.create_share("s1").await.unwrap();
    assert_eq!(world.cloud.calls("roles").len(), 3);
}

#[tokio::test]
async fn a_missing_name_is_made_up() {
    let world = World::with_account();
    for name in [None, Some("")] {
        let made = world
            .backend("docs")
            .disk_create(name, Some(" "), VolumeDiskCreateOptions::default())
            .await
            .unwrap();
        assert_eq!(made.name.len(), 12);
        assert!(made.handle.contains(&format!("#docs-{}####", made.name)));
    }
    assert_eq!(world.cloud.state().shares.len(), 2);
}

#[tokio::test]
async fn a_name_that_the_volume_has_is_a_conflict_before_any_write() {
    let world = World::with_account();
    world.put_our_share("s1", "false");
    let error = refused!(Conflict, world.create_share("s1").await);
    says(
        &error,
        &[
            "share \"s1\" of volume \"docs\"",
            "exists already",
            "another name",
        ],
    );
    assert!(world.cloud.writes().is_empty());
}

#[tokio::test]
async fn a_share_name_that_another_volume_has_is_a_conflict_that_names_it() {
    let world = World::with_account();
    world.create_in("a", "b-c", "{}").await.unwrap();
    let before = world.cloud.state().shares.clone();
    let error = refused!(Conflict, world.create_in("a-b", "c", "{}").await);
    says(&error, &["a-b-c", "volume \"a-b\"", "is of volume \"a\""]);
    assert_eq!(world.cloud.state().shares, before);

    let world = World::with_account();
    world.create_in("a-b", "c", "{}").await.unwrap();
    let error = refused!(Conflict, world.create_in("a", "b-c", "{}").await);
    says(&error, &["is of volume \"a-b\""]);
    assert_eq!(world.cloud.calls("shares.put"), ["shares.put a-b-c"]);
}

#[tokio::test]
async fn somebody_elses_share_is_not_touched() {
    let world = World::with_account();
    world.put_share("docs-x", &[("owner", "bob")]);
    world.put_share("docs-y", &[("kompox_volume_name", "docs")]);
    let error = refused!(Conflict, world.create_share("x").await);
    says(&error, &["docs-x", "does not say whose"]);
    let error = refused!(Conflict, world.create_share("y").await);
    says(&error, &["docs-y", "cannot be read"]);
    assert!(world.cloud.writes().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_share_that_comes_while_the_role_is_waited_for_is_seen() {
    let world = World::with_account();
    world.cloud.state().refusals = vec![("roles", refusal(400, "PrincipalNotFound", "not yet"))];
    let create = world.create_share("s1");
    let meanwhile = async {
        while world.cloud.calls("roles").is_empty() {
            tokio::task::yield_now().await;
        }
        world.put_our_share("s1", "true");
    };
    let (made, ()) = tokio::join!(create, meanwhile);
    refused!(Conflict, made);
    assert!(world.cloud.calls("shares.put").is_empty());
}

#[tokio::test]
async fn the_quota_option_goes_over_the_size_of_the_volume() {
    let mut world = World::with_account();
    world.volume("docs").size = 10 * GIB + 1;
    assert_eq!(world.create_share("s1").await.unwrap().size, 11 * GIB);
    world.volume("docs").options = crate::world::json(r#"{"quotaGiB": 3}"#);
    assert_eq!(world.create_share("s2").await.unwrap().size, 3 * GIB);
    let made = world.create_in("docs", "s3", r#"{"quotaGiB": 7}"#).await;
    let made = made.unwrap();
    assert_eq!(made.size, 7 * GIB);
    assert_eq!(made.options["quotaGiB"], 7);
}

#[tokio::test]
async fn a_zone_of_a_mixed_bootstrap_does_no_harm() {
    let world = World::with_account();
    let options = VolumeDiskCreateOptions {
        zone: Some("1".to_owned()),
        ..VolumeDiskCreateOptions::default()
    };
    let backend = world.backend("docs");
    let made = backend
        .disk_create(Some("s1"), None, options)
        .await
        .unwrap();
    assert_eq!(made.zone, "");
}

#[tokio::test]
async fn wrong_input_is_told_before_any_call() {
    for (options, part) in [
        (r#"{"sku":"PremiumV2_LRS"}"#, "use one of Standard_LRS"),
        (r#"{"protocol":"nfs"}"#, "only smb is supported"),
        (r#"{"quotaGiB":-1}"#, "whole number above 0"),
    ] {
        let mut world = World::new();
        world.only("docs", GIB, options);
        let error = refused!(Validation, world.create_share("s1").await);
        says(&error, &[part]);
        assert!(world.cloud.state().log.is_empty());
    }
    let world = World::new();
    refused!(Validation, world.create_share("No Name").await);
    let error = refused!(Validation, world.create_share("a--b").await);
    says(&error, &["docs-a--b"]);
    assert!(world.cloud.state().log.is_empty());
}

#[tokio::test]
async fn a_deleted_share_that_still_has_the_name_is_told_with_the_way_out() {
    for code in ["ShareBeingDeleted", "ShareSoftDeleted"] {
        let world = World::with_account();
        let failure = refusal(409, code, "being deleted");
        world.cloud.state().refusals = vec![("shares.put", failure)];
        let error = refused!(Conflict, world.create_share("s1").await);
        says(
            &error,
            &["\"docs-s1\"", ACCOUNT, "another name", "restore", code],
        );
    }
    let world = World::with_account();
    world.cloud.state().refusals = vec![("shares.put", refusal(400, "InvalidShare", "no"))];
    let error = refused!(Provider, world.create_share("s1").await);
    says(&error, &["creating share \"docs-s1\"", "InvalidShare"]);
}

#[tokio::test]
async fn a_share_that_cannot_be_read_back_is_made_all_the_same() {
    let world = World::new();
    world.cloud.state().refusals = vec![("shares.get", refusal(500, "Oops", "again"))];
    let made = world.create_share("s1").await.unwrap();
    assert_eq!((made.size, made.assigned), (10 * GIB, true));
    assert_eq!(made.created_at.as_second(), 1_700_000_000);
    assert!(
        world
            .cloud
            .state()
            .shares
            .contains_key(&share_id("docs-s1"))
    );
}

#[tokio::test]
async fn a_group_that_is_being_deleted_is_a_conflict() {
    let world = World::with_group_being_deleted();
    let error = refused!(Conflict, world.create_share("s1").await);
    says(&error, &[GROUP, "being deleted"]);
    assert!(world.cloud.writes().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_create_that_does_not_end_says_how_to_go_on() {
    for (silent, part) in [
        ("accounts.put", "run it again"),
        ("shares.put", "disk list"),
        ("groups.get", "nothing was changed"),
    ] {
        let world = World::new();
        world.cloud.state().silent = Some(silent);
        let start = tokio::time::Instant::now();
        let error = world.create_share("s1").await.unwrap_err();
        assert!(matches!(error, Error::Timeout { .. }), "{error}");
        says(&error.to_string(), &["VolumeDiskCreate", "5 min", part]);
        assert_eq!(start.elapsed().as_secs(), 300);
    }
}
