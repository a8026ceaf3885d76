//! Key vaults: created without a polling header, deleted softly, purged slowly.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Method;
use serde_json::{Value, json};

use super::{
    Home, Provider, Spec, Write, Written, check_version, envelope, operation_path, page, store_now,
    time,
};
use crate::clock::later;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::location;
use crate::polling;
use crate::reply::Reply;
use crate::request::ArmRequest;
use crate::shape::Shape;
use crate::store::{Accepted, Operation, Resource, Work, World};

pub(super) const API_VERSIONS: &[&str] = &[
    "2026-02-01",
    "2025-05-01",
    "2024-11-01",
    "2024-04-01-preview",
    "2023-07-01",
    "2023-02-01",
    "2022-11-01",
    "2022-07-01",
    "2021-10-01",
    "2021-06-01-preview",
    "2021-04-01-preview",
    "2020-04-01-preview",
    "2019-09-01",
    "2018-02-14",
    "2016-10-01",
    "2015-06-01",
];

/// The type of a vault.
pub(super) const VAULT_TYPE: &str = "Microsoft.KeyVault/vaults";
const DELETED_TYPE: &str = "Microsoft.KeyVault/deletedVaults";

const CREATE: Duration = Duration::from_secs(26);
const PURGE: Duration = Duration::from_secs(350);

const PERMISSIONS: Shape = Shape::Object(&[
    ("keys", Shape::Array(&Shape::Text)),
    ("secrets", Shape::Array(&Shape::Text)),
    ("certificates", Shape::Array(&Shape::Text)),
    ("storage", Shape::Array(&Shape::Text)),
]);

static SPEC: Spec = Spec {
    resource_type: VAULT_TYPE,
    api_versions: API_VERSIONS,
    home: Home::Group,
    located: true,
    tagged: true,
    shape: Shape::Object(&[
        ("location", Shape::Text),
        ("tags", Shape::TextMap),
        (
            "properties",
            Shape::Object(&[
                ("tenantId", Shape::Text),
                (
                    "sku",
                    Shape::Object(&[
                        ("family", Shape::Word(&["A"])),
                        ("name", Shape::Word(&["standard", "premium"])),
                    ]),
                ),
                (
                    "accessPolicies",
                    Shape::Array(&Shape::Object(&[
                        ("tenantId", Shape::Text),
                        ("objectId", Shape::Text),
                        ("applicationId", Shape::Text),
                        ("permissions", PERMISSIONS),
                    ])),
                ),
                ("enabledForDeployment", Shape::Bool),
                ("enabledForDiskEncryption", Shape::Bool),
                ("enabledForTemplateDeployment", Shape::Bool),
                ("enableSoftDelete", Shape::Bool),
                ("softDeleteRetentionInDays", Shape::Int),
                ("enableRbacAuthorization", Shape::Bool),
                ("enablePurgeProtection", Shape::Bool),
                (
                    "createMode",
                    Shape::Word(&["default", "recover", "createOrRecover"]),
                ),
                ("networkAcls", Shape::Any),
                ("publicNetworkAccess", Shape::Text),
                ("vaultUri", Shape::ReadOnly),
                ("provisioningState", Shape::ReadOnly),
            ]),
        ),
    ]),
};

/// `Microsoft.KeyVault/vaults`.
pub(crate) struct Vaults;

