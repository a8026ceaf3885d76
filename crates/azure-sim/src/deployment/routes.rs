//! Requests to deployments.

use std::time::Duration;

use http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::engine::{accept, cancel, check_replaceable, id_of};
use super::export;
use super::prepare::{Preflight, check_scope, prepare, refusal};
use super::record::{Deployment, State, list, load, save, wake};
use super::request::{Wanted, check_name};
use super::runtime::not_found;
use super::view;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::provider::{self, invalid_filter, job_name, job_token, page_by_key, page_size};
use crate::reply::{PollingPath, Reply};
use crate::request::ArmRequest;
use crate::store::{Work, World};
use crate::template::{Scope, parse_relaxed_json};

/// The deployment engine that the replies name.
const VERSION: &str = "1.628.3";

/// Api-versions of deployments.
pub(crate) const API_VERSIONS: &[&str] = &[
    "2026-06-01",
    "2025-04-01",
    "2025-03-01",
    "2024-11-01",
    "2024-07-01",
    "2024-03-01",
    "2023-07-01",
    "2022-12-01",
    "2022-09-01",
    "2022-06-01",
    "2022-05-01",
    "2022-01-01",
    "2021-05-01",
    "2021-04-01",
    "2021-01-01",
    "2020-10-01",
    "2020-08-01",
    "2020-06-01",
    "2020-05-01",
    "2019-11-01",
    "2019-10-01",
    "2019-09-01",
    "2019-08-01",
    "2019-07-01",
    "2019-06-01",
    "2019-05-10",
    "2019-05-01",
    "2019-03-01",
    "2018-11-01",
    "2018-05-01",
    "2018-02-01",
    "2017-05-10",
    "2016-09-01",
    "2016-07-01",
    "2016-02-01",
    "2015-11-01",
    "2015-01-01",
];

/// How long Azure takes to delete a deployment's record.
const DELETION: Duration = Duration::from_secs(15);

/// Answers every request below `…/providers/Microsoft.Resources/deployments`.
pub(crate) fn handle(world: &mut World, request: &ArmRequest) -> Result<Reply, ArmError> {
    let api_version = request.api_version()?;
    provider::check_version(
        "Microsoft.Resources/deployments",
        API_VERSIONS,
        api_version,
        None,
    )?;
    let Some((mut scope, rest)) = split(&request.path) else {
        return Err(ArmError::gateway(
            400,
            "InvalidDeployment",
            "Only deployments at subscription and resource-group scope are supported by this \
             simulator.",
        ));
    };
    check_scope(world, &scope)?;
    if let Some(group) = &mut scope.group {
        // Ids show the group as it was created.
        let id = ResourceId::for_group(&scope.subscription, group);
        if let Some(stored) = world.resource(&id) {
            stored.id.name().clone_into(group);
        }
    }
    let reply = match (&request.method, rest.as_slice()) {
        (&Method::GET, []) => show_list(world, &scope, request),
        (&Method::GET, [name]) => find(world, &scope, name)
            .map(|deployment| Reply::json(200, view::deployment(&deployment, false))),
        (&Method::HEAD, [name]) => {
            let status = if find(world, &scope, name).is_ok() {
                204
            } else {
                404
            };
            Ok(Reply::empty(status))
        }
        (&Method::PUT, [name]) => put(world, scope, name, request, api_version),
        (&Method::DELETE, [name]) => delete(world, &scope, name, api_version),
        (&Method::GET, [name, word]) if is(word, "operations") => {
            let deployment = find(world, &scope, name)?;
            show_operations(world, &deployment, request)
        }
        (&Method::GET, [name, word, id]) if is(word, "operations") => {
            let deployment = find(world, &scope, name)?;
            view::operations(&deployment, true)
                .into_iter()
                .find(|o| o["operationId"].as_str().is_some_and(|o| is(o, id)))
                .map(|operation| Reply::json(200, operation))
                .ok_or_else(|| {
                    ArmError::gateway(
                        404,
                        "DeploymentOperationNotFound",
                        format!(
                            "Deployment operation '{id}' of the deployment '{name}' could not be \
                             found."
                        ),
                    )
                })
        }
        (&Method::GET, [name, word, id]) if is(word, "operationStatuses") => {
            status(world, &scope, name, id)
        }
        (&Method::POST, [name, word]) if is(word, "validate") => {
            validate(world, scope, name, request)
        }
        (&Method::POST, [name, word]) if is(word, "cancel") => stop(world, &scope, name),
        (&Method::POST, [name, word]) if is(word, "exportTemplate") => {
            export_template(world, &scope, name)
        }
        (&Method::POST, [name, word]) if is(word, "whatIf") => {
            check_name(name)?;
            Err(ArmError::gateway(
                501,
                "NotImplemented",
                format!("The action '{word}' of deployments is not supported by this simulator."),
            ))
        }
        _ => Err(request.not_allowed()),
    };
    reply.map(Reply::by_gateway)
}

