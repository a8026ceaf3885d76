//! Microsoft.Authorization role assignments.

use async_trait::async_trait;

use crate::{ResourceId, Result};

/// Role assignments.
///
/// Source: <https://learn.microsoft.com/rest/api/authorization/role-assignments>
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait RoleAssignments: std::fmt::Debug + Send + Sync {
    /// Assigns a role. `name` is a UUID; the same name, scope, role and principal again change nothing. Azure
    /// refuses with 409 `RoleAssignmentExists` when the same assignment exists under another name, and with 400
    /// `PrincipalNotFound` for a principal that has not yet reached its directory replica.
    async fn create(&self, name: &str, assignment: &RoleAssignment) -> Result<()>;
}

/// Who may do what where. The principal is always a service principal (managed identities are).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleAssignment {
    /// Where: a subscription, a group, a resource or a part of one.
    pub scope: ResourceId,
    /// What: the GUID of a role definition.
    pub role: String,
    /// Who: the object id.
    pub principal_id: String,
}
