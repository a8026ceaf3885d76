//! Resource types: what every one of them is asked, and the checks that Resource Manager makes before
//! it asks.

mod aks;
mod authorization;
mod compute;
mod insights;
mod key_vault;
mod managed_identity;
mod operational_insights;
mod resource_group;
mod storage;
mod tag_set;

use serde_json::{Map, Value, json};

pub(crate) use self::compute::disk_operation;
pub(crate) use self::resource_group::deleting_error;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::location;
use crate::reply::{Body, PollingPath, Reply};
use crate::request::ArmRequest;
use crate::shape::{Mismatch, Shape, kind};
use crate::store::{Accepted, Operation, Resource, Work, World};
use crate::tags;

/// What is fixed about a type.
#[derive(Debug)]
pub(crate) struct Spec {
    /// `Namespace/type[/child]` in the registered casing.
    pub(crate) resource_type: &'static str,
    /// Versions that are understood, newest first.
    pub(crate) api_versions: &'static [&'static str],
    /// Where its resources live.
    pub(crate) home: Home,
    /// Whether a body must, may or cannot say where.
    pub(crate) located: bool,
    /// Whether it has tags.
    pub(crate) tagged: bool,
    /// The whole body.
    pub(crate) shape: Shape,
}

/// Where the resources of a type live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// In a resource group.
    Group,
    /// In another resource of the same provider.
    Parent,
    /// On anything.
    Extension,
}

/// A PUT that passed Resource Manager's checks.
#[derive(Debug)]
pub(crate) struct Write {
    /// The id in canonical casing.
    pub(crate) id: ResourceId,
    /// What was there before.
    pub(crate) existing: Option<Resource>,
    /// The body, read by the type's shape, with a normalised location.
    pub(crate) body: Map<String, Value>,
    /// The api-version of the request.
    pub(crate) api_version: String,
}

impl Write {
    /// A value of the body by JSON pointer.
    pub(crate) fn at(&self, pointer: &str) -> Option<&Value> {
        let (first, rest) = pointer
            .strip_prefix('/')?
            .split_once('/')
            .unwrap_or((pointer.get(1..)?, ""));
        let value = self.body.get(first)?;
        if rest.is_empty() {
            Some(value)
        } else {
            value.pointer(&format!("/{rest}"))
        }
    }

    /// The same as text.
    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        self.at(pointer).and_then(Value::as_str)
    }

    /// The location of the body.
    pub(crate) fn location(&self) -> &str {
        self.text("/location").unwrap_or("")
    }

    /// A copy of `properties`, empty if there is none.
    pub(crate) fn properties(&self) -> Map<String, Value> {
        self.body
            .get("properties")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default()
    }
}

/// A write that was done: what was accepted, and what to answer.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) accepted: Accepted,
    pub(crate) reply: Reply,
}

/// A resource type.
pub(crate) trait Provider: Sync {
    /// What is fixed about it.
    fn spec(&self) -> &'static Spec;

    /// The provider's refusal of a name, if it is a bad one.
    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError>;

    /// The provider's words for a wrong JSON type.
    fn mismatch(&self, mismatch: &Mismatch) -> ArmError {
        let Mismatch {
            path,
            wanted,
            found,
            unknown_word,
        } = mismatch;
        if *unknown_word {
            return ArmError::new(
                400,
                "InvalidParameter",
                format!(
                    "The value '{found}' of '{path}' is not one of the allowed values: {wanted}."
                ),
            )
            .with_target(path);
        }
        ArmError::new(
            400,
            "InvalidRequestContent",
            format!(
                "The request content was invalid and could not be deserialized: 'Could not convert \
                 {found} to {wanted}. Path '{path}'.'."
            ),
        )
    }

    /// Creates or replaces.
    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError>;

    /// Changes some of a resource that exists.
    fn patch(
        &self,
        world: &mut World,
        id: &ResourceId,
        body: &Value,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        patch_tags(self.spec(), world, id, body)?;
        let resource = world
            .resource(id)
            .map(|resource| self.show(world, resource));
        Ok(Reply::json(200, resource.unwrap_or(Value::Null)))
    }

