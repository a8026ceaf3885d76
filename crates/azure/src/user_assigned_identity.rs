//! Microsoft.ManagedIdentity user-assigned identities.

use async_trait::async_trait;

use crate::{ResourceId, Result};

/// User-assigned managed identities.
///
/// Source: <https://learn.microsoft.com/rest/api/managedidentity/user-assigned-identities>
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait UserAssignedIdentities: std::fmt::Debug + Send + Sync {
    /// An identity.
    async fn get(&self, id: &ResourceId) -> Result<Option<UserAssignedIdentity>>;

    /// The subjects whose tokens the identity accepts in place of its own (`system:serviceaccount:<namespace>:<name>`),
    /// all pages. Empty when there is no such identity.
    async fn federated_subjects(&self, id: &ResourceId) -> Result<Vec<String>>;
}

/// A user-assigned identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserAssignedIdentity {
    /// Its id.
    pub id: ResourceId,
    /// Object id of its service principal.
    pub principal_id: String,
    /// Application (client) id of its service principal.
    pub client_id: String,
    /// Directory that it is in.
    pub tenant_id: String,
}
