//! The driver: one object per provider, whose methods hand each operation to the module that does it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kompox_aks_volume::Volumes;
use kompox_azure::{Azure, Cloud, ResourceId};
use kompox_kube::KubernetesConnector;
use kompox_model::options::*;
use kompox_model::{
    App, Cluster, ClusterStatus, DnsOutcome, DnsRecordSet, DnsZones, NodePool, VolumeClass,
    VolumeDisk, VolumeSnapshot,
};
use kompox_naming::{ClusterNames, ProviderNames};
use kompox_provider::deadline::within;
use kompox_provider::{Driver, Error, Kubeconfig, Progress, Result};

use crate::dns;
use crate::factory::DRIVER_NAME;
use crate::record::Records;
use crate::span::logged;

const MINUTE: Duration = Duration::from_secs(60);
const TRY_AGAIN: &str = "Azure is slow to answer; try again";

/// What every operation needs.
#[derive(Debug)]
pub(crate) struct AksDriver {
    pub(crate) azure: Azure,
    /// Which Azure that is.
    pub(crate) cloud: Cloud,
    /// How to reach what runs in a cluster.
    pub(crate) kubernetes: Arc<dyn KubernetesConnector>,
    pub(crate) volumes: Volumes,
    pub(crate) records: Records,
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

    async fn cluster_install(
        &self,
        cluster: &Cluster,
        options: ClusterInstallOptions,
    ) -> Result<()> {
        let hint = "what was done stays; install again to go on";
        let install = Box::pin(self.install(cluster, &options));
        run("ClusterInstall", 10 * MINUTE, hint, install).await
    }

    async fn cluster_uninstall(&self, cluster: &Cluster, _: ClusterUninstallOptions) -> Result<()> {
        let hint = "what was removed is gone; uninstall again to go on";
        run(
            "ClusterUninstall",
            10 * MINUTE,
            hint,
            self.uninstall(cluster),
        )
        .await
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

    /// Within two minutes: a read and a write, each of which is repeated for a minute where Azure is busy.
    async fn cluster_dns_apply(
        &self,
        cluster: &Cluster,
        record_set: &DnsRecordSet,
        options: ClusterDnsApplyOptions,
    ) -> Result<DnsOutcome> {
        let record_sets = &*self.azure.dns_record_sets;
        run(
            "ClusterDNSApply",
            2 * MINUTE,
            TRY_AGAIN,
            dns::apply(record_sets, cluster, record_set, &options),
        )
        .await
    }

    async fn cluster_dns_zones(
        &self,
        cluster: &Cluster,
        hosts: &[String],
        _: ClusterDnsZonesOptions,
    ) -> Result<DnsZones> {
        logged("ClusterDNSZones", async { dns::zones(cluster, hosts) }).await
    }

    async fn volume_disk_list(
        &self,
        cluster: &Cluster,
        app: &App,
        volume: &str,
        options: VolumeDiskListOptions,
    ) -> Result<Vec<VolumeDisk>> {
        let identities = self.identities(cluster);
        logged("VolumeDiskList", async {
            self.volumes
                .backend(app, volume, &identities)?
                .disk_list(options)
                .await
        })
        .await
    }

    async fn volume_disk_create(
        &self,
        cluster: &Cluster,
        app: &App,
        volume: &str,
        disk: Option<&str>,
        source: Option<&str>,
        options: VolumeDiskCreateOptions,
    ) -> Result<VolumeDisk> {
        let identities = self.identities(cluster);
        logged("VolumeDiskCreate", async {
            self.volumes
                .backend(app, volume, &identities)?
                .disk_create(disk, source, options)
                .await
        })
        .await
    }

    async fn volume_disk_delete(
        &self,
        cluster: &Cluster,
        app: &App,
        volume: &str,
        disk: &str,
        options: VolumeDiskDeleteOptions,
    ) -> Result<()> {
        let identities = self.identities(cluster);
        logged("VolumeDiskDelete", async {
            self.volumes
                .backend(app, volume, &identities)?
                .disk_delete(disk, options)
                .await
        })
        .await
    }

    async fn volume_disk_assign(
        &self,
        cluster: &Cluster,
        app: &App,
        volume: &str,
        disk: &str,
        options: VolumeDiskAssignOptions,
    ) -> Result<()> {
        let identities = self.identities(cluster);
        logged("VolumeDiskAssign", async {
            self.volumes
                .backend(app, volume, &identities)?
                .disk_assign(disk, options)
                .await
        })
        .await
    }

    async fn volume_snapshot_list(
        &self,
        cluster: &Cluster,
        app: &App,
        volume: &str,
        options: VolumeSnapshotListOptions,
    ) -> Result<Vec<VolumeSnapshot>> {
        let identities = self.identities(cluster);
        logged("VolumeSnapshotList", async {
            self.volumes
                .backend(app, volume, &identities)?
                .snapshot_list(options)
                .await
        })
        .await
    }

    async fn volume_snapshot_create(
        &self,
        cluster: &Cluster,
        app: &App,
        volume: &str,
        snapshot: Option<&str>,
        source: Option<&str>,
        options: VolumeSnapshotCreateOptions,
    ) -> Result<VolumeSnapshot> {
        let identities = self.identities(cluster);
        logged("VolumeSnapshotCreate", async {
            let backend = self.volumes.backend(app, volume, &identities)?;
            backend.snapshot_create(snapshot, source, options).await
        })
        .await
    }

    async fn volume_snapshot_delete(
        &self,
        cluster: &Cluster,
        app: &App,
        volume: &str,
        snapshot: &str,
        options: VolumeSnapshotDeleteOptions,
    ) -> Result<()> {
        let identities = self.identities(cluster);
        logged("VolumeSnapshotDelete", async {
            self.volumes
                .backend(app, volume, &identities)?
                .snapshot_delete(snapshot, options)
                .await
        })
        .await
    }

    async fn volume_class(
        &self,
        cluster: &Cluster,
        app: &App,
        volume: &str,
        options: VolumeClassOptions,
    ) -> Result<VolumeClass> {
        let identities = self.identities(cluster);
        logged("VolumeClass", async {
            self.volumes
                .backend(app, volume, &identities)?
                .class(options)
        })
        .await
    }

    async fn node_pool_list(
        &self,
        cluster: &Cluster,
        options: NodePoolListOptions,
    ) -> Result<Vec<NodePool>> {
        logged("NodePoolList", self.list_node_pools(cluster, &options)).await
    }

    async fn node_pool_create(
        &self,
        cluster: &Cluster,
        pool: &NodePool,
        _: NodePoolCreateOptions,
    ) -> Result<NodePool> {
        logged("NodePoolCreate", self.create_node_pool(cluster, pool)).await
    }

    async fn node_pool_update(
        &self,
        cluster: &Cluster,
        pool: &NodePool,
        _: NodePoolUpdateOptions,
    ) -> Result<NodePool> {
        logged("NodePoolUpdate", self.update_node_pool(cluster, pool)).await
    }

    async fn node_pool_delete(
        &self,
        cluster: &Cluster,
        pool: &str,
        _: NodePoolDeleteOptions,
    ) -> Result<()> {
        logged("NodePoolDelete", self.delete_node_pool(cluster, pool)).await
    }
}

/// Runs an operation of the driver within its time, and logs it.
async fn run<T>(
    method: &str,
    limit: Duration,
    hint: &str,
    operation: impl Future<Output = Result<T>>,
) -> Result<T> {
    logged(method, within(method, limit, hint, operation)).await
}
