//! An offline Azure: Azure Resource Manager in process or as a server.
#![forbid(unsafe_code)]

mod builder;
mod clock;
mod deployment;
mod error;
mod filter;
mod id;
mod latency;
mod location;
mod log;
mod operation;
mod polling;
mod provider;
mod reply;
mod request;
mod router;
mod server;
mod shape;
mod simulator;
mod store;
mod tags;
mod template;
mod transport;
mod wire;

pub use self::builder::{BuildError, SimulatorBuilder};
pub use self::clock::{Clock, ManualClock, SystemClock, TokioClock};
pub use self::latency::{Latency, ParseLatencyError};
pub use self::log::RequestRecord;
pub use self::server::serve;
pub use self::simulator::Simulator;
