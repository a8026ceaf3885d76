//! Role assignments.

use async_trait::async_trait;
use kompox_azure::{ResourceId, Result, RoleAssignment, RoleAssignments};
use serde_json::{Value, json};

use crate::api_version::ROLE_ASSIGNMENTS as VERSION;
use crate::client::Client;

/// Role assignments over ARM.
#[derive(Debug)]
pub(crate) struct ArmRoleAssignments(pub(crate) Client);

#[async_trait]
impl RoleAssignments for ArmRoleAssignments {
    async fn create(&self, name: &str, assignment: &RoleAssignment) -> Result<()> {
        let id = assignment
            .scope
            .resource("Microsoft.Authorization/roleAssignments", name);
        // A role is looked up in the subscription of the scope, which need not be the caller's.
        let home = match assignment.scope.subscription() {
            Some(subscription) => ResourceId::subscription_scope(subscription),
            None => ResourceId::tenant_scope(),
        };
        let role = home.resource("Microsoft.Authorization/roleDefinitions", &assignment.role);
        let body = json!({
            "properties": {
                "roleDefinitionId": role,
                "principalId": assignment.principal_id,
                // Without it Azure looks the principal up in a directory replica that may not know it yet.
                "principalType": "ServicePrincipal",
            }
        });
        let _: Value = self.0.put(&id, VERSION, &body).await?;
        Ok(())
    }
}
