//! What Resource Manager checks before a provider sees a request.

use serde_json::{Map, Value, json};

use super::{Home, Provider, by_type, registered};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::location;
use crate::shape::kind;
use crate::store::{Resource, World};
use crate::tags;

/// Why a type is not known: its namespace or the type itself.
pub(crate) fn unknown_type(resource_type: &str, api_version: Option<&str>) -> ArmError {
    let (namespace, kind) = resource_type.split_once('/').unwrap_or((resource_type, ""));
    let known = registered().any(|(name, _)| {
        name.split('/')
            .next()
            .is_some_and(|n| n.eq_ignore_ascii_case(namespace))
    });
    if !known {
        return ArmError::gateway(
            404,
            "InvalidResourceNamespace",
            format!("The resource namespace '{namespace}' is invalid."),
        );
    }
    let version = api_version.map_or_else(String::new, |v| format!(" for api version '{v}'"));
    ArmError::gateway(
        404,
        "InvalidResourceType",
        format!(
            "The resource type '{kind}' could not be found in the namespace '{namespace}'{version}."
        ),
    )
}

/// Checks an api-version against those of a type.
pub(crate) fn check_version(
    resource_type: &str,
    supported: &[&str],
    api_version: &str,
    located: Option<&str>,
) -> Result<(), ArmError> {
    if supported
        .iter()
        .any(|version| version.eq_ignore_ascii_case(api_version))
    {
        return Ok(());
    }
    let list = supported.join(", ");
    let (namespace, kind) = resource_type.split_once('/').unwrap_or((resource_type, ""));
    if namespace.eq_ignore_ascii_case("Microsoft.Resources") || !looks_like_version(api_version) {
        return Err(ArmError::gateway(
            400,
            "InvalidApiVersionParameter",
            format!(
                "The api-version '{api_version}' is invalid. The supported versions are '{list}'."
            ),
        ));
    }
    Err(ArmError::gateway(
        400,
        "NoRegisteredProviderFound",
        format!(
            "No registered resource provider found for location '{}' and API version '{api_version}' \
             for type '{kind}'. The supported api-versions are '{list}'. The supported locations are \
             '{}'.",
            located.unwrap_or("global"),
            location::names()
        ),
    ))
}

fn looks_like_version(text: &str) -> bool {
    let date = text.get(..10).unwrap_or_default();
    let digits = date.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    date.len() == 10 && digits && matches!(text.as_bytes().get(10), None | Some(b'-'))
}

/// Checks that the resource group of `id` is there; `Ok` for ids outside of groups.
pub(crate) fn check_group(world: &World, id: &ResourceId) -> Result<(), ArmError> {
    if let Some(group) = id.group_id()
        && !world.exists(&group)
    {
        return Err(ArmError::resource_group_not_found(group.name()));
    }
    Ok(())
}

/// The gateway's answer to reading a resource that is not there: its group, its parent or itself.
pub(crate) fn missing(world: &World, id: &ResourceId) -> ArmError {
    if let Err(error) = check_group(world, id) {
        return error;
    }
    if let Some(parent) = missing_parent(world, id.parent()) {
        return orphan("read", &id.resource_type().unwrap_or_default(), &parent);
    }
    ArmError::resource_not_found(&id.type_and_names(), id.group())
}

/// The outermost of a resource and those around it that is not there.
fn missing_parent(world: &World, innermost: Option<ResourceId>) -> Option<ResourceId> {
    std::iter::successors(innermost, ResourceId::parent)
        .filter(|parent| !world.exists(parent))
        .last()
}

/// The gateway's answer to a request on a type whose parent is not there.
fn orphan(action: &str, resource_type: &str, parent: &ResourceId) -> ArmError {
    let kind = resource_type.split_once('/').map_or("", |(_, kind)| kind);
    ArmError::parent_not_found(action, kind, &parent.to_string())
}

/// Checks that the parent of child resources of this type is there, and everything around it.
pub(super) fn check_parent(
    world: &World,
    parent: Option<ResourceId>,
    provider: &dyn Provider,
    action: &str,
) -> Result<(), ArmError> {
    match missing_parent(world, parent) {
        None => Ok(()),
        Some(parent) => Err(provider
            .without_parent(world, &parent)
            .unwrap_or_else(|| orphan(action, provider.spec().resource_type, &parent))),
    }
}

/// An action that the type does not have.
pub(crate) fn unknown_action(id: &ResourceId, action: &str) -> ArmError {
    ArmError::gateway(
        404,
        "InvalidResourceType",
        format!(
            "The resource type '{}/{action}' could not be found.",
            id.resource_type().unwrap_or_default()
        ),
    )
}

