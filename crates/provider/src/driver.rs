//! The operations.

use std::fmt;

use async_trait::async_trait;
use kompox_model::options::*;
use kompox_model::{
    App, Cluster, ClusterStatus, DnsOutcome, DnsRecordSet, DnsZones, NodePool, VolumeClass,
    VolumeDisk, VolumeSnapshot,
};

use crate::{Error, Result};

/// What any cloud must be able to do for Kompox. A driver belongs to one provider of one workspace.
///
/// An operation that a driver does not bring returns [`Error::NotImplemented`], which is what the default
/// bodies do. All may further fail with [`Error::Validation`] for input that is wrong (before any call),
/// [`Error::Provider`] when the cloud refuses and [`Error::Timeout`] when the operation's time runs out.
#[async_trait]
pub trait Driver: fmt::Debug + Send + Sync {
    /// The name that the driver is registered under.
    fn name(&self) -> &str;

    /// Makes the cluster, or does nothing when it is made already. Spec: §6.1.
    async fn cluster_provision(
        &self,
        cluster: &Cluster,
        options: ClusterProvisionOptions,
    ) -> Result<()> {
        let _ = (cluster, options);
        Err(self.not_implemented("ClusterProvision"))
    }

    /// Removes the cluster and everything in its resource group; succeeds when there is none. Spec: §6.2.
    async fn cluster_deprovision(
        &self,
        cluster: &Cluster,
        options: ClusterDeprovisionOptions,
    ) -> Result<()> {
        let _ = (cluster, options);
        Err(self.not_implemented("ClusterDeprovision"))
    }

    /// How far the cluster has come. Spec: §6.3.
    async fn cluster_status(
        &self,
        cluster: &Cluster,
        options: ClusterStatusOptions,
    ) -> Result<ClusterStatus> {
        let _ = (cluster, options);
        Err(self.not_implemented("ClusterStatus"))
    }

    /// Installs the ingress controller and what it needs. Spec: §6.4.
    async fn cluster_install(
        &self,
        cluster: &Cluster,
        options: ClusterInstallOptions,
    ) -> Result<()> {
        let _ = (cluster, options);
        Err(self.not_implemented("ClusterInstall"))
    }

    /// Removes what install brought; succeeds when there is nothing. Spec: §6.5.
    async fn cluster_uninstall(
        &self,
        cluster: &Cluster,
        options: ClusterUninstallOptions,
    ) -> Result<()> {
        let _ = (cluster, options);
        Err(self.not_implemented("ClusterUninstall"))
    }

    /// The administrator's kubeconfig, as YAML. It is a credential. [`Error::NotFound`] when there is no cluster.
    /// Spec: §6.6.
    async fn cluster_kubeconfig(
        &self,
        cluster: &Cluster,
        options: ClusterKubeconfigOptions,
    ) -> Result<Kubeconfig> {
        let _ = (cluster, options);
        Err(self.not_implemented("ClusterKubeconfig"))
    }

    /// Makes a DNS record set be as given in one of the cluster's zones, or not be when it has no data. Spec: §7.2.
    ///
    /// Unless `strict`, what the cloud refuses and a name that falls into no zone are no errors but outcomes
    /// ([`DnsStatus::Failed`](kompox_model::DnsStatus::Failed), [`Skipped`](kompox_model::DnsStatus::Skipped)), and are
    /// logged as warnings. Invalid input always is an error, and so is an operation that was stopped or ran out of time.
    async fn cluster_dns_apply(
        &self,
        cluster: &Cluster,
        record_set: &DnsRecordSet,
        options: ClusterDnsApplyOptions,
    ) -> Result<DnsOutcome> {
        let _ = (cluster, record_set, options);
        Err(self.not_implemented("ClusterDNSApply"))
    }

    /// The zones that the cluster's DNS records go to, and which of them each of `hosts` falls into. Asks nothing of the
    /// cloud. Spec: §7.1.
    async fn cluster_dns_zones(
        &self,
        cluster: &Cluster,
        hosts: &[String],
        options: ClusterDnsZonesOptions,
    ) -> Result<DnsZones> {
        let _ = (cluster, hosts, options);
        Err(self.not_implemented("ClusterDNSZones"))
    }

    /// The disks of a volume, newest first, then by name. Spec: §11.3, §12.6.
    async fn volume_disk_list(
        &self,
        cluster: &Cluster,
        app: &App,
        volume: &str,
        options: VolumeDiskListOptions,
    ) -> Result<Vec<VolumeDisk>> {
        let _ = (cluster, app, volume, options);
        Err(self.not_implemented("VolumeDiskList"))
    }

    /// Makes a disk: empty, or from `source` (opaque to all but the driver). A missing name is generated. The
    /// first disk of a volume is assigned. [`Error::Conflict`] when the name is taken. Spec: §11.4, §12.7.
    async fn volume_disk_create(
        &self,
        cluster: &Cluster,
        app: &App,
        volume: &str,
        disk: Option<&str>,
        source: Option<&str>,
        options: VolumeDiskCreateOptions,
    ) -> Result<VolumeDisk> {
        let _ = (cluster, app, volume, disk, source, options);
        Err(self.not_implemented("VolumeDiskCreate"))
    }