impl Provider for Vaults {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        if good_name(id.name()) {
            return Ok(());
        }
        Err(ArmError::new(
            400,
            "VaultNameNotValid",
            format!(
                "The vault name '{}' is invalid. A vault's name must be between 3-24 alphanumeric \
                 characters. The name must begin with a letter, end with a letter or digit, and not \
                 contain consecutive hyphens. Follow this link for more information: \
                 https://go.microsoft.com/fwlink/?linkid=2147742",
                id.name()
            ),
        ))
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        let deleted_id = deleted_id(&write.id, write.location());
        let recover = write
            .text("/properties/createMode")
            .is_some_and(|mode| mode != "default");
        if write.existing.is_none() {
            if recover && let Some(deleted) = world.resource(&deleted_id).cloned() {
                return recovered(self, world, &write, &deleted);
            }
            check_free(world, &write.id)?;
        }
        let properties = properties(&write)?;
        let mut body = envelope(&write.id, &SPEC);
        body.insert("location".into(), json!(write.location()));
        body.insert(
            "tags".into(),
            write.at("/tags").cloned().unwrap_or_else(|| json!({})),
        );
        let created = write
            .existing
            .as_ref()
            .map_or(world.now(), |existing| existing.created);
        let caller = world.caller();
        body.insert(
            "systemData".into(),
            json!({
                "createdBy": caller,
                "createdByType": "Application",
                "createdAt": time(created),
                "lastModifiedBy": caller,
                "lastModifiedByType": "Application",
                "lastModifiedAt": time(world.now()),
            }),
        );
        body.insert("properties".into(), properties);
        let is_new = write.existing.is_none();
        let mut written = store_now(self, world, &write, Value::Object(body), Value::Null, 200);
        if is_new {
            starts(world, &write.id, &mut written.accepted);
            // The slash at the end of the URI is only there from the first GET on.
            if let crate::reply::Body::Json(body) = &mut written.reply.body
                && let Some(uri) = body.pointer_mut("/properties/vaultUri")
                && let Some(text) = uri.as_str()
            {
                *uri = json!(text.trim_end_matches('/'));
            }
        }
        Ok(written)
    }

    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        soft_delete(world, id);
        Ok(Reply::empty(200))
    }
}

fn good_name(name: &str) -> bool {
    (3..=24).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && !name.ends_with('-')
        && !name.contains("--")
}

fn starts(world: &mut World, id: &ResourceId, accepted: &mut Accepted) {
    let ends = world.due(CREATE);
    accepted.operation = Some(world.start(Work::Create, id, ends));
    accepted.ready_at = ends;
}

