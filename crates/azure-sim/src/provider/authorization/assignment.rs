//! Role assignments on any scope.

use serde_json::{Value, json};

use super::super::{
    Home, ListFilter, Provider, Spec, Write, Written, invalid_filter, store_now, time,
};
use super::role::built_in_role;
use super::{API_VERSIONS, join};
use crate::builder::{Settings, is_guid};
use crate::clock::later;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::Reply;
use crate::shape::Shape;
use crate::store::{Resource, World};

static SPEC: Spec = Spec {
    resource_type: "Microsoft.Authorization/roleAssignments",
    api_versions: API_VERSIONS,
    home: Home::Extension,
    located: false,
    tagged: false,
    shape: Shape::Object(&[(
        "properties",
        Shape::Object(&[
            ("roleDefinitionId", Shape::Text),
            ("principalId", Shape::Text),
            (
                "principalType",
                Shape::Word(&[
                    "User",
                    "Group",
                    "ServicePrincipal",
                    "ForeignGroup",
                    "Device",
                ]),
            ),
            ("description", Shape::Text),
            ("condition", Shape::Text),
            ("conditionVersion", Shape::Text),
            ("delegatedManagedIdentityResourceId", Shape::Text),
        ]),
    )]),
};

/// `Microsoft.Authorization/roleAssignments`.
pub(crate) struct RoleAssignments;

impl Provider for RoleAssignments {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        if is_guid(id.name()) {
            return Ok(());
        }
        Err(ArmError::new(
            400,
            "InvalidRoleAssignmentId",
            format!(
                "The role assignment ID '{}' is not valid. The role assignment ID must be a GUID.",
                id.name()
            ),
        ))
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        let principal = write
            .text("/properties/principalId")
            .unwrap_or_default()
            .to_ascii_lowercase();
        if !is_guid(&principal) {
            return Err(ArmError::new(
                400,
                "InvalidPrincipalId",
                "A valid principal ID must be provided for role assignment.",
            ));
        }
        let scope = write.id.scope();
        let role = role_of(
            write
                .text("/properties/roleDefinitionId")
                .unwrap_or_default(),
        )?;
        let qualified = match scope.subscription() {
            Some(subscription) => format!("/subscriptions/{subscription}"),
            None => String::new(),
        };
        let role = format!("{qualified}/providers/Microsoft.Authorization/roleDefinitions/{role}");
        let typed = write.text("/properties/principalType");
        check_principal(world, &principal, typed.is_some())?;
        check_taken(world, &write.id, &principal, &role)?;
        let status = if write.existing.is_some() { 200 } else { 201 };
        let now = time(world.now());
        let created = write
            .existing
            .as_ref()
            .map_or_else(|| now.clone(), |existing| time(existing.created));
        let text = |name: &str| write.at(&format!("/properties/{name}")).cloned();
        let body = json!({
            "properties": {
                "roleDefinitionId": role,
                "principalId": principal,
                "principalType": typed.unwrap_or("ServicePrincipal"),
                "scope": scope.to_string(),
                "condition": text("condition"),
                "conditionVersion": text("conditionVersion"),
                "createdOn": created,
                "updatedOn": now,
                "createdBy": world.caller(),
                "updatedBy": world.caller(),
                "delegatedManagedIdentityResourceId": text("delegatedManagedIdentityResourceId"),
                "description": text("description"),
            },
            "id": join(&scope, &format!("{}/{}", SPEC.resource_type, write.id.name())),
            "type": SPEC.resource_type,
            "name": write.id.name(),
        });
        let mut written = store_now(self, world, &write, body, Value::Null, status);
        // Only a later GET tells who did it.
        if let crate::reply::Body::Json(body) = &mut written.reply.body
            && let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut)
        {
            properties.insert("createdBy".into(), Value::Null);
        }
        Ok(written)
    }

    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        let body = world
            .remove(id)
            .map_or(Value::Null, |resource| resource.body);
        Ok(Reply::json(200, body))
    }

    fn not_found(&self, _world: &World, id: &ResourceId) -> ArmError {
        ArmError::new(
            404,
            "RoleAssignmentNotFound",
            format!("The role assignment '{}' is not found.", id.name()),
        )
    }

    fn list_filter(
        &self,
        _world: &World,
        scope: &ResourceId,
        filter: Option<&str>,
    ) -> Result<Option<ListFilter>, ArmError> {
        let mut at_scope = false;
        let mut principal = None;
        for term in filter.unwrap_or_default().split(" and ").map(str::trim) {
            let lower = term.to_ascii_lowercase();
            let quoted = || {
                let (_, rest) = term.split_once('\'')?;
                rest.split_once('\'')
                    .map(|(value, _)| value.to_ascii_lowercase())
            };
            if lower.is_empty() {
                continue;
            } else if lower == "atscope()" {
                at_scope = true;
            } else if lower.starts_with("assignedto(") || lower.starts_with("principalid eq ") {
                principal =
                    Some(quoted().ok_or_else(|| invalid_filter(filter.unwrap_or_default()))?);
            } else {
                return Err(invalid_filter(filter.unwrap_or_default()));
            }
        }
        let scope = scope.clone();
        Ok(Some(Box::new(move |resource: &Resource| {
            let own = resource.id.scope();
            let above = contains(&own, &scope);
            let below = contains(&scope, &own);
            let held = resource
                .body
                .pointer("/properties/principalId")
                .and_then(Value::as_str);
            (above || (below && !at_scope))
                && principal
                    .as_deref()
                    .is_none_or(|principal| held == Some(principal))
        })))
    }
}

