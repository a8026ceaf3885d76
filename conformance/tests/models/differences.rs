//! What is known to differ, and what no model is known of.

use kompox_conformance::{Exception, Unmodelled};

/// Operations of providers that none of the crates is about.
pub(crate) const UNMODELLED: &[Unmodelled] = &[
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
        reason,
    }
}

const CLUSTER: &str = "azure_mgmt_containerservice::ManagedCluster";
const POOL: &str = "azure_mgmt_containerservice::AgentPool";
const NEWER_AKS: &str = "newer than 2023-01-02-preview, the last api-version of the crate";
const OTHER_CASE: &str = "Azure was recorded to write it so; its OpenAPI has another case";
const VALIDATION: &str =
    "Azure was recorded to answer a whole deployment; the model has its properties only";
const WRONG_ON_PURPOSE: &str = "wrong on purpose: the contract shows that it is refused";

/// What may differ, and why.
pub(crate) const EXCEPTIONS: &[Exception] = &[
    member(
        "azure_mgmt_compute::Disk",
        "properties/readOnly",
        "Azure was recorded to tell it of PremiumV2 disks; its OpenAPI does not know it",
    ),
    value(
        "azure_mgmt_compute::Disk",
        "sku/name",
        "Nonsense_LRS",
        WRONG_ON_PURPOSE,
    ),
    member(CLUSTER, "eTag", NEWER_AKS),
    member(CLUSTER, "kind", NEWER_AKS),
    member(CLUSTER, "properties/agentPoolProfiles/*/eTag", NEWER_AKS),
    member(
        CLUSTER,
        "properties/agentPoolProfiles/*/securityProfile",
        NEWER_AKS,
    ),
    member(
        CLUSTER,
        "properties/agentPoolProfiles/*/upgradeSettings/maxUnavailable",
        NEWER_AKS,
    ),
    member(CLUSTER, "properties/bootstrapProfile", NEWER_AKS),
    member(CLUSTER, "properties/hostedSystemProfile", NEWER_AKS),
    member(CLUSTER, "properties/metricsProfile", NEWER_AKS),
    member(
        CLUSTER,
        "properties/networkProfile/networkDataplane",
        NEWER_AKS,
    ),
    member(CLUSTER, "properties/nodeProvisioningProfile", NEWER_AKS),
    member(CLUSTER, "properties/resourceUID", NEWER_AKS),
    member(CLUSTER, "properties/supportPlan", NEWER_AKS),
    value(
        CLUSTER,
        "properties/networkProfile/loadBalancerProfile/backendPoolType",
        "nodeIPConfiguration",
        OTHER_CASE,
    ),
    value(
        CLUSTER,
        "properties/networkProfile/networkPluginMode",
        "overlay",
        "lower case since 2023-02-01; the crate's preview had it capitalised",
    ),
    value(
        CLUSTER,
        "properties/networkProfile/networkPolicy",
        "none",
        NEWER_AKS,
    ),
    member(POOL, "properties/eTag", NEWER_AKS),
    member(POOL, "properties/securityProfile", NEWER_AKS),
    member(POOL, "properties/upgradeSettings/maxUnavailable", NEWER_AKS),
    value(POOL, "properties/osSKU", "AzureLinux", NEWER_AKS),
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
];
