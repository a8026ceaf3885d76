//! What Kompox talks about.
//!
//! Every layer above this crate (names, ports, drivers, the command line) passes the same few things
//! around: a workspace, a provider, a cluster, apps and their volumes, node pools and DNS records. They live
//! here as plain data, with `serde` and without any I/O, so that a crate can speak of a cluster without
//! knowing how one is made.
//!
//! | module | what it holds |
//! |---|---|
//! | [`workspace`], [`provider`], [`cluster`], [`app`] | what a user declares |
//! | [`volume`], [`node_pool`], [`dns`], [`status`] | what a driver answers |
//! | [`options`] | how an operation is to be run, one struct per operation |
//! | [`settings`] | free key/value settings whose values never reach a log |
//! | [`failure`] | what a cloud said when it refused |
//!
//! ```
//! use kompox_model::{Cluster, Settings};
//!
//! let mut cluster = Cluster::new("prod");
//! cluster.settings = Settings::from_iter([("AZURE_AKS_SYSTEM_VM_SIZE", "Standard_D4lds_v6")]);
//! assert_eq!(cluster.settings.get("AZURE_AKS_SYSTEM_VM_SIZE"), Some("Standard_D4lds_v6"));
//! ```

pub mod app;
pub mod cluster;
pub mod dns;
pub mod failure;
pub mod node_pool;
pub mod options;
pub mod provider;
pub mod settings;
pub mod status;
pub mod volume;
pub mod workspace;

pub use app::{App, AppDeployment, AppIngress, IngressRule};
pub use cluster::{Certificate, Cluster, ClusterIngress, Protection, ProtectionLevel};
pub use dns::{DnsHost, DnsOutcome, DnsRecordSet, DnsRecordType, DnsStatus, DnsZoneRef, DnsZones};
pub use node_pool::{Autoscaling, NodePool, NodePoolStatus};
pub use provider::Provider;
pub use settings::Settings;
pub use status::ClusterStatus;
pub use volume::{Volume, VolumeClass, VolumeDisk, VolumeOptions, VolumeSnapshot, VolumeType};
pub use workspace::Workspace;
