//! A kubeconfig: lists of named clusters, users and contexts.
//!
//! Source: <https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/>

use std::fmt;

use serde_json::{Map, Value, json};

use crate::exit::{Failure, Result};

/// The lists of a kubeconfig, and the key that each of their items has beside `name`.
pub(super) const LISTS: [(&str, &str); 3] = [
    ("clusters", "cluster"),
    ("contexts", "context"),
    ("users", "user"),
];

/// A kubeconfig. `Debug` does not show it.
#[derive(Clone, PartialEq)]
pub(super) struct Document(Map<String, Value>);

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Document")
    }
}

impl Document {
    /// Reads one. Empty text is an empty document; the error does not quote the text.
    pub(super) fn parse(text: &str) -> std::result::Result<Self, String> {
        if blank(text) {
            return Ok(Self(Map::new()));
        }
        // Errors quote the source by default, and the source holds credentials.
        let options = serde_saphyr::options! { with_snippet: false };
        let value = serde_saphyr::from_str_with_options::<Value>(text, options)
            .map_err(|error| format!("it is not valid YAML: {error}"))?;
        let map = match value {
            Value::Object(map) => map,
            Value::Null => Map::new(),
            _ => return Err("it is not a mapping".into()),
        };
        for (list, _) in LISTS {
            match map.get(list) {
                None | Some(Value::Null | Value::Array(_)) => {}
                Some(_) => return Err(format!("its {list} are not a list")),
            }
        }
        Ok(Self(map))
    }

    /// A kubeconfig with nothing but `entry`.
    pub(super) fn of(name: &str, entry: &Entry) -> Self {
        let mut document = Self(Map::new());
        document.0.insert("apiVersion".into(), "v1".into());
        document.0.insert("kind".into(), "Config".into());
        for (list, _) in LISTS {
            document
                .0
                .insert(list.into(), json!([entry.item(list, name)]));
        }
        document.set_current(name);
        document
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn current(&self) -> Option<&str> {
        self.0
            .get("current-context")?
            .as_str()
            .filter(|name| !name.is_empty())
    }

    pub(super) fn set_current(&mut self, name: &str) {
        self.0.insert("current-context".into(), name.into());
    }

    /// The item of that name in a list; the first one counts, as in Kubernetes.
    pub(super) fn item(&self, list: &str, name: &str) -> Option<&Value> {
        self.0
            .get(list)?
            .as_array()?
            .iter()
            .find(|item| item.get("name").and_then(Value::as_str) == Some(name))
    }

    /// Puts an item into a list, in the place of the first one of its name.
    pub(super) fn put(&mut self, list: &str, name: &str, item: Value) {
        let value = self.0.entry(list).or_insert(Value::Null);
        if !value.is_array() {
            *value = json!([]);
        }
        let Value::Array(items) = value else { return };
        match items
            .iter_mut()
            .find(|item| item.get("name").and_then(Value::as_str) == Some(name))
        {
            Some(present) => *present = item,
            None => items.push(item),
        }
    }

    pub(super) fn yaml(&self) -> Result<String> {
        yaml(&self.0)
    }

    pub(super) fn json(&self) -> Result<String> {
        serde_json::to_string_pretty(&self.0)
            .map(|text| text + "\n")
            .map_err(|error| Failure::failed(format!("writing the kubeconfig as JSON: {error}")))
    }

    /// The cluster, the user and the namespace of the current context.
    pub(super) fn entry(&self) -> std::result::Result<Entry, String> {
        let named = |list: &str, key: &str, name: &str| {
            self.item(list, name)
                .and_then(|item| item.get(key))
                .cloned()
                .ok_or_else(|| format!("its {list} do not have {name:?}"))
        };
        let current = self.current().ok_or("it has no current-context")?;
        let context = named("contexts", "context", current)?;
        let part = |key: &str| context.get(key).and_then(Value::as_str);
        let cluster = part("cluster").ok_or("its context names no cluster")?;
        let user = part("user").ok_or("its context names no user")?;
        Ok(Entry {
            cluster: named("clusters", "cluster", cluster)?,
            user: named("users", "user", user)?,
            namespace: part("namespace").map(str::to_owned),
        })
    }
}

/// How to reach one cluster, and as whom.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) cluster: Value,
    pub(super) user: Value,
    pub(super) namespace: Option<String>,
}

impl Entry {
    /// The item that stands for this entry in one of the [`LISTS`]; all three have the same name.
    pub(super) fn item(&self, list: &str, name: &str) -> Value {
        match list {
            "clusters" => json!({"name": name, "cluster": self.cluster}),
            "users" => json!({"name": name, "user": self.user}),
            _ => {
                let mut context = json!({"cluster": name, "user": name});
                if let Some(namespace) = &self.namespace {
                    context["namespace"] = namespace.as_str().into();
                }
                json!({"name": name, "context": context})
            }
        }
    }
}

/// Whether text has nothing but white space and comments.
pub(super) fn blank(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .all(|line| line.is_empty() || line.starts_with('#'))
}

/// YAML with every text on one line, as other programs write kubeconfigs.
pub(super) fn yaml(value: &impl serde::Serialize) -> Result<String> {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    serde_saphyr::to_string_with_options(value, options)
        .map_err(|error| Failure::failed(format!("writing the kubeconfig as YAML: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_document_is_refused_without_quoting_its_secrets() {
        let error =
            Document::parse("users:\n- name: u\n  user: {token: hush-hush\nx: y").unwrap_err();
        assert!(error.starts_with("it is not valid YAML"), "{error}");
        assert!(!error.contains("hush"), "{error}");
        assert_eq!(Document::parse("- a").unwrap_err(), "it is not a mapping");
        assert_eq!(
            Document::parse("users: {}").unwrap_err(),
            "its users are not a list"
        );
    }

    #[test]
    fn the_current_context_leads_to_its_cluster_and_user() {
        let document = Document::parse(
            "clusters: [{name: c, cluster: {server: 'https://a'}}]\n\
             users: [{name: u, user: {token: t}}]\n\
             contexts: [{name: x, context: {cluster: c, user: u, namespace: ns}}]\n\
             current-context: x\n",
        )
        .unwrap();
        let entry = document.entry().unwrap();
        assert_eq!(entry.cluster["server"], "https://a");
        assert_eq!(entry.namespace.as_deref(), Some("ns"));
        assert_eq!(
            Document::of("k", &entry).yaml().unwrap(),
            "apiVersion: v1\nkind: Config\nclusters:\n- name: k\n  cluster:\n    server: https://a\n\
             contexts:\n- name: k\n  context:\n    cluster: k\n    user: k\n    namespace: ns\n\
             users:\n- name: k\n  user:\n    token: t\ncurrent-context: k\n"
        );
    }
}
