//! Names of storage accounts, which all of Azure shares.

use serde_json::{Value, json};

use super::super::check_version;
use super::API_VERSIONS;
use super::account::SPEC;
use crate::error::ArmError;
use crate::reply::{Body, Reply};
use crate::request::ArmRequest;
use crate::store::World;

pub(super) fn good_name(name: &str) -> bool {
    (3..=24).contains(&name.len())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

pub(super) fn invalid_name(name: &str) -> String {
    format!(
        "{name} is not a valid storage account name. Storage account name must be between 3 and 24 \
         characters in length and use numbers and lower-case letters only."
    )
}

pub(super) fn taken(name: &str) -> String {
    format!("The storage account named {name} is already taken.")
}

pub(super) fn is_taken(world: &World, name: &str) -> bool {
    world
        .of_type(SPEC.resource_type)
        .any(|account| account.id.name().eq_ignore_ascii_case(name))
}

/// `POST …/checkNameAvailability`.
pub(crate) fn check_account_name(world: &World, request: &ArmRequest) -> Result<Reply, ArmError> {
    check_version(
        SPEC.resource_type,
        API_VERSIONS,
        request.api_version()?,
        None,
    )?;
    let body = request.json()?;
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
    let answer = if !good_name(name) {
        json!({"nameAvailable": false, "reason": "AccountNameInvalid", "message": invalid_name(name)})
    } else if is_taken(world, name) {
        json!({"nameAvailable": false, "reason": "AlreadyExists", "message": taken(name)})
    } else {
        json!({"nameAvailable": true})
    };
    Ok(Reply::with(200, Body::Plain(answer)))
}
