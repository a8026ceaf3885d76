//! An offline Azure, so that code which talks to Azure Resource Manager can be tested, tried and killed half
//! way without a subscription, without waiting and without paying.
//!
//! A [`Simulator`] answers ARM requests as Azure was recorded to answer them: the same status codes, headers,
//! bodies and asynchronous protocols, and the same refusals. It can be called directly
//! ([`Simulator::handle`]), be the transport of an Azure SDK client ([`Simulator::transport`]), or listen on
//! a socket (feature `server`). Its state is in memory or in a directory that several processes share.
//!
//! A [`Faulty`] is a simulator that misbehaves as [`Faults`] say: throttled, reset, cut off, slow, failing.
//!
//! Time is a sequence of events: an operation has an end, and what has ended by the [`Clock`] when a request
//! arrives has happened, in that order, whoever started it. There are no background tasks.
//!
//! # What is simulated
//!
//! - `Microsoft.Resources`: subscriptions, locations, tenants and providers (reading), resource groups, resource lists
//!   with `$filter`, `$top` and paging, tags, deployments with real evaluation of templates.
//! - Entra ID: tokens for applications and managed identities, federated assertions, discovery, `/metadata/endpoints`.
//! - `Microsoft.ResourceGraph`: queries over all resources, in a small part of Kusto.
//! - `Microsoft.ContainerService`: managed clusters and agent pools, with the node resource group, identities
//!   and kubeconfigs (which lead nowhere).
//! - `Microsoft.Compute`: disks and snapshots, with copies whose data arrives later.
//! - `Microsoft.Network`: public DNS zones and their record sets (`A`, `AAAA`, `CNAME`, `NS`, `SOA`, `TXT`), with entity
//!   tags and conditions.
//! - `Microsoft.KeyVault`: vaults with soft delete, recovery and purge. `Microsoft.Storage`: accounts and file
//!   shares with soft delete. `Microsoft.OperationalInsights`: workspaces. `Microsoft.ManagedIdentity`: user-assigned
//!   identities and federated credentials. `Microsoft.Insights`: diagnostic settings. `Microsoft.Authorization`: role
//!   assignments and the built-in roles that are commonly assigned.
//!
//! # What is not
//!
//! Data planes (no secrets, files or Kubernetes API), quotas, policies, locks, and permissions: the caller may do
//! everything. Tokens are looked into only with [`Access::Verified`]. Virtual machines do not exist, so no disk is ever attached. Nothing changes by
//! itself but what time brings. Messages and codes that no recording shows (most validation errors) are
//! modelled on Azure's documentation and may differ in wording. Properties that Azure would not know are
//! dropped, as most providers do, rather than refused.
#![forbid(unsafe_code)]

mod builder;
mod clock;
mod deployment;
mod entra;
mod error;
mod fault;
mod filter;
mod id;
mod latency;
mod location;
mod log;
mod operation;
mod polling;
mod provider;
mod provider_header;
mod reply;
mod request;
mod router;
#[cfg(feature = "server")]
pub mod server;
mod shape;
mod simulator;
mod store;
mod tags;
mod template;
mod transport;
mod wire;

pub use self::builder::{BuildError, SimulatorBuilder};
pub use self::clock::{Clock, ManualClock, SystemClock, TokioClock};
pub use self::entra::{Access, Application, ServiceAccountTokenError};
pub use self::fault::{Exchange, Faults, Faulty};
pub use self::latency::{Latency, ParseLatencyError};
pub use self::log::RequestRecord;
#[cfg(feature = "server")]
pub use self::server::serve;
pub use self::simulator::Simulator;