    /// Removes a resource that exists.
    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        api_version: &str,
    ) -> Result<Reply, ArmError>;

    /// The answer to the removal of what is not there.
    fn delete_absent(&self) -> Reply {
        Reply::empty(204)
    }

    /// The answer to reading what is not there.
    fn not_found(&self, world: &World, id: &ResourceId) -> ArmError {
        missing(world, id)
    }

    /// What a GET shows.
    fn show(&self, _world: &World, resource: &Resource) -> Value {
        resource.body.clone()
    }

    /// How its JSON is written.
    fn body(&self, value: Value) -> Body {
        Body::Json(value)
    }

    /// A POST on a resource that exists.
    fn post(
        &self,
        _world: &mut World,
        id: &ResourceId,
        action: &str,
        _body: &Value,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        Err(unknown_action(id, action))
    }

    /// What happens when work on a resource ends; an error makes it end badly.
    fn finish(&self, world: &mut World, operation: &Operation) -> Result<(), ArmError> {
        match operation.work {
            Work::Delete => {
                world.remove(&operation.resource);
            }
            _ => {
                if let Some(resource) = world.resource_mut(&operation.resource) {
                    resource.set_state("Succeeded");
                }
            }
        }
        Ok(())
    }

    /// Whether a listed resource is wanted by `$filter`.
    fn list_filter(
        &self,
        _world: &World,
        _scope: &ResourceId,
        filter: Option<&str>,
    ) -> Result<Option<ListFilter>, ArmError> {
        match filter {
            None => Ok(None),
            Some(filter) => Err(invalid_filter(filter)),
        }
    }
}

/// Decides which resources a list shows, in place of "all that are under the scope".
pub(crate) type ListFilter = Box<dyn Fn(&Resource) -> bool>;

/// All types.
static PROVIDERS: &[&dyn Provider] = &[
    &aks::ManagedClusters,
    &aks::AgentPools,
    &authorization::RoleAssignments,
    &compute::Disks,
    &compute::Snapshots,
    &insights::DiagnosticSettings,
    &key_vault::Vaults,
    &managed_identity::UserAssignedIdentities,
    &managed_identity::FederatedIdentityCredentials,
    &operational_insights::Workspaces,
    &resource_group::ResourceGroups,
    &storage::StorageAccounts,
];

/// Namespaces with routes of their own beside the types above.
const OTHER_TYPES: &[(&str, &[&str])] = &[
    (
        "Microsoft.Authorization/roleDefinitions",
        authorization::API_VERSIONS,
    ),
    ("Microsoft.KeyVault/deletedVaults", key_vault::API_VERSIONS),
    (
        "Microsoft.KeyVault/locations/deletedVaults",
        key_vault::API_VERSIONS,
    ),
    (
        "Microsoft.Resources/deployments",
        resource_group::API_VERSIONS,
    ),
    ("Microsoft.Resources/tags", resource_group::API_VERSIONS),
];

/// All registered types with their api-versions.
pub(crate) fn registered() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    PROVIDERS
        .iter()
        .map(|provider| (provider.spec().resource_type, provider.spec().api_versions))
        .chain(OTHER_TYPES.iter().copied())
}

fn by_type(resource_type: &str) -> Option<&'static dyn Provider> {
    PROVIDERS.iter().copied().find(|provider| {
        provider
            .spec()
            .resource_type
            .eq_ignore_ascii_case(resource_type)
    })
}

fn of_id(id: &ResourceId) -> Result<&'static dyn Provider, ArmError> {
    if id.is_group() {
        return Ok(&resource_group::ResourceGroups);
    }
    let resource_type = id.resource_type().unwrap_or_default();
    by_type(&resource_type).ok_or_else(|| unknown_type(&resource_type, None))
}

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
    if let Some(parent) = id.parent()
        && !world.exists(&parent)
    {
        let kind = id.resource_type().unwrap_or_default();
        return ArmError::parent_not_found(
            "read",
            kind.split_once('/').map_or("", |(_, kind)| kind),
            &parent.to_string(),
        );
    }
    ArmError::resource_not_found(&id.type_and_names(), id.group())
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

/// The canonical id: the provider's casing for the type, the group's own casing for its name.
fn canonical(world: &World, id: &ResourceId, spec: &Spec) -> ResourceId {
    let group = id.group_id().and_then(|group| world.resource(&group));
    let name = group.map(|group| group.id.name().to_owned());
    if id.is_group() {
        return match name {
            Some(name) => ResourceId::for_group(id.subscription().unwrap_or_default(), &name),
            None => id.clone(),
        };
    }
    match world.resource(id) {
        Some(stored) => stored.id.clone(),
        None => id.canonical(spec.resource_type, name.as_deref()),
    }
}

