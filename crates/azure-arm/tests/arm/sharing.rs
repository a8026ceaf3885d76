//! Storage accounts and file shares.

use std::sync::Arc;

use kompox_azure::{
    FileShare, FileShareCreation, Metadata, NameAvailability, ProvisioningState, ResourceId,
    StorageAccountCreation,
};
use serde_json::json;

use crate::script::{Reply, SUBSCRIPTION, Script, azure, group, subscription};

const KIND: &str = "Microsoft.Storage/storageAccounts";

fn account() -> ResourceId {
    group("cli000001").resource(KIND, "sharerm000002")
}

fn share(name: &str) -> ResourceId {
    FileShare::id_in(&account(), name)
}

fn url(id: &ResourceId) -> String {
    format!("{id}?api-version=2023-01-01")
}

fn list_url(rest: &str) -> String {
    let account = account();
    format!("{account}/fileServices/default/shares?api-version=2023-01-01&$expand=metadata{rest}")
}

fn metadata(pairs: &[(&str, &str)]) -> Metadata {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

#[tokio::test(start_paused = true)]
async fn a_recorded_account_is_made_in_the_time_that_azure_asks_for() {
    let script = Arc::new(Script::recorded(include_str!(
        "../data/storage_account_create.json"
    )));
    let azure = azure(&script);
    let subscription = ResourceId::subscription_scope("45b60d85-fd72-427a-a708-f994d26e593e");
    let accounts = &azure.storage_accounts;
    let free = accounts.check_name(&subscription, "stopstestrg4507").await;
    assert_eq!(free.unwrap(), NameAvailability::Available);
    let id = subscription
        .group("pstestrg4507")
        .resource(KIND, "stopstestrg4507");
    let creation = StorageAccountCreation {
        location: "westus".into(),
        tags: [("a".to_owned(), "b".to_owned())].into(),
        sku: "Standard_GRS".into(),
        kind: "StorageV2".into(),
        allow_blob_public_access: false,
        minimum_tls_version: "TLS1_2".into(),
        https_only: true,
    };
    let account = accounts.create(&id, &creation).await.unwrap();
    script.done();
    assert_eq!(
        script.seen()[1].body,
        Some(json!({
            "location": "westus",
            "tags": { "a": "b" },
            "sku": { "name": "Standard_GRS" },
            "kind": "StorageV2",
            "properties": {
                "allowBlobPublicAccess": false,
                "minimumTlsVersion": "TLS1_2",
                "supportsHttpsTrafficOnly": true,
            },
        }))
    );
    assert_eq!(script.waits()[1].as_secs(), 17);
    assert_eq!(account.id, id);
    assert_eq!(
        (
            account.location.as_str(),
            account.sku.as_str(),
            account.kind.as_str()
        ),
        ("westus", "Standard_GRS", "StorageV2")
    );
    assert_eq!(account.state, ProvisioningState::Succeeded);
}

#[tokio::test]
async fn a_taken_name_has_its_reason_and_a_refused_account_its_code() {
    let check = format!(
        "{SUBSCRIPTION}/providers/Microsoft.Storage/checkNameAvailability?api-version=2023-01-01"
    );
    let taken = json!({ "nameAvailable": false, "reason": "AlreadyExists",
        "message": "The storage account named n is already taken." });
    let refused = json!({ "error": { "code": "StorageAccountAlreadyTaken", "message": "taken" } });
    let script = Arc::new(
        Script::new()
            .on("POST", &check, Reply::ok(&taken))
            .with(json!({ "name": "n", "type": KIND }))
            .on("PUT", &url(&account()), Reply::status(409).json(&refused)),
    );
    let accounts = azure(&script).storage_accounts;
    let answer = accounts.check_name(&subscription(), "n").await.unwrap();
    assert_eq!(
        answer,
        NameAvailability::Unavailable {
            reason: "AlreadyExists".into(),
            message: "The storage account named n is already taken.".into(),
        }
    );
    let creation = StorageAccountCreation {
        location: "westus".into(),
        tags: [].into(),
        sku: "Standard_LRS".into(),
        kind: "StorageV2".into(),
        allow_blob_public_access: false,
        minimum_tls_version: "TLS1_2".into(),
        https_only: true,
    };
    let error = accounts.create(&account(), &creation).await.unwrap_err();
    assert_eq!(error.status(), Some(409));
    assert!(error.has_code("StorageAccountAlreadyTaken"));
    script.done();
}

#[tokio::test]
async fn a_recorded_share_is_made_read_changed_and_deleted() {
    let script = Arc::new(Script::recorded(include_str!("../data/file_share.json")));
    let shares = azure(&script).file_shares;
    let id = share("share000003");
    let creation = FileShareCreation {
        quota_gib: 5,
        protocol: "SMB".into(),
        metadata: metadata(&[("key1", "value1")]),
    };
    let made = shares.create(&id, &creation).await.unwrap();
    assert_eq!((made.quota_gib, made.last_modified), (Some(5), None));
    let read = shares.get(&id).await.unwrap().unwrap();
    assert_eq!(read.id, id);
    assert_eq!(read.metadata, Some(creation.metadata));
    assert_eq!(
        read.last_modified.unwrap().to_string(),
        "2022-04-11T14:07:44Z"
    );
    assert_eq!(shares.get(&share("share000005")).await.unwrap(), None);

    let changed = metadata(&[("key2", "value2")]);
    let echo = shares.update_metadata(&id, &changed).await.unwrap();
    assert_eq!(echo.unwrap().metadata.as_ref(), Some(&changed));
    let read = shares.get(&id).await.unwrap().unwrap();
    assert_eq!((read.metadata, read.quota_gib), (Some(changed), Some(10)));
    shares.delete(&id).await.unwrap();
    assert_eq!(shares.get(&id).await.unwrap(), None);
    script.done();

    let seen = script.seen();
    assert_eq!(
        seen[0].body,
        Some(json!({ "properties": {
            "shareQuota": 5, "enabledProtocols": "SMB", "metadata": { "key1": "value1" } } }))
    );
    // Whatever is not sent is left alone, the quota that is.
    assert_eq!(
        seen[3].body,
        Some(json!({ "properties": { "metadata": { "key2": "value2" } } }))
    );
}

#[tokio::test]
async fn a_recorded_list_has_no_metadata() {
    let script = Arc::new(Script::recorded(include_str!(
        "../data/file_share_list.json"
    )));
    let account = ResourceId::subscription_scope("45b60d85-fd72-427a-a708-f994d26e593e")
        .group("pstestrg4507")
        .resource(KIND, "stopstestrg4507");
    let listed = azure(&script).file_shares.list(&account, "share").await;
    script.done();
    let listed = listed.unwrap();
    let names: Vec<_> = listed.iter().map(|share| share.id.name()).collect();
    assert_eq!(names, ["share2pstestrg4507", "sharepstestrg4507"]);
    for share in &listed {
        assert_eq!(share.metadata, None);
        assert!(share.quota_gib.is_some() && share.last_modified.is_some());
    }
}

#[tokio::test]
async fn every_page_is_read_and_metadata_is_taken_where_it_is() {
    let item = |name: &str, properties| json!({ "id": share(name), "properties": properties });
    let next = format!("https://management.azure.com{}", list_url("&$skiptoken=2"));
    let first =
        json!({ "value": [item("a", json!({ "metadata": { "k": "v" } }))], "nextLink": next });
    let second = json!({ "value": [item("b", json!({ "metadata": null }))] });
    let script = Arc::new(
        Script::new()
            .on("GET", &list_url(""), Reply::ok(&first))
            .on("GET", &next, Reply::ok(&second)),
    );
    let listed = azure(&script)
        .file_shares
        .list(&account(), "")
        .await
        .unwrap();
    let metadata: Vec<_> = listed.into_iter().map(|share| share.metadata).collect();
    assert_eq!(metadata, [Some(self::metadata(&[("k", "v")])), None]);
    script.done();
}

#[tokio::test]
async fn a_share_without_metadata_says_so_when_it_is_asked_alone() {
    let body = json!({ "id": share("x"), "properties": { "shareQuota": 5120 } });
    let script = Arc::new(Script::new().on("GET", &url(&share("x")), Reply::ok(&body)));
    let read = azure(&script).file_shares.get(&share("x")).await.unwrap();
    assert_eq!(read.unwrap().metadata, Some(Metadata::new()));
}

#[tokio::test]
async fn where_there_is_no_account_there_are_no_shares() {
    let gone = json!({ "error": { "code": "ParentResourceNotFound", "message": "no account" } });
    let id = share("x");
    let delete = format!("{}&$include=none", url(&id));
    let script = Arc::new(
        Script::new()
            .on(
                "GET",
                &list_url("&$filter=startswith%28name%2C%20docs-%29"),
                Reply::status(404).json(&gone),
            )
            .on("PATCH", &url(&id), Reply::status(404).json(&gone))
            .on("DELETE", &delete, Reply::status(404).json(&gone))
            .on("PUT", &url(&id), Reply::status(404).json(&gone)),
    );
    let shares = azure(&script).file_shares;
    assert_eq!(shares.list(&account(), "docs-").await.unwrap(), []);
    let updated = shares.update_metadata(&id, &Metadata::new()).await;
    assert_eq!(updated.unwrap(), None);
    shares.delete(&id).await.unwrap();
    let creation = FileShareCreation {
        quota_gib: 1,
        protocol: "SMB".into(),
        metadata: Metadata::new(),
    };
    let error = shares.create(&id, &creation).await.unwrap_err();
    assert_eq!(error.status(), Some(404));
    script.done();
}
