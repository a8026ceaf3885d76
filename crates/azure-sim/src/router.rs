//! From a path and a verb to whoever answers it.

use http::Method;

use crate::builder::{Settings, is_guid};
use crate::error::ArmError;
use crate::id::{ResourceId, Tail, Target};
use crate::operation;
use crate::polling;
use crate::provider::{self, routes};
use crate::reply::Reply;
use crate::request::ArmRequest;
use crate::scope;
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
        return Err(request.invalid_path());
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
        Tail::None if id.parts().is_empty() && !id.is_group() => scope::answer(world, request, id),
        Tail::None => resource(world, request, id, api_version),
        Tail::Provider { namespace, word } => {
            let resource_type = format!("{namespace}/{word}");
            match request.method {
                Method::GET => provider::list(world, id, &resource_type, request),
                _ => Err(request.not_allowed()),
            }
        }
        Tail::Word(word) if id.parts().is_empty() => scope::collection(world, request, id, word),
        Tail::Word(word) => match request.method {
            Method::GET => {
                let resource_type = format!("{}/{word}", id.resource_type().unwrap_or_default());
                provider::list(world, id, &resource_type, request)
            }
            Method::POST => provider::post(world, id, word, api_version, &request.json()?),
            _ => Err(request.not_allowed()),
        },
        Tail::Namespace(namespace) => match request.method {
            Method::GET => scope::providers(request, id, namespace.as_deref()),
            Method::POST | Method::PUT | Method::DELETE | Method::PATCH => {
                Err(request.invalid_path())
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
        return scope::providers(request, id, Some(namespace)).map(Some);
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