/// A `$filter` that is not understood.
pub(crate) fn invalid_filter(filter: &str) -> ArmError {
    ArmError::gateway(
        400,
        "InvalidFilterInQueryString",
        format!("Invalid $filter '{filter}' specified in the query string."),
    )
}

/// The checks of a PUT that need no world, and the body that remains after reading it by its shape.
pub(super) fn read_body(
    provider: &dyn Provider,
    id: &ResourceId,
    api_version: &str,
    body: &Value,
) -> Result<Map<String, Value>, ArmError> {
    let spec = provider.spec();
    let located = body
        .get("location")
        .and_then(Value::as_str)
        .map(location::normalise);
    check_version(
        spec.resource_type,
        spec.api_versions,
        api_version,
        located.as_deref(),
    )?;
    let Some(object) = body.as_object() else {
        return Err(if body.is_null() {
            ArmError::gateway(
                400,
                "MissingRequestBody",
                "The request did not have a request body. A resource definition is required.",
            )
        } else {
            ArmError::invalid_request_content(format!(
                "the body is {}, an object was expected",
                kind(body)
            ))
        });
    };
    provider.check_name(id)?;
    if spec.tagged {
        tags::check(
            object.get("tags").unwrap_or(&Value::Null),
            spec.resource_type,
        )?;
    }
    let mut kept = match spec
        .shape
        .read(body)
        .map_err(|mismatch| provider.mismatch(&mismatch))?
    {
        Some(Value::Object(kept)) => kept,
        _ => Map::new(),
    };
    if spec.located {
        let given = kept
            .get("location")
            .and_then(Value::as_str)
            .unwrap_or("")
            .trim()
            .to_owned();
        if given.is_empty() {
            return Err(ArmError::gateway(
                400,
                "LocationRequired",
                "The location property is required for this definition.",
            ));
        }
        let region = location::normalise(&given);
        if !provider.is_offered_in(&region) {
            return Err(if id.is_group() {
                ArmError::gateway(
                    400,
                    "LocationNotAvailableForResourceGroup",
                    format!(
                        "The provided location '{given}' is not available for resource group. List of \
                         available regions is '{}'.",
                        location::names()
                    ),
                )
            } else {
                ArmError::gateway(
                    400,
                    "LocationNotAvailableForResourceType",
                    format!(
                        "The provided location '{given}' is not available for resource type '{}'. List \
                         of available regions for the resource type is '{}'.",
                        spec.resource_type,
                        location::names()
                    ),
                )
            });
        }
        kept.insert("location".into(), json!(region));
    }
    Ok(kept)
}

pub(super) fn check_home(
    world: &World,
    id: &ResourceId,
    provider: &dyn Provider,
) -> Result<(), ArmError> {
    let spec = provider.spec();
    match spec.home {
        Home::Group if id.group().is_none() || id.parts().len() > 1 => Err(ArmError::gateway(
            400,
            "InvalidRequestUri",
            format!(
                "The resource type '{}' lives in a resource group only.",
                spec.resource_type
            ),
        )),
        Home::Group => Ok(()),
        Home::Parent => check_parent(world, id.parent(), provider, "write"),
        Home::Extension => check_scope(world, &id.scope()),
    }
}

/// Checks that what an extension resource hangs on exists. Below the top-level resource providers have
/// data that is not simulated (a vault's secrets), so only the top level counts.
pub(super) fn check_scope(world: &World, scope: &ResourceId) -> Result<(), ArmError> {
    check_group(world, scope)?;
    if scope.parts().len() > 1 {
        return check_scope(world, &scope.scope());
    }
    let mut top = scope.clone();
    while let Some(parent) = top.parent() {
        top = parent;
    }
    let simulated = top
        .resource_type()
        .is_some_and(|kind| by_type(&kind).is_some());
    if !top.parts().is_empty() && simulated && !world.exists(&top) {
        return Err(ArmError::resource_not_found(
            &top.type_and_names(),
            top.group(),
        ));
    }
    Ok(())
}

pub(super) fn moved(existing: &Resource, wanted: &str) -> ArmError {
    if existing.id.is_group() {
        return ArmError::gateway(
            409,
            "InvalidResourceGroupLocation",
            format!(
                "Invalid resource group location '{wanted}'. The Resource group already exists in \
                 location '{}'.",
                existing.location()
            ),
        );
    }
    ArmError::gateway(
        409,
        "InvalidResourceLocation",
        format!(
            "The resource '{}' already exists in location '{}' in resource group '{}'. A resource with \
             the same name cannot be created in location '{wanted}'. Please select a new resource name.",
            existing.id.name(),
            existing.location(),
            existing.id.group().unwrap_or_default()
        ),
    )
}
