//! Role assignments.

use async_trait::async_trait;
use kompox_azure::{Result, RoleAssignment, RoleAssignments};

use super::{Cloud, refuse};

#[async_trait]
impl RoleAssignments for Cloud {
    async fn create(&self, name: &str, assignment: &RoleAssignment) -> Result<()> {
        self.call(format!("roles.put {}", assignment.principal_id), |state| {
            state.group_exists(&assignment.scope)?;
            if state.roles.iter().any(|(_, there)| there == assignment) {
                return refuse(409, "RoleAssignmentExists", "is there");
            }
            state.roles.push((name.to_owned(), assignment.clone()));
            Ok(())
        })
        .await
    }
}
