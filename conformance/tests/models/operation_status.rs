//! The status documents of long-running operations.
//!
//! No generated crate has a type for them: their clients read the `status` and leave the rest. The members are those of
//! Resource Manager's contract with its providers, the values those that the generated clients know.
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations>

use azure_core_generated::lro::LroStatus;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "P: Deserialize<'de>"))]
pub(crate) struct OperationStatus<P = Value> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    percent_complete: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<P>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<azure_mgmt_resources::package_resources_2021_04::models::ErrorResponse>,
}

/// As generated enumerations are, so that the judge sees which values are unknown.
#[derive(Debug)]
enum Status {
    Known(String),
    UnknownValue(String),
}

impl Serialize for Status {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(status) | Self::UnknownValue(status) => serializer.serialize_str(status),
        }
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let status = String::deserialize(deserializer)?;
        Ok(match LroStatus::from(status.as_str()) {
            LroStatus::Other(other) => Self::UnknownValue(other),
            _ => Self::Known(status),
        })
    }
}
