//! From a path and a verb to whoever answers it.

use http::Method;
use serde_json::{Value, json};

use crate::builder::{Settings, is_guid};
use crate::error::ArmError;
use crate::id::{ResourceId, Tail, Target};
use crate::location;
use crate::operation;
use crate::polling;
use crate::provider::{self, routes};
use crate::reply::Reply;
use crate::request::ArmRequest;
use crate::store::World;

/// Answers a request.
pub(crate) fn route(world: &mut World, request: &ArmRequest) -> Result<Reply, ArmError> {
    let target = Target::parse(&request.path);
    let subscription = subscription_of(&request.path);
    if let Some(subscription) = subscription {
        check_subscription(world.settings(), subscription)?;
    }
    if let Some(poll) = operation::Poll::of(&request.path) {
        request.api_version()?;
        if request.method != Method::GET {
            return Err(request.not_allowed());
        }
        polling::verify(world.settings(), request)?;
        if poll.is_deployment() {
            return crate::deployment::handle(world, request);
        }
        return operation::answer(world, request, &poll);
    }
    let Some(target) = target else {
        return Err(invalid_path(request));
    };
    let api_version = request.api_version()?;
    if is_deployment(&target) {
        return crate::deployment::handle(world, request);
    }
    if let Some(reply) = provider_routes(world, request, &target)? {
        return Ok(reply);
    }
    let id = &target.id;
    match &target.tail {
        Tail::None if id.parts().is_empty() && !id.is_group() => scope(world, request, id),
        Tail::None => resource(world, request, id, api_version),
        Tail::Provider { namespace, word } => {
            let resource_type = format!("{namespace}/{word}");
            match request.method {
                Method::GET => provider::list(world, id, &resource_type, request),
                _ => Err(request.not_allowed()),
            }
        }
        Tail::Word(word) if id.parts().is_empty() => collection(world, request, id, word),
        Tail::Word(word) => match request.method {
            Method::GET => {
                let resource_type = format!("{}/{word}", id.resource_type().unwrap_or_default());
                provider::list(world, id, &resource_type, request)
            }
            Method::POST => provider::post(world, id, word, api_version, &request.json()?),
            _ => Err(request.not_allowed()),
        },
        Tail::Namespace(namespace) => match request.method {
            Method::GET => providers(id, namespace.as_deref()),
            Method::POST | Method::PUT | Method::DELETE | Method::PATCH => {
                Err(invalid_path(request))
            }
            _ => Err(request.not_allowed()),
        },
    }
}

/// The subscription of any path that has one, well-formed or not.
fn subscription_of(path: &str) -> Option<&str> {
    let mut words = path.strip_prefix('/')?.split('/');
    words
        .next()
        .filter(|word| word.eq_ignore_ascii_case("subscriptions"))?;
    words.next().filter(|word| !word.is_empty())
}

fn check_subscription(settings: &Settings, subscription: &str) -> Result<(), ArmError> {
    if !is_guid(subscription) {
        return Err(ArmError::gateway(
            400,
            "InvalidSubscriptionId",
            format!(
                "The provided subscription identifier '{subscription}' is malformed or invalid."
            ),
        ));
    }
    let known = settings
        .subscriptions
        .as_ref()
        .is_none_or(|known| known.contains(&subscription.to_ascii_lowercase()));
    if known {
        return Ok(());
    }
    Err(ArmError::gateway(
        404,
        "SubscriptionNotFound",
        format!("The subscription '{subscription}' could not be found."),
    ))
}

fn is_deployment(target: &Target) -> bool {
    let within = target.id.parts().iter().any(|part| {
        part.namespace.eq_ignore_ascii_case("Microsoft.Resources")
            && part
                .segments
                .first()
                .is_some_and(|(kind, _)| kind.eq_ignore_ascii_case("deployments"))
    });
    let list = matches!(&target.tail, Tail::Provider { namespace, word }
        if namespace.eq_ignore_ascii_case("Microsoft.Resources")
            && word.eq_ignore_ascii_case("deployments"));
    within || list
}

