//! `ClusterUninstall`.

use kompox_model::Cluster;
use kompox_provider::{Error, Result};

use super::{RELEASE, helm_version};
use crate::driver::AksDriver;
use crate::install::plan::Plan;

impl AksDriver {
    /// Removes the ingress controller and its namespace with everything in it. Roles stay: they belong to identities that
    /// stay. Does nothing when there is no cluster.
    ///
    /// Spec: §6.5.
    pub(crate) async fn uninstall(&self, cluster: &Cluster) -> Result<()> {
        let namespace = Plan::account(cluster)?.namespace;
        let ports = match self.cluster_ports(cluster).await {
            Ok((_, ports)) => ports,
            Err(Error::NotFound { .. }) => {
                self.progress.step(&format!(
                    "cluster {} is not provisioned: there is nothing to uninstall",
                    cluster.name
                ));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        helm_version(&ports).await?;
        self.progress.step(&format!(
            "uninstalling release {RELEASE} from cluster {}",
            cluster.name
        ));
        let removed = ports.helm.uninstall(&namespace, RELEASE).await;
        removed.map_err(|error| {
            Error::port(
                format!("uninstalling release {RELEASE:?} from namespace {namespace:?}"),
                error,
            )
        })?;
        self.progress
            .step(&format!("removing namespace {namespace}"));
        let removed = ports.kubernetes.delete_namespace(&namespace).await;
        removed.map_err(|error| Error::port(format!("removing namespace {namespace:?}"), error))
    }
}
