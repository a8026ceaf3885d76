//! Storage accounts and file shares.

use std::time::Duration;

use uuid::Uuid;

use super::stage::{Environment, tags};
use crate::{
    Azure, FileShare, FileShareCreation, Metadata, NameAvailability, ProvisioningState, ResourceId,
    StorageAccountCreation,
};

const KIND: &str = "Microsoft.Storage/storageAccounts";

/// How long the name of a deleted account may stay taken.
const PATIENCE: u32 = 10;

/// A name that nobody else in the world has: account names are global.
fn account_name(environment: &Environment, what: &str) -> String {
    let Environment {
        subscription,
        prefix,
        ..
    } = environment;
    let text = format!("{subscription}/{prefix}/{what}");
    let hash = Uuid::new_v5(&Uuid::NAMESPACE_URL, text.as_bytes()).simple();
    format!("ct{}", &hash.to_string()[..20])
}

fn account(environment: &Environment, sku: &str, kind: &str) -> StorageAccountCreation {
    StorageAccountCreation {
        location: environment.location.clone(),
        tags: tags([("a", "1")]),
        sku: sku.to_owned(),
        kind: kind.to_owned(),
        allow_blob_public_access: false,
        minimum_tls_version: "TLS1_2".to_owned(),
        https_only: true,
    }
}

/// Storage accounts: absence is `None`; made, they are read back with everything that was asked for; names are
/// global, and whether one is free can be asked; what Azure cannot make is refused.
///
/// # Panics
/// At the first broken promise.
pub async fn storage_accounts(azure: &Azure, environment: &Environment) {
    let accounts = &azure.storage_accounts;
    let subscription = environment.subscription();
    let name = account_name(environment, "accounts");
    let missing = environment.group("no-accounts").resource(KIND, &name);
    let standard = account(environment, "Standard_LRS", "StorageV2");
    assert_eq!(accounts.get(&missing).await.unwrap(), None);
    let error = accounts.create(&missing, &standard).await.unwrap_err();
    assert_eq!(error.status(), Some(404), "{error}");

    let group = environment.empty_group(azure, "accounts").await;
    let id = group.resource(KIND, &name);
    assert_eq!(accounts.get(&id).await.unwrap(), None);
    free_name(azure, &subscription, &name).await;
    let invalid = accounts.check_name(&subscription, "No").await.unwrap();
    let NameAvailability::Unavailable { reason, message } = invalid else {
        panic!("a name with a capital is free");
    };
    assert_eq!(reason, "AccountNameInvalid");
    assert!(!message.is_empty());

    let unknown = account(environment, "Nonsense_LRS", "StorageV2");
    let error = accounts.create(&id, &unknown).await.unwrap_err();
    assert_eq!(error.status(), Some(400), "{error}");
    assert_eq!(
        accounts.get(&id).await.unwrap(),
        None,
        "what was refused was not made"
    );

    let made = accounts.create(&id, &standard).await.unwrap();
    let read = accounts.get(&id).await.unwrap();
    assert_eq!(
        read.as_ref(),
        Some(&made),
        "it is made before the call returns"
    );
    assert_eq!(made.id, id);
    assert_eq!(made.state, ProvisioningState::Succeeded);
    assert_eq!(
        (&made.location, &made.tags, &made.sku, &made.kind),
        (
            &standard.location,
            &standard.tags,
            &standard.sku,
            &standard.kind
        )
    );

    let taken = accounts.check_name(&subscription, &name).await.unwrap();
    let NameAvailability::Unavailable { reason, message } = taken else {
        panic!("{name} is in use and free");
    };
    assert_eq!(reason, "AlreadyExists");
    assert!(message.contains(&name), "{message}");
    let other = environment.empty_group(azure, "other-accounts").await;
    let error = accounts
        .create(&other.resource(KIND, &name), &standard)
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(409), "{error}");

    azure.resource_groups.delete(&other).await.unwrap();
    azure.resource_groups.delete(&group).await.unwrap();
    assert_eq!(accounts.get(&id).await.unwrap(), None);
}

async fn free_name(azure: &Azure, subscription: &ResourceId, name: &str) {
    for _ in 0..PATIENCE {
        let answer = azure
            .storage_accounts
            .check_name(subscription, name)
            .await
            .unwrap();
        if answer == NameAvailability::Available {
            return;
        }
        tokio::time::sleep(Duration::from_secs(6)).await;
    }
    panic!("the name {name}, which nobody uses, is not free");
}

fn creation(quota_gib: u32, metadata: &[(&str, &str)]) -> FileShareCreation {
    FileShareCreation {
        quota_gib,
        protocol: "SMB".to_owned(),
        metadata: self::metadata(metadata),
    }
}

