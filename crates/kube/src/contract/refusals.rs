//! What a cluster refuses.

use kompox_model::failure::{Classify, FailureKind};
use serde_json::json;

use super::stage::{Environment, config_map, config_map_ref, labels};
use crate::{Object, ObjectRef, ServiceAccount};

/// Refusals: a missing namespace is not found and named, an illegal name is invalid with a cause that names the
/// field, a kind that the cluster does not know cannot be applied and is absent when read.
///
/// # Panics
/// At the first broken promise.
pub async fn refusals(environment: &Environment) {
    let kubernetes = environment.kubernetes();
    let missing = environment.namespace("missing");
    kubernetes.delete_namespace(&missing).await.unwrap();
    let object = config_map(&missing, "settings", json!({}));
    let account = ServiceAccount {
        namespace: missing.clone(),
        name: "ingress".to_owned(),
        annotations: labels([]),
        automount_token: false,
    };
    for error in [
        kubernetes.apply(&object).await.unwrap_err(),
        kubernetes
            .ensure_service_account(&account)
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.kind(), FailureKind::NotFound, "{error}");
        assert!(error.to_string().contains(&missing), "{error}");
    }
    let absent = config_map_ref(&missing, "settings");
    assert_eq!(kubernetes.get(&absent).await.unwrap(), None);
    kubernetes.delete(&absent).await.unwrap();
    let ingresses = kubernetes.ingresses(&missing, &labels([])).await.unwrap();
    assert_eq!(ingresses, []);
    let address = kubernetes.load_balancer(&missing, "service").await.unwrap();
    assert_eq!(address, None);

    let error = kubernetes.ensure_namespace("Not_a_name").await.unwrap_err();
    assert_eq!(error.status(), Some(422), "{error}");
    let namespace = environment.empty_namespace("refusals").await;
    let illegal = config_map(&namespace, "Not_a_name", json!({}));
    let error = kubernetes.apply(&illegal).await.unwrap_err();
    assert_eq!(error.status(), Some(422), "{error}");
    let failure = error.failure().expect("the API server said why");
    let targets: Vec<_> = failure
        .details
        .iter()
        .map(|detail| detail.target.as_deref())
        .collect();
    assert_eq!(targets, [Some("metadata.name")], "{error}");

    let unknown = json!({
        "apiVersion": "contract.example.com/v1",
        "kind": "Gadget",
        "metadata": { "name": "g", "namespace": namespace },
    });
    let error = kubernetes
        .apply(&Object::new(&unknown).unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), FailureKind::NotFound, "{error}");
    assert!(error.to_string().contains("Gadget"), "{error}");
    let unknown = ObjectRef::namespaced("contract.example.com/v1", "Gadget", &namespace, "g");
    assert_eq!(kubernetes.get(&unknown).await.unwrap(), None);
    kubernetes.delete_namespace(&namespace).await.unwrap();
}
