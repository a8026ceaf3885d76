//! What is known to differ, and why.

use crate::model::{Difference, Kind};
use crate::pattern;

/// A difference that is right as it is.
#[derive(Debug, Clone, Copy)]
pub struct Exception {
    /// The model, `azure_mgmt_dns::Zone`.
    pub model: &'static str,
    /// The place in it, where `*` stands for any word and a first `**` for any number of them.
    pub path: &'static str,
    /// The value that an enumeration of the model does not have; `None` for every other kind of difference.
    pub value: Option<&'static str>,
    /// Why it is right.
    pub reason: &'static str,
}

impl Exception {
    /// Whether it is about this difference.
    pub fn covers(&self, difference: &Difference) -> bool {
        let value = match &difference.kind {
            Kind::UnknownValue(value) => Some(value.as_str()),
            _ => None,
        };
        self.model == difference.model
            && self.value == value
            && pattern::matches(self.path, &difference.path)
    }
}

/// An operation that no model is known of.
#[derive(Debug, Clone, Copy)]
pub struct Unmodelled {
    /// The form of the path, where `{…}` and `*` stand for any word and a first `**` for any number of them.
    pub path: &'static str,
    /// Why there is no model.
    pub reason: &'static str,
}
