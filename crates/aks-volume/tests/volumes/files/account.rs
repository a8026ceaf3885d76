use kompox_azure::ProvisioningState;

use super::world::{ACCOUNT, account};
use crate::cloud::refusal;
use crate::world::{GIB, LOCATION, World, json, refused, says};

#[tokio::test]
async fn an_account_is_made_tagged_and_safe() {
    let mut world = World::new();
    world.only("docs", 10 * GIB, r#"{"sku":"standard_zrs"}"#);
    world.create_share("s1").await.unwrap();
    let state = world.cloud.state();
    let [asked] = state.asked_accounts.as_slice() else {
        panic!("{:?}", state.asked_accounts)
    };
    assert_eq!(asked.location, LOCATION);
    assert_eq!(
        (asked.sku.as_str(), asked.kind.as_str()),
        ("Standard_ZRS", "StorageV2")
    );
    assert_eq!(asked.tags["kompox-app-id-hash"], "3jkh6q");
    assert_eq!(asked.tags["managed-by"], "kompox");
    assert!(!asked.allow_blob_public_access);
    assert!(asked.https_only);
    assert_eq!(asked.minimum_tls_version, "TLS1_2");
}

#[tokio::test]
async fn premium_is_an_account_of_another_kind_with_large_shares() {
    for sku in ["Premium_LRS", "Premium_ZRS"] {
        let mut world = World::new();
        world.only("docs", 100 * GIB, &format!(r#"{{"sku":"{sku}"}}"#));
        let made = world.create_share("s1").await.unwrap();
        assert_eq!(made.options["sku"], sku);
        assert_eq!(world.cloud.state().asked_accounts[0].kind, "FileStorage");

        world.only("docs", 99 * GIB, &format!(r#"{{"sku":"{sku}"}}"#));
        let error = refused!(Validation, world.create_share("s2").await);
        says(&error, &["volume \"docs\"", sku, "at least 100 GiB"]);
    }
}

#[tokio::test]
async fn two_volumes_that_want_different_skus_are_told_both_wishes_before_any_call() {
    for (docs, other) in [
        ("Standard_LRS", "Standard_ZRS"),
        ("Standard_GRS", "Premium_LRS"),
    ] {
        let mut world = World::new();
        world.app.volumes.retain(|volume| volume.name != "a-b");
        world.volume("docs").options = json(&format!(r#"{{"sku":"{docs}"}}"#));
        world.volume("a").options = json(&format!(r#"{{"sku":"{other}"}}"#));
        let error = refused!(Validation, world.create_share("s1").await);
        says(
            &error,
            &["volume \"docs\"", docs, "volume \"a\"", other, "the same"],
        );
        assert!(world.cloud.state().log.is_empty());
    }
}

#[tokio::test]
async fn a_volume_without_a_sku_wants_the_default_one() {
    let mut world = World::new();
    world.volume("docs").options = json(r#"{"sku":"Standard_ZRS"}"#);
    let error = refused!(Validation, world.create_share("s1").await);
    says(&error, &["Standard_ZRS", "Standard_LRS"]);
    // What the operation asks for goes over what the volume declares.
    let made = world
        .create_in("docs", "s1", r#"{"sku":"Standard_LRS"}"#)
        .await
        .unwrap();
    assert_eq!(made.options["sku"], "Standard_LRS");
}

#[tokio::test]
async fn skus_of_disk_volumes_and_wrong_ones_of_others_do_not_matter() {
    let mut world = World::new();
    world.volume("data").options = json(r#"{"sku":"Premium_LRS"}"#);
    world.volume("a").options = json(r#"{"sku":"Nonsense"}"#);
    world.create_share("s1").await.unwrap();
}

#[tokio::test]
async fn an_account_that_cannot_hold_the_share_is_a_conflict_and_is_left_alone() {
    for (sku, kind, location, parts) in [
        (
            "Standard_LRS",
            "StorageV2",
            "westus",
            ["westus", "provider is in japaneast"],
        ),
        (
            "Premium_LRS",
            "FileStorage",
            LOCATION,
            ["FileStorage", "needs kind StorageV2"],
        ),
        (
            "Standard_LRS",
            "Storage",
            LOCATION,
            ["kind Storage ", "needs kind StorageV2"],
        ),
        (
            "Standard_ZRS",
            "StorageV2",
            LOCATION,
            ["has sku Standard_ZRS", "asks for Standard_LRS"],
        ),
    ] {
        let world = World::with_account();
        world.make_account(sku, kind, location);
        let before = world.cloud.state().accounts.clone();
        let error = refused!(Conflict, world.create_share("s1").await);
        says(&error, &[ACCOUNT, "app \"gitea\""]);
        says(&error, &parts);
        assert!(world.cloud.writes().is_empty());
        assert_eq!(world.cloud.state().accounts, before);
    }
}

#[tokio::test]
async fn shares_of_an_account_of_another_sku_are_still_listed_assigned_and_deleted() {
    let world = World::with_account();
    world.make_account("Standard_GZRS", "StorageV2", "westus");
    world.put_our_share("s1", "true");
    world.put_our_share("s2", "false");
    world.assign_share("s2").await.unwrap();
    assert_eq!(world.shares().await, ["s1", "s2*"]);
    assert_eq!(
        world.list_shares().await.unwrap()[0].options["sku"],
        "Standard_GZRS"
    );
    world.delete_share("s1").await.unwrap();
    assert_eq!(world.shares().await, ["s2*"]);
}

#[tokio::test]
async fn a_name_that_somebody_else_has_is_told_before_any_write_with_what_to_set() {
    let world = World::new();
    world.cloud.state().taken = [ACCOUNT.to_owned()].into();
    let error = refused!(Conflict, world.create_share("s1").await);
    says(
        &error,
        &[
            ACCOUNT,
            "already taken",
            "AZURE_RESOURCE_GROUP_NAME",
            "\"gitea\"",
        ],
    );
    assert_eq!(
        world.cloud.calls("accounts.check"),
        [format!("accounts.check /subscriptions/sub {ACCOUNT}")]
    );
    assert!(world.cloud.writes().is_empty());
}

#[tokio::test]
async fn a_name_that_is_snatched_away_is_told_in_the_same_way() {
    for code in [
        "StorageAccountAlreadyTaken",
        "StorageAccountInAnotherResourceGroup",
    ] {
        let world = World::new();
        let failure = refusal(409, code, "taken");
        world.cloud.state().refusals = vec![("accounts.put", failure)];
        let error = refused!(Conflict, world.create_share("s1").await);
        says(&error, &[ACCOUNT, "AZURE_RESOURCE_GROUP_NAME", code]);
    }
    let world = World::new();
    let failure = refusal(400, "SkuNotSupportedInRegion", "not here");
    world.cloud.state().refusals = vec![("accounts.put", failure)];
    let error = refused!(Provider, world.create_share("s1").await);
    says(&error, &["creating storage account", ACCOUNT, "not here"]);
}

#[tokio::test]
async fn who_may_not_ask_for_names_may_still_make_the_account() {
    let world = World::new();
    let failure = refusal(403, "AuthorizationFailed", "not in the subscription");
    world.cloud.state().refusals = vec![("accounts.check", failure)];
    world.create_share("s1").await.unwrap();

    let world = World::new();
    let failure = refusal(400, "Nonsense", "what?");
    world.cloud.state().refusals = vec![("accounts.check", failure)];
    let error = refused!(Provider, world.create_share("s1").await);
    says(&error, &["is free", ACCOUNT, "what?"]);
    assert!(world.cloud.writes().is_empty());
}

#[tokio::test]
async fn an_account_that_another_run_begins_meanwhile_is_used() {
    let world = World::new();
    world.make_group();
    let create = world.create_share("s1");
    let meanwhile = async {
        while world.cloud.calls("accounts.check").is_empty() {
            tokio::task::yield_now().await;
        }
        world.make_account("Standard_LRS", "StorageV2", LOCATION);
    };
    let (made, ()) = tokio::join!(create, meanwhile);
    made.unwrap();
    assert!(world.cloud.calls("accounts.put").is_empty());
}

fn in_state(state: ProvisioningState) -> World {
    let world = World::with_account();
    let mut cloud = world.cloud.state();
    cloud.accounts.get_mut(&account()).unwrap().state = state;
    drop(cloud);
    world
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_being_made_is_waited_for_and_not_made_again() {
    let world = in_state(ProvisioningState::Running("ResolvingDNS".to_owned()));
    world.cloud.state().looks = 5;
    world.create_share("s1").await.unwrap();
    assert!(world.cloud.calls("accounts.put").is_empty());
    assert_eq!(world.cloud.calls("accounts.get").len(), 6);
    assert_eq!(world.cloud.state().violations, Vec::<String>::new());
}

#[tokio::test]
async fn an_account_that_azure_failed_to_make_is_made_again() {
    let world = in_state(ProvisioningState::Failed);
    world.create_share("s1").await.unwrap();
    assert_eq!(world.cloud.calls("accounts.put").len(), 1);
}