/// The checked and completed properties.
fn properties(write: &Write) -> Result<Value, ArmError> {
    let bad = |message: &str| Err(ArmError::new(400, "BadRequest", message));
    let old = write
        .existing
        .as_ref()
        .and_then(|existing| existing.body.get("properties"));
    let mut given = write.properties();
    given.remove("createMode");
    let get = |name: &str| given.get(name).cloned().filter(|value| !value.is_null());
    let kept = |name: &str| old.and_then(|old| old.get(name)).cloned();
    let Some(sku) = get("sku").or_else(|| kept("sku")) else {
        return bad("The parameter sku is not specified.");
    };
    if sku.get("name").is_none() || sku.get("family").is_none() {
        return bad("The parameter sku must have a family and a name.");
    }
    let Some(tenant) = get("tenantId").or_else(|| kept("tenantId")) else {
        return bad("The parameter tenantId is not specified.");
    };
    if !tenant.as_str().is_some_and(crate::builder::is_guid) {
        return bad("The parameter tenantId has an invalid value.");
    }
    let rbac = get("enableRbacAuthorization").or_else(|| kept("enableRbacAuthorization"));
    let policies = get("accessPolicies").or_else(|| kept("accessPolicies"));
    if policies.is_none() && rbac != Some(json!(true)) {
        return bad("The parameter accessPolicies is not specified.");
    }
    if get("enablePurgeProtection") == Some(json!(false)) {
        return bad(
            "The property \"enablePurgeProtection\" cannot be set to false. Enabling the purge \
             protection for a vault is an irreversible action.",
        );
    }
    let retention = get("softDeleteRetentionInDays")
        .or_else(|| kept("softDeleteRetentionInDays"))
        .unwrap_or(json!(90));
    if !retention
        .as_i64()
        .is_some_and(|days| (7..=90).contains(&days))
    {
        return bad("The property \"softDeleteRetentionInDays\" must be between 7 and 90.");
    }
    if kept("softDeleteRetentionInDays").is_some_and(|kept| kept != retention) {
        return bad(
            "The property \"softDeleteRetentionInDays\" has been set already and it can't be modified.",
        );
    }
    let mut properties = serde_json::Map::new();
    properties.insert("sku".into(), sku);
    properties.insert("tenantId".into(), tenant);
    if let Some(rules) = get("networkAcls") {
        properties.insert("networkAcls".into(), rules);
    }
    properties.insert(
        "accessPolicies".into(),
        policies.unwrap_or_else(|| json!([])),
    );
    properties.insert(
        "enabledForDeployment".into(),
        get("enabledForDeployment").unwrap_or(json!(false)),
    );
    for name in ["enabledForDiskEncryption", "enabledForTemplateDeployment"] {
        if let Some(value) = get(name) {
            properties.insert(name.into(), value);
        }
    }
    properties.insert("enableSoftDelete".into(), json!(true));
    properties.insert("softDeleteRetentionInDays".into(), retention);
    if let Some(rbac) = rbac {
        properties.insert("enableRbacAuthorization".into(), rbac);
    }
    if let Some(protected) = get("enablePurgeProtection").or_else(|| kept("enablePurgeProtection"))
    {
        properties.insert("enablePurgeProtection".into(), protected);
    }
    let name = write.id.name();
    let suffix = if write.location().starts_with("china") {
        "vault.azure.cn"
    } else if write.location().starts_with("usgov") {
        "vault.usgovcloudapi.net"
    } else {
        "vault.azure.net"
    };
    properties.insert(
        "vaultUri".into(),
        json!(format!("https://{}.{suffix}/", name.to_lowercase())),
    );
    let state = if write.existing.is_some() {
        "Succeeded"
    } else {
        "RegisteringDns"
    };
    properties.insert("provisioningState".into(), json!(state));
    let access = get("publicNetworkAccess").unwrap_or(json!("Enabled"));
    properties.insert("publicNetworkAccess".into(), access);
    Ok(Value::Object(properties))
}

/// Vault names are global, and soft-deleted vaults keep theirs.
fn check_free(world: &World, id: &ResourceId) -> Result<(), ArmError> {
    let deleted = world
        .of_type(DELETED_TYPE)
        .find(|deleted| deleted.id.name().eq_ignore_ascii_case(id.name()));
    let own = |other: &Resource| {
        other
            .id
            .subscription()
            .is_some_and(|s| id.subscription().is_some_and(|t| s.eq_ignore_ascii_case(t)))
    };
    if deleted.is_some_and(own) {
        return Err(ArmError::new(
            409,
            "ConflictError",
            "A vault with the same name already exists in deleted state. You need to either recover or \
             purge existing key vault. Follow this link \
             https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft delete.",
        ));
    }
    let live = world
        .of_type(VAULT_TYPE)
        .any(|vault| vault.id.name().eq_ignore_ascii_case(id.name()) && vault.id != *id);
    if live || deleted.is_some() {
        return Err(taken(id.name()));
    }
    Ok(())
}

fn taken(name: &str) -> ArmError {
    ArmError::new(
        409,
        "VaultAlreadyExists",
        format!(
            "The vault name '{name}' is already in use. Vault names are globally unique so it is possible \
             that the name is already taken. If you are sure that the vault name was not taken then it is \
             possible that a vault with the same name was recently deleted but not purged after being \
             placed in a recoverable state. If the vault is in a recoverable state then the vault will \
             need to be purged before reusing the name. For more information about VaultAlreadyExists, soft \
             delete and purging a vault follow this link https://go.microsoft.com/fwlink/?linkid=2147740."
        ),
    )
}

