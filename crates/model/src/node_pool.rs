//! Node pools.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A pool of equal nodes. As input, an absent field means "the driver's default" when a pool is created and
/// "leave it" when one is updated.
///
/// Spec: §13.1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NodePool {
    /// Its name, unique in the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The name that the cloud has for it, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_name: Option<String>,
    /// `system` or `user`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Labels of its nodes. In an update a null value removes the label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, Option<String>>>,
    /// Availability zones; the Kompox form (`japaneast-1`) when returned, either form when given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zones: Option<Vec<String>>,
    /// Machine size, in the cloud's words (`Standard_D2lds_v6`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<String>,
    /// `Managed` or `Ephemeral`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os_disk_type: Option<String>,
    /// Size of the OS disk in GiB.
    #[serde(skip_serializing_if = "Option::is_none", rename = "osDiskSizeGiB")]
    pub os_disk_size_gib: Option<u32>,
    /// `regular` or `spot`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// How many nodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autoscaling: Option<Autoscaling>,
    /// How it is. Ignored as input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<NodePoolStatus>,
    /// What only this cloud knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Map<String, Value>>,
}

/// How many nodes a pool has.
///
/// Spec: §13.1, §13.4.2.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Autoscaling {
    /// Whether the cluster autoscaler decides, between `min` and `max`.
    pub enabled: bool,
    /// Fewest nodes, with autoscaling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<u32>,
    /// Most nodes, with autoscaling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
    /// Nodes, without autoscaling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desired: Option<u32>,
}

/// How a node pool is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodePoolStatus {
    /// The cloud's provisioning state (`Succeeded`, `Updating`, …).
    pub provisioning_state: String,
    /// Nodes that it has now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_node_count: Option<u32>,
}
