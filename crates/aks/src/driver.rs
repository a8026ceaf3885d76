//! The driver: one object per provider, whose methods hand each operation to the module that does it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kompox_azure::{Azure, ResourceId};
use kompox_model::options::*;
use kompox_model::{Cluster, ClusterStatus};
use kompox_naming::{ClusterNames, ProviderNames};
use kompox_provider::deadline::{Stage, within};
use kompox_provider::{Driver, Error, Kubeconfig, Progress, Result};

use crate::factory::DRIVER_NAME;
use crate::span::logged;

const MINUTE: Duration = Duration::from_secs(60);
const TRY_AGAIN: &str = "Azure is slow to answer; try again";

/// What every operation needs.
#[derive(Debug)]
pub(crate) struct AksDriver {
    pub(crate) azure: Azure,
    pub(crate) names: ProviderNames,
    /// Scope of the provider's subscription.
    pub(crate) subscription: ResourceId,
    pub(crate) location: String,
    pub(crate) progress: Arc<dyn Progress>,
}

impl AksDriver {
    /// The names of a cluster; a validation error where Azure would refuse one.
    pub(crate) fn cluster_names(&self, cluster: &Cluster) -> Result<ClusterNames> {
        self.names
            .cluster(cluster)
            .map_err(|error| Error::invalid(error.to_string()))
    }

    /// The id of the deployment that makes a cluster.
    pub(crate) fn deployment_id(&self, names: &ClusterNames) -> ResourceId {
        self.subscription
            .resource("Microsoft.Resources/deployments", names.deployment())
    }

    /// The id of a cluster's resource group.
    pub(crate) fn group_id(&self, names: &ClusterNames) -> ResourceId {
        self.subscription.group(names.resource_group().as_str())
    }
}

#[async_trait]
impl Driver for AksDriver {
    fn name(&self) -> &str {
        DRIVER_NAME
    }

    async fn cluster_provision(
        &self,
        cluster: &Cluster,
        options: ClusterProvisionOptions,
    ) -> Result<()> {
        let hint = "Azure goes on; provision again to go on waiting";
        run(
            "ClusterProvision",
            30 * MINUTE,
            hint,
            self.provision(cluster, &options),
        )
        .await
    }

    async fn cluster_deprovision(
        &self,
        cluster: &Cluster,
        _: ClusterDeprovisionOptions,
    ) -> Result<()> {
        let hint = "Azure goes on; deprovision again to go on waiting";
        run(
            "ClusterDeprovision",
            30 * MINUTE,
            hint,
            self.deprovision(cluster),
        )
        .await
    }

    async fn cluster_status(
        &self,
        cluster: &Cluster,
        _: ClusterStatusOptions,
    ) -> Result<ClusterStatus> {
        run("ClusterStatus", 5 * MINUTE, TRY_AGAIN, self.status(cluster)).await
    }

    async fn cluster_kubeconfig(
        &self,
        cluster: &Cluster,
        _: ClusterKubeconfigOptions,
    ) -> Result<Kubeconfig> {
        run(
            "ClusterKubeconfig",
            2 * MINUTE,
            TRY_AGAIN,
            self.kubeconfig(cluster),
        )
        .await
    }
}

/// Runs an operation of the driver within its time, and logs it.
async fn run<T>(
    method: &str,
    limit: Duration,
    hint: &str,
    operation: impl Future<Output = Result<T>>,
) -> Result<T> {
    let stage = Stage::new(hint);
    logged(method, within(method, limit, &stage, operation)).await
}