/// Routes of providers that are neither a resource nor a list of resources.
fn provider_routes(
    world: &mut World,
    request: &ArmRequest,
    target: &Target,
) -> Result<Option<Reply>, ArmError> {
    let id = &target.id;
    let last = id.parts().last();
    let namespace = last
        .map(|part| part.namespace.to_ascii_lowercase())
        .unwrap_or_default();
    let kind = last
        .and_then(|part| part.segments.last())
        .map(|(kind, _)| kind.to_ascii_lowercase())
        .unwrap_or_default();
    match (namespace.as_str(), kind.as_str(), &target.tail) {
        ("microsoft.resources", "tags", Tail::None) => {
            return routes::tags(world, request, id).map(Some);
        }
        ("microsoft.authorization", "roledefinitions", Tail::None) => {
            return routes::role_definitions(request, &id.scope(), Some(id.name())).map(Some);
        }
        ("microsoft.containerservice", "upgradeprofiles", Tail::None) => {
            return routes::upgrade_profile(world, request, id).map(Some);
        }
        ("microsoft.containerservice", "managedclusters", Tail::Word(word))
            if word.eq_ignore_ascii_case("availableAgentPoolVersions") =>
        {
            return routes::pool_versions(world, request, id).map(Some);
        }
        ("microsoft.containerservice", "locations", Tail::Word(word))
            if word.eq_ignore_ascii_case("kubernetesVersions") && request.method == Method::GET =>
        {
            return routes::kubernetes_versions(request, id).map(Some);
        }
        ("microsoft.network", "dnszones", Tail::Word(word)) if request.method == Method::GET => {
            return routes::record_sets(world, request, id, word);
        }
        ("microsoft.storage", "shares", Tail::None) => {
            return routes::file_share(world, request, id);
        }
        ("microsoft.storage", "shares", Tail::Word(word))
            if word.eq_ignore_ascii_case("restore") =>
        {
            return routes::restore_share(world, request, id).map(Some);
        }
        ("microsoft.storage", "fileservices", Tail::Word(word))
            if word.eq_ignore_ascii_case("shares") && request.method == Method::GET =>
        {
            return routes::file_shares(world, request, id).map(Some);
        }
        ("microsoft.keyvault", "deletedvaults", tail) => {
            let action = match tail {
                Tail::Word(word) => Some(word.as_str()),
                _ => None,
            };
            return routes::deleted_vaults(world, request, id, Some(id.name()), action).map(Some);
        }
        _ => {}
    }
    let Tail::Provider { namespace, word } = &target.tail else {
        return Ok(None);
    };
    // Every provider is registered already, so that there is nothing left to do.
    if request.method == Method::POST
        && word.eq_ignore_ascii_case("register")
        && *id == ResourceId::for_subscription(id.subscription().unwrap_or_default())
    {
        return providers(id, Some(namespace)).map(Some);
    }
    match (
        namespace.to_ascii_lowercase().as_str(),
        word.to_ascii_lowercase().as_str(),
    ) {
        ("microsoft.authorization", "roledefinitions") => {
            routes::role_definitions(request, id, None).map(Some)
        }
        ("microsoft.keyvault", "deletedvaults") => {
            routes::deleted_vaults(world, request, id, None, None).map(Some)
        }
        ("microsoft.keyvault", "managedhsms" | "deletedmanagedhsms") => {
            routes::managed_hsms(world, request, id, word)
        }
        ("microsoft.keyvault", "checknameavailability") if request.method == Method::POST => {
            routes::check_vault_name(world, request).map(Some)
        }
        ("microsoft.resourcegraph", "resources")
            if request.method == Method::POST && *id == ResourceId::tenant() =>
        {
            routes::resource_graph(world, request).map(Some)
        }
        ("microsoft.storage", "checknameavailability") if request.method == Method::POST => {
            routes::check_account_name(world, request).map(Some)
        }
        _ => Ok(None),
    }
}

/// Api-versions of the lists of subscriptions and tenants.
const LIST_VERSIONS: &[&str] = &[
    "2022-12-01",
    "2022-09-01",
    "2021-01-01",
    "2020-01-01",
    "2019-11-01",
    "2019-10-01",
    "2019-06-01",
    "2019-05-01",
    "2018-06-01",
    "2018-05-01",
    "2016-06-01",
    "2015-11-01",
    "2015-01-01",
    "2014-04-01",
];

fn check_list_version(request: &ArmRequest) -> Result<(), ArmError> {
    let api_version = request.api_version()?;
    provider::check_version(
        "Microsoft.Resources/subscriptions",
        LIST_VERSIONS,
        api_version,
        None,
    )
}

/// The tenant or a subscription.
fn scope(world: &World, request: &ArmRequest, id: &ResourceId) -> Result<Reply, ArmError> {
    match (&request.method, id.subscription()) {
        (&Method::GET, Some(subscription)) => Ok(Reply::json(
            200,
            world.subscription(&subscription.to_ascii_lowercase()),
        )
        .by_gateway()),
        (_, Some(_)) => Err(request.not_allowed()),
        (_, None) => Err(invalid_path(request)),
    }
}

