//! Managed HSMs: none can be made, so that every list of them is empty. The Azure CLI lists the deleted ones together
//! with the deleted vaults.

use http::Method;
use serde_json::json;

use super::{check_group, check_version, key_vault};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::Reply;
use crate::request::ArmRequest;
use crate::store::World;

/// The types that can be listed.
pub(super) const TYPES: [&str; 2] = [
    "Microsoft.KeyVault/managedHSMs",
    "Microsoft.KeyVault/deletedManagedHSMs",
];

/// Answers `GET …/providers/Microsoft.KeyVault/{word}`; `None` if that is no list of managed HSMs.
pub(crate) fn managed_hsms(
    world: &World,
    request: &ArmRequest,
    scope: &ResourceId,
    word: &str,
) -> Result<Option<Reply>, ArmError> {
    let asked = format!("Microsoft.KeyVault/{word}");
    let Some(resource_type) = TYPES
        .iter()
        .find(|known| known.eq_ignore_ascii_case(&asked))
    else {
        return Ok(None);
    };
    if scope.subscription().is_none() || request.method != Method::GET {
        return Ok(None);
    }
    check_version(
        resource_type,
        key_vault::API_VERSIONS,
        request.api_version()?,
        None,
    )?;
    check_group(world, scope)?;
    Ok(Some(Reply::json(200, json!({"value": []}))))
}
