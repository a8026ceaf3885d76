//! Judges recorded exchanges with Azure Resource Manager by models that others made: a body is right when a model reads
//! it and writes it back equal.
//!
//! - [`Recorder`] stands between a client and its transport and keeps every [`Exchange`];
//! - [`Model`] is a type of somebody else's, of which only reading and writing is known;
//! - [`Row`] says which models the bodies of an operation are of;
//! - [`Exception`] and [`Unmodelled`] say, with a reason, what is known to differ and what has no model;
//! - [`Judge`] holds exchanges to all of that, and its [`Verdict`] can be printed.
//!
//! The models and the exchanges are those of the tests of this package.

mod exception;
mod exchange;
mod judge;
mod model;
mod pattern;
mod place;
mod row;
mod verdict;

pub use self::exception::{Exception, Unmodelled};
pub use self::exchange::{Exchange, Recorder};
pub use self::judge::Judge;
pub use self::model::{Difference, Kind, Model};
pub use self::row::{Errors, Row};
pub use self::verdict::Verdict;
