//! Microsoft.Resources deployments.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use kompox_model::failure::Failure;
use serde_json::{Map, Value};

use crate::{ProvisioningState, ResourceId, Result};

/// Deployments at subscription scope and in resource groups. A deployment is addressed by its id
/// (`/subscriptions/s[/resourceGroups/g]/providers/Microsoft.Resources/deployments/name`).
///
/// Source: <https://learn.microsoft.com/rest/api/resources/deployments>
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Deployments: std::fmt::Debug + Send + Sync {
    /// The record of a deployment.
    async fn get(&self, id: &ResourceId) -> Result<Option<Deployment>>;

    /// Starts a deployment and waits for its end; fails with the deployment's error when it fails. A deployment of
    /// that name that still runs is refused by Azure with 409 `DeploymentActive`.
    async fn create_or_update(
        &self,
        id: &ResourceId,
        request: &DeploymentRequest,
    ) -> Result<Deployment>;

    /// Waits for the end of a deployment that somebody else started; returns it in whatever state it ended,
    /// `None` when it is gone.
    async fn wait(&self, id: &ResourceId) -> Result<Option<Deployment>>;

    /// What the deployment has done so far, resource by resource, in no order. Empty when there is no such
    /// deployment.
    async fn operations(&self, id: &ResourceId) -> Result<Vec<DeploymentOperation>>;

    /// Stops a running deployment. Does nothing when it does not run. What it has made stays.
    async fn cancel(&self, id: &ResourceId) -> Result<()>;

    /// Removes the record of a deployment, not what it made. Succeeds when there is none.
    async fn delete(&self, id: &ResourceId) -> Result<()>;
}

/// What is to be deployed. The mode is always Incremental.
#[derive(Debug, Clone, PartialEq)]
pub struct DeploymentRequest {
    /// Where the record is kept; only at subscription scope.
    pub location: Option<String>,
    /// Tags of the record.
    pub tags: BTreeMap<String, String>,
    /// The ARM template.
    pub template: Value,
    /// Parameter values by name, without the `{"value": …}` around them.
    pub parameters: Map<String, Value>,
}

/// The record of a deployment.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployment {
    /// Its id.
    pub id: ResourceId,
    /// How far it is.
    pub state: ProvisioningState,
    /// Output values by **upper-cased** name, for Azure changes the case of output names. Only after success.
    pub outputs: BTreeMap<String, Value>,
    /// Why it failed.
    pub error: Option<Failure>,
    /// When it last changed.
    pub timestamp: Option<Timestamp>,
}

/// One step of a deployment.
#[derive(Debug, Clone, PartialEq)]
pub struct DeploymentOperation {
    /// The id of the step, unique in the deployment.
    pub operation_id: String,
    /// `Create`, `Read`, `EvaluateDeploymentOutput`, …
    pub operation: String,
    /// How far it is.
    pub state: ProvisioningState,
    /// The resource, where the step has one.
    pub target: Option<ResourceId>,
    /// When the state last changed.
    pub timestamp: Option<Timestamp>,
    /// How long the step took so far.
    pub duration: Option<Duration>,
    /// Why it failed.
    pub error: Option<Failure>,
}
