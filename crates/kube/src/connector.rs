//! Where the ports come from.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::{Helm, Kubernetes, Result};
#[cfg(all(feature = "client", feature = "helm"))]
use crate::{client::ApiServerConnector, program::HelmProgram};

/// Both ports of one cluster.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Its API server.
    pub kubernetes: Arc<dyn Kubernetes>,
    /// Its releases.
    pub helm: Arc<dyn Helm>,
}

/// Connects to clusters. Implemented by adapters; whoever composes a program chooses one.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait KubernetesConnector: fmt::Debug + Send + Sync {
    /// Prepares both ports for the cluster and the user of a kubeconfig's current context. Calls nobody: neither
    /// the cluster nor `helm` need be there yet.
    ///
    /// # Errors
    /// [`Error::Kubeconfig`](crate::Error::Kubeconfig) when the kubeconfig cannot be used.
    async fn connect(&self, kubeconfig: &SecretString) -> Result<Cluster>;
}

/// Connects to real clusters: through kube-rs, and the `helm` program.
///
/// ```no_run
/// use kompox_kube::client::ApiServerConnector;
/// use kompox_kube::program::HelmProgram;
/// use kompox_kube::{KubernetesConnector, RealConnector};
///
/// # async fn example(kubeconfig: secrecy::SecretString) -> kompox_kube::Result<()> {
/// let connector = RealConnector {
///     api_server: ApiServerConnector::new(),
///     helm: HelmProgram::from_environment(std::env::vars_os()),
/// };
/// let cluster = connector.connect(&kubeconfig).await?;
/// cluster.helm.version().await?; // before anything is changed
/// cluster.kubernetes.ensure_namespace("traefik").await?;
/// # Ok(())
/// # }
/// ```
#[cfg(all(feature = "client", feature = "helm"))]
#[derive(Debug, Clone)]
pub struct RealConnector {
    /// How to reach API servers.
    pub api_server: ApiServerConnector,
    /// Which Helm to use.
    pub helm: HelmProgram,
}

#[cfg(all(feature = "client", feature = "helm"))]
#[async_trait]
impl KubernetesConnector for RealConnector {
    async fn connect(&self, kubeconfig: &SecretString) -> Result<Cluster> {
        Ok(Cluster {
            kubernetes: self.api_server.connect(kubeconfig)?,
            helm: self.helm.connect(kubeconfig),
        })
    }
}