fn is(word: &str, name: &str) -> bool {
    word.eq_ignore_ascii_case(name)
}

/// The scope of a path, and what follows `deployments`.
fn split(path: &str) -> Option<(Scope, Vec<&str>)> {
    let words: Vec<&str> = path.trim_matches('/').split('/').collect();
    let (scope, rest) = match words.as_slice() {
        [s, subscription, g, group, rest @ ..]
            if is(s, "subscriptions") && is(g, "resourceGroups") =>
        {
            let scope = Scope {
                subscription: (*subscription).to_owned(),
                group: Some((*group).to_owned()),
            };
            (scope, rest)
        }
        [s, subscription, rest @ ..] if is(s, "subscriptions") => {
            let scope = Scope {
                subscription: (*subscription).to_owned(),
                group: None,
            };
            (scope, rest)
        }
        _ => return None,
    };
    match rest {
        [p, namespace, d, rest @ ..]
            if is(p, "providers")
                && is(namespace, "Microsoft.Resources")
                && is(d, "deployments") =>
        {
            Some((scope, rest.to_vec()))
        }
        _ => None,
    }
}

fn find(world: &World, scope: &Scope, name: &str) -> Result<Deployment, ArmError> {
    let id = format!(
        "{}/providers/Microsoft.Resources/deployments/{name}",
        scope.id()
    );
    load(world, &id).ok_or_else(|| not_found(name))
}

/// The deployments of a scope, those that moved last first.
fn show_list(world: &World, scope: &Scope, request: &ArmRequest) -> Result<Reply, ArmError> {
    let wanted = match request.parameter("$filter").map(str::trim) {
        None | Some("") => None,
        Some(filter) => Some(state_of(filter).ok_or_else(|| invalid_filter(filter))?),
    };
    let mut all: Vec<(String, Deployment)> = list(world, scope)
        .into_iter()
        .filter(|deployment| {
            wanted
                .as_ref()
                .is_none_or(|state| is(state, deployment.state.name()))
        })
        .map(|deployment| (key(&deployment), deployment))
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    let size = page_size(world, request)?;
    let page = page_by_key(request, size, all.into_iter(), |deployment| {
        view::deployment(&deployment, false)
    })?;
    Ok(Reply::json(200, page))
}

/// What sorts a deployment before those that moved earlier.
fn key(deployment: &Deployment) -> String {
    let later = Timestamp::MAX.as_nanosecond() - deployment.changed.as_nanosecond();
    format!("{later:030}/{}", deployment.name.to_lowercase())
}

/// The `X` of `provisioningState eq 'X'`, the one filter that there is.
fn state_of(filter: &str) -> Option<String> {
    let mut words = filter.split_whitespace();
    let (property, operator) = (words.next()?, words.next()?);
    let state = words.next()?.strip_prefix('\'')?.strip_suffix('\'')?;
    let good = is(property, "provisioningState") && is(operator, "eq") && words.next().is_none();
    good.then(|| state.to_owned())
}