/// What a scope without a provider can list.
fn collection(
    world: &mut World,
    request: &ArmRequest,
    id: &ResourceId,
    word: &str,
) -> Result<Reply, ArmError> {
    let get = request.method == Method::GET;
    match (
        word.to_ascii_lowercase().as_str(),
        id.subscription(),
        id.group(),
    ) {
        ("subscriptions", None, None) if get => {
            check_list_version(request)?;
            let known = world.known_subscriptions();
            let value: Vec<Value> = known.iter().map(|id| world.subscription(id)).collect();
            Ok(Reply::json(
                200,
                json!({
                    "count": {"type": "Total", "value": value.len()},
                    "value": value,
                }),
            )
            .by_gateway())
        }
        ("tenants", None, None) if get => {
            check_list_version(request)?;
            Ok(Reply::json(200, json!({"value": [world.tenant()]})).by_gateway())
        }
        ("resourcegroups", Some(_), None) if get => {
            let api_version = request.api_version()?;
            provider::list(world, id, "Microsoft.Resources/resourceGroups", request)
                .map(Reply::by_gateway)
                .map_err(|error| match error.code.as_str() {
                    "InvalidResourceType" => provider::unknown_type("", Some(api_version)),
                    _ => error,
                })
        }
        ("resources", Some(_), _) if get => routes::resources(world, request, id),
        ("tagnames", Some(_), None) if get => routes::tag_names(world, request, id),
        ("locations", Some(subscription), None) if get => {
            let value: Vec<Value> = location::all()
                .map(|(name, display, _)| {
                    json!({
                        "id": format!("/subscriptions/{subscription}/locations/{name}"),
                        "name": name,
                        "type": "Region",
                        "displayName": display,
                        "regionalDisplayName": display,
                        "metadata": {"regionType": "Physical", "regionCategory": "Recommended"},
                    })
                })
                .collect();
            Ok(Reply::json(200, json!({"value": value})).by_gateway())
        }
        (
            "subscriptions" | "tenants" | "resourcegroups" | "resources" | "locations" | "tagnames",
            ..,
        ) => Err(request.not_allowed()),
        _ => Err(invalid_path(request)),
    }
}

/// The registered providers of a subscription.
fn providers(id: &ResourceId, namespace: Option<&str>) -> Result<Reply, ArmError> {
    let mut all: Vec<(String, Vec<Value>)> = Vec::new();
    let regions: Vec<&str> = location::all().map(|(_, display, _)| display).collect();
    for (resource_type, versions) in provider::registered() {
        let Some((provider, kind)) = resource_type.split_once('/') else {
            continue;
        };
        let entry = json!({
            "resourceType": kind,
            "locations": regions,
            "apiVersions": versions,
            "capabilities": "None",
        });
        match all.iter_mut().find(|(name, _)| name == provider) {
            Some((_, types)) => types.push(entry),
            None => all.push((provider.to_owned(), vec![entry])),
        }
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    let show = |(name, types): &(String, Vec<Value>)| {
        let mut body = json!({
            "id": format!("{}/providers/{name}", if *id == ResourceId::tenant() { String::new() } else { id.to_string() }),
            "namespace": name,
            "resourceTypes": types,
        });
        if id.subscription().is_some()
            && let Some(body) = body.as_object_mut()
        {
            body.insert("registrationState".into(), "Registered".into());
            body.insert("registrationPolicy".into(), "RegistrationRequired".into());
        }
        body
    };
    match namespace {
        None => {
            let value: Vec<Value> = all.iter().map(show).collect();
            Ok(Reply::json(200, json!({"value": value})).by_gateway())
        }
        Some(namespace) => all
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(namespace))
            .map(|entry| Reply::json(200, show(entry)).by_gateway())
            .ok_or_else(|| provider::unknown_type(namespace, None)),
    }
}

fn resource(
    world: &mut World,
    request: &ArmRequest,
    id: &ResourceId,
    api_version: &str,
) -> Result<Reply, ArmError> {
    if let Method::PUT | Method::PATCH | Method::DELETE = request.method {
        routes::check_condition(world, request, id)?;
    }
    match request.method {
        Method::GET => provider::read(world, id, api_version),
        Method::HEAD => {
            provider::read(world, id, api_version).map(|_| Reply::empty(204).by_gateway())
        }
        Method::PUT => {
            provider::put(world, id, api_version, &request.json()?).map(|written| written.reply)
        }
        Method::PATCH => provider::patch(world, id, api_version, &request.json()?),
        Method::DELETE => provider::delete(world, id, api_version),
        _ => Err(request.not_allowed()),
    }
}

fn invalid_path(request: &ArmRequest) -> ArmError {
    ArmError::gateway(
        404,
        "InvalidRequestUri",
        format!(
            "The request URI '{}' does not name anything in Azure Resource Manager.",
            request.path
        ),
    )
}
