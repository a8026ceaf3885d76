//! How far Azure has come with a resource.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The `provisioningState` of a resource or deployment, or the `status` of an operation. Services invent
/// words freely (`RegisteringDns`, `CreatingAgentPool: 0/1 nodes completed`); only three end anything.
///
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations#provisioningstate-values>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum ProvisioningState {
    /// Ended well.
    Succeeded,
    /// Ended badly.
    Failed,
    /// Somebody stopped it.
    Canceled,
    /// Goes on, in the service's word.
    Running(String),
}

impl ProvisioningState {
    /// Whether nothing will happen any more.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        !matches!(self, Self::Running(_))
    }
}

impl From<String> for ProvisioningState {
    fn from(text: String) -> Self {
        if text.eq_ignore_ascii_case("Succeeded") {
            Self::Succeeded
        } else if text.eq_ignore_ascii_case("Failed") {
            Self::Failed
        } else if text.eq_ignore_ascii_case("Canceled") || text.eq_ignore_ascii_case("Cancelled") {
            Self::Canceled
        } else {
            Self::Running(text)
        }
    }
}

impl From<ProvisioningState> for String {
    fn from(state: ProvisioningState) -> Self {
        state.to_string()
    }
}

impl fmt::Display for ProvisioningState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Canceled => "Canceled",
            Self::Running(word) => word,
        })
    }
}
