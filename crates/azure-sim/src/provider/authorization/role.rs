//! The built-in roles that are commonly assigned.

use http::Method;
use serde_json::{Map, Value, json};

use super::super::{check_version, invalid_filter};
use super::{API_VERSIONS, join};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::Reply;
use crate::request::ArmRequest;

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

/// Whether a GUID is a built-in role that is simulated.
pub(super) fn built_in_role(id: &str) -> bool {
    ROLES.iter().any(|(role, ..)| role.eq_ignore_ascii_case(id))
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
    request.must_be(&Method::GET)?;
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
