//! The provider: a cloud account that clusters are made in.

use serde::{Deserialize, Serialize};

use crate::Settings;

/// A cloud account and the driver that talks to it.
///
/// Spec: §1.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// Its name, unique in the workspace.
    pub name: String,
    /// The name that the driver is registered under, `aks` for Azure Kubernetes Service.
    pub driver: String,
    /// What the driver needs to know: subscription, location, how to sign in.
    #[serde(default)]
    pub settings: Settings,
}

impl Provider {
    /// A provider of that name and driver, without settings.
    #[must_use]
    pub fn new(name: impl Into<String>, driver: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            driver: driver.into(),
            settings: Settings::default(),
        }
    }
}