/// The checks of a PUT that need no world, and the body that remains after reading it by its shape.
fn read_body(
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
        if !location::exists(&region) {
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

/// See [`World::check`].
pub(crate) fn check(
    _world: &World,
    id: &ResourceId,
    api_version: &str,
    body: &Value,
) -> Result<(), ArmError> {
    read_body(of_id(id)?, id, api_version, body).map(|_| ())
}

/// See [`World::put`].
pub(crate) fn put(
    world: &mut World,
    id: &ResourceId,
    api_version: &str,
    body: &Value,
) -> Result<Written, ArmError> {
    let provider = of_id(id)?;
    let spec = provider.spec();
    if !id.is_group() {
        check_group(world, id)?;
    }
    let body = read_body(provider, id, api_version, body)?;
    let id = canonical(world, id, spec);
    check_home(world, &id, spec)?;
    if let Some(group) = id.group_id().and_then(|group| world.resource(&group))
        && group.state() == "Deleting"
    {
        return Err(deleting_error(group.id.name()));
    }
    let existing = world.resource(&id).cloned();
    if let Some(existing) = &existing
        && spec.located
        && let Some(wanted) = body.get("location").and_then(Value::as_str)
        && location::normalise(existing.location()) != wanted
    {
        return Err(moved(existing, wanted));
    }
    provider.put(
        world,
        Write {
            id,
            existing,
            body,
            api_version: api_version.to_owned(),
        },
    )
}

fn check_home(world: &World, id: &ResourceId, spec: &Spec) -> Result<(), ArmError> {
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
        Home::Parent => match id.parent() {
            Some(parent) if !world.exists(&parent) => Err(ArmError::parent_not_found(
                "write",
                spec.resource_type
                    .split_once('/')
                    .map_or("", |(_, kind)| kind),
                &parent.to_string(),
            )),
            _ => Ok(()),
        },
        Home::Extension => check_scope(world, &id.scope()),
    }
}

/// Checks that what an extension resource hangs on exists. Below the top-level resource providers have
/// data that is not simulated (a vault's secrets), so only the top level counts.
fn check_scope(world: &World, scope: &ResourceId) -> Result<(), ArmError> {
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

fn moved(existing: &Resource, wanted: &str) -> ArmError {
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

/// See [`World::get`].
pub(crate) fn get(world: &World, id: &ResourceId, api_version: &str) -> Result<Value, ArmError> {
    let (provider, resource) = find(world, id, api_version)?;
    Ok(provider.show(world, resource))
}

/// Answers a GET.
pub(crate) fn read(world: &World, id: &ResourceId, api_version: &str) -> Result<Reply, ArmError> {
    let (provider, resource) = find(world, id, api_version)?;
    let mut reply = Reply::with(200, provider.body(provider.show(world, resource)));
    reply.gateway = id.is_group();
    Ok(decorate(
        reply,
        provider.spec(),
        "LowCostGet",
        (14999, 119_986),
    ))
}

fn find<'a>(
    world: &'a World,
    id: &ResourceId,
    api_version: &str,
) -> Result<(&'static dyn Provider, &'a Resource), ArmError> {
    let provider = of_id(id)?;
    let spec = provider.spec();
    check_version(spec.resource_type, spec.api_versions, api_version, None)?;
    if !id.is_group() {
        check_group(world, id)?;
    }
    match world.resource(id) {
        Some(resource) => Ok((provider, resource)),
        None => Err(provider.not_found(world, id)),
    }
}

/// Answers a PATCH.
pub(crate) fn patch(
    world: &mut World,
    id: &ResourceId,
    api_version: &str,
    body: &Value,
) -> Result<Reply, ArmError> {
    let (provider, resource) = find(world, id, api_version)?;
    let id = resource.id.clone();
    if !body.is_object() {
        return Err(ArmError::invalid_request_content("an object was expected"));
    }
    tags::check(
        body.get("tags").unwrap_or(&Value::Null),
        provider.spec().resource_type,
    )?;
    provider.patch(world, &id, body, api_version)
}

/// The PATCH that most types have: new tags in place of the old.
fn patch_tags(
    spec: &Spec,
    world: &mut World,
    id: &ResourceId,
    body: &Value,
) -> Result<(), ArmError> {
    if !spec.tagged {
        return Err(ArmError::method_not_allowed("PATCH", &id.to_string()));
    }
    let now = world.now();
    if let Some(tags) = body.get("tags").filter(|tags| tags.is_object())
        && let Some(resource) = world.resource_mut(id)
        && let Some(body) = resource.body.as_object_mut()
    {
        body.insert("tags".into(), tags.clone());
        resource.changed = now;
    }
    Ok(())
}

/// Answers a DELETE.
pub(crate) fn delete(
    world: &mut World,
    id: &ResourceId,
    api_version: &str,
) -> Result<Reply, ArmError> {
    let provider = of_id(id)?;
    let spec = provider.spec();
    check_version(spec.resource_type, spec.api_versions, api_version, None)?;
    if !id.is_group() {
        check_group(world, id)?;
    }
    match world.resource(id).map(|resource| resource.id.clone()) {
        Some(id) => provider.delete(world, &id, api_version),
        None if id.is_group() => Err(provider.not_found(world, id)),
        None => Ok(provider.delete_absent()),
    }
}

/// See [`World::post`].
pub(crate) fn post(
    world: &mut World,
    id: &ResourceId,
    action: &str,
    api_version: &str,
    body: &Value,
) -> Result<Reply, ArmError> {
    let (provider, resource) = find(world, id, api_version)?;
    let id = resource.id.clone();
    provider.post(world, &id, action, body, api_version)
}

/// What happens at the end of an operation.
pub(crate) fn finish(world: &mut World, operation: &Operation) -> Result<(), ArmError> {
    if operation.work == Work::Purge {
        key_vault::purged(world, operation);
        return Ok(());
    }
    // Deployments have operations too, and an engine that ends them.
    let Ok(provider) = of_id(&operation.resource) else {
        return Ok(());
    };
    provider.finish(world, operation)
}

/// Answers a list of one type under a scope (a resource for child types; a group or subscription).
pub(crate) fn list(
    world: &World,
    scope: &ResourceId,
    resource_type: &str,
    request: &ArmRequest,
) -> Result<Reply, ArmError> {
    let api_version = request.api_version()?;
    let provider =
        by_type(resource_type).ok_or_else(|| unknown_type(resource_type, Some(api_version)))?;
    let spec = provider.spec();
    check_version(spec.resource_type, spec.api_versions, api_version, None)?;
    check_group(world, scope)?;
    if !scope.parts().is_empty() && !world.exists(scope) && spec.home == Home::Parent {
        let kind = spec
            .resource_type
            .split_once('/')
            .map_or("", |(_, kind)| kind);
        return Err(ArmError::parent_not_found("read", kind, &scope.to_string()));
    }
    let under = if *scope == ResourceId::tenant() {
        "/".to_owned()
    } else {
        format!("{}/", scope.key())
    };
    let wanted = provider.list_filter(world, scope, request.parameter("$filter"))?;
    let items: Vec<&Resource> = match &wanted {
        Some(wanted) => world
            .of_type(spec.resource_type)
            .filter(|r| wanted(r))
            .collect(),
        None => world
            .below(&under)
            .filter(|r| r.resource_type.eq_ignore_ascii_case(spec.resource_type))
            .filter(|r| spec.home != Home::Extension || r.id.scope() == *scope)
            .collect(),
    };
    let page = page(world, request, items, |resource| {
        provider.show(world, resource)
    })?;
    Ok(decorate(
        Reply::with(200, provider.body(page)),
        spec,
        "HighCostGet",
        (239, 1919),
    ))
}

/// One page of a list: `{value[, nextLink]}`. `$skiptoken` is the id after which the page starts, so that
/// changes between two pages neither repeat nor lose what was there all along.
pub(crate) fn page(
    world: &World,
    request: &ArmRequest,
    items: Vec<&Resource>,
    show: impl Fn(&Resource) -> Value,
) -> Result<Value, ArmError> {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let top = match request.parameter("$top") {
        None => usize::MAX,
        Some(text) => text
            .parse::<usize>()
            .ok()
            .filter(|top| *top > 0)
            .ok_or_else(|| {
                ArmError::gateway(
                    400,
                    "InvalidTopParameter",
                    format!("The value '{text}' of $top must be a positive number."),
                )
            })?,
    };
    let after = match request.parameter("$skiptoken") {
        None => None,
        Some(token) => {
            let key = URL_SAFE_NO_PAD
                .decode(token)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok());
            Some(key.ok_or_else(|| {
                ArmError::gateway(
                    400,
                    "InvalidSkipToken",
                    "The skip token is not one that was handed out.",
                )
            })?)
        }
    };
    let size = top.min(world.settings().page_size);
    let mut rest = items
        .into_iter()
        .map(|resource| (resource.id.key(), resource))
        .filter(|(key, _)| after.as_ref().is_none_or(|after| key > after));
    let mut value = Vec::new();
    let mut last = None;
    for (key, resource) in rest.by_ref().take(size) {
        value.push(show(resource));
        last = Some(key);
    }
    let mut page = Map::new();
    page.insert("value".into(), Value::Array(value));
    if let (Some(last), Some(_)) = (last, rest.next()) {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (key, value) in &request.query {
            if !key.eq_ignore_ascii_case("$skiptoken") {
                query.append_pair(key, value);
            }
        }
        query.append_pair("$skiptoken", &URL_SAFE_NO_PAD.encode(last));
        let path = request.path.replace('%', "%25").replace(' ', "%20");
        let link = format!("{}{path}?{}", request.origin, query.finish());
        page.insert("nextLink".into(), json!(link));
    }
    Ok(Value::Object(page))
}

/// Adds the header by which compute counts requests.
fn decorate(reply: Reply, spec: &Spec, bucket: &str, left: (u32, u32)) -> Reply {
    if spec.resource_type.starts_with("Microsoft.Compute/") {
        compute::count(reply, bucket, left)
    } else {
        reply
    }
}

/// A resource object in the order that most providers use.
pub(crate) fn envelope(id: &ResourceId, spec: &Spec) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("id".into(), json!(id.to_string()));
    body.insert("name".into(), json!(id.name()));
    body.insert("type".into(), json!(spec.resource_type));
    body
}

