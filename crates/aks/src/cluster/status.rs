//! `ClusterStatus`.

use kompox_model::{Cluster, ClusterStatus};
use kompox_provider::{Error, Result};

use crate::driver::AksDriver;
use crate::install::RELEASE;
use crate::record::Found;

impl AksDriver {
    /// How far the cluster has come: provisioned when it hands out credentials, installed when the ingress controller can
    /// be reached from outside. Only "not there" counts as no: when Azure or the cluster refuses to say or cannot be
    /// reached, that is an error, for a pipeline would take "not provisioned" or "not installed" for the truth.
    ///
    /// Spec: §6.3.
    pub(crate) async fn status(&self, cluster: &Cluster) -> Result<ClusterStatus> {
        let mut status = ClusterStatus {
            existing: cluster.existing,
            ..ClusterStatus::default()
        };
        let ports = match self.cluster_ports(cluster).await {
            Ok((found, ports)) => {
                self.tell_record(&found);
                ports
            }
            Err(Error::NotFound { .. }) => return Ok(status),
            Err(error) => return Err(error),
        };
        status.provisioned = true;
        let namespace = cluster.ingress.namespace();
        let address = ports.kubernetes.load_balancer(namespace, RELEASE).await;
        let address = address.map_err(|error| {
            Error::port(
                format!(
                    "cluster {:?} is provisioned, but whether its ingress is installed cannot be read",
                    cluster.name
                ),
                error,
            )
        })?;
        if let Some(address) = address {
            status.installed = true;
            status.ingress_global_ip = address.ip.map(|ip| ip.to_string());
            status.ingress_fqdn = address.hostname;
        }
        Ok(status)
    }

    fn tell_record(&self, found: &Found) {
        let repair = if found.repaired {
            ", and the tags of the resource group were repaired"
        } else {
            ""
        };
        self.progress.step(&format!(
            "the cluster's record comes from {}{repair}",
            found.source.describe()
        ));
    }
}