fn show_operations(
    world: &World,
    deployment: &Deployment,
    request: &ArmRequest,
) -> Result<Reply, ArmError> {
    let all = view::operations(deployment, false);
    let keyed = all
        .into_iter()
        .enumerate()
        .map(|(at, operation)| (format!("{at:06}"), operation));
    let page = page_by_key(request, page_size(world, request)?, keyed, |one| one)?;
    Ok(Reply::json(200, page))
}

fn export_template(world: &World, scope: &Scope, name: &str) -> Result<Reply, ArmError> {
    let deployment = find(world, scope, name)?;
    match export::template(world, &deployment.id) {
        Some(template) => Ok(Reply::json(200, json!({ "template": template }))),
        None => Err(ArmError::gateway(
            501,
            "NotImplemented",
            format!(
                "The template of the deployment '{name}' is not kept by this simulator: a nested template that is \
                 evaluated in the outer scope may contain secrets."
            ),
        )),
    }
}

fn body(request: &ArmRequest) -> Result<Value, ArmError> {
    let text = std::str::from_utf8(&request.body).map_err(ArmError::invalid_request_content)?;
    parse_relaxed_json(text.trim_start_matches('\u{feff}'))
        .map_err(ArmError::invalid_request_content)
}

fn correlation(world: &mut World, request: &ArmRequest) -> String {
    match request.header("x-ms-correlation-request-id") {
        Some(id) => id.to_owned(),
        None => world.next_guid("correlation").to_string(),
    }
}

fn put(
    world: &mut World,
    scope: Scope,
    name: &str,
    request: &ArmRequest,
    api_version: &str,
) -> Result<Reply, ArmError> {
    let wanted = Wanted::read(scope, name, &body(request)?)?;
    let before = load(world, &id_of(&wanted));
    if let Some(before) = &before {
        check_replaceable(before, &wanted)?;
    }
    let correlation = correlation(world, request);
    let seed = format!("{}/{correlation}/{}", id_of(&wanted), world.now());
    let prepared = prepare(world, &wanted, &seed).map_err(|e| refusal(&e))?;
    let mut preflight = Preflight::default();
    preflight
        .inspect(world, &prepared, 1)
        .map_err(|e| refusal(&e))?;
    let tracking = world.next_guid("tracking").to_string();
    preflight.verdict(name, &tracking)?;
    let deployment = accept(world, wanted, prepared, correlation, None);
    // The URL keeps the path of the request, in its own casing.
    let path = request.path.trim_end_matches('/');
    let polling = format!("{path}/operationStatuses/{}", deployment.operation);
    let status = if before.is_some() { 200 } else { 201 };
    Ok(Reply::json(status, view::deployment(&deployment, true))
        .header("x-ms-deployment-engine-version", VERSION)
        .async_operation(PollingPath::new(polling, api_version)))
}

fn validate(
    world: &mut World,
    scope: Scope,
    name: &str,
    request: &ArmRequest,
) -> Result<Reply, ArmError> {
    let wanted = Wanted::read(scope, name, &body(request)?)?;
    let correlation = correlation(world, request);
    let prepared = prepare(world, &wanted, &correlation).map_err(|e| refusal(&e))?;
    let mut preflight = Preflight::default();
    preflight
        .inspect(world, &prepared, 1)
        .map_err(|e| refusal(&e))?;
    let tracking = world.next_guid("tracking").to_string();
    preflight.verdict(name, &tracking)?;
    let head = view::Head {
        id: &id_of(&wanted),
        name,
        location: wanted.location.as_ref(),
        tags: wanted.tags.as_ref(),
        template_hash: &prepared.template.hash,
        shown: &view::shown(&prepared),
        state: State::Succeeded,
        started: world.now(),
        changed: world.now(),
        correlation_id: &correlation,
    };
    let (mut shown, mut properties) = head.body(true);
    let ids: Vec<Value> = preflight
        .resources
        .iter()
        .map(|id| json!({"id": id}))
        .collect();
    properties.insert("validatedResources".into(), ids.into());
    shown.insert("properties".into(), properties.into());
    Ok(Reply::json(200, shown.into()))
}

