//! What a polling URL answers, provider by provider.

use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::later;
use crate::error::ArmError;
use crate::provider::{self, time};
use crate::reply::{Body, PollingPath, Reply};
use crate::request::ArmRequest;
use crate::store::{Operation, OperationState, Work, World};

/// A path that is a polling URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Poll {
    style: Style,
    name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// `…/deployments/{name}/operationStatuses/{id}`.
    Deployment,
    /// `/subscriptions/{s}/operationresults/{token}`: resource groups.
    Group,
    /// AKS `operations`.
    AksStatus,
    /// AKS `operationresults`.
    AksResult,
    /// Compute `DiskOperations`, both uses.
    Disk,
    /// Storage `asyncoperations`.
    Storage,
    /// Key Vault `operationResults`.
    KeyVault,
    /// Log Analytics `operationstatuses`.
    WorkspaceStatus,
    /// Log Analytics `operationresults`.
    WorkspaceResult,
    /// DNS `dnsOperationStatuses`.
    DnsStatus,
    /// DNS `dnsOperationResults`.
    DnsResult,
}

impl Poll {
    /// Recognises a polling path, well-formed in every other respect or not.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let words: Vec<&str> = path.trim_matches('/').split('/').collect();
        let (name, front) = words.split_last()?;
        let (kind, front) = front.split_last()?;
        let lower: Vec<String> = front.iter().map(|word| word.to_ascii_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let style = match (lower.as_slice(), kind.to_ascii_lowercase().as_str()) {
            ([.., "deployments", _], "operationstatuses") => Style::Deployment,
            (["subscriptions", _], "operationresults") => Style::Group,
            ([.., "microsoft.containerservice", "locations", _], "operations") => Style::AksStatus,
            ([.., "microsoft.containerservice", "locations", _], "operationresults") => {
                Style::AksResult
            }
            ([.., "microsoft.compute", "locations", _], "diskoperations") => Style::Disk,
            ([.., "microsoft.storage", "locations", _], "asyncoperations") => Style::Storage,
            ([.., "microsoft.keyvault", "locations", _], "operationresults") => Style::KeyVault,
            ([.., "microsoft.operationalinsights", "locations", _], "operationstatuses") => {
                Style::WorkspaceStatus
            }
            ([.., "microsoft.operationalinsights", "workspaces", _], "operationresults") => {
                Style::WorkspaceResult
            }
            ([.., "microsoft.network"], "dnsoperationstatuses") => Style::DnsStatus,
            ([.., "microsoft.network"], "dnsoperationresults") => Style::DnsResult,
            _ => return None,
        };
        Some(Self {
            style,
            name: (*name).to_owned(),
        })
    }

    /// Whether the deployment engine answers it.
    pub(crate) fn is_deployment(&self) -> bool {
        self.style == Style::Deployment
    }
}

