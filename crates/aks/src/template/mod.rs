//! The ARM template of a cluster and its parameters.

mod parameters;

pub use parameters::{Parameters, SETTINGS};

use serde_json::Value;

/// The template, as it is kept in the repository.
pub const TEXT: &str = include_str!("main.json");

/// The template as a JSON document.
///
/// # Errors
/// Never in practice: a test parses it.
pub fn document() -> serde_json::Result<Value> {
    serde_json::from_str(TEXT)
}
