//! What the client sends, and what it makes of good answers.

use kompox_kube::{Change, Object, ObjectRef, ServiceAccount};
use serde_json::{Value, json};

use crate::script::{Script, TOKEN, absent, status};

const MAP: &str = "/api/v1/namespaces/web/configmaps/settings";

fn map(version: Option<&str>) -> Value {
    let mut map = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "web"}, "data": {"a": "1"},
    });
    if let Some(version) = version {
        map["metadata"]["resourceVersion"] = version.into();
    }
    map
}

fn meta(version: &str) -> Value {
    json!({
        "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata",
        "metadata": {"name": "settings", "namespace": "web", "resourceVersion": version},
    })
}

fn namespace(phase: &str, uid: &str) -> Value {
    let mut namespace = json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "web", "uid": uid}, "status": {"phase": phase},
    });
    if phase == "Terminating" {
        namespace["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
    }
    namespace
}

#[tokio::test]
async fn an_apply_is_a_patch_of_its_own_type_in_our_name_and_never_forced() {
    let get = format!("GET {MAP}");
    let patch = format!("PATCH {MAP}");
    let script = Script::start([
        (&get, 404, absent()),
        (&patch, 201, map(Some("7"))),
        (&get, 200, meta("7")),
        (&patch, 200, map(Some("7"))),
        (&get, 200, meta("7")),
        (&patch, 200, map(Some("8"))),
    ])
    .await;
    let kubernetes = script.kubernetes();
    let mut read = map(Some("3"));
    read["metadata"]["managedFields"] = json!([{}]);
    let object = Object::new(&read).unwrap();
    for (change, version) in [
        (Change::Created, "7"),
        (Change::Unchanged, "7"),
        (Change::Updated, "8"),
    ] {
        let applied = kubernetes.apply(&object).await.unwrap();
        assert_eq!(
            (applied.change, applied.resource_version.as_str()),
            (change, version)
        );
    }
    let asked = script.done();
    let patch = &asked[1];
    let pairs: Vec<_> = patch
        .query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .collect();
    assert!(pairs.contains(&"fieldManager=kompoxops"), "{pairs:?}");
    assert!(pairs.contains(&"fieldValidation=Strict"), "{pairs:?}");
    assert!(!patch.query.contains("force=true"), "{pairs:?}");
    assert_eq!(
        patch.headers["content-type"],
        "application/apply-patch+yaml"
    );
    assert_eq!(
        patch.headers["user-agent"],
        concat!("kompoxops/", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(patch.headers["authorization"], format!("Bearer {TOKEN}"));
    assert_eq!(
        patch.body,
        map(None),
        "what the server sets is not sent back"
    );
}

#[tokio::test]
async fn a_namespace_is_made_once_even_when_somebody_else_is_quicker() {
    let taken = status(
        409,
        "AlreadyExists",
        "namespaces \"web\" already exists",
        json!([]),
    );
    let script = Script::start([
        ("GET /api/v1/namespaces/web", 404, absent()),
        ("POST /api/v1/namespaces", 409, taken),
        ("GET /api/v1/namespaces/web", 200, namespace("Active", "1")),
        ("GET /api/v1/namespaces/web", 404, absent()),
        ("POST /api/v1/namespaces", 201, namespace("Active", "2")),
    ])
    .await;
    let kubernetes = script.kubernetes();
    assert_eq!(
        kubernetes.ensure_namespace("web").await.unwrap(),
        Change::Unchanged
    );
    assert_eq!(
        kubernetes.ensure_namespace("web").await.unwrap(),
        Change::Created
    );
    assert_eq!(script.done()[1].body["metadata"]["name"], "web");
}

#[tokio::test]
async fn a_namespace_that_goes_away_is_waited_for_and_made_anew() {
    let script = Script::start([
        (
            "GET /api/v1/namespaces/web",
            200,
            namespace("Terminating", "1"),
        ),
        (
            "GET /api/v1/namespaces/web",
            200,
            namespace("Terminating", "1"),
        ),
        ("GET /api/v1/namespaces/web", 404, absent()),
        ("GET /api/v1/namespaces/web", 404, absent()),
        ("POST /api/v1/namespaces", 201, namespace("Active", "2")),
    ])
    .await;
    let change = script.kubernetes().ensure_namespace("web").await.unwrap();
    assert_eq!(change, Change::Created);
    script.done();
}

#[tokio::test]
async fn deleting_a_namespace_ends_when_it_is_gone_or_is_another() {
    let script = Script::start([
        ("GET /api/v1/namespaces/web", 200, namespace("Active", "1")),
        (
            "DELETE /api/v1/namespaces/web",
            200,
            namespace("Terminating", "1"),
        ),
        (
            "GET /api/v1/namespaces/web",
            200,
            namespace("Terminating", "1"),
        ),
        ("GET /api/v1/namespaces/web", 404, absent()),
        (
            "GET /api/v1/namespaces/web",
            200,
            namespace("Terminating", "2"),
        ),
        (
            "DELETE /api/v1/namespaces/web",
            409,
            status(409, "Conflict", "being removed", json!([])),
        ),
        ("GET /api/v1/namespaces/web", 200, namespace("Active", "3")),
        ("GET /api/v1/namespaces/web", 404, absent()),
    ])
    .await;
    let kubernetes = script.kubernetes();
    for _ in 0..3 {
        kubernetes.delete_namespace("web").await.unwrap();
    }
    script.done();
}

#[tokio::test]
async fn a_service_account_is_merged_and_left_alone_when_it_is_right() {
    let path = "/api/v1/namespaces/web/serviceaccounts/ingress";
    let get = format!("GET {path}");
    let patch = format!("PATCH {path}");
    let account = |client: &str| {
        json!({
            "apiVersion": "v1", "kind": "ServiceAccount", "automountServiceAccountToken": false,
            "metadata": {"name": "ingress", "namespace": "web", "annotations": {"client": client, "foreign": "f"}},
        })
    };
    let script = Script::start([
        (&get, 200, account("old")),
        (&get, 200, account("old")),
        (&patch, 200, account("new")),
        (&get, 200, account("new")),
        (&get, 200, account("new")),
    ])
    .await;
    let kubernetes = script.kubernetes();
    let wanted = ServiceAccount {
        namespace: "web".to_owned(),
        name: "ingress".to_owned(),
        annotations: [("client".to_owned(), "new".to_owned())].into(),
        automount_token: false,
    };
    for change in [Change::Updated, Change::Unchanged] {
        assert_eq!(
            kubernetes.ensure_service_account(&wanted).await.unwrap(),
            change
        );
    }
    let asked = script.done();
    let patch = &asked[2];
    assert_eq!(
        patch.headers["content-type"],
        "application/merge-patch+json"
    );
    assert_eq!(
        patch.body,
        json!({"metadata": {"annotations": {"client": "new"}}, "automountServiceAccountToken": false})
    );
}

#[tokio::test]
async fn ingresses_are_selected_by_the_server_and_read_to_the_last_page() {
    let path = "GET /apis/networking.k8s.io/v1/namespaces/web/ingresses";
    let page = |name: &str, token: &str| {
        json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "IngressList", "metadata": {"continue": token},
            "items": [{
                "metadata": {"name": name}, "spec": {"rules": [{"host": format!("{name}.example.com")}]},
                "status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}},
            }],
        })
    };
    let script = Script::start([(path, 200, page("z", "more")), (path, 200, page("a", ""))]).await;
    let labels = [
        ("app".to_owned(), "shop-app".to_owned()),
        ("tier".to_owned(), "x".to_owned()),
    ];
    let found = script
        .kubernetes()
        .ingresses("web", &labels.into())
        .await
        .unwrap();
    let names: Vec<_> = found.iter().map(|ingress| ingress.name.as_str()).collect();
    assert_eq!(names, ["a", "z"]);
    assert_eq!(found[0].hosts, ["a.example.com"]);
    assert_eq!(
        found[0].load_balancers[0].ip,
        Some("203.0.113.9".parse().unwrap())
    );
    let asked = script.done();
    assert!(
        asked[0]
            .query
            .contains("labelSelector=app%3Dshop-app%2Ctier%3Dx"),
        "{}",
        asked[0].query
    );
    assert!(
        asked[1].query.contains("continue=more"),
        "{}",
        asked[1].query
    );
}

