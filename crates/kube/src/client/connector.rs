//! Connecting.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use http::header::USER_AGENT;
use kube::client::ClientBuilder;
use kube::config::Config;
use secrecy::SecretString;

use super::credential::{parse, unusable};
use super::server::ApiServer;
use crate::{Error, FIELD_MANAGER, Kubernetes, Result};

/// Connects to API servers.
#[derive(Debug, Clone)]
#[must_use]
pub struct ApiServerConnector {
    field_manager: String,
    connect_timeout: Duration,
    read_timeout: Duration,
    waits: Waits,
}

/// How long to wait for what ends some time later.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waits {
    pub(super) first: Duration,
    pub(super) longest: Duration,
    pub(super) namespace: Duration,
}

impl Default for ApiServerConnector {
    fn default() -> Self {
        Self::new()
    }
}

impl ApiServerConnector {
    /// Gives up on a connection after 20 s, on an answer that falls silent after 60 s, and on a namespace that
    /// does not go away after 5 min.
    pub fn new() -> Self {
        Self {
            field_manager: FIELD_MANAGER.to_owned(),
            connect_timeout: Duration::from_secs(20),
            read_timeout: Duration::from_secs(60),
            waits: Waits {
                first: Duration::from_millis(250),
                longest: Duration::from_secs(5),
                namespace: Duration::from_secs(300),
            },
        }
    }

    /// Applies as somebody else than [`FIELD_MANAGER`]: for tests of conflicts.
    pub fn field_manager(mut self, name: impl Into<String>) -> Self {
        self.field_manager = name.into();
        self
    }

    /// When to give up on a connection, and on an answer that falls silent.
    pub fn timeouts(mut self, connect: Duration, read: Duration) -> Self {
        self.connect_timeout = connect;
        self.read_timeout = read;
        self
    }

    /// The first wait for a namespace that goes away, the longest, and when to give up. Every wait is half as long
    /// again as the one before.
    pub fn waits(mut self, first: Duration, longest: Duration, give_up: Duration) -> Self {
        self.waits = Waits {
            first,
            longest,
            namespace: give_up,
        };
        self
    }

    /// Prepares calls to the cluster of the kubeconfig's current context. Calls nobody, except for the program that
    /// a kubeconfig may name for signing in. Must be called on a Tokio runtime.
    ///
    /// # Errors
    /// [`Error::Kubeconfig`].
    pub fn connect(&self, kubeconfig: &SecretString) -> Result<Arc<dyn Kubernetes>> {
        let mut config = Config::try_from(parse(kubeconfig)?).map_err(|error| unusable(&error))?;
        config.connect_timeout = Some(self.connect_timeout);
        config.read_timeout = Some(self.read_timeout);
        config.write_timeout = Some(self.read_timeout);
        // Otherwise the time that a connection was idle counts as silence.
        config.reset_reader_on_write = true;
        config.headers.push((
            USER_AGENT,
            HeaderValue::from_static(concat!("kompoxops/", env!("CARGO_PKG_VERSION"))),
        ));
        let server = config.cluster_url.to_string();
        let client = ClientBuilder::try_from(config)
            .map_err(|error| match super::failure::sign_in(&error) {
                Some(reason) => Error::Kubeconfig(reason),
                None => Error::Kubeconfig(error.to_string()),
            })?
            .build();
        Ok(Arc::new(ApiServer {
            client,
            server: server.trim_end_matches('/').to_owned(),
            field_manager: self.field_manager.clone(),
            waits: self.waits,
        }))
    }
}
