//! `kompoxops cluster`: making, removing and looking at the cluster.

mod kubeconfig;
mod nodepool;

use clap::{Args, Subcommand};
use kompox_model::ClusterStatus;
use kompox_model::options::{
    ClusterDeprovisionOptions, ClusterInstallOptions, ClusterProvisionOptions,
    ClusterStatusOptions, ClusterUninstallOptions,
};
use kompox_provider::protection::{self, ClusterOperation};
use serde::Serialize;

use self::kubeconfig::KubeconfigArgs;
use self::nodepool::NodepoolArgs;
use crate::exit::Result;
use crate::output;
use crate::project::ClusterSelector;
use crate::session::{Farewell, Session};

pub(crate) use self::kubeconfig::append_private;

#[derive(Debug, Args)]
pub(crate) struct ClusterArgs {
    #[command(flatten)]
    selector: ClusterSelector,
    #[command(subcommand)]
    command: ClusterCommand,
}

#[derive(Debug, Subcommand)]
enum ClusterCommand {
    /// Make the cluster, or go on waiting for it
    Provision {
        /// Deploy again although the cluster is there, and also a cluster that is declared as existing
        #[arg(long)]
        force: bool,
    },
    /// Remove the cluster and everything in its resource group
    Deprovision {
        /// Also remove a cluster that is declared as existing
        #[arg(long)]
        force: bool,
    },
    /// Install the ingress controller, or what is missing of it
    Install {
        /// Upgrade the release although nothing differs: undoes what was changed in the cluster by hand
        #[arg(long)]
        force: bool,
    },
    /// Remove the ingress controller and its namespace
    Uninstall {
        /// Changes nothing: uninstalling can be repeated as it is
        #[arg(long)]
        force: bool,
    },
    /// Show how far the cluster has come
    Status,
    /// Get administrator credentials
    Kubeconfig(KubeconfigArgs),
    /// The node pools of the cluster
    Nodepool(NodepoolArgs),
}

impl ClusterArgs {
    pub(crate) fn name(&self) -> &'static str {
        match &self.command {
            ClusterCommand::Provision { .. } => "cluster provision",
            ClusterCommand::Deprovision { .. } => "cluster deprovision",
            ClusterCommand::Install { .. } => "cluster install",
            ClusterCommand::Uninstall { .. } => "cluster uninstall",
            ClusterCommand::Status => "cluster status",
            ClusterCommand::Kubeconfig(_) => "cluster kubeconfig",
            ClusterCommand::Nodepool(args) => args.name(),
        }
    }
}

/// What `status` prints.
#[derive(Debug, Serialize)]
struct StatusView<'a> {
    #[serde(flatten)]
    status: &'a ClusterStatus,
    cluster_id: &'a str,
    cluster_name: &'a str,
}

pub(crate) fn run(args: &ClusterArgs, session: &Session<'_>) -> Result<()> {
    let selection = session.project.cluster(&args.selector)?;
    let cluster = &selection.cluster;
    match &args.command {
        ClusterCommand::Provision { force } => {
            protection::check(ClusterOperation::Provision, cluster, *force)?;
            let driver = session.driver(&selection)?;
            let options = ClusterProvisionOptions { force: *force };
            session.wait(Farewell::Again, driver.cluster_provision(cluster, options))
        }
        ClusterCommand::Deprovision { force } => {
            protection::check(ClusterOperation::Deprovision, cluster, *force)?;
            let driver = session.driver(&selection)?;
            let options = ClusterDeprovisionOptions { force: *force };
            session.wait(
                Farewell::Again,
                driver.cluster_deprovision(cluster, options),
            )
        }
        ClusterCommand::Install { force } => {
            protection::check(ClusterOperation::Install, cluster, *force)?;
            let driver = session.driver(&selection)?;
            let options = ClusterInstallOptions { force: *force };
            session.wait(Farewell::Again, driver.cluster_install(cluster, options))
        }
        ClusterCommand::Uninstall { force } => {
            protection::check(ClusterOperation::Uninstall, cluster, *force)?;
            let driver = session.driver(&selection)?;
            let options = ClusterUninstallOptions { force: *force };
            session.wait(Farewell::Again, driver.cluster_uninstall(cluster, options))
        }
        ClusterCommand::Status => {
            let driver = session.driver(&selection)?;
            let status = session.wait(
                Farewell::Nothing,
                driver.cluster_status(cluster, ClusterStatusOptions::default()),
            )?;
            output::json(&StatusView {
                status: &status,
                cluster_id: &selection.cluster_id,
                cluster_name: &cluster.name,
            })
        }
        ClusterCommand::Kubeconfig(args) => kubeconfig::run(args, session, &selection),
        ClusterCommand::Nodepool(args) => nodepool::run(args, session, &selection),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(status: &ClusterStatus) -> String {
        serde_json::to_string(&StatusView {
            status,
            cluster_id: "/ws/ws1/prv/aks1/cls/c1",
            cluster_name: "c1",
        })
        .unwrap()
    }

    #[test]
    fn a_status_names_its_cluster_and_leaves_out_addresses_that_are_not_there() {
        let mut status = ClusterStatus {
            provisioned: true,
            ..ClusterStatus::default()
        };
        assert_eq!(
            printed(&status),
            r#"{"existing":false,"provisioned":true,"installed":false,"cluster_id":"/ws/ws1/prv/aks1/cls/c1","cluster_name":"c1"}"#
        );
        status.ingress_global_ip = Some("203.0.113.1".into());
        status.ingress_fqdn = Some("x.example".into());
        assert!(
            printed(&status)
                .contains(r#""ingressGlobalIP":"203.0.113.1","ingressFQDN":"x.example","#)
        );
    }
}
