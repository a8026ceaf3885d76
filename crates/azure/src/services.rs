//! All services together, and where they come from.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::{
    AgentPools, Cloud, Credential, Deployments, Disks, DnsRecordSets, FileShares, KeyVaults,
    ManagedClusters, ResourceGraph, ResourceGroups, Resources, Result, RoleAssignments, Snapshots,
    StorageAccounts, UserAssignedIdentities,
};

/// Tags of a resource: names and values.
pub type Tags = BTreeMap<String, String>;

/// Every service that a driver uses, behind one connection.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // Each field is the trait of its name.
pub struct Azure {
    pub agent_pools: Arc<dyn AgentPools>,
    pub deployments: Arc<dyn Deployments>,
    pub disks: Arc<dyn Disks>,
    pub dns_record_sets: Arc<dyn DnsRecordSets>,
    pub file_shares: Arc<dyn FileShares>,
    pub key_vaults: Arc<dyn KeyVaults>,
    pub managed_clusters: Arc<dyn ManagedClusters>,
    pub resource_graph: Arc<dyn ResourceGraph>,
    pub resource_groups: Arc<dyn ResourceGroups>,
    pub resources: Arc<dyn Resources>,
    pub role_assignments: Arc<dyn RoleAssignments>,
    pub snapshots: Arc<dyn Snapshots>,
    pub storage_accounts: Arc<dyn StorageAccounts>,
    pub user_assigned_identities: Arc<dyn UserAssignedIdentities>,
}

/// Where to connect to, and as whom.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Which Azure.
    pub cloud: Cloud,
    /// How to sign in.
    pub credential: Credential,
}

/// Connects to an Azure. Implemented by adapters; whoever composes a program chooses one.
pub trait Connector: fmt::Debug + Send + Sync {
    /// Prepares everything and calls nobody: the first token is asked for when the first call needs it.
    ///
    /// # Errors
    /// When the credential cannot work here: a token file that cannot be read, a malformed tenant.
    fn connect(&self, connection: &Connection) -> Result<Azure>;
}