fn metadata(pairs: &[(&str, &str)]) -> Metadata {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

/// File shares: absence is `None` and an empty list, also where there is no account; made, they are read back with their
/// metadata; lists have all pages and only what begins as asked; metadata is replaced as a whole and nothing else with it; deleting
/// succeeds when there is nothing; shares of a premium account have at least 100 GiB; an account that has no file
/// service has no shares.
///
/// # Panics
/// At the first broken promise.
pub async fn file_shares(azure: &Azure, environment: &Environment) {
    let shares = &azure.file_shares;
    let name = account_name(environment, "shares");
    let nowhere = environment.group("no-shares").resource(KIND, &name);
    absent(azure, &nowhere).await;

    let group = environment.empty_group(azure, "shares").await;
    let id = group.resource(KIND, &name);
    absent(azure, &id).await;
    let standard = account(environment, "Standard_LRS", "StorageV2");
    azure.storage_accounts.create(&id, &standard).await.unwrap();
    let share = |name: &str| FileShare::id_in(&id, name);
    assert_eq!(shares.list(&id, "").await.unwrap(), []);
    assert_eq!(shares.get(&share("none")).await.unwrap(), None);
    let updated = shares
        .update_metadata(&share("none"), &metadata(&[("a", "1")]))
        .await;
    assert_eq!(updated.unwrap(), None);
    shares.delete(&share("none")).await.unwrap();

    let asked = creation(5, &[("a", "1"), ("b_c", "Two 2")]);
    let made = shares.create(&share("docs-1"), &asked).await.unwrap();
    assert_eq!(made.id, share("docs-1"));
    let read = shares
        .get(&share("docs-1"))
        .await
        .unwrap()
        .expect("the share was made");
    assert_eq!(read.id, share("docs-1"));
    assert_eq!(
        (read.quota_gib, read.metadata.as_ref()),
        (Some(5), Some(&asked.metadata))
    );
    assert!(read.last_modified.is_some());

    for name in ["docs-2", "docs-3", "docs", "other"] {
        shares
            .create(&share(name), &creation(1, &[]))
            .await
            .unwrap();
    }
    let plain = shares
        .get(&share("docs-2"))
        .await
        .unwrap()
        .expect("the share was made");
    assert_eq!(
        plain.metadata,
        Some(Metadata::new()),
        "none is said to be none"
    );
    let names = |listed: &[FileShare]| -> Vec<_> {
        listed.iter().map(|s| s.id.name().to_owned()).collect()
    };
    let listed = shares.list(&id, "docs-").await.unwrap();
    assert_eq!(
        names(&listed),
        ["docs-1", "docs-2", "docs-3"],
        "all pages, by name"
    );
    assert_eq!(listed[0].quota_gib, Some(5));
    assert_eq!(listed[0].last_modified, read.last_modified);
    if let Some(told) = &listed[0].metadata {
        assert_eq!(
            told, &asked.metadata,
            "what a list tells of metadata is true"
        );
    }
    let all = shares.list(&id, "").await.unwrap();
    assert_eq!(names(&all), ["docs", "docs-1", "docs-2", "docs-3", "other"]);
    assert_eq!(shares.list(&id, "nothing-").await.unwrap(), []);

    let changed = metadata(&[("b_c", "3")]);
    let echo = shares
        .update_metadata(&share("docs-1"), &changed)
        .await
        .unwrap();
    assert_eq!(
        echo.expect("the share is there").metadata.as_ref(),
        Some(&changed)
    );
    let read = shares
        .get(&share("docs-1"))
        .await
        .unwrap()
        .expect("the share is there");
    assert_eq!(
        read.metadata,
        Some(changed),
        "metadata is replaced as a whole"
    );
    assert_eq!(read.quota_gib, Some(5), "and nothing else");

    shares.delete(&share("docs-1")).await.unwrap();
    assert_eq!(shares.get(&share("docs-1")).await.unwrap(), None);
    assert_eq!(
        names(&shares.list(&id, "docs-").await.unwrap()),
        ["docs-2", "docs-3"]
    );
    shares.delete(&share("docs-1")).await.unwrap();

    premium(azure, environment, &group).await;
    azure.resource_groups.delete(&group).await.unwrap();
    absent(azure, &id).await;
}

/// No shares, wherever one looks, and none can be made.
async fn absent(azure: &Azure, account: &ResourceId) {
    let shares = &azure.file_shares;
    let id = FileShare::id_in(account, "none");
    assert_eq!(shares.list(account, "").await.unwrap(), []);
    assert_eq!(shares.list(account, "s").await.unwrap(), []);
    assert_eq!(shares.get(&id).await.unwrap(), None);
    assert_eq!(
        shares.update_metadata(&id, &Metadata::new()).await.unwrap(),
        None
    );
    shares.delete(&id).await.unwrap();
    let error = shares.create(&id, &creation(1, &[])).await.unwrap_err();
    assert_eq!(error.status(), Some(404), "{error}");
}

async fn premium(azure: &Azure, environment: &Environment, group: &ResourceId) {
    let accounts = &azure.storage_accounts;
    let files = group.resource(KIND, account_name(environment, "premium"));
    let wanted = account(environment, "Premium_LRS", "FileStorage");
    let made = accounts.create(&files, &wanted).await.unwrap();
    assert_eq!((made.sku, made.kind), (wanted.sku, wanted.kind));
    let share = FileShare::id_in(&files, "large");
    let error = azure
        .file_shares
        .create(&share, &creation(99, &[]))
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(400), "{error}");
    assert_eq!(azure.file_shares.get(&share).await.unwrap(), None);
    azure
        .file_shares
        .create(&share, &creation(100, &[]))
        .await
        .unwrap();

    let blobs = group.resource(KIND, account_name(environment, "blobs"));
    let wanted = account(environment, "Premium_LRS", "BlockBlobStorage");
    accounts.create(&blobs, &wanted).await.unwrap();
    let share = FileShare::id_in(&blobs, "small");
    let error = azure
        .file_shares
        .create(&share, &creation(1, &[]))
        .await
        .unwrap_err();
    assert!(
        error
            .status()
            .is_some_and(|status| (400..500).contains(&status)),
        "{error}"
    );
}
