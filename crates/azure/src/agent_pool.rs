//! Microsoft.ContainerService agent pools.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::{ProvisioningState, ResourceId, Result};

/// The agent pools (node pools) of managed clusters.
///
/// AKS runs one operation on a cluster at a time and refuses a write meanwhile with HTTP 409, code
/// `OperationNotAllowed`. Implementations pass that on: how long it is worth waiting for is the caller's business.
///
/// Source: <https://learn.microsoft.com/rest/api/aks/agent-pools>
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AgentPools: std::fmt::Debug + Send + Sync {
    /// The agent pools of a cluster, all pages. Empty when there is no such cluster.
    async fn list(&self, cluster: &ResourceId) -> Result<Vec<AgentPool>>;

    /// An agent pool. `None` when there is no such pool or no such cluster.
    async fn get(&self, id: &ResourceId) -> Result<Option<AgentPool>>;

    /// Makes an agent pool, or replaces everything that can be written of the one that is there, and waits for the
    /// end. To change one property, send back all the others as they were read.
    ///
    /// # Errors
    /// [`Error::Refused`](crate::Error::Refused): 404 when there is no such cluster, 409 when the cluster is busy,
    /// 400 when a property cannot be changed any more.
    async fn create_or_update(
        &self,
        id: &ResourceId,
        properties: &AgentPoolProperties,
    ) -> Result<AgentPool>;

    /// Removes an agent pool with its nodes and waits for the end. Succeeds when there is none.
    async fn delete(&self, id: &ResourceId) -> Result<()>;
}

/// An agent pool.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentPool {
    /// Its id; the name of the pool is the id's.
    pub id: ResourceId,
    /// How far Azure is with it: `Creating`, `Updating`, `Scaling`, `Deleting`, …
    pub state: ProvisioningState,
    /// What can be written of it.
    pub properties: AgentPoolProperties,
}

/// What can be written of an agent pool, in AKS's own words. Serialises as the `properties` of the resource.
///
/// A write replaces the whole pool, so that a property which was read and not sent back is lost, or is taken for an
/// attempt to change what cannot be changed. Therefore [`rest`](Self::rest) carries everything that AKS returned and
/// this type has no name for. What AKS returns and does not take back ([`READ_ONLY`](Self::READ_ONLY)) is left out
/// already when reading.
///
/// ```
/// use kompox_azure::AgentPoolProperties;
///
/// let answer = r#"{"count":2,"vmSize":"Standard_D2lds_v6","mode":"User","maxPods":250,
///                  "provisioningState":"Succeeded","powerState":{"code":"Running"},"nodeTaints":null}"#;
/// let mut pool: AgentPoolProperties = serde_json::from_str(answer)?;
/// pool.count = Some(3);
/// assert_eq!(
///     serde_json::to_string(&pool)?,
///     r#"{"mode":"User","vmSize":"Standard_D2lds_v6","count":3,"enableAutoScaling":false,"nodeLabels":{},"nodeTaints":[],"maxPods":250}"#
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Source: <https://learn.microsoft.com/rest/api/aks/agent-pools/create-or-update#request-body>
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AgentPoolProperties {
    /// `System` or `User`; `System` pools host the cluster's own pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Machine size (`Standard_D2lds_v6`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vm_size: Option<String>,
    /// `Managed` or `Ephemeral`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os_disk_type: Option<String>,
    /// Size of the OS disk in GiB, which Azure calls GB.
    #[serde(rename = "osDiskSizeGB", skip_serializing_if = "Option::is_none")]
    pub os_disk_size_gb: Option<u32>,
    /// Zones in Azure's form (`1`); none for a regional pool.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub availability_zones: Vec<String>,
    /// `Regular` or `Spot`; absent means `Regular`, and AKS leaves it out of its answers then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale_set_priority: Option<String>,
    /// What becomes of an evicted node (`Delete`, `Deallocate`); only with `Spot`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale_set_eviction_policy: Option<String>,
    /// The highest price of a node in US dollars per hour, -1 for the regular price; only with `Spot`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spot_max_price: Option<f64>,
    /// How many nodes there are, or shall be. With autoscaling it must be between the two limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Whether the cluster autoscaler decides how many nodes there are.
    #[serde(deserialize_with = "nullable")]
    pub enable_auto_scaling: bool,
    /// Fewest nodes; only with autoscaling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_count: Option<u32>,
    /// Most nodes; only with autoscaling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_count: Option<u32>,
    /// Labels of the nodes, AKS's own (`kubernetes.azure.com/…`) among them.
    #[serde(deserialize_with = "nullable")]
    pub node_labels: BTreeMap<String, String>,
    /// Taints of the nodes (`key=value:NoSchedule`), AKS's own among them.
    #[serde(deserialize_with = "nullable")]
    pub node_taints: Vec<String>,
    /// Every other property that can be written, by its name on the wire.
    #[serde(flatten, deserialize_with = "writable")]
    pub rest: Map<String, Value>,
}

