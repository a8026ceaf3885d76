//! What is known to differ, and what no model is known of.

use kompox_conformance::{Exception, Unmodelled};

/// Operations of providers that none of the crates is about, or that are newer than these.
pub(crate) const UNMODELLED: &[Unmodelled] = &[
    Unmodelled {
        path: "**/Microsoft.ContainerService/locations/{location}/kubernetesVersions",
        reason: "stable since 2023-03-01, after the last api-version of the crate",
    },
    Unmodelled {
        path: "/providers/Microsoft.ResourceGraph/resources",
        reason: "Resource Graph is in none of these crates",
    },
    Unmodelled {
        path: "/subscriptions/{subscription}/providers/Microsoft.KeyVault/deletedVaults",
        reason: "Key Vault is in none of these crates",
    },
    Unmodelled {
        path: "**/Microsoft.KeyVault/locations/{location}/deletedVaults/{vault}/purge",
        reason: "Key Vault is in none of these crates",
    },
    Unmodelled {
        path: "**/Microsoft.KeyVault/locations/{location}/operationResults/{id}",
        reason: "Key Vault is in none of these crates",
    },
    Unmodelled {
        path: "**/Microsoft.ManagedIdentity/userAssignedIdentities/{identity}",
        reason: "managed identities are in none of these crates",
    },
    Unmodelled {
        path: "**/userAssignedIdentities/{identity}/federatedIdentityCredentials",
        reason: "managed identities are in none of these crates",
    },
];

const fn member(model: &'static str, path: &'static str, reason: &'static str) -> Exception {
    Exception {
        model,
        path,
        value: None,
        since: None,
        reason,
    }
}

const fn value(
    model: &'static str,
    path: &'static str,
    value: &'static str,
    reason: &'static str,
) -> Exception {
    Exception {
        model,
        path,
        value: Some(value),
        since: None,
        reason,
    }
}

/// A member that came with this stable api-version of AKS, after that of the model.
const fn newer(model: &'static str, path: &'static str, since: &'static str) -> Exception {
    Exception {
        since: Some(since),
        ..member(model, path, NEWER_AKS)
    }
}

/// A value that came so.
const fn newer_value(
    model: &'static str,
    path: &'static str,
    word: &'static str,
    since: &'static str,
    reason: &'static str,
) -> Exception {
    Exception {
        since: Some(since),
        ..value(model, path, word, reason)
    }
}

const CLUSTER: &str = "azure_mgmt_containerservice::ManagedCluster";
const POOL: &str = "azure_mgmt_containerservice::AgentPool";
const NEWER_AKS: &str = "newer than the last api-version of the crate, 2023-01-02-preview";
const OTHER_CASE: &str = "Azure was recorded to write it so; its OpenAPI has another case";
const READ_ONLY: &str =
    "Azure was recorded to tell it of PremiumV2 disks; its OpenAPI does not know it";
const VALIDATION: &str =
    "Azure was recorded to answer a whole deployment; the model has its properties only";
const WRONG_ON_PURPOSE: &str = "wrong on purpose: the contract shows that it is refused";

