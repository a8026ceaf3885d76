//! What the controllers around a cluster do for ingress.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::state::ClusterState;
use crate::ObjectRef;

/// Gives addresses to what waits for one, and takes them from what should have none.
pub(super) fn run(state: &mut ClusterState) {
    let mut taken: Vec<String> = state
        .of_kind("Service")
        .filter_map(|service| address(service).map(str::to_owned))
        .collect();
    let services: Vec<Value> = state.of_kind("Service").cloned().collect();
    for service in &services {
        let balanced = service["spec"]["type"] == "LoadBalancer";
        match (balanced, address(service)) {
            (true, None) => {
                let free = free_address(service, &taken);
                state.set_status(&reference(service), status(&free));
                taken.push(free);
            }
            (false, Some(_)) => state.set_status(&reference(service), json!({"loadBalancer": {}})),
            _ => {}
        }
    }
    let controller = state
        .of_kind("Service")
        .filter(|service| service["metadata"]["labels"]["app.kubernetes.io/name"] == "traefik")
        .find_map(|service| address(service).map(str::to_owned));
    let ingresses: Vec<Value> = state.of_kind("Ingress").cloned().collect();
    for ingress in &ingresses {
        if let Some(controller) = &controller
            && address(ingress) != Some(controller)
        {
            state.set_status(&reference(ingress), status(controller));
        }
    }
}

fn status(address: &str) -> Value {
    json!({ "loadBalancer": { "ingress": [{ "ip": address }] } })
}

fn address(object: &Value) -> Option<&str> {
    object
        .pointer("/status/loadBalancer/ingress/0/ip")?
        .as_str()
}

fn reference(object: &Value) -> ObjectRef {
    let text = |pointer: &str| {
        object
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    ObjectRef::namespaced(
        text("/apiVersion"),
        text("/kind"),
        text("/metadata/namespace"),
        text("/metadata/name"),
    )
}

/// An address that is meant for documentation (RFC 5737), the same for the same service unless another has it.
fn free_address(service: &Value, taken: &[String]) -> String {
    let reference = reference(service);
    let digest = Sha256::digest(reference.to_string().as_bytes());
    let first = u32::from(digest[0]) % 254;
    (0..254)
        .map(|step| format!("203.0.113.{}", (first + step) % 254 + 1))
        .find(|address| !taken.contains(address))
        .unwrap_or_else(|| "203.0.113.254".to_owned())
}
