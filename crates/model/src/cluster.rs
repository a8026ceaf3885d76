//! The cluster, its ingress and its protection.

use serde::{Deserialize, Serialize};

use crate::Settings;

/// A Kubernetes cluster, as declared.
///
/// Spec: §1.3, §6.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Cluster {
    /// Its name, unique in the provider.
    pub name: String,
    /// Somebody else made it: it is neither provisioned nor deprovisioned without force.
    pub existing: bool,
    /// How traffic gets in.
    pub ingress: ClusterIngress,
    /// What must not be done to it.
    pub protection: Protection,
    /// What the driver needs to know: resource group, node sizes, DNS zones, registries.
    pub settings: Settings,
}

impl Cluster {
    /// A cluster of that name with nothing else said.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }
}

/// The ingress controller of a cluster.
///
/// Spec: §6.4, §8.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterIngress {
    /// Namespace that the controller runs in; [`ClusterIngress::DEFAULT_NAMESPACE`] when absent.
    pub namespace: Option<String>,
    /// The controller, `traefik` when absent.
    pub controller: Option<String>,
    /// Service account that the controller runs as; [`ClusterIngress::DEFAULT_SERVICE_ACCOUNT`] when absent.
    pub service_account: Option<String>,
    /// Domain that generated host names end in.
    pub domain: Option<String>,
    /// ACME resolver that is used where an app names none.
    pub cert_resolver: Option<String>,
    /// E-mail address for ACME registration.
    pub cert_email: Option<String>,
    /// Certificates that the controller serves from a key store.
    pub certificates: Vec<Certificate>,
}

impl ClusterIngress {
    /// The namespace of the ingress controller where the cluster names none.
    pub const DEFAULT_NAMESPACE: &'static str = "traefik";
    /// The service account of the ingress controller where the cluster names none.
    pub const DEFAULT_SERVICE_ACCOUNT: &'static str = "ingress-service-account";

    /// The namespace to use.
    #[must_use]
    pub fn namespace(&self) -> &str {
        given(self.namespace.as_deref()).unwrap_or(Self::DEFAULT_NAMESPACE)
    }

    /// The service account to use.
    #[must_use]
    pub fn service_account(&self) -> &str {
        given(self.service_account.as_deref()).unwrap_or(Self::DEFAULT_SERVICE_ACCOUNT)
    }
}

fn given(value: Option<&str>) -> Option<&str> {
    value.map(str::trim).filter(|value| !value.is_empty())
}

/// A certificate that lives in a key store.
///
/// Spec: §8.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Name that the ingress controller knows it by.
    pub name: String,
    /// Where it is: on Azure a Key Vault secret URL.
    pub source: String,
}

/// What must not be done to a cluster.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Protection {
    /// Guards the cloud resources: provision and deprovision.
    pub provisioning: ProtectionLevel,
    /// Guards what is installed in the cluster: install and uninstall.
    pub installation: ProtectionLevel,
}

/// How far something is protected. Force does not lift it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProtectionLevel {
    /// Everything is allowed.
    #[default]
    None,
    /// It must not be removed.
    CannotDelete,
    /// It must be neither removed nor made again.
    ReadOnly,
}
