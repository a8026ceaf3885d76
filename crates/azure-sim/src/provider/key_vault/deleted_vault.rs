//! What remains of a deleted vault until it is recovered or purged.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Method;
use serde_json::{Value, json};

use super::super::{Write, Written, check_version, operation_path, page, store_now, time};
use super::vault::Vaults;
use super::{API_VERSIONS, DELETED_TYPE};
use crate::clock::later;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::location;
use crate::polling;
use crate::reply::Reply;
use crate::request::ArmRequest;
use crate::store::{Operation, Resource, Work, World};

const PURGE: Duration = Duration::from_secs(350);

pub(super) fn deleted_id(vault: &ResourceId, location: &str) -> ResourceId {
    let subscription = ResourceId::for_subscription(vault.subscription().unwrap_or_default());
    subscription
        .with_resource(
            "Microsoft.KeyVault/locations/deletedVaults",
            &[location, vault.name()],
        )
        .unwrap_or_default()
}

/// Moves a vault into its soft-deleted state.
pub(in crate::provider) fn soft_delete(world: &mut World, id: &ResourceId) {
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
pub(in crate::provider) fn not_purged(world: &mut World, deleted: &ResourceId) {
    if let Some(stored) = world.resource_mut(deleted)
        && let Some(private) = stored.private.as_object_mut()
    {
        private.remove("purging");
    }
}

/// The end of a purge, asked for or by age. One that was planned for a vault since recovered is void.
pub(in crate::provider) fn purged(world: &mut World, operation: &Operation) {
    let Some(deleted) = world.resource(&operation.resource) else {
        return;
    };
    let asked = deleted.private.get("purging").and_then(Value::as_str) == Some(&operation.name);
    let aged = deleted.private.get("purgeAt") == Some(&json!(operation.ends));
    if asked || aged {
        world.remove(&operation.resource);
    }
}

pub(super) fn recovered(
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
        request.must_be(&Method::GET)?;
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
        _ => Err(request.not_allowed()),
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
