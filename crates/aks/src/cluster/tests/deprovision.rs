use mockall::Sequence;
use mockall::predicate::eq;

use super::*;

fn vault(name: &str) -> Resource {
    Resource {
        id: group_id().resource("Microsoft.KeyVault/vaults", name),
        location: "japaneast".into(),
        tags: Tags::new(),
    }
}

fn deleted(name: &str, group: &ResourceId, purge_protected: bool) -> DeletedVault {
    DeletedVault {
        name: name.into(),
        location: "japaneast".into(),
        vault_id: group.resource("Microsoft.KeyVault/vaults", name),
        purge_protected,
    }
}

fn mocks(record: Option<Deployment>, contents: Vec<Resource>, deleted: Vec<DeletedVault>) -> Mocks {
    let mut mocks = Mocks::default();
    mocks.deployments.expect_get().return_once(|_| Ok(record));
    mocks
        .deployments
        .expect_delete()
        .with(eq(deployment_id()))
        .times(1)
        .return_once(|_| Ok(()));
    mocks
        .resources
        .expect_list()
        .with(eq(group_id()))
        .times(1)
        .return_once(|_| Ok(contents));
    mocks
        .groups
        .expect_delete()
        .with(eq(group_id()))
        .times(1)
        .return_once(|_| Ok(()));
    mocks
        .vaults
        .expect_list_deleted()
        .times(1)
        .return_once(|_| Ok(deleted));
    mocks
}

fn expect_purge(mocks: &mut Mocks, name: &'static str) {
    mocks
        .vaults
        .expect_purge_deleted()
        .withf(move |scope, location, vault| {
            *scope == subscription() && location == "japaneast" && vault == name
        })
        .times(1)
        .return_once(|_, _, _| Ok(()));
}

#[tokio::test]
async fn the_groups_vaults_are_purged_each_once_and_no_other() {
    let elsewhere = subscription().group("other");
    let mut mocks = mocks(
        Some(deployment("Succeeded")),
        vec![vault("KV-a")],
        vec![
            deleted("kv-a", &group_id(), false),
            deleted("kv-b", &elsewhere, false),
        ],
    );
    expect_purge(&mut mocks, "kv-a");
    mocks.driver().deprovision(&cluster()).await.unwrap();
}

#[tokio::test]
async fn a_vault_that_an_interrupted_run_left_deleted_is_purged() {
    let mut mocks = mocks(None, vec![], vec![deleted("kv-a", &group_id(), false)]);
    expect_purge(&mut mocks, "kv-a");
    mocks.driver().deprovision(&cluster()).await.unwrap();
}

#[tokio::test]
async fn a_purge_protected_vault_is_left_to_its_retention() {
    mocks(
        None,
        vec![vault("kv-a")],
        vec![deleted("kv-a", &group_id(), true)],
    )
    .driver()
    .deprovision(&cluster())
    .await
    .unwrap();
}

#[tokio::test]
async fn a_purge_that_is_refused_is_not_called_success() {
    let mut mocks = mocks(None, vec![vault("kv-a")], vec![]);
    mocks
        .vaults
        .expect_purge_deleted()
        .return_once(|_, _, _| Err(refused(Some(403), "AuthorizationFailed")));
    let error = mocks
        .driver()
        .deprovision(&cluster())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("az keyvault purge --name kv-a") && error.contains("AuthorizationFailed"),
        "{error}"
    );
}

#[tokio::test]
async fn a_running_deployment_is_stopped_before_its_group_goes() {
    let mut order = Sequence::new();
    let mut mocks = Mocks::default();
    mocks.resources.expect_list().return_once(|_| Ok(vec![]));
    mocks
        .vaults
        .expect_list_deleted()
        .return_once(|_| Ok(vec![]));
    mocks
        .deployments
        .expect_get()
        .times(1)
        .in_sequence(&mut order)
        .return_once(|_| Ok(Some(deployment("Running"))));
    mocks
        .deployments
        .expect_cancel()
        .times(1)
        .in_sequence(&mut order)
        .return_once(|_| Ok(()));
    mocks
        .deployments
        .expect_wait()
        .times(1)
        .in_sequence(&mut order)
        .return_once(|_| Ok(Some(deployment("Canceled"))));
    mocks
        .deployments
        .expect_delete()
        .times(1)
        .in_sequence(&mut order)
        .return_once(|_| Ok(()));
    mocks
        .groups
        .expect_delete()
        .times(1)
        .in_sequence(&mut order)
        .return_once(|_| Ok(()));
    mocks.driver().deprovision(&cluster()).await.unwrap();
}

#[tokio::test]
async fn a_record_that_cannot_be_removed_does_not_keep_the_group() {
    let mut mocks = Mocks::default();
    mocks
        .deployments
        .expect_get()
        .return_once(|_| Err(refused(Some(403), "AuthorizationFailed")));
    mocks.resources.expect_list().return_once(|_| Ok(vec![]));
    mocks
        .groups
        .expect_delete()
        .times(1)
        .return_once(|_| Ok(()));
    mocks
        .vaults
        .expect_list_deleted()
        .return_once(|_| Ok(vec![]));
    mocks.driver().deprovision(&cluster()).await.unwrap();
}

#[tokio::test]
async fn a_group_with_volumes_of_apps_is_left_alone_with_all_that_belongs_to_it() {
    for (kind, name) in [
        ("Microsoft.Compute/disks", "k4x-3hj1z5_disk_data_d1_3jkh6q"),
        ("Microsoft.Storage/storageAccounts", "k4x3hj1z53jkh6q"),
    ] {
        let volume = Resource {
            id: group_id().resource(kind, name),
            location: "japaneast".into(),
            tags: [("kompox-app-id-hash".to_owned(), "3jkh6q".to_owned())].into(),
        };
        // Any other call would be a panic.
        let mut mocks = Mocks::default();
        mocks
            .resources
            .expect_list()
            .return_once(|_| Ok(vec![vault("kv-a"), volume]));
        let error = mocks.driver().deprovision(&cluster()).await.unwrap_err();
        assert!(matches!(error, kompox_provider::Error::Conflict { .. }));
        assert!(error.to_string().contains(name), "{error}");
    }
}