fn deleted_id(vault: &ResourceId, location: &str) -> ResourceId {
    let subscription = ResourceId::for_subscription(vault.subscription().unwrap_or_default());
    subscription
        .with_resource(
            "Microsoft.KeyVault/locations/deletedVaults",
            &[location, vault.name()],
        )
        .unwrap_or_default()
}

/// Moves a vault into its soft-deleted state.
pub(super) fn soft_delete(world: &mut World, id: &ResourceId) {
    let now = world.now();
    let Some(vault) = world.remove(id) else {
        return;
    };
    let days = vault
        .body
        .pointer("/properties/softDeleteRetentionInDays")
        .and_then(Value::as_u64);
    let purge_at = later(now, Duration::from_secs(days.unwrap_or(90) * 24 * 60 * 60));
    let deleted = deleted_id(&vault.id, vault.location());
    let mut properties = json!({
        "vaultId": vault.id.to_string(),
        "location": vault.location(),
        "tags": vault.body.get("tags"),
        "deletionDate": time(now),
        "scheduledPurgeDate": time(purge_at),
    });
    if vault.body.pointer("/properties/enablePurgeProtection") == Some(&json!(true))
        && let Some(properties) = properties.as_object_mut()
    {
        properties.insert("purgeProtectionEnabled".into(), json!(true));
    }
    let body = json!({
        "id": deleted.to_string(),
        "name": vault.id.name(),
        "type": DELETED_TYPE,
        "properties": properties,
    });
    world.insert(Resource {
        id: deleted.clone(),
        resource_type: DELETED_TYPE.to_owned(),
        body,
        private: json!({"vault": vault.body, "purgeAt": purge_at}),
        created: now,
        changed: now,
        operation: None,
    });
    world.plan(Work::Purge, &deleted, purge_at);
}

/// A purge that was asked for has failed: the vault is there as before, and can be purged again.
pub(super) fn not_purged(world: &mut World, deleted: &ResourceId) {
    if let Some(stored) = world.resource_mut(deleted)
        && let Some(private) = stored.private.as_object_mut()
    {
        private.remove("purging");
    }
}

/// The end of a purge, asked for or by age. One that was planned for a vault since recovered is void.
pub(super) fn purged(world: &mut World, operation: &Operation) {
    let Some(deleted) = world.resource(&operation.resource) else {
        return;
    };
    let asked = deleted.private.get("purging").and_then(Value::as_str) == Some(&operation.name);
    let aged = deleted.private.get("purgeAt") == Some(&json!(operation.ends));
    if asked || aged {
        world.remove(&operation.resource);
    }
}

fn recovered(
    provider: &Vaults,
    world: &mut World,
    write: &Write,
    deleted: &Resource,
) -> Result<Written, ArmError> {
    if deleted.private.get("purging").is_some() {
        return Err(being_purged(write.id.name()));
    }
    let mut body = deleted
        .private
        .get("vault")
        .cloned()
        .unwrap_or_else(|| json!({}));
    if let Some(body) = body.as_object_mut() {
        body.insert("id".into(), json!(write.id.to_string()));
        // Its name never left DNS.
        if let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert("provisioningState".into(), json!("Succeeded"));
        }
    }
    world.remove(&deleted.id);
    Ok(store_now(provider, world, write, body, Value::Null, 200))
}

fn being_purged(name: &str) -> ArmError {
    ArmError::new(
        409,
        "ConflictError",
        format!("The deleted vault '{name}' is being purged and cannot be recovered."),
    )
}