/// Stores a write that is done at once and answers with the resource.
pub(crate) fn store_now(
    provider: &dyn Provider,
    world: &mut World,
    write: &Write,
    body: Value,
    private: Value,
    status: u16,
) -> Written {
    let resource = stored(world, provider.spec(), write, body, private);
    let shown = provider.show(world, &resource);
    world.insert(resource);
    Written {
        accepted: Accepted {
            created: write.existing.is_none(),
            operation: None,
            ready_at: world.now(),
        },
        reply: Reply::with(status, provider.body(shown)),
    }
}

/// The stored form of a write.
pub(crate) fn stored(
    world: &World,
    spec: &Spec,
    write: &Write,
    body: Value,
    private: Value,
) -> Resource {
    Resource {
        id: write.id.clone(),
        resource_type: spec.resource_type.to_owned(),
        body,
        private,
        created: write
            .existing
            .as_ref()
            .map_or(world.now(), |existing| existing.created),
        changed: world.now(),
        operation: None,
    }
}

/// A location-wide path of a provider, such as `…/locations/westus/operations/{name}`.
pub(crate) fn operation_path(
    id: &ResourceId,
    namespace: &str,
    location: &str,
    kind: &str,
    name: &str,
    api_version: &str,
) -> PollingPath {
    PollingPath::new(
        format!(
            "/subscriptions/{}/providers/{namespace}/locations/{location}/{kind}/{name}",
            id.subscription().unwrap_or_default()
        ),
        api_version,
    )
}

/// A time as most providers write it: UTC, at most seven decimals, trailing zeros cut, `Z`.
pub(crate) fn time(at: jiff::Timestamp) -> String {
    let nanoseconds = at.subsec_nanosecond() / 100 * 100;
    jiff::Timestamp::new(at.as_second(), nanoseconds)
        .unwrap_or(at)
        .to_string()
}

pub(crate) mod routes {
    //! Routes that belong to a provider but to no single resource.

    pub(crate) use super::authorization::role_definitions;
    pub(crate) use super::key_vault::{check_vault_name, deleted_vaults};
    pub(crate) use super::resource_group::resources;
    pub(crate) use super::storage::check_account_name;
    pub(crate) use super::tag_set::tags;
}
