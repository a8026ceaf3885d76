//! The Azure port.
//!
//! A driver decides what must be true; somebody else must talk HTTP to Azure. Between them stands this crate: one
//! narrow trait per Azure service with the few operations that a driver needs, in Azure's own words, and the
//! types that travel through them. It does no I/O. Adapters implement the traits (over `azure_core`, or
//! over anything else), tests mock them (feature `mock`), and the contract suite (feature `contract`) says
//! what every implementation must hold to.
//!
//! Shapes that all traits share: a thing is addressed by its [`ResourceId`]; "not there" is an `Option`, never an
//! error; whatever is asynchronous in Azure is awaited to its end, and dropping the future stops the waiting and
//! not Azure; all traits are object-safe and collected in [`Azure`]. Any call can fail with any [`Error`]; a trait
//! says only what is particular to one.

mod agent_pool;
mod cloud;
mod credential;
mod deployment;
mod disk;
mod dns_record_set;
mod error;
mod file_share;
mod key_vault;
mod managed_cluster;
mod provisioning_state;
mod resource;
mod resource_graph;
mod resource_group;
mod resource_id;
pub mod role;
mod role_assignment;
mod services;
mod snapshot;
mod storage_account;
mod user_assigned_identity;

#[cfg(feature = "contract")]
pub mod contract;

pub use agent_pool::{AgentPool, AgentPoolProperties, AgentPools};
pub use cloud::{Cloud, CloudError};
pub use credential::Credential;
pub use deployment::{Deployment, DeploymentOperation, DeploymentRequest, Deployments};
pub use disk::{CreationData, Disk, DiskCreation, Disks};
pub use dns_record_set::{DnsRecordSets, RecordSet, RecordSetProperties, Records, WriteCondition};
pub use error::{Error, Result, parse_failure};
pub use file_share::{FileShare, FileShareCreation, FileShares, Metadata};
pub use key_vault::{DeletedVault, KeyVaults};
pub use managed_cluster::{ManagedCluster, ManagedClusters};
pub use provisioning_state::ProvisioningState;
pub use resource::{Resource, Resources};
pub use resource_graph::ResourceGraph;
pub use resource_group::{ResourceGroup, ResourceGroups};
pub use resource_id::{InvalidResourceId, ResourceId};
pub use role_assignment::{RoleAssignment, RoleAssignments};
pub use services::{Azure, Connection, Connector, Tags};
pub use snapshot::{Snapshot, SnapshotCreation, Snapshots};
pub use storage_account::{
    NameAvailability, StorageAccount, StorageAccountCreation, StorageAccounts,
};
pub use user_assigned_identity::{UserAssignedIdentities, UserAssignedIdentity};

#[cfg(feature = "mock")]
pub use {
    agent_pool::MockAgentPools, deployment::MockDeployments, disk::MockDisks,
    dns_record_set::MockDnsRecordSets, file_share::MockFileShares, key_vault::MockKeyVaults,
    managed_cluster::MockManagedClusters, resource::MockResources,
    resource_graph::MockResourceGraph, resource_group::MockResourceGroups,
    role_assignment::MockRoleAssignments, snapshot::MockSnapshots,
    storage_account::MockStorageAccounts, user_assigned_identity::MockUserAssignedIdentities,
};