/// `deletedVaults`: list, one, and its purge.
pub(crate) fn deleted_vaults(
    world: &mut World,
    request: &ArmRequest,
    id: &ResourceId,
    name: Option<&str>,
    action: Option<&str>,
) -> Result<Reply, ArmError> {
    let version = request.api_version()?;
    check_version(DELETED_TYPE, API_VERSIONS, version, None)?;
    let Some(name) = name else {
        if request.method != Method::GET {
            return Err(ArmError::method_not_allowed(
                request.method.as_str(),
                &request.path,
            ));
        }
        let under = format!("{}/providers/microsoft.keyvault/locations/", id.key());
        let items = world
            .entries(&under)
            .filter(|(_, item)| item.resource_type == DELETED_TYPE);
        let page = page(world, request, items, |deleted| deleted.body.clone())?;
        return Ok(Reply::json(200, page));
    };
    let found = world
        .resource(id)
        .filter(|found| found.resource_type == DELETED_TYPE);
    let Some(deleted) = found.cloned() else {
        return Err(ArmError::new(
            404,
            "DeletedVaultNotFound",
            format!(
                "The specified deleted vault '{name}' does not exist. Ensure that the vault was indeed \
                 deleted and that it is in recoverable state. If soft delete was not enabled then the vault \
                 is permanently deleted. Follow this link for more information: \
                 https://go.microsoft.com/fwlink/?linkid=2149745"
            ),
        ));
    };
    match (
        &request.method,
        action.map(str::to_ascii_lowercase).as_deref(),
    ) {
        (&Method::GET, None) => Ok(Reply::json(200, deleted.body)),
        (&Method::POST, Some("purge")) => purge(world, &deleted, version),
        _ => Err(ArmError::method_not_allowed(
            request.method.as_str(),
            &request.path,
        )),
    }
}

fn purge(world: &mut World, deleted: &Resource, version: &str) -> Result<Reply, ArmError> {
    if deleted.body.pointer("/properties/purgeProtectionEnabled") == Some(&json!(true)) {
        return Err(ArmError::new(
            405,
            "MethodNotAllowed",
            format!(
                "Operation \"DeletedVaultPurge\" is not allowed because purge protection is enabled for \
                 this vault. Key Vault service will automatically purge it after the retention period has \
                 passed.\r\nVault: {}",
                deleted.id.name()
            ),
        ));
    }
    let running = deleted
        .private
        .get("purging")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let name = match running {
        Some(name) => name,
        None => {
            let guid = world.next_guid("purge").simple().to_string();
            let ticks = polling::ticks(world.now());
            let name = URL_SAFE_NO_PAD.encode(format!("UT|0{ticks}|{}", guid.to_uppercase()));
            let ends = world.due(PURGE);
            world.start_named(name.clone(), Work::Purge, &deleted.id, ends);
            if let Some(stored) = world.resource_mut(&deleted.id)
                && let Some(private) = stored.private.as_object_mut()
            {
                private.insert("purging".into(), json!(name));
            }
            name
        }
    };
    let region = deleted
        .body
        .pointer("/properties/location")
        .and_then(Value::as_str)
        .unwrap_or("");
    let path = operation_path(
        &deleted.id,
        "Microsoft.KeyVault",
        &location::normalise(region),
        "operationResults",
        &name,
        version,
    );
    Ok(Reply::empty(202).location(path).retry_after(5))
}

/// `POST …/checkNameAvailability`.
pub(crate) fn check_vault_name(world: &World, request: &ArmRequest) -> Result<Reply, ArmError> {
    check_version(VAULT_TYPE, API_VERSIONS, request.api_version()?, None)?;
    let body = request.json()?;
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
    if !good_name(name) {
        return Ok(Reply::json(
            200,
            json!({
                "nameAvailable": false,
                "reason": "AccountNameInvalid",
                "message": "The vault name must be between 3-24 alphanumeric characters, begin with a letter, end with a letter or digit and not contain consecutive hyphens.",
            }),
        ));
    }
    let used = world
        .of_type(VAULT_TYPE)
        .chain(world.of_type(DELETED_TYPE))
        .any(|vault| vault.id.name().eq_ignore_ascii_case(name));
    Ok(Reply::json(
        200,
        if used {
            json!({"nameAvailable": false, "reason": "AlreadyExists", "message": taken(name).message})
        } else {
            json!({"nameAvailable": true})
        },
    ))
}
