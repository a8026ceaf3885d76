//! What tenants, subscriptions and groups answer by themselves: who they are, and what they list.

use http::Method;
use serde_json::{Value, json};

use crate::error::ArmError;
use crate::id::ResourceId;
use crate::location;
use crate::provider::{self, routes};
use crate::reply::Reply;
use crate::request::ArmRequest;
use crate::store::World;

/// Api-versions of tenants, subscriptions and their regions.
const API_VERSIONS: &[&str] = &[
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

fn check_version(request: &ArmRequest) -> Result<(), ArmError> {
    let api_version = request.api_version()?;
    provider::check_version(
        "Microsoft.Resources/subscriptions",
        API_VERSIONS,
        api_version,
        None,
    )
}

/// The tenant or a subscription.
pub(crate) fn answer(
    world: &World,
    request: &ArmRequest,
    id: &ResourceId,
) -> Result<Reply, ArmError> {
    match (&request.method, id.subscription()) {
        (&Method::GET, Some(subscription)) => {
            check_version(request)?;
            let subscription = world.subscription(&subscription.to_ascii_lowercase());
            Ok(Reply::json(200, subscription).by_gateway())
        }
        (_, Some(_)) => Err(request.not_allowed()),
        (_, None) => Err(request.invalid_path()),
    }
}

/// What a scope without a provider can list.
pub(crate) fn collection(
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
            check_version(request)?;
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
            check_version(request)?;
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
            check_version(request)?;
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
        _ => Err(request.invalid_path()),
    }
}

/// The registered providers of a subscription.
pub(crate) fn providers(
    request: &ArmRequest,
    id: &ResourceId,
    namespace: Option<&str>,
) -> Result<Reply, ArmError> {
    routes::check_resources_version(request.api_version()?)?;
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
