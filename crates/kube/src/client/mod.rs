//! The API server through kube-rs.
//!
//! ```no_run
//! use kompox_kube::client::ApiServerConnector;
//! use secrecy::SecretString;
//!
//! # async fn example(kubeconfig: SecretString) -> kompox_kube::Result<()> {
//! let kubernetes = ApiServerConnector::new().connect(&kubeconfig)?;
//! kubernetes.ensure_namespace("traefik").await?;
//! # Ok(())
//! # }
//! ```
//!
//! Calls that fail with 429, 503 or 504 are repeated, not before `Retry-After`. Proxies are those of the
//! kubeconfig, else of `HTTPS_PROXY` and `NO_PROXY`, as for every program that talks to a cluster.

mod connector;
mod credential;
mod failure;
mod namespace;
mod server;

pub use connector::ApiServerConnector;