impl AgentPoolProperties {
    /// The properties that AKS returns and that are not sent back: what Azure documents as read-only, and
    /// `powerState`, which starts and stops the pool.
    pub const READ_ONLY: [&str; 7] = [
        "currentOrchestratorVersion",
        "eTag",
        "nodeImageVersion",
        "powerState",
        "provisioningState",
        "status",
        "virtualMachineNodesStatus",
    ];
}

/// Takes `null` for the default.
fn nullable<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de> + Default,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

fn writable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    let mut rest: Map<String, Value> = Map::deserialize(deserializer)?;
    rest.retain(|name, value| {
        !value.is_null() && !AgentPoolProperties::READ_ONLY.contains(&name.as_str())
    });
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_spot_pool_goes_back_as_it_came_without_what_is_read_only() {
        let came = json!({
            "count": 1,
            "vmSize": "Standard_D4plds_v5",
            "osDiskSizeGB": 150,
            "osDiskType": "Ephemeral",
            "maxPods": 250,
            "type": "VirtualMachineScaleSets",
            "enableAutoScaling": false,
            "provisioningState": "Creating",
            "powerState": {"code": "Running"},
            "orchestratorVersion": "1.32",
            "currentOrchestratorVersion": "1.32.5",
            "scaleSetPriority": "Spot",
            "scaleSetEvictionPolicy": "Delete",
            "spotMaxPrice": 88.88888,
            "nodeLabels": {"kubernetes.azure.com/scalesetpriority": "spot"},
            "nodeTaints": ["kubernetes.azure.com/scalesetpriority=spot:NoSchedule"],
            "mode": "User",
            "osType": "Linux",
            "nodeImageVersion": "AKSUbuntu-2204gen2arm64containerd-202506.16.0",
            "eTag": "0b2c",
            "upgradeSettings": {"undrainableNodeBehavior": "Schedule"},
        });
        let pool: AgentPoolProperties = serde_json::from_value(came.clone()).unwrap();
        assert_eq!(pool.spot_max_price, Some(88.88888));
        let mut expected = came;
        for name in AgentPoolProperties::READ_ONLY {
            expected.as_object_mut().unwrap().remove(name);
        }
        assert_eq!(serde_json::to_value(&pool).unwrap(), expected);
    }

    #[test]
    fn null_and_absent_are_the_same() {
        let null = json!({"availabilityZones": null, "nodeLabels": null, "nodeTaints": null, "count": null,
            "enableAutoScaling": null, "tags": null});
        let pool: AgentPoolProperties = serde_json::from_value(null).unwrap();
        assert_eq!(pool, AgentPoolProperties::default());
    }

    proptest::proptest! {
        #[test]
        fn what_is_not_known_by_name_goes_round(
            rest in proptest::collection::btree_map("[a-z]{1,9}X", proptest::num::i64::ANY, 0..9),
            max in proptest::option::of(0..1000_u32),
            labels in proptest::collection::btree_map("[a-z]{1,3}", "[a-z]{0,3}", 0..3),
        ) {
            let pool = AgentPoolProperties {
                max_count: max,
                node_labels: labels,
                rest: rest.into_iter().map(|(name, value)| (name, value.into())).collect(),
                ..AgentPoolProperties::default()
            };
            let text = serde_json::to_string(&pool).unwrap();
            proptest::prop_assert_eq!(serde_json::from_str::<AgentPoolProperties>(&text).unwrap(), pool);
        }
    }
}
