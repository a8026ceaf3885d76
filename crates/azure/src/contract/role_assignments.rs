//! Role assignments.

use serde_json::json;
use uuid::Uuid;

use super::stage::{Environment, deploy, identity};
use crate::{Azure, RoleAssignment, role};

/// Role assignments: the same one again changes nothing, whether it is asked for by hand or ensured; under another name it
/// is refused with `RoleAssignmentExists`; a scope that is not there is an error.
///
/// # Panics
/// At the first broken promise.
pub async fn role_assignments(azure: &Azure, environment: &Environment) {
    let group = environment.empty_group(azure, "roles").await;
    let outputs = json!({ "PRINCIPAL_ID": {
        "type": "string",
        "value": "[reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', 'someone'), '2023-01-31').principalId]",
    }});
    let deployment = deploy(azure, &group, json!([identity("someone")]), outputs).await;
    let assignment = RoleAssignment {
        scope: group.clone(),
        role: role::ACR_PULL.to_owned(),
        principal_id: deployment.outputs["PRINCIPAL_ID"]
            .as_str()
            .expect("a principal")
            .to_owned(),
    };
    let roles = azure.role_assignments.as_ref();
    role::ensure(roles, &assignment).await.unwrap();
    let name = role::assignment_name(&assignment);
    roles.create(&name, &assignment).await.unwrap();
    role::ensure(roles, &assignment).await.unwrap();

    let other = Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string();
    let error = roles.create(&other, &assignment).await.unwrap_err();
    assert!(error.has_code("RoleAssignmentExists"), "{error}");
    assert_eq!(error.status(), Some(409), "{error}");

    let nowhere = RoleAssignment {
        scope: environment.group("no-roles"),
        ..assignment
    };
    let error = roles
        .create(&role::assignment_name(&nowhere), &nowhere)
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(404), "{error}");

    azure.resource_groups.delete(&group).await.unwrap();
}
