//! Why a name was refused.

/// A name that a cloud would refuse, or that Kompox could not tell from another one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} `{value}` {reason}; expected {expected}")]
pub struct NameError {
    /// What the name is for: `disk name`, `AZURE_RESOURCE_PREFIX`.
    pub what: &'static str,
    /// The name as it was given.
    pub value: String,
    /// What is wrong with it: `is longer than 24 characters`.
    pub reason: String,
    /// What would be right.
    pub expected: &'static str,
}

impl NameError {
    pub(crate) fn new(
        what: &'static str,
        value: &str,
        reason: impl Into<String>,
        expected: &'static str,
    ) -> Self {
        Self {
            what,
            value: value.to_owned(),
            reason: reason.into(),
            expected,
        }
    }
}

/// What is wrong with a name of limited length and alphabet, if anything.
pub(crate) fn flaw(value: &str, longest: usize, allowed: impl Fn(char) -> bool) -> Option<String> {
    if value.is_empty() {
        return Some("is empty".to_owned());
    }
    if value.chars().count() > longest {
        return Some(format!("is longer than {longest} characters"));
    }
    value
        .chars()
        .find(|character| !allowed(*character))
        .map(|character| format!("contains {character:?}"))
}