    /// Removes a disk; succeeds when there is none. Does not ask whether it is assigned. Spec: §11.6, §12.9.
    async fn volume_disk_delete(
        &self,
        cluster: &Cluster,
        app: &App,
        volume: &str,
        disk: &str,
        options: VolumeDiskDeleteOptions,
    ) -> Result<()> {
        let _ = (cluster, app, volume, disk, options);
        Err(self.not_implemented("VolumeDiskDelete"))
    }

    /// Makes a disk the one that the volume uses. [`Error::NotFound`] when there is none of that name. Spec: §11.5,
    /// §12.8.
    async fn volume_disk_assign(
        &self,
        cluster: &Cluster,
        app: &App,
        volume: &str,
        disk: &str,
        options: VolumeDiskAssignOptions,
    ) -> Result<()> {
        let _ = (cluster, app, volume, disk, options);
        Err(self.not_implemented("VolumeDiskAssign"))
    }

    /// The snapshots of a volume, newest first, then by name. Spec: §11.7.
    async fn volume_snapshot_list(
        &self,
        cluster: &Cluster,
        app: &App,
        volume: &str,
        options: VolumeSnapshotListOptions,
    ) -> Result<Vec<VolumeSnapshot>> {
        let _ = (cluster, app, volume, options);
        Err(self.not_implemented("VolumeSnapshotList"))
    }

    /// Takes a snapshot: of the assigned disk, or of `source`. A missing name is generated. [`Error::Conflict`]
    /// when the name is taken. Spec: §11.8.
    async fn volume_snapshot_create(
        &self,
        cluster: &Cluster,
        app: &App,
        volume: &str,
        snapshot: Option<&str>,
        source: Option<&str>,
        options: VolumeSnapshotCreateOptions,
    ) -> Result<VolumeSnapshot> {
        let _ = (cluster, app, volume, snapshot, source, options);
        Err(self.not_implemented("VolumeSnapshotCreate"))
    }

    /// Removes a snapshot; succeeds when there is none. Spec: §11.9.
    async fn volume_snapshot_delete(
        &self,
        cluster: &Cluster,
        app: &App,
        volume: &str,
        snapshot: &str,
        options: VolumeSnapshotDeleteOptions,
    ) -> Result<()> {
        let _ = (cluster, app, volume, snapshot, options);
        Err(self.not_implemented("VolumeSnapshotDelete"))
    }

    /// How Kubernetes mounts the disks of a volume. Spec: §11.10, §12.10.
    async fn volume_class(
        &self,
        cluster: &Cluster,
        app: &App,
        volume: &str,
        options: VolumeClassOptions,
    ) -> Result<VolumeClass> {
        let _ = (cluster, app, volume, options);
        Err(self.not_implemented("VolumeClass"))
    }

    /// The node pools of a cluster; empty when there is no cluster. Spec: §13.4.1.
    async fn node_pool_list(
        &self,
        cluster: &Cluster,
        options: NodePoolListOptions,
    ) -> Result<Vec<NodePool>> {
        let _ = (cluster, options);
        Err(self.not_implemented("NodePoolList"))
    }

    /// Makes a node pool. [`Error::NotFound`] when there is no cluster. Spec: §13.4.2.
    async fn node_pool_create(
        &self,
        cluster: &Cluster,
        pool: &NodePool,
        options: NodePoolCreateOptions,
    ) -> Result<NodePool> {
        let _ = (cluster, pool, options);
        Err(self.not_implemented("NodePoolCreate"))
    }

    /// Changes what is given of a node pool, and nothing when nothing differs. [`Error::NotFound`] when there is none
    /// of that name. Spec: §13.4.3.
    async fn node_pool_update(
        &self,
        cluster: &Cluster,
        pool: &NodePool,
        options: NodePoolUpdateOptions,
    ) -> Result<NodePool> {
        let _ = (cluster, pool, options);
        Err(self.not_implemented("NodePoolUpdate"))
    }

    /// Removes a node pool; succeeds when there is none. Spec: §13.4.4.
    async fn node_pool_delete(
        &self,
        cluster: &Cluster,
        pool: &str,
        options: NodePoolDeleteOptions,
    ) -> Result<()> {
        let _ = (cluster, pool, options);
        Err(self.not_implemented("NodePoolDelete"))
    }

    /// The error of an operation that this driver does not bring.
    fn not_implemented(&self, operation: &'static str) -> Error {
        Error::NotImplemented {
            driver: self.name().to_owned(),
            operation,
        }
    }
}

/// A kubeconfig: YAML with credentials in it. `Debug` does not show it, and its memory is wiped when dropped.
pub type Kubeconfig = secrecy::SecretString;