/// Whether `inner` is `outer` or lies in it.
fn contains(outer: &ResourceId, inner: &ResourceId) -> bool {
    if *outer == ResourceId::tenant() {
        return true;
    }
    let (outer, inner) = (outer.key(), inner.key());
    inner == outer || inner.starts_with(&format!("{outer}/"))
}

/// The GUID of a role definition id.
fn role_of(definition: &str) -> Result<String, ArmError> {
    let guid = ResourceId::parse(definition)
        .filter(|id| {
            id.resource_type()
                .is_some_and(|t| t.eq_ignore_ascii_case("Microsoft.Authorization/roleDefinitions"))
        })
        .map(|id| id.name().to_ascii_lowercase())
        .ok_or_else(|| {
            ArmError::new(
                400,
                "InvalidRoleDefinitionId",
                format!(
                    "The role definition ID '{definition}' is not valid. The role definition ID must \
                     be a fully qualified resource ID."
                ),
            )
        })?;
    if built_in_role(&guid) {
        return Ok(guid);
    }
    Err(ArmError::new(
        400,
        "RoleDefinitionDoesNotExist",
        format!(
            "The specified role definition with ID '{}' does not exist.",
            guid.replace('-', "")
        ),
    ))
}

fn check_principal(world: &World, principal: &str, typed: bool) -> Result<(), ArmError> {
    let settings = world.settings();
    if settings.has_principal(principal) {
        return Ok(());
    }
    let holder = ["/properties/principalId", "/identity/principalId"]
        .iter()
        .find_map(|pointer| {
            [
                "Microsoft.ManagedIdentity/userAssignedIdentities",
                super::super::aks::CLUSTER_TYPE,
            ]
            .iter()
            .flat_map(|kind| world.of_type(kind))
            .find(|resource| {
                resource
                    .body
                    .pointer(pointer)
                    .and_then(Value::as_str)
                    .is_some_and(|held| held.eq_ignore_ascii_case(principal))
            })
        });
    let seen = holder.is_some_and(|resource| {
        typed || later(resource.created, settings.replication_lag) <= world.now()
    });
    if seen {
        return Ok(());
    }
    Err(principal_not_found(settings, principal))
}

/// The refusal of a role for somebody whom the directory does not know, or not yet.
pub(crate) fn principal_not_found(settings: &Settings, principal: &str) -> ArmError {
    ArmError::new(
        400,
        "PrincipalNotFound",
        format!(
            "Principal {} does not exist in the directory {}. Check that you have the correct \
             principal ID. If you are creating this principal and then immediately assigning a role, \
             this error might be related to a replication delay. In this case, set the role assignment \
             principalType property to a value, such as ServicePrincipal, User, or Group.  See \
             https://aka.ms/docs-principaltype",
            principal.replace('-', ""),
            settings.tenant_id
        ),
    )
}

/// A name belongs to one assignment in the whole tenant, and a scope has one assignment for a principal and
/// a role.
fn check_taken(
    world: &World,
    id: &ResourceId,
    principal: &str,
    role: &str,
) -> Result<(), ArmError> {
    for other in world.of_type(SPEC.resource_type) {
        let text = |name: &str| {
            other
                .body
                .pointer(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_ascii_lowercase()
        };
        let same_role = text("/properties/principalId") == principal
            && text("/properties/roleDefinitionId") == role.to_ascii_lowercase();
        let same_scope = other.id.scope() == id.scope();
        let same_name = other.id.name().eq_ignore_ascii_case(id.name());
        if same_name && !(same_role && same_scope) {
            return Err(ArmError::new(
                400,
                "RoleAssignmentUpdateNotPermitted",
                "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
            ));
        }
        if same_scope && same_role && !same_name {
            return Err(ArmError::new(
                409,
                "RoleAssignmentExists",
                "The role assignment already exists.",
            ));
        }
    }
    Ok(())
}