fn status(world: &World, scope: &Scope, name: &str, id: &str) -> Result<Reply, ArmError> {
    let deployment = find(world, scope, name)?;
    if !is(&deployment.operation, id) {
        return Err(ArmError::gateway(
            404,
            "DeploymentOperationNotFound",
            format!("The operation '{id}' of the deployment '{name}' could not be found."),
        ));
    }
    let mut body = json!({"status": deployment.state.name()});
    if let Some(error) = deployment.error {
        body["error"] = error;
    }
    Ok(Reply::json(200, body))
}

fn stop(world: &mut World, scope: &Scope, name: &str) -> Result<Reply, ArmError> {
    let deployment = find(world, scope, name)?;
    if !deployment.state.is_active() {
        return Err(ArmError::gateway(
            409,
            "DeploymentCannotBeCancelled",
            format!(
                "The deployment '{name}' cannot be cancelled: it has ended with provisioning state \
                 '{}'.",
                deployment.state.name()
            ),
        ));
    }
    cancel(world, deployment);
    Ok(Reply::empty(204))
}

/// Only the record goes, never what was deployed.
fn delete(
    world: &mut World,
    scope: &Scope,
    name: &str,
    api_version: &str,
) -> Result<Reply, ArmError> {
    let Ok(mut deployment) = find(world, scope, name) else {
        return Ok(Reply::empty(204));
    };
    if deployment.state.is_active() {
        return Err(ArmError::gateway(
            409,
            "DeploymentActive",
            format!(
                "The deployment '{name}' cannot be deleted because it is still active. Wait for it \
                 to complete, or cancel it before."
            ),
        ));
    }
    let ends = world.due(DELETION);
    let id = ResourceId::parse(&deployment.id).unwrap_or_default();
    let location = id
        .group_id()
        .and_then(|group| world.resource(&group))
        .map(|group| group.location().to_owned())
        .or_else(|| deployment.location.clone())
        .unwrap_or_default();
    let digest = world.settings().guid(&deployment.id).simple().to_string();
    let token = deletion_token(name, &location, digest.get(..16).unwrap_or_default());
    let token = world.start_named(token, Work::Delete, &id, ends);
    deployment.deleting = true;
    save(world, &deployment);
    wake(world, &deployment.id, Some(ends));
    let path = format!(
        "/subscriptions/{}/operationresults/{token}",
        scope.subscription
    );
    Ok(Reply::empty(202).location(PollingPath::new(path, api_version)))
}

/// The longest name that a job keeps whole.
const LONGEST_NAME: usize = 39;

/// The name of a deletion, after the job that does it; a long name is cut and told by a digest.
fn deletion_token(name: &str, location: &str, digest: &str) -> String {
    let kept: String = name.chars().take(LONGEST_NAME).collect();
    let mut job = format!("DeploymentDeletionJob--{}", job_name(&kept));
    if kept.len() < name.len() {
        job.push('|');
        job.push_str(&digest.to_uppercase());
    }
    job_token(&job, location)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_state_is_read_from_its_filter(state in "[A-Za-z]{0,12}", blanks in " {1,3}") {
            let filter = format!("provisioningState{blanks}eq{blanks}'{state}'");
            prop_assert_eq!(state_of(&filter), Some(state.clone()));
            for odd in [
                format!("provisioningState eq {state}"),
                format!("provisioningState eq '{state}"),
                format!("provisioningState ne '{state}'"),
                format!("state eq '{state}'"),
                format!("{filter} or true"),
            ] {
                prop_assert_eq!(state_of(&odd), None, "{}", odd);
            }
        }
    }
}
