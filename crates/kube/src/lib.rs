//! The Kubernetes port.
//!
//! Between what must be true inside of a cluster and the programs and protocols that make it so stands this crate:
//! two narrow traits, [`Kubernetes`] for the API server and [`Helm`] for releases, with the few operations that a
//! driver needs and the types that travel through them. A [`KubernetesConnector`] makes both from the bytes of a
//! kubeconfig, and from nothing else: never from `KUBECONFIG` or a file in a home directory.
//!
//! The traits come without I/O. Everything that does some is behind a feature, so that whoever only decides things
//! pays for none of it:
//!
//! | feature | what |
//! |---|---|
//! | `client` | module `client`: the API server through kube-rs |
//! | `helm` | module `program`: releases through the `helm` program |
//! | `twin` | module `twin`: both in memory, or in a file |
//! | `mock` | mocks of the traits |
//! | `contract` | module `contract`: what every implementation must hold to |
//!
//! Shapes that both traits share: "not there" is an `Option` or a success, never an error to be matched; whatever
//! ensures something looks first, writes only the difference and tells by [`Change`] what it did. Any call can fail with
//! [`Error::Refused`], [`Error::Malformed`], [`Error::Timeout`] and, of the API server, [`Error::Unreachable`], or of Helm,
//! [`Error::Helm`]; a trait says only what is particular to one.
#![forbid(unsafe_code)]

mod connector;
mod error;
mod helm;
mod ingress;
mod kubernetes;
mod object;
#[cfg(any(feature = "client", feature = "twin"))]
mod refusal;
mod service_account;

#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "contract")]
pub mod contract;
#[cfg(feature = "helm")]
pub mod program;
#[cfg(feature = "twin")]
pub mod twin;

#[cfg(all(feature = "client", feature = "helm"))]
pub use connector::RealConnector;
pub use connector::{Cluster, KubernetesConnector};
pub use error::{Error, FieldConflict, Result};
pub use helm::{Chart, Helm, HelmVersion, Release, ReleaseState, ReleaseStatus};
pub use ingress::{Ingress, LoadBalancer};
pub use kubernetes::{Applied, Change, FIELD_MANAGER, Kubernetes};
pub use object::{InvalidObject, Labels, Object, ObjectRef};
pub use service_account::ServiceAccount;

#[cfg(feature = "mock")]
pub use {connector::MockKubernetesConnector, helm::MockHelm, kubernetes::MockKubernetes};
