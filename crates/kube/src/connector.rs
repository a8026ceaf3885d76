//! Where the ports come from.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::{Helm, Kubernetes, Result};

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