/// What may differ, and why.
pub(crate) const EXCEPTIONS: &[Exception] = &[
    member("azure_mgmt_compute::Disk", "properties/readOnly", READ_ONLY),
    value(
        "azure_mgmt_compute::Disk",
        "sku/name",
        "Nonsense_LRS",
        WRONG_ON_PURPOSE,
    ),
    newer(CLUSTER, "eTag", "2025-09-01"),
    newer(CLUSTER, "kind", "2025-09-01"),
    newer(CLUSTER, "properties/agentPoolProfiles/*/eTag", "2025-09-01"),
    newer(
        CLUSTER,
        "properties/agentPoolProfiles/*/securityProfile",
        "2024-07-01",
    ),
    newer(
        CLUSTER,
        "properties/agentPoolProfiles/*/upgradeSettings/maxUnavailable",
        "2025-03-01",
    ),
    newer(CLUSTER, "properties/bootstrapProfile", "2025-01-01"),
    newer(CLUSTER, "properties/hostedSystemProfile", "2026-02-01"),
    newer(CLUSTER, "properties/metricsProfile", "2024-02-01"),
    newer(
        CLUSTER,
        "properties/networkProfile/networkDataplane",
        "2023-02-01",
    ),
    newer(CLUSTER, "properties/nodeProvisioningProfile", "2025-05-01"),
    newer(CLUSTER, "properties/resourceUID", "2023-08-01"),
    newer(CLUSTER, "properties/supportPlan", "2023-03-01"),
    newer_value(
        CLUSTER,
        "properties/networkProfile/loadBalancerProfile/backendPoolType",
        "nodeIPConfiguration",
        "2023-10-01",
        OTHER_CASE,
    ),
    newer_value(
        CLUSTER,
        "properties/networkProfile/networkPluginMode",
        "overlay",
        "2023-02-01",
        "lower case since it is stable; the preview of the crate had it capitalised",
    ),
    newer_value(
        CLUSTER,
        "properties/networkProfile/networkPolicy",
        "none",
        "2024-05-01",
        NEWER_AKS,
    ),
    newer(POOL, "properties/eTag", "2025-09-01"),
    newer(POOL, "properties/securityProfile", "2024-07-01"),
    newer(
        POOL,
        "properties/upgradeSettings/maxUnavailable",
        "2025-03-01",
    ),
    newer_value(
        POOL,
        "properties/osSKU",
        "AzureLinux",
        "2023-04-01",
        NEWER_AKS,
    ),
    member(
        "azure_mgmt_containerservice::CloudErrorBody",
        "subcode",
        "AKS was recorded to send it; its OpenAPI does not know it",
    ),
    member(
        "azure_mgmt_resources::DeploymentExtended",
        "properties/providers/*/resourceTypes/*/locations/*",
        "Azure was recorded to list the region null of a type without regions; its OpenAPI wants a text",
    ),
    member(
        "azure_mgmt_resources::DeploymentOperation",
        "properties/trackingId",
        "Azure was recorded to send it; its OpenAPI does not know it",
    ),
    member(
        "azure_mgmt_resources::DeploymentValidateResult",
        "id",
        VALIDATION,
    ),
    member(
        "azure_mgmt_resources::DeploymentValidateResult",
        "name",
        VALIDATION,
    ),
    member(
        "azure_mgmt_resources::DeploymentValidateResult",
        "tags",
        VALIDATION,
    ),
    member(
        "azure_mgmt_resources::DeploymentValidateResult",
        "type",
        VALIDATION,
    ),
    member(
        "azure_mgmt_resources::GenericResourceExpanded",
        "zones",
        "newer than 2021-04-01",
    ),
    member(
        "azure_mgmt_resources::SubscriptionListResult",
        "count",
        "Azure sends it; its OpenAPI does not know it",
    ),
    member(
        "azure_mgmt_resources::SubscriptionListResult",
        "nextLink",
        "its OpenAPI demands it; Azure leaves it out of the last page",
    ),
    member(
        "azure_mgmt_resources::TenantListResult",
        "nextLink",
        "its OpenAPI demands it; Azure leaves it out of the last page",
    ),
    value(
        "azure_mgmt_storage::FileShare",
        "properties/leaseState",
        "available",
        OTHER_CASE,
    ),
    value(
        "azure_mgmt_storage::FileShare",
        "properties/leaseStatus",
        "unlocked",
        OTHER_CASE,
    ),
    value(
        "azure_mgmt_storage::FileShareItem",
        "properties/leaseState",
        "available",
        OTHER_CASE,
    ),
    value(
        "azure_mgmt_storage::FileShareItem",
        "properties/leaseStatus",
        "unlocked",
        OTHER_CASE,
    ),
    member(
        "azure_mgmt_storage::StorageAccount",
        "properties/networkAcls/ipv6Rules",
        "newer than 2023-01-01",
    ),
    value(
        "azure_mgmt_storage::StorageAccountCreateParameters",
        "sku/name",
        "Nonsense_LRS",
        WRONG_ON_PURPOSE,
    ),
    member(
        "azure_mgmt_storage::StorageAccountListKeysResult",
        "keys/*/permissions",
        "Azure writes FULL; its OpenAPI has Full",
    ),
    member(
        "models::DiskOperation",
        "properties/output/properties/readOnly",
        READ_ONLY,
    ),
    value(
        "models::OperationStatus",
        "status",
        "Accepted",
        "a deployment that has not begun; the contract leaves unfinished states to providers",
    ),
    value(
        "models::OperationStatus",
        "status",
        "Running",
        "a deployment that goes on; the contract leaves unfinished states to providers",
    ),
    value(
        "models::OperationStatus",
        "status",
        "CreatingAgentPool: 0/1 nodes completed",
        "AKS was recorded to say so of a pool on its way; the contract leaves unfinished states to providers",
    ),
];
