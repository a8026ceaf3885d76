//! The API versions that calls are made with, all in one place. Answers of these versions are what the wire types
//! were written after.

/// Microsoft.Resources/deployments.
pub(crate) const DEPLOYMENTS: &str = "2025-04-01";
/// Microsoft.Resources/resourceGroups.
pub(crate) const RESOURCE_GROUPS: &str = "2025-04-01";
/// Lists of resources of any type.
pub(crate) const RESOURCES: &str = "2021-04-01";
/// Microsoft.Resources/tags.
pub(crate) const TAGS: &str = "2021-04-01";
/// Microsoft.Authorization/roleAssignments.
pub(crate) const ROLE_ASSIGNMENTS: &str = "2022-04-01";
/// Microsoft.Compute/disks and snapshots.
pub(crate) const DISKS: &str = "2024-03-02";
/// Microsoft.Network/dnsZones and their record sets.
pub(crate) const DNS: &str = "2018-05-01";
/// Microsoft.ContainerService/managedClusters.
pub(crate) const MANAGED_CLUSTERS: &str = "2024-09-01";
/// Microsoft.ManagedIdentity/userAssignedIdentities and their federated credentials.
pub(crate) const MANAGED_IDENTITY: &str = "2023-01-31";
/// Microsoft.KeyVault/vaults and deletedVaults.
pub(crate) const KEY_VAULTS: &str = "2023-07-01";
/// Microsoft.Storage/storageAccounts and their file shares.
pub(crate) const STORAGE: &str = "2023-01-01";
/// Microsoft.ResourceGraph.
pub(crate) const RESOURCE_GRAPH: &str = "2021-03-01";
