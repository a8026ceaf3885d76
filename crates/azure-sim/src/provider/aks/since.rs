//! What older api-versions of AKS do not show yet.
//!
//! Source: the OpenAPI of each stable api-version, as Azure's own clients are generated from them; entity tags and `kind`
//! were recorded to come later than there.

use serde_json::Value;

/// The first api-version that shows entity tags, and a cluster's `kind`.
const ENTITY_TAGS: &str = "2025-09-01";

/// An object, a member of it, and the first api-version that has it.
type Since = (&'static str, &'static str, &'static str);

/// Of a cluster, oldest first.
const CLUSTER: &[Since] = &[
    ("/properties", "oidcIssuerProfile", "2022-09-01"),
    ("/properties/storageProfile", "blobCSIDriver", "2022-09-01"),
    ("/properties", "workloadAutoScalerProfile", "2022-11-01"),
    ("/properties", "azureMonitorProfile", "2023-01-01"),
    (
        "/properties/networkProfile",
        "networkDataplane",
        "2023-02-01",
    ),
    (
        "/properties/networkProfile",
        "networkPluginMode",
        "2023-02-01",
    ),
    ("/properties/securityProfile", "imageCleaner", "2023-02-01"),
    (
        "/properties/securityProfile",
        "workloadIdentity",
        "2023-02-01",
    ),
    ("/properties", "supportPlan", "2023-03-01"),
    (
        "/properties/autoUpgradeProfile",
        "nodeOSUpgradeChannel",
        "2023-06-01",
    ),
    ("/properties", "upgradeSettings", "2023-07-01"),
    ("/properties", "resourceUID", "2023-08-01"),
    ("/properties", "serviceMeshProfile", "2023-08-01"),
    (
        "/properties/networkProfile/loadBalancerProfile",
        "backendPoolType",
        "2023-10-01",
    ),
    ("/properties", "ingressProfile", "2024-01-01"),
    ("/properties", "metricsProfile", "2024-02-01"),
    (
        "/properties/networkProfile",
        "advancedNetworking",
        "2024-09-01",
    ),
    ("/properties", "bootstrapProfile", "2025-01-01"),
    ("/properties", "nodeProvisioningProfile", "2025-05-01"),
    ("", "eTag", ENTITY_TAGS),
    ("", "kind", ENTITY_TAGS),
    ("/properties", "hostedSystemProfile", "2026-02-01"),
];

/// Of a pool, alone or in its cluster.
const POOL: &[Since] = &[
    ("/upgradeSettings", "drainTimeoutInMinutes", "2023-06-01"),
    ("", "networkProfile", "2023-10-01"),
    (
        "/upgradeSettings",
        "nodeSoakDurationInMinutes",
        "2023-11-01",
    ),
    ("", "windowsProfile", "2024-02-01"),
    ("", "securityProfile", "2024-07-01"),
    ("", "gpuProfile", "2025-01-01"),
    ("/upgradeSettings", "maxUnavailable", "2025-03-01"),
    ("/upgradeSettings", "undrainableNodeBehavior", "2025-03-01"),
    ("", "eTag", ENTITY_TAGS),
    ("/securityProfile", "sshAccess", ENTITY_TAGS),
];

/// The first api-version whose network policies have a word for there being none.
const NO_POLICY: &str = "2024-05-01";

/// Takes away what an api-version does not show of a cluster.
pub(super) fn adapt_cluster(cluster: &mut Value, api_version: &str) {
    take_away(CLUSTER, cluster, api_version);
    if api_version < NO_POLICY
        && let Some(Value::Object(network)) = cluster.pointer_mut("/properties/networkProfile")
        && network
            .get("networkPolicy")
            .is_some_and(|policy| policy == "none")
    {
        network.shift_remove("networkPolicy");
    }
    if let Some(Value::Array(pools)) = cluster.pointer_mut("/properties/agentPoolProfiles") {
        for pool in pools {
            adapt_pool(pool, api_version);
        }
    }
}

/// Takes away what an api-version does not show of the properties of a pool.
pub(super) fn adapt_pool(properties: &mut Value, api_version: &str) {
    take_away(POOL, properties, api_version);
}

fn take_away(members: &[Since], body: &mut Value, api_version: &str) {
    for (object, member, since) in members {
        if api_version < *since
            && let Some(Value::Object(object)) = body.pointer_mut(object)
        {
            object.shift_remove(*member);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(api_version: &str) -> Value {
        let mut cluster = json!({
            "kind": "Base",
            "properties": {
                "supportPlan": "KubernetesOfficial",
                "networkProfile": {"networkPolicy": "none", "networkPluginMode": "overlay"},
                "agentPoolProfiles": [{"name": "p", "upgradeSettings": {"maxSurge": "1", "maxUnavailable": "0"}}],
            },
        });
        adapt_cluster(&mut cluster, api_version);
        cluster
    }

    #[test]
    fn members_are_shown_from_the_api_version_on_that_brought_them() {
        let first = json!({
            "properties": {
                "networkProfile": {},
                "agentPoolProfiles": [{"name": "p", "upgradeSettings": {"maxSurge": "1"}}],
            },
        });
        assert_eq!(shown("2023-01-01"), first);
        let mode = "/properties/networkProfile/networkPluginMode";
        assert!(shown("2023-02-01").pointer(mode).is_some());
        let plan = "/properties/supportPlan";
        assert!(shown("2023-02-01").pointer(plan).is_none());
        assert!(shown("2023-03-01").pointer(plan).is_some());
        let unavailable = "/properties/agentPoolProfiles/0/upgradeSettings/maxUnavailable";
        assert!(shown("2025-02-01").pointer(unavailable).is_none());
        assert!(shown("2025-03-01").pointer(unavailable).is_some());
        assert_eq!(shown("2025-09-01")["kind"], "Base");
    }

    #[test]
    fn a_network_policy_is_shown_by_every_api_version() {
        let mut cluster = json!({"properties": {"networkProfile": {"networkPolicy": "cilium"}}});
        adapt_cluster(&mut cluster, "2022-04-01");
        assert_eq!(
            cluster["properties"]["networkProfile"]["networkPolicy"],
            "cilium"
        );
    }
}
