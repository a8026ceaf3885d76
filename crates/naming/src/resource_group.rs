//! Resource groups, the cluster's and the app's.

use std::fmt;

use kompox_model::Settings;

use crate::error::flaw;
use crate::resource::safe_truncate;
use crate::{NameError, ResourcePrefix, ShortHash};

/// The name of an Azure resource group: 1 to 90 letters, digits, `-`, `_`, `.`, `(` and `)`, not ending in `.`.
///
/// Azure allows letters of any script; other resources that take their name from the group's do not, so only ASCII
/// is allowed here.
///
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftresources>
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ResourceGroupName(String);

impl ResourceGroupName {
    /// The cluster or app setting that chooses it.
    pub const SETTING: &'static str = "AZURE_RESOURCE_GROUP_NAME";
    /// Most characters that Azure allows.
    pub const MAX_LENGTH: usize = 90;

    /// Checks a name.
    ///
    /// # Errors
    ///
    /// Azure would refuse it.
    pub fn parse(value: &str) -> Result<Self, NameError> {
        Self::checked("resource group name", value)
    }

    /// The group of a cluster: the one that its settings name, else `{prefix}_cls_{cluster}_{hash}`.
    ///
    /// Spec: §2.3.
    ///
    /// # Errors
    ///
    /// Azure would refuse the name.
    pub(crate) fn of_cluster(
        settings: &Settings,
        prefix: &ResourcePrefix,
        cluster: &str,
        hash: &ShortHash,
    ) -> Result<Self, NameError> {
        Self::chosen_or(settings, &format!("{prefix}_cls_{cluster}"), hash)
    }

    /// The group of an app: the one that its settings name, else `{prefix}_app_{app}_{hash}`.
    ///
    /// Spec: §2.4.
    ///
    /// # Errors
    ///
    /// Azure would refuse the name.
    pub(crate) fn of_app(
        settings: &Settings,
        prefix: &ResourcePrefix,
        app: &str,
        hash: &ShortHash,
    ) -> Result<Self, NameError> {
        Self::chosen_or(settings, &format!("{prefix}_app_{app}"), hash)
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn chosen_or(settings: &Settings, base: &str, hash: &ShortHash) -> Result<Self, NameError> {
        match settings.get(Self::SETTING) {
            Some(name) => Self::checked(Self::SETTING, name),
            None => Self::parse(&safe_truncate(base, hash)),
        }
    }

    fn checked(what: &'static str, value: &str) -> Result<Self, NameError> {
        let allowed =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '(' | ')');
        let reason = flaw(value, Self::MAX_LENGTH, allowed)
            .or_else(|| value.ends_with('.').then(|| "ends with '.'".to_owned()));
        match reason {
            None => Ok(Self(value.to_owned())),
            Some(reason) => Err(NameError::new(
                what,
                value,
                reason,
                "1 to 90 letters, digits, `-`, `_`, `.`, `(` and `)`, not ending in `.`",
            )),
        }
    }
}

impl fmt::Display for ResourceGroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn azures_rules_decide_over_a_chosen_name() {
        let longest = "a".repeat(90);
        for name in ["rg", "_rg", "(rg).x", "-", &longest] {
            assert_eq!(ResourceGroupName::parse(name).unwrap().as_str(), name);
        }
        let too_long = "a".repeat(91);
        for (name, reason) in [
            ("", "is empty"),
            ("rg.", "ends with '.'"),
            ("r g", "contains ' '"),
            ("räg", "contains 'ä'"),
            (&too_long, "is longer than 90 characters"),
        ] {
            assert_eq!(ResourceGroupName::parse(name).unwrap_err().reason, reason);
        }
    }

    #[test]
    fn a_refused_setting_is_named() {
        let settings = Settings::from_iter([("AZURE_RESOURCE_GROUP_NAME", "bad/name")]);
        let hash = ShortHash::of("x");
        let prefix = ResourcePrefix::default_for(&hash);
        let error = ResourceGroupName::of_app(&settings, &prefix, "app", &hash).unwrap_err();
        assert_eq!(
            error.to_string(),
            "AZURE_RESOURCE_GROUP_NAME `bad/name` contains '/'; expected 1 to 90 letters, digits, `-`, `_`, `.`, `(` and `)`, not ending in `.`"
        );
    }
}