/// Answers a poll whose signature was checked.
pub(crate) fn answer(world: &World, request: &ArmRequest, poll: &Poll) -> Result<Reply, ArmError> {
    let operation = world.operation(&poll.name).ok_or_else(|| {
        ArmError::new(
            404,
            "NotFound",
            format!(
                "The operation '{}' could not be found or has expired.",
                poll.name
            ),
        )
    })?;
    let running = operation.state == OperationState::Running;
    let again = || PollingPath {
        path: request.path.clone(),
        query: request
            .query
            .iter()
            .filter_map(|(key, value)| {
                let key = ["p", "monitor", "api-version"]
                    .into_iter()
                    .find(|known| known == key)?;
                Some((key, value.clone()))
            })
            .collect(),
        explicit_port: false,
    };
    let failed = operation.state.error();
    let by_location = matches!(
        poll.style,
        Style::Group
            | Style::Storage
            | Style::KeyVault
            | Style::AksResult
            | Style::DnsResult
            | Style::WorkspaceResult
    ) || request.parameter("monitor").is_some();
    if by_location && let Some(error) = failed {
        return Err(error);
    }
    let reply = match poll.style {
        Style::Group | Style::Deployment if running => Reply::empty(202)
            .location(again())
            .retry_after(15)
            .by_gateway(),
        Style::Group | Style::Deployment => {
            // The deletion of a deployment ends without content, that of a group with an empty 200.
            let status = if operation.resource.is_group() {
                200
            } else {
                204
            };
            Reply::empty(status).by_gateway()
        }
        Style::AksStatus => {
            let status = aks_status(world, operation, failed.as_ref());
            Reply::with(200, Body::Indented(status))
        }
        Style::WorkspaceStatus => {
            let status = provider::routes::deletion_status(operation, &request.path);
            Reply::json(200, status)
        }
        Style::WorkspaceResult if running => Reply::empty(202).location(again()).retry_after(5),
        Style::WorkspaceResult => Reply::empty(200),
        Style::DnsStatus => Reply::json(200, provider::routes::operation_status(operation)),
        Style::DnsResult if running => Reply::empty(202).location(again()),
        Style::DnsResult => Reply::empty(200),
        Style::AksResult if running => Reply::empty(202).location(again()),
        Style::AksResult => Reply::empty(204),
        Style::Disk if by_location => {
            if running {
                Reply::empty(202).location(again()).retry_after(2)
            } else {
                provider::disk_result(world, operation)
            }
        }
        Style::Disk => provider::disk_operation(world, operation, failed.as_ref()),
        Style::Storage if running => Reply::with(202, Body::EmptyText)
            .location(again())
            .retry_after(17),
        Style::Storage => match world.resource(&operation.resource) {
            Some(resource) => Reply::with(200, Body::Plain(resource.body.clone())),
            None => Reply::empty(204),
        },
        Style::KeyVault if running => {
            let body = json!({
                "createdDateTime": blank_time(operation.started),
                "status": "NotStarted",
            });
            Reply::json(202, body).location(again()).retry_after(5)
        }
        Style::KeyVault => Reply::json(
            200,
            json!({
                "createdDateTime": blank_time(operation.started),
                "lastActionDateTime": blank_time(operation.ends),
                "status": "Succeeded",
            }),
        ),
    };
    Ok(reply.for_operation_of(operation.slowed()))
}

/// How long the creation of a pool says nothing about its nodes; that of one without nodes never does.
const BEFORE_NODES: Duration = Duration::from_secs(15);

fn aks_status(world: &World, operation: &Operation, failed: Option<&ArmError>) -> Value {
    let nodes = world
        .resource(&operation.resource)
        .filter(|resource| {
            let pool = resource.resource_type.ends_with("/agentPools");
            pool && operation.work == Work::Create
        })
        .and_then(|pool| pool.body.pointer("/properties/count")?.as_u64())
        .filter(|count| *count > 0)
        .filter(|_| later(operation.started, BEFORE_NODES) <= world.now());
    let ended = operation.state != OperationState::Running;
    let status = match nodes.filter(|_| !ended) {
        Some(count) => format!("CreatingAgentPool: 0/{count} nodes completed"),
        None => operation.state.word().to_owned(),
    };
    let mut body = json!({
        "name": operation.name,
        "status": status,
        "startTime": time(operation.started),
    });
    if let Some(body) = body.as_object_mut() {
        if ended {
            body.insert("endTime".into(), json!(time(operation.ends)));
        }
        if let Some(error) = failed {
            body.insert("error".into(), error.to_object());
        }
    }
    body
}

/// Key Vault's own way to write a time: a blank in the place of the T, whole seconds.
fn blank_time(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polling_paths_are_recognised_in_any_case() {
        let style = |path: &str| Poll::of(path).map(|poll| poll.style);
        assert_eq!(
            style("/subscriptions/s/operationResults/x"),
            Some(Style::Group)
        );
        assert_eq!(
            style("/subscriptions/s/providers/Microsoft.Compute/locations/l/DiskOperations/x"),
            Some(Style::Disk)
        );
        assert_eq!(
            style(
                "/subscriptions/s/providers/Microsoft.Resources/deployments/d/operationStatuses/x"
            ),
            Some(Style::Deployment)
        );
        assert_eq!(
            style("/subscriptions/s/providers/Microsoft.Resources/deployments/d/operations/x"),
            None
        );
        assert_eq!(style("/"), None);
    }
}
