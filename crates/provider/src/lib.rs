//! The driver contract: what any cloud must be able to do for Kompox.
//!
//! Whoever operates clusters through Kompox (the command line, a controller, a test) speaks to a [`Driver`]
//! and never to a cloud. This crate says which operations there are, how they fail ([`Error`]), how
//! they report what they are doing ([`Progress`]), and how a driver is found by name ([`Registry`]). It knows
//! no cloud; a cloud's crate implements [`Driver`] and offers a [`DriverFactory`].
//!
//! Every operation can be repeated and can be interrupted at any point: dropping its future stops waiting and
//! leaves what the cloud is doing to be picked up by the next run.

pub mod deadline;
mod driver;
mod error;
mod progress;
pub mod protection;
mod registry;

pub use driver::{Driver, Kubeconfig};
pub use error::{Error, Problem, Refusal, Result};
pub use progress::{NoProgress, Progress, ResourceProgress, ResourceState};
pub use registry::{DriverContext, DriverFactory, Registry};
