//! Clusters that are only a file, or not even that: both ports without a cluster, for the offline mode and for tests.
//!
//! A twin is strict where a real API server is: names, types of values, missing namespaces, fields that belong to
//! others. It gives resource versions, so that "nothing changed" can be seen, and does what the controllers around a
//! real cluster would do for ingress: a Service of type LoadBalancer gets an address (of 203.0.113.0/24, always the
//! same for the same service), and Ingress objects get that of the Traefik that Helm installed.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> kompox_kube::Result<()> {
//! use kompox_kube::{Change, twin::Twin};
//!
//! let cluster = Twin::in_memory().cluster("demo");
//! assert_eq!(cluster.kubernetes.ensure_namespace("web").await?, Change::Created);
//! assert_eq!(cluster.kubernetes.ensure_namespace("web").await?, Change::Unchanged);
//! # Ok(())
//! # }
//! ```

mod controller;
mod kinds;
mod ownership;
mod release;
mod rules;
mod server;
mod state;
mod store;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use self::release::TwinHelm;
use self::server::TwinServer;
use self::store::{Place, Store};
use crate::{Cluster, Error, FIELD_MANAGER, KubernetesConnector, Result};

/// Any number of clusters, made when they are first asked for. Clones are the same clusters.
#[derive(Debug, Clone)]
pub struct Twin {
    store: Arc<Store>,
}

impl Twin {
    /// Clusters that end with the process.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            store: Arc::new(Store::in_memory()),
        }
    }

    /// Clusters in a file, which is made by the first change and replaced as a whole by every further one. Several
    /// processes may use it at once; a `.lock` file beside it keeps them apart.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            store: Arc::new(Store::at(path.into())),
        }
    }

    /// A cluster by any name.
    #[must_use]
    pub fn cluster(&self, name: &str) -> Cluster {
        self.cluster_as(name, FIELD_MANAGER)
    }

    /// A cluster by any name, with somebody else than [`FIELD_MANAGER`] applying: for tests of conflicts.
    #[must_use]
    pub fn cluster_as(&self, name: &str, field_manager: &str) -> Cluster {
        let place = Place {
            store: Arc::clone(&self.store),
            cluster: name.to_owned(),
        };
        Cluster {
            kubernetes: Arc::new(TwinServer {
                place: place.clone(),
                field_manager: field_manager.to_owned(),
            }),
            helm: Arc::new(TwinHelm { place }),
        }
    }
}

/// A kubeconfig, as far as it says which cluster it is for.
#[derive(Deserialize)]
struct Config {
    clusters: Vec<NamedCluster>,
    contexts: Vec<NamedContext>,
    #[serde(rename = "current-context")]
    current_context: String,
}

#[derive(Deserialize)]
struct NamedCluster {
    name: String,
    cluster: Server,
}

#[derive(Deserialize)]
struct Server {
    server: String,
    #[serde(default, rename = "certificate-authority-data")]
    authority: String,
}

#[derive(Deserialize)]
struct NamedContext {
    name: String,
    context: Context,
}

#[derive(Deserialize)]
struct Context {
    cluster: String,
}

/// What a cluster is known by: its server and its certificate authority, for a cluster that is made anew under the same
/// name has another one and nothing in it.
fn identity(kubeconfig: &SecretString) -> Result<String> {
    let unusable = |reason: &str| Error::Kubeconfig(reason.to_owned());
    let config: Config = serde_saphyr::from_str(kubeconfig.expose_secret())
        .map_err(|_| unusable("it is no YAML of a kubeconfig"))?;
    let context = config
        .contexts
        .into_iter()
        .find(|context| context.name == config.current_context)
        .ok_or_else(|| unusable("its current context is not there"))?
        .context;
    let cluster = config
        .clusters
        .into_iter()
        .find(|cluster| cluster.name == context.cluster)
        .ok_or_else(|| unusable("the cluster of its current context is not there"))?
        .cluster;
    let digest = Sha256::digest(cluster.authority.as_bytes());
    let short: String = digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(format!("{} {short}", cluster.server.trim_end_matches('/')))
}

#[async_trait]
impl KubernetesConnector for Twin {
    async fn connect(&self, kubeconfig: &SecretString) -> Result<Cluster> {
        Ok(self.cluster(&identity(kubeconfig)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kubeconfig(server: &str, authority: &str, token: &str) -> SecretString {
        format!(
            "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: {authority}\n    server: {server}\n  \
             name: c\ncontexts:\n- context:\n    cluster: c\n    user: u\n  name: x\ncurrent-context: x\nkind: Config\n\
             users:\n- name: u\n  user:\n    token: {token}\n"
        )
        .into()
    }

    #[test]
    fn a_cluster_is_its_server_and_its_authority_whoever_asks() {
        let of =
            |server, authority, token| identity(&kubeconfig(server, authority, token)).unwrap();
        let one = of("https://a:443", "QUFB", "t1");
        assert_eq!(one, of("https://a:443", "QUFB", "t2"));
        assert_ne!(one, of("https://b:443", "QUFB", "t1"));
        assert_ne!(one, of("https://a:443", "QkJC", "t1"));
    }

    #[tokio::test]
    async fn a_kubeconfig_that_cannot_be_used_is_not_shown() {
        for text in [
            "hunter2",
            "clusters: []\ncontexts: []\ncurrent-context: hunter2\n",
        ] {
            let error = Twin::in_memory()
                .connect(&text.to_owned().into())
                .await
                .unwrap_err();
            assert!(matches!(error, Error::Kubeconfig(_)));
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}
