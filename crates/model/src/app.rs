//! The app, with its ingress, its placement and its volumes.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Settings, Volume};

/// An application and what it needs from the cluster.
///
/// Its compose file can hold secrets, therefore `Debug` leaves that out.
///
/// Spec: §1.4, §10.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct App {
    /// Its name, unique in the cluster.
    pub name: String,
    /// The compose file: a reference or the document itself. Not acted on by this driver.
    pub compose: Option<Value>,
    /// Its routes.
    pub ingress: AppIngress,
    /// Its volumes, by name.
    pub volumes: Vec<Volume>,
    /// Where its pods go.
    pub deployment: AppDeployment,
    /// Resource requests. Not acted on by this driver.
    pub resources: Option<Value>,
    /// What the driver needs to know: the resource group.
    pub settings: Settings,
    /// Network policy. Not acted on by this driver.
    pub network_policy: Option<Value>,
}

impl App {
    /// An app of that name with nothing else said.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// The declared volume of that name.
    #[must_use]
    pub fn volume(&self, name: &str) -> Option<&Volume> {
        self.volumes.iter().find(|volume| volume.name == name)
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("name", &self.name)
            .field("ingress", &self.ingress)
            .field("volumes", &self.volumes)
            .field("deployment", &self.deployment)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// The routes of an app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AppIngress {
    /// ACME resolver; the cluster's when absent.
    pub cert_resolver: Option<String>,
    /// One entry per exposed port.
    pub rules: Vec<IngressRule>,
}

/// A port of an app and the hosts that lead to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IngressRule {
    /// Name of the rule, unique in the app.
    pub name: String,
    /// The app's port.
    pub port: u16,
    /// Host names, each a DNS name.
    pub hosts: Vec<String>,
}

/// Where the pods of an app go.
///
/// Spec: §13.3.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppDeployment {
    /// Node pools, in order of preference; empty means any.
    pub pools: Vec<String>,
    /// Availability zones, in either form (`japaneast-1` or `1`); empty means any.
    pub zones: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compose_file_does_not_show() {
        let app = App {
            compose: Some(Value::from("PASSWORD: hush")),
            ..App::new("shop")
        };
        let shown = format!("{app:?}");
        assert!(shown.contains("shop") && !shown.contains("hush"), "{shown}");
    }
}
