//! Role assignments on any scope, and the built-in role definitions that can be assigned.

use http::Method;
use serde_json::{Map, Value, json};

use super::{
    Home, ListFilter, Provider, Spec, Write, Written, check_version, invalid_filter, store_now,
    time,
};
use crate::builder::{Settings, is_guid};
use crate::clock::later;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::Reply;
use crate::request::ArmRequest;
use crate::shape::Shape;
use crate::store::{Resource, World};

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

/// Id, name, what it allows.
const ROLES: &[(&str, &str, &[&str], &[&str])] = &[
    ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", &["*"], &[]),
    (
        "b24988ac-6180-42a0-ab88-20f7382dd24c",
        "Contributor",
        &["*"],
        &[],
    ),
    (
        "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        "Reader",
        &["*/read"],
        &[],
    ),
    (
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        "User Access Administrator",
        &["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"],
        &[],
    ),
    (
        "befefa01-2a29-4197-83a8-272ff33ce314",
        "DNS Zone Contributor",
        &["Microsoft.Network/dnsZones/*"],
        &[],
    ),
    (
        "4633458b-17de-408a-b874-0445c86b69e6",
        "Key Vault Secrets User",
        &[],
        &[
            "Microsoft.KeyVault/vaults/secrets/getSecret/action",
            "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
        ],
    ),
    (
        "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
        "Key Vault Secrets Officer",
        &["Microsoft.KeyVault/vaults/*/read"],
        &["Microsoft.KeyVault/vaults/secrets/*"],
    ),
    (
        "00482a5a-887f-4fb3-b363-3b7fe8e74483",
        "Key Vault Administrator",
        &["Microsoft.KeyVault/vaults/*/read"],
        &["Microsoft.KeyVault/vaults/*"],
    ),
    (
        "7f951dda-4ed3-4680-a7ca-43fe172d538d",
        "AcrPull",
        &["Microsoft.ContainerRegistry/registries/pull/read"],
        &[],
    ),
    (
        "8311e382-0749-4cb8-b61a-304f252e45ec",
        "AcrPush",
        &["Microsoft.ContainerRegistry/registries/push/write"],
        &[],
    ),
    (
        "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b",
        "Azure Kubernetes Service RBAC Cluster Admin",
        &["Microsoft.ContainerService/managedClusters/listClusterUserCredential/action"],
        &["Microsoft.ContainerService/managedClusters/*"],
    ),
    (
        "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8",
        "Azure Kubernetes Service Cluster Admin Role",
        &["Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action"],
        &[],
    ),
    (
        "4abbcc35-e782-43d8-92c5-2d3f1bd2253f",
        "Azure Kubernetes Service Cluster User Role",
        &["Microsoft.ContainerService/managedClusters/listClusterUserCredential/action"],
        &[],
    ),
    (
        "4d97b98b-1d4f-4787-a291-c67834d212e7",
        "Network Contributor",
        &["Microsoft.Network/*"],
        &[],
    ),
    (
        "f1a07417-d97a-45cb-824c-7a7467783830",
        "Managed Identity Operator",
        &["Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action"],
        &[],
    ),
    (
        "17d1049b-9a84-46fb-8f53-869881c3d3ab",
        "Storage Account Contributor",
        &["Microsoft.Storage/storageAccounts/*"],
        &[],
    ),
];

/// The descriptions that are known; the other roles are described by their names.
const DESCRIPTIONS: &[(&str, &str)] = &[
    (
        "Owner",
        "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
    ),
    (
        "Reader",
        "View all resources, but does not allow you to make any changes.",
    ),
];

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

/// Whether a GUID is a built-in role that is simulated.
fn built_in_role(id: &str) -> bool {
    ROLES.iter().any(|(role, ..)| role.eq_ignore_ascii_case(id))
}

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

fn join(scope: &ResourceId, rest: &str) -> String {
    if *scope == ResourceId::tenant() {
        format!("/providers/{rest}")
    } else {
        format!("{scope}/providers/{rest}")
    }
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
                super::aks::CLUSTER_TYPE,
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

/// `GET {scope}/providers/Microsoft.Authorization/roleDefinitions[/{id}]`.
pub(crate) fn role_definitions(
    request: &ArmRequest,
    scope: &ResourceId,
    name: Option<&str>,
) -> Result<Reply, ArmError> {
    let version = request.api_version()?;
    check_version(
        "Microsoft.Authorization/roleDefinitions",
        API_VERSIONS,
        version,
        None,
    )?;
    if request.method != Method::GET {
        return Err(ArmError::method_not_allowed(
            request.method.as_str(),
            &request.path,
        ));
    }
    if let Some(name) = name {
        return ROLES
            .iter()
            .find(|(id, ..)| id.eq_ignore_ascii_case(name))
            .map(|role| Reply::json(200, definition(scope, role)))
            .ok_or_else(|| {
                ArmError::new(
                    404,
                    "RoleDefinitionDoesNotExist",
                    format!("The specified role definition with ID '{name}' does not exist."),
                )
            });
    }
    let wanted = match request.parameter("$filter") {
        None => None,
        Some(filter) => {
            let (front, rest) = filter.split_once('\'').unwrap_or((filter, ""));
            let value = rest.strip_suffix('\'').unwrap_or_default();
            match front.trim().to_ascii_lowercase().as_str() {
                "rolename eq" => Some(value.to_owned()),
                "type eq" if value.eq_ignore_ascii_case("BuiltInRole") => None,
                "atscopeandbelow()" | "atscope()" => None,
                _ => return Err(invalid_filter(filter)),
            }
        }
    };
    let value: Vec<Value> = ROLES
        .iter()
        .filter(|(_, role, ..)| {
            wanted
                .as_ref()
                .is_none_or(|wanted| role.eq_ignore_ascii_case(wanted))
        })
        .map(|role| definition(scope, role))
        .collect();
    Ok(Reply::json(200, json!({"value": value})))
}

fn definition(scope: &ResourceId, role: &(&str, &str, &[&str], &[&str])) -> Value {
    let (id, name, actions, data_actions) = role;
    let described = DESCRIPTIONS.iter().find(|(role, _)| role == name);
    let home = match scope.subscription() {
        Some(subscription) => ResourceId::for_subscription(subscription),
        None => ResourceId::tenant(),
    };
    let mut body = Map::new();
    body.insert(
        "properties".into(),
        json!({
            "roleName": name,
            "type": "BuiltInRole",
            "description": described.map_or(*name, |(_, description)| description),
            "assignableScopes": ["/"],
            "permissions": [{
                "actions": actions,
                "notActions": [],
                "dataActions": data_actions,
                "notDataActions": [],
            }],
            "createdOn": "2015-02-02T21:55:09.8806423Z",
            "updatedOn": "2021-11-11T20:13:45.8978856Z",
            "createdBy": null,
            "updatedBy": null,
        }),
    );
    body.insert(
        "id".into(),
        json!(join(
            &home,
            &format!("Microsoft.Authorization/roleDefinitions/{id}")
        )),
    );
    body.insert(
        "type".into(),
        json!("Microsoft.Authorization/roleDefinitions"),
    );
    body.insert("name".into(), json!(id));
    Value::Object(body)
}
