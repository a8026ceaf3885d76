//! Telling how a deployment goes, resource by resource.

use std::convert::Infallible;
use std::time::Duration;

use futures::future::{self, Either};
use kompox_azure::{DeploymentOperation, ProvisioningState, ResourceId};
use kompox_provider::{ResourceProgress, ResourceState};

use crate::driver::AksDriver;

/// How often the operations are read: a person looks at it, and a cluster takes minutes.
const INTERVAL: Duration = Duration::from_secs(4);

impl AksDriver {
    /// Waits for `deployment` and reports meanwhile, where anybody watches, what it does with each resource. Reading
    /// the operations may fail without harm to the deployment.
    pub(crate) async fn watched<T>(
        &self,
        id: &ResourceId,
        deployment: impl Future<Output = kompox_azure::Result<T>>,
    ) -> kompox_azure::Result<T> {
        if !self.progress.watches_resources() {
            return deployment.await;
        }
        let watching = std::pin::pin!(self.keep_reporting(id));
        let result = match future::select(std::pin::pin!(deployment), watching).await {
            Either::Left((result, _)) => result,
            Either::Right((never, _)) => match never {},
        };
        // A deployment that was not accepted has done nothing that could be told.
        if result
            .as_ref()
            .err()
            .is_none_or(|error| error.status().is_none())
        {
            self.report(id).await;
        }
        result
    }

    async fn keep_reporting(&self, id: &ResourceId) -> Infallible {
        loop {
            tokio::time::sleep(INTERVAL).await;
            self.report(id).await;
        }
    }

    async fn report(&self, id: &ResourceId) {
        match self.all_operations(id).await {
            Ok(operations) => {
                for operation in &operations {
                    if let Some(progress) = progress(operation) {
                        self.progress.resource(&progress);
                    }
                }
            }
            Err(error) => {
                tracing::debug!(%error, "the operations of deployment {} cannot be read", id.name());
            }
        }
    }

    /// The operations of a deployment and of the deployments nested in it.
    pub(crate) async fn all_operations(
        &self,
        id: &ResourceId,
    ) -> kompox_azure::Result<Vec<DeploymentOperation>> {
        let mut operations = self.azure.deployments.operations(id).await?;
        let nested: Vec<_> = operations
            .iter()
            .filter_map(|operation| operation.target.clone())
            .filter(|target| target.is_type("Microsoft.Resources/deployments"))
            .collect();
        let inner = future::try_join_all(
            nested
                .iter()
                .map(|id| self.azure.deployments.operations(id)),
        )
        .await?;
        operations.extend(inner.into_iter().flatten());
        Ok(operations)
    }
}

/// A step that makes a resource. Nested deployments and reads are the template's business, not the user's.
fn progress(operation: &DeploymentOperation) -> Option<ResourceProgress> {
    let target = operation.target.as_ref()?;
    if operation.operation != "Create" || target.is_type("Microsoft.Resources/deployments") {
        return None;
    }
    Some(ResourceProgress {
        kind: target.kind(),
        name: target.name().to_owned(),
        state: match &operation.state {
            ProvisioningState::Succeeded => ResourceState::Succeeded,
            ProvisioningState::Running(word) => ResourceState::Running(word.clone()),
            ProvisioningState::Failed | ProvisioningState::Canceled => {
                ResourceState::Failed(operation.error.as_ref().map_or_else(
                    || operation.state.to_string(),
                    |failure| failure.code.clone(),
                ))
            }
        },
        elapsed: operation.duration,
    })
}
