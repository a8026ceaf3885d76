//! What every implementation of the port must hold to.
//!
//! Each function is one statement group, written against the traits alone: it makes what it needs under names that
//! begin with [`Environment::prefix`], panics at the first broken promise, and removes what it made. What a
//! failed run leaves behind is removed by the next one with the same prefix. They cost little on real Azure,
//! except for [`managed_clusters`] and [`agent_pools`], each of which makes a cluster of one node. They may run side by side.
//!
//! ```no_run
//! # async fn example(azure: kompox_azure::Azure) {
//! use kompox_azure::contract::{self, Environment};
//!
//! let environment = Environment {
//!     subscription: "11111111-1111-1111-1111-111111111111".to_owned(),
//!     location: "japaneast".to_owned(),
//!     prefix: "contract-1".to_owned(),
//! };
//! contract::disks(&azure, &environment).await;
//! # }
//! ```
// A broken promise is a panic: this is a test suite that happens to be public.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod agent_pools;
mod deployments;
mod disks;
mod dns;
mod files;
mod key_vaults;
mod managed_clusters;
mod resource_graph;
mod resource_groups;
mod role_assignments;
mod snapshots;
mod stage;
mod user_assigned_identities;

pub use agent_pools::agent_pools;
pub use deployments::{deployments, failing_deployments, running_deployments};
pub use disks::disks;
pub use dns::dns_record_sets;
pub use files::{file_shares, storage_accounts};
pub use key_vaults::key_vaults;
pub use managed_clusters::managed_clusters;
pub use resource_graph::resource_graph;
pub use resource_groups::{resource_groups, resources};
pub use role_assignments::role_assignments;
pub use snapshots::snapshots;
pub use stage::Environment;
pub use user_assigned_identities::user_assigned_identities;