#[tokio::test]
async fn what_is_not_there_is_no_error() {
    let script = Script::start([
        ("GET /api/v1/namespaces/web/services/traefik", 404, absent()),
        (
            "GET /apis/example.com/v1/namespaces/web/gadgets/g",
            404,
            json!("404 page not found\n"),
        ),
        (
            "DELETE /apis/example.com/v1/namespaces/web/gadgets/g",
            404,
            json!("404 page not found\n"),
        ),
    ])
    .await;
    let kubernetes = script.kubernetes();
    assert_eq!(
        kubernetes.load_balancer("web", "traefik").await.unwrap(),
        None
    );
    let gadget = ObjectRef::namespaced("example.com/v1", "Gadget", "web", "g");
    assert_eq!(kubernetes.get(&gadget).await.unwrap(), None);
    kubernetes.delete(&gadget).await.unwrap();
    script.done();
}

#[tokio::test]
async fn a_server_that_is_busy_for_a_moment_is_asked_again() {
    let busy = status(
        503,
        "ServiceUnavailable",
        "the server is currently unable to handle the request",
        json!([]),
    );
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "traefik"},
        "status": {"loadBalancer": {"ingress": [{"hostname": "lb.example.com"}, {"ip": "203.0.113.5"}]}},
    });
    let path = "GET /api/v1/namespaces/web/services/traefik";
    let script = Script::start([(path, 503, busy), (path, 200, service)]).await;
    let found = script
        .kubernetes()
        .load_balancer("web", "traefik")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.ip, Some("203.0.113.5".parse().unwrap()));
    assert_eq!(found.hostname.as_deref(), Some("lb.example.com"));
    script.done();
}
