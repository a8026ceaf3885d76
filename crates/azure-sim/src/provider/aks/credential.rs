//! Kubeconfigs of clusters. Nothing is stored: they follow from the seed and the cluster, or are the one that was set.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::super::unknown_action;
use super::bad_request;
use crate::builder::Settings;
use crate::error::ArmError;
use crate::store::Resource;

/// Answers the `list…Credential` actions.
pub(super) fn list(
    settings: &Settings,
    cluster: &Resource,
    action: &str,
) -> Result<Value, ArmError> {
    let (name, user) = match action.to_ascii_lowercase().as_str() {
        "listclusteradmincredential" => ("clusterAdmin", "clusterAdmin"),
        "listclusterusercredential" => ("clusterUser", "clusterUser"),
        _ => return Err(unknown_action(&cluster.id, action)),
    };
    let local = cluster.body.pointer("/properties/disableLocalAccounts") != Some(&json!(true));
    if name == "clusterAdmin" && !local {
        return Err(bad_request(
            "Getting static credential is not allowed because this cluster is set to disable local accounts.",
        ));
    }
    let group = cluster.id.group().unwrap_or_default();
    let user = format!("{user}_{group}_{}", cluster.id.name());
    let value = match &settings.kubeconfig {
        Some(config) => STANDARD.encode(config.expose_secret()),
        None => STANDARD.encode(kubeconfig(settings, cluster, &user, name == "clusterAdmin")),
    };
    Ok(json!({"kubeconfigs": [{"name": name, "value": value}]}))
}

fn kubeconfig(settings: &Settings, cluster: &Resource, user: &str, admin: bool) -> String {
    let name = cluster.id.name();
    let context = if admin {
        format!("{name}-admin")
    } else {
        name.to_owned()
    };
    let fqdn = cluster
        .body
        .pointer("/properties/fqdn")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let uid = cluster
        .body
        .pointer("/properties/resourceUID")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let data = |what: &str, label: &str, length: usize| {
        STANDARD.encode(pem(
            settings,
            &format!("{what}:{uid}:{user}"),
            label,
            length,
        ))
    };
    let authority = STANDARD.encode(pem(settings, &format!("ca:{uid}"), "CERTIFICATE", 1600));
    let certificate = data("certificate", "CERTIFICATE", 1600);
    let key = data("key", "RSA PRIVATE KEY", 3100);
    let token = settings
        .text(&format!("token:{uid}:{user}"), 128)
        .to_lowercase();
    format!(
        "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: {authority}\n    server: \
         https://{fqdn}:443\n  name: {name}\ncontexts:\n- context:\n    cluster: {name}\n    user: {user}\n  \
         name: {context}\ncurrent-context: {context}\nkind: Config\npreferences: {{}}\nusers:\n- name: \
         {user}\n  user:\n    client-certificate-data: {certificate}\n    client-key-data: {key}\n    token: \
         {token}\n"
    )
}

/// Text in the form of a PEM block; what is in it is noise.
fn pem(settings: &Settings, purpose: &str, label: &str, length: usize) -> String {
    let noise = settings
        .text(purpose, length)
        .replace('-', "+")
        .replace('_', "/");
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut line = 0;
    for c in noise.chars() {
        text.push(c);
        line += 1;
        if line == 64 {
            text.push('\n');
            line = 0;
        }
    }
    if line > 0 {
        text.push('\n');
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}
