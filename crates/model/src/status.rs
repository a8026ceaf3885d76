//! The state of a cluster.

use serde::{Deserialize, Serialize};

/// How far a cluster has come.
///
/// Spec: §6.3.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterStatus {
    /// Somebody else made it, as the cluster declares.
    pub existing: bool,
    /// It is there and hands out credentials.
    pub provisioned: bool,
    /// Its ingress controller has an address.
    pub installed: bool,
    /// Public IP address of the ingress.
    #[serde(rename = "ingressGlobalIP", skip_serializing_if = "Option::is_none")]
    pub ingress_global_ip: Option<String>,
    /// Public host name of the ingress.
    #[serde(rename = "ingressFQDN", skip_serializing_if = "Option::is_none")]
    pub ingress_fqdn: Option<String>,
}
