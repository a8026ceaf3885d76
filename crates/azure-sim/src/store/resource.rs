//! What is stored of a resource and of the work on it.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fate::Fate;
use crate::error::{ArmError, Envelope};
use crate::id::ResourceId;

/// A resource, a resource group, a deleted vault: anything with an id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Resource {
    /// Its id in canonical casing.
    pub(crate) id: ResourceId,
    /// Its type in canonical casing.
    pub(crate) resource_type: String,
    /// What a GET shows, apart from what the provider computes when it is read.
    pub(crate) body: Value,
    /// What a GET does not show.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) private: Value,
    /// When it was created.
    pub(crate) created: Timestamp,
    /// When it was last written.
    pub(crate) changed: Timestamp,
    /// The operation that works on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) operation: Option<String>,
}

impl Resource {
    /// `location` of the body.
    pub(crate) fn location(&self) -> &str {
        self.body
            .get("location")
            .and_then(Value::as_str)
            .unwrap_or("")
    }

    /// `properties.provisioningState`, or nothing.
    pub(crate) fn state(&self) -> &str {
        self.body
            .pointer("/properties/provisioningState")
            .and_then(Value::as_str)
            .unwrap_or("")
    }

    /// Sets `properties.provisioningState`.
    pub(crate) fn set_state(&mut self, state: &str) {
        if let Some(properties) = self
            .body
            .get_mut("properties")
            .and_then(Value::as_object_mut)
        {
            properties.insert("provisioningState".into(), state.into());
        }
    }
}

/// What an operation does to its resource when it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Work {
    /// The resource becomes ready for the first time.
    Create,
    /// A change takes effect.
    Update,
    /// The provider is busy with the resource by itself.
    Settle,
    /// The resource stops running and is kept.
    Stop,
    /// The resource runs again.
    Start,
    /// Somebody gets access to the data.
    Grant,
    /// Nobody has access to the data any more.
    Revoke,
    /// The resource disappears.
    Delete,
    /// A soft-deleted resource disappears for good.
    Purge,
}

/// How an operation stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum OperationState {
    /// Not finished.
    Running,
    /// Finished well.
    Succeeded,
    /// Finished badly.
    Failed(Failure),
    /// Given up before it was finished.
    Canceled,
}

impl OperationState {
    /// Azure's word for it in a status document.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Running => "InProgress",
            Self::Succeeded => "Succeeded",
            Self::Failed(_) => "Failed",
            Self::Canceled => "Canceled",
        }
    }

    /// Why it ended badly, if it did. A status document of a canceled operation has an error too.
    ///
    /// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations>
    pub(crate) fn error(&self) -> Option<ArmError> {
        match self {
            Self::Running | Self::Succeeded => None,
            Self::Failed(failure) => Some(failure.to_error()),
            Self::Canceled => Some(ArmError::new(
                409,
                "Canceled",
                "The operation was canceled.",
            )),
        }
    }
}

/// The part of an error that an operation keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    /// HTTP status that the failure corresponds to.
    pub(crate) status: u16,
    /// Azure's code.
    pub(crate) code: String,
    /// Azure's message.
    pub(crate) message: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<String>,
}

impl Failure {
    /// The failure as an error.
    pub(crate) fn to_error(&self) -> ArmError {
        ArmError {
            target: self.target.clone(),
            envelope: Envelope::Wrapped,
            ..ArmError::new(self.status, &self.code, &self.message)
        }
    }
}

impl From<&ArmError> for Failure {
    fn from(error: &ArmError) -> Self {
        Self {
            status: error.status,
            code: error.code.clone(),
            message: error.message.clone(),
            target: error.target.clone(),
        }
    }
}

/// Work that takes time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Operation {
    /// Its name in the polling URL.
    pub(crate) name: String,
    /// Its place among operations that end at the same time.
    pub(crate) number: u64,
    /// What happens at the end.
    pub(crate) work: Work,
    /// The resource it works on.
    pub(crate) resource: ResourceId,
    /// When it started.
    pub(crate) started: Timestamp,
    /// When it ends, or ended.
    pub(crate) ends: Timestamp,
    /// How it stands.
    pub(crate) state: OperationState,
    /// What was decided about it when it started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fate: Option<Fate>,
}

impl Operation {
    /// How long it takes, if that is not what the latency says.
    pub(crate) fn slowed(&self) -> Option<Duration> {
        match self.fate {
            Some(Fate::Slow(_)) => Some(
                self.ends
                    .duration_since(self.started)
                    .try_into()
                    .unwrap_or_default(),
            ),
            _ => None,
        }
    }
}
