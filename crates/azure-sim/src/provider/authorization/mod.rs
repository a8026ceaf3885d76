//! `Microsoft.Authorization`: role assignments on any scope, and the built-in roles that can be assigned.

mod assignment;
mod role;

pub(crate) use self::assignment::{RoleAssignments, principal_not_found};
pub(crate) use self::role::role_definitions;
use crate::id::ResourceId;

pub(super) const API_VERSIONS: &[&str] = &[
    "2022-05-01-preview",
    "2022-04-01",
    "2020-10-01-preview",
    "2020-08-01-preview",
    "2020-04-01-preview",
    "2020-03-01-preview",
    "2018-09-01-preview",
    "2018-07-01",
    "2018-01-01-preview",
    "2015-07-01",
];

/// The id of something of a provider on a scope.
fn join(scope: &ResourceId, rest: &str) -> String {
    if *scope == ResourceId::tenant() {
        format!("/providers/{rest}")
    } else {
        format!("{scope}/providers/{rest}")
    }
}
