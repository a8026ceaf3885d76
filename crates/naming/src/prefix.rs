//! The prefix of the Azure resources of a provider.

use std::fmt;

use kompox_model::Settings;

use crate::error::flaw;
use crate::{NameError, ShortHash};

/// What the names of a provider's Azure resources start with.
///
/// ```
/// use kompox_naming::{ResourcePrefix, ShortHash};
///
/// let hash = ShortHash::provider(Some("acme"), "azure-east");
/// assert_eq!(ResourcePrefix::default_for(&hash).as_str(), "k4x-3hj1z5");
/// assert!(ResourcePrefix::parse("my prefix").is_err());
/// ```
///
/// Spec: §2.2.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ResourcePrefix(String);

impl ResourcePrefix {
    /// The provider setting that chooses it.
    pub const SETTING: &'static str = "AZURE_RESOURCE_PREFIX";
    /// Where a longer one is cut.
    pub const MAX_LENGTH: usize = 32;

    /// Checks a prefix and cuts it at [`ResourcePrefix::MAX_LENGTH`].
    ///
    /// # Errors
    ///
    /// It is empty, starts with something else than a letter or digit, or has a character that not every Azure
    /// name allows.
    pub fn parse(value: &str) -> Result<Self, NameError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let reason = flaw(value, usize::MAX, allowed).or_else(|| {
            value
                .chars()
                .next()
                .filter(|first| !first.is_ascii_alphanumeric())
                .map(|first| format!("starts with {first:?}"))
        });
        match reason {
            None => Ok(Self(value.chars().take(Self::MAX_LENGTH).collect())),
            Some(reason) => Err(NameError::new(
                Self::SETTING,
                value,
                reason,
                "letters, digits, `-`, `_` and `.`, with a letter or digit first",
            )),
        }
    }

    /// The prefix of a provider whose settings name none.
    #[must_use]
    pub fn default_for(provider: &ShortHash) -> Self {
        Self(format!("k4x-{provider}"))
    }

    /// The prefix that the provider's settings name, else the default one.
    ///
    /// # Errors
    ///
    /// As [`ResourcePrefix::parse`].
    pub(crate) fn from_settings(
        settings: &Settings,
        provider: &ShortHash,
    ) -> Result<Self, NameError> {
        settings
            .get(Self::SETTING)
            .map_or_else(|| Ok(Self::default_for(provider)), Self::parse)
    }

    /// The prefix as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ResourcePrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_prefix_is_cut() {
        let prefix = ResourcePrefix::parse("A.very_long-prefix-that-does-not-fit-at-all").unwrap();
        assert_eq!(prefix.as_str(), "A.very_long-prefix-that-does-not");
    }

    #[test]
    fn what_azure_would_refuse_is_refused_even_beyond_the_cut() {
        let far = format!("{}%", "a".repeat(40));
        for (value, reason) in [
            ("", "is empty"),
            ("-a", "starts with '-'"),
            ("_a", "starts with '_'"),
            ("a b", "contains ' '"),
            ("a/b", "contains '/'"),
            (far.as_str(), "contains '%'"),
        ] {
            let error = ResourcePrefix::parse(value).unwrap_err();
            assert_eq!(
                (error.what, error.reason.as_str()),
                ("AZURE_RESOURCE_PREFIX", reason)
            );
        }
    }
}
