//! The names of vaults: global, and kept by soft-deleted ones.

use serde_json::{Value, json};

use super::super::check_version;
use super::{API_VERSIONS, DELETED_TYPE, VAULT_TYPE};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::Reply;
use crate::request::ArmRequest;
use crate::store::{Resource, World};

pub(super) fn good_name(name: &str) -> bool {
    (3..=24).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && !name.ends_with('-')
        && !name.contains("--")
}

/// Vault names are global, and soft-deleted vaults keep theirs.
pub(super) fn check_free(world: &World, id: &ResourceId) -> Result<(), ArmError> {
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
