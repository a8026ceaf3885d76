//! Assigning roles so that repeating changes nothing.

use std::time::Duration;

use uuid::Uuid;

use crate::{Result, RoleAssignment, RoleAssignments};

/// Contributor: everything but access management.
///
/// Source: <https://learn.microsoft.com/azure/role-based-access-control/built-in-roles>
pub const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
/// DNS Zone Contributor: the record sets of DNS zones.
pub const DNS_ZONE_CONTRIBUTOR: &str = "befefa01-2a29-4197-83a8-272ff33ce314";
/// Key Vault Secrets User: reading secrets.
pub const KEY_VAULT_SECRETS_USER: &str = "4633458b-17de-408a-b874-0445c86b69e6";
/// AcrPull: pulling images from a registry.
pub const ACR_PULL: &str = "7f951dda-4ed3-4680-a7ca-43fe172d538d";

/// First pause before a principal is tried again that the directory does not know yet.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(16);

/// The name of an assignment: a version 5 UUID of its scope, principal and role, whatever their case. The same
/// assignment has the same name in every run, so that Azure takes the second for the first.
///
/// ```
/// use kompox_azure::{ResourceId, RoleAssignment, role};
///
/// let mut assignment = RoleAssignment {
///     scope: "/subscriptions/s/resourceGroups/rg".parse()?,
///     role: role::CONTRIBUTOR.to_owned(),
///     principal_id: "11111111-1111-1111-1111-111111111111".to_owned(),
/// };
/// let name = role::assignment_name(&assignment);
/// assignment.scope = "/subscriptions/S/resourcegroups/RG".parse()?;
/// assert_eq!(role::assignment_name(&assignment), name);
/// # Ok::<(), kompox_azure::InvalidResourceId>(())
/// ```
///
/// Source: RFC 9562 §5.5.
#[must_use]
pub fn assignment_name(assignment: &RoleAssignment) -> String {
    let RoleAssignment {
        scope,
        role,
        principal_id,
    } = assignment;
    let text = format!("{scope}#{principal_id}#{role}").to_ascii_lowercase();
    Uuid::new_v5(&Uuid::NAMESPACE_URL, text.as_bytes()).to_string()
}

/// Makes sure that a principal has a role.
///
/// An assignment that is there already, under whatever name, is success. A principal that Azure's directory does not
/// know yet is tried again, with growing pauses and without end: a managed identity takes a while to get around,
/// and how long to wait for it is the caller's to decide, by dropping the future.
///
/// Spec: §3.3.
///
/// # Errors
/// What Azure refuses for any other reason.
pub async fn ensure(roles: &dyn RoleAssignments, assignment: &RoleAssignment) -> Result<()> {
    let mut pause = FIRST_PAUSE;
    while try_ensure(roles, assignment).await? == Attempt::PrincipalUnknown {
        tokio::time::sleep(pause).await;
        pause = LONGEST_PAUSE.min(pause * 2);
    }
    Ok(())
}

/// What trying to assign a role came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// The principal has the role.
    Assigned,
    /// Azure's directory does not know the principal: not yet, or no longer.
    PrincipalUnknown,
}

/// Tries once to make sure that a principal has a role. An assignment that is there already, under whatever name, is
/// success.
///
/// # Errors
/// What Azure refuses for any reason but a principal that it does not know.
pub async fn try_ensure(
    roles: &dyn RoleAssignments,
    assignment: &RoleAssignment,
) -> Result<Attempt> {
    match roles.create(&assignment_name(assignment), assignment).await {
        Ok(()) => Ok(Attempt::Assigned),
        Err(error) if error.status() == Some(409) || error.has_code("RoleAssignmentExists") => {
            Ok(Attempt::Assigned)
        }
        Err(error) if error.has_code("PrincipalNotFound") => Ok(Attempt::PrincipalUnknown),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use kompox_model::failure::Failure;

    use super::*;
    use crate::Error;

    /// Refuses with these, one a call, then agrees.
    #[derive(Debug, Default)]
    struct Scripted {
        refusals: Mutex<Vec<(u16, &'static str)>>,
        names: Mutex<Vec<String>>,
    }

    #[async_trait]
    impl RoleAssignments for Scripted {
        async fn create(&self, name: &str, _: &RoleAssignment) -> Result<()> {
            self.names.lock().unwrap().push(name.to_owned());
            match self.refusals.lock().unwrap().pop() {
                None => Ok(()),
                Some((status, code)) => Err(Error::Refused(Box::new(Failure {
                    status: Some(status),
                    code: code.to_owned(),
                    ..Failure::default()
                }))),
            }
        }
    }

    fn assignment(principal: &str) -> RoleAssignment {
        RoleAssignment {
            scope: "/subscriptions/s/resourceGroups/rg".parse().unwrap(),
            role: CONTRIBUTOR.to_owned(),
            principal_id: principal.to_owned(),
        }
    }

    fn refusing(refusals: &[(u16, &'static str)]) -> Scripted {
        Scripted {
            refusals: Mutex::new(refusals.to_vec()),
            ..Scripted::default()
        }
    }

    #[test]
    fn names_differ_by_scope_principal_and_role() {
        let first = assignment("a");
        let mut other_scope = first.clone();
        other_scope.scope = first.scope.group("rg2");
        let mut other_role = first.clone();
        other_role.role = ACR_PULL.to_owned();
        let names: std::collections::HashSet<_> =
            [&first, &other_scope, &other_role, &assignment("b")]
                .into_iter()
                .map(assignment_name)
                .collect();
        assert_eq!(names.len(), 4);
        assert!(names.iter().all(|name| Uuid::parse_str(name).is_ok()));
    }

    #[tokio::test]
    async fn what_is_assigned_already_is_success() {
        for refusal in [(409, "Conflict"), (400, "RoleAssignmentExists")] {
            let roles = refusing(&[refusal]);
            ensure(&roles, &assignment("a")).await.unwrap();
            assert_eq!(roles.names.lock().unwrap().len(), 1);
        }
    }

    #[tokio::test]
    async fn another_refusal_is_an_error_at_once() {
        let roles = refusing(&[(403, "AuthorizationFailed")]);
        let error = ensure(&roles, &assignment("a")).await.unwrap_err();
        assert!(error.has_code("AuthorizationFailed"));
        assert_eq!(roles.names.lock().unwrap().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn an_unknown_principal_is_tried_again_under_the_same_name_with_growing_pauses() {
        let roles = refusing(&[(400, "PrincipalNotFound"); 6]);
        let start = tokio::time::Instant::now();
        ensure(&roles, &assignment("a")).await.unwrap();
        assert_eq!(start.elapsed().as_secs(), 1 + 2 + 4 + 8 + 16 + 16);
        let names = roles.names.lock().unwrap();
        assert_eq!(names.len(), 7);
        assert!(names.iter().all(|name| *name == names[0]));
    }
}
