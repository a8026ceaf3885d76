//! Service accounts.

use serde_json::{Value, json};

use super::stage::{Environment, labels};
use crate::{Change, Object, ObjectRef, ServiceAccount};

/// Service accounts: made with what is asked; annotations, those of others and of earlier, stay and are merged over;
/// nothing is written when all is so already.
///
/// # Panics
/// At the first broken promise.
pub async fn service_accounts(environment: &Environment) {
    let kubernetes = environment.kubernetes();
    let namespace = environment.empty_namespace("accounts").await;
    let account = |annotations| ServiceAccount {
        namespace: namespace.clone(),
        name: "ingress".to_owned(),
        annotations,
        automount_token: false,
    };
    let reference = ObjectRef::namespaced("v1", "ServiceAccount", &namespace, "ingress");
    let read = async || {
        let object = kubernetes.get(&reference).await.unwrap();
        object.expect("the account was made").value().clone()
    };

    let first = account(labels([
        ("example.com/client-id", "1"),
        ("example.com/tenant-id", "t"),
    ]));
    let ensure =
        async |account: &ServiceAccount| kubernetes.ensure_service_account(account).await.unwrap();
    assert_eq!(ensure(&first).await, Change::Created);
    assert_eq!(read().await["automountServiceAccountToken"], json!(false));
    let version = read().await["metadata"]["resourceVersion"].clone();
    assert_eq!(ensure(&first).await, Change::Unchanged);
    assert_eq!(read().await["metadata"]["resourceVersion"], version);

    let foreign = json!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {
            "name": "ingress",
            "namespace": namespace,
            "annotations": { "example.com/foreign": "f" },
            "labels": { "foreign": "l" },
        },
    });
    let foreign = Object::new(&foreign).unwrap();
    environment.other.apply(&foreign).await.unwrap();
    let second = account(labels([("example.com/client-id", "2")]));
    assert_eq!(ensure(&second).await, Change::Updated);
    assert_eq!(ensure(&second).await, Change::Unchanged);
    let after: Value = read().await;
    assert_eq!(
        after["metadata"]["annotations"],
        json!({ "example.com/client-id": "2", "example.com/foreign": "f", "example.com/tenant-id": "t" })
    );
    assert_eq!(after["metadata"]["labels"]["foreign"], json!("l"));

    let mounting = ServiceAccount {
        automount_token: true,
        ..second
    };
    assert_eq!(ensure(&mounting).await, Change::Updated);
    assert_eq!(read().await["automountServiceAccountToken"], json!(true));
    kubernetes.delete_namespace(&namespace).await.unwrap();
}
