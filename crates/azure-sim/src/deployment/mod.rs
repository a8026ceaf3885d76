//! `Microsoft.Resources/deployments`: templates put into effect, at subscription and resource-group scope.
//!
//! A deployment is a record that moves on at events of simulated time: it wakes when it was just
//! accepted, when a resource that it started is due, and when a deployment inside it has ended.
//! Everything it needs is in its record, so that another process can carry on.

mod engine;
mod export;
mod fate;
mod output_name;
mod outputs;
mod prepare;
mod problem;
mod record;
mod request;
mod routes;
mod runtime;
mod start;
#[cfg(test)]
mod tests;
mod view;
#[cfg(test)]
mod wire_tests;

pub(crate) use engine::{next_event, step};
pub(crate) use record::{forget_group, not_deleted};
pub(crate) use routes::{API_VERSIONS, handle};
