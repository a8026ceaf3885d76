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
//! - Resource Manager: subscriptions, resource groups, tags, lists of resources, deployments with real evaluation of
//!   templates, and the resource types of `Microsoft.Authorization`, `Microsoft.Compute`, `Microsoft.ContainerService`,
//!   `Microsoft.Insights`, `Microsoft.KeyVault`, `Microsoft.ManagedIdentity`, `Microsoft.Network`,
//!   `Microsoft.OperationalInsights`, `Microsoft.ResourceGraph` and `Microsoft.Storage` that `docs/simulator-types.md` of
//!   the repository lists: what is done, what is refused, what is not known and what is a guess, for each.
//! - Entra ID: tokens for applications and managed identities, federated assertions, discovery. Resource Manager looks
//!   into tokens when [`Access::Verified`] says so.
//!
//! # What is not
//!
//! Data planes: no secrets, files or Kubernetes API; virtual machines do not exist, so no disk is ever attached.
//! Permissions, policies, locks and quotas: the caller may do everything. Throttling and failures happen only as
//! [`Faults`]. Properties that the simulator does not know are dropped rather than refused. Messages and codes that no
//! recording shows follow Azure's documentation and may differ.
//!
//! `docs/simulator.md` tells how to use it: in a test, as a server, with faults, signed in; and how it is held against
//! recorded Azure, the Azure CLI and models that others made.
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
mod scope;
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
