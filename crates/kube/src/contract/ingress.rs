//! What can be reached from outside.

use std::time::Duration;

use serde_json::{Value, json};

use super::stage::{Environment, labels};
use crate::Object;

fn ingress(namespace: &str, name: &str, component: &str, hosts: &[&str]) -> Object {
    let rules: Vec<Value> = hosts
        .iter()
        .map(|host| {
            json!({
                "host": host,
                "http": { "paths": [{
                    "path": "/",
                    "pathType": "Prefix",
                    "backend": { "service": { "name": "web", "port": { "number": 80 } } },
                }] },
            })
        })
        .collect();
    Object::new(&json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": { "name": name, "namespace": namespace, "labels": { "app": component } },
        "spec": { "ingressClassName": "nobody", "rules": rules },
    }))
    .unwrap()
}

/// Ingress objects: those of a namespace that have the labels, by name, with their hosts.
///
/// # Panics
/// At the first broken promise.
pub async fn ingresses(environment: &Environment) {
    let kubernetes = environment.kubernetes();
    let namespace = environment.empty_namespace("ingresses").await;
    for object in [
        ingress(
            &namespace,
            "b",
            "shop-app",
            &["b.example.com", "a.example.com"],
        ),
        ingress(&namespace, "a", "shop-app", &["c.example.com"]),
        ingress(&namespace, "c", "shop-other", &["d.example.com"]),
    ] {
        kubernetes.apply(&object).await.unwrap();
    }
    let found = kubernetes
        .ingresses(&namespace, &labels([("app", "shop-app")]))
        .await
        .unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|ingress| (ingress.name.as_str(), ingress.hosts.clone()))
        .collect();
    assert_eq!(
        found,
        [
            ("a", vec!["c.example.com".to_owned()]),
            (
                "b",
                vec!["b.example.com".to_owned(), "a.example.com".to_owned()]
            ),
        ]
    );
    let all = kubernetes.ingresses(&namespace, &labels([])).await.unwrap();
    assert_eq!(all.len(), 3, "no labels select all");
    let none = labels([("app", "shop-app"), ("tier", "x")]);
    assert_eq!(kubernetes.ingresses(&namespace, &none).await.unwrap(), []);
    kubernetes.delete_namespace(&namespace).await.unwrap();
}

/// Load balancers: a Service of that type gets an address and keeps it, another has none. Only for clusters that have a
/// load balancer to give.
///
/// # Panics
/// At the first broken promise, or when there is no address after 5 min.
pub async fn load_balancers(environment: &Environment) {
    let kubernetes = environment.kubernetes();
    let namespace = environment.empty_namespace("balancers").await;
    let service = |name: &str, kind: &str| {
        Object::new(&json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": { "name": name, "namespace": namespace },
            "spec": {
                "type": kind,
                "selector": { "app": "nobody" },
                "ports": [{ "name": "web", "port": 80, "protocol": "TCP" }],
            },
        }))
        .unwrap()
    };
    assert_eq!(
        kubernetes
            .load_balancer(&namespace, "outside")
            .await
            .unwrap(),
        None
    );
    let outside = service("outside", "LoadBalancer");
    kubernetes.apply(&outside).await.unwrap();
    kubernetes
        .apply(&service("inside", "ClusterIP"))
        .await
        .unwrap();
    let mut address = None;
    for _ in 0..150 {
        address = kubernetes
            .load_balancer(&namespace, "outside")
            .await
            .unwrap();
        if address.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    let address = address.expect("an address within 5 min");
    assert!(address.ip.is_some() || address.hostname.is_some());
    assert_eq!(
        kubernetes
            .load_balancer(&namespace, "inside")
            .await
            .unwrap(),
        None
    );
    kubernetes.apply(&outside).await.unwrap();
    let again = kubernetes
        .load_balancer(&namespace, "outside")
        .await
        .unwrap();
    assert_eq!(again, Some(address), "applying again does not take it away");
    kubernetes.delete_namespace(&namespace).await.unwrap();
}
