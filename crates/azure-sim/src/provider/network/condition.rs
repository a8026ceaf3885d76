//! Entity tags, and writes on condition of them.

use serde_json::Value;

use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::{Body, Reply};
use crate::request::ArmRequest;
use crate::store::World;

/// Repeats the `etag` of the body as a header.
pub(crate) fn tag(reply: Reply) -> Reply {
    let etag = match &reply.body {
        Body::Json(body) => body.get("etag").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    match etag {
        Some(etag) => reply.header("etag", etag),
        None => reply,
    }
}

/// Refuses a write to a zone or a record set whose `If-Match` or `If-None-Match` does not hold. Other types have no
/// conditions.
pub(crate) fn check_condition(
    world: &World,
    request: &ArmRequest,
    id: &ResourceId,
) -> Result<(), ArmError> {
    let kind = id.resource_type().unwrap_or_default().to_ascii_lowercase();
    if !kind.starts_with("microsoft.network/dnszones") {
        return Ok(());
    }
    let existing = world.resource(id);
    let current = existing
        .and_then(|resource| resource.body.get("etag"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    let holds = |wanted: &str| {
        let wanted = wanted.trim().trim_matches('"');
        existing.is_some() && (wanted == "*" || wanted == current)
    };
    let refused = |header: &str, wanted: &str| {
        ArmError::bare(
            412,
            "PreconditionFailed",
            format!(
                "The condition '{wanted}' in the {header} header was not satisfied. The current was '{current}'."
            ),
        )
    };
    if let Some(wanted) = request.header("if-match")
        && !holds(wanted)
    {
        return Err(refused("If-Match", wanted));
    }
    if let Some(wanted) = request.header("if-none-match")
        && holds(wanted)
    {
        return Err(refused("If-None-Match", wanted));
    }
    Ok(())
}
