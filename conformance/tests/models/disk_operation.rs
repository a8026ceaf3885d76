//! What the two polling URLs of disks and snapshots answer: they share one path.

use azure_mgmt_compute::package_2024_03_02::models::{AccessUri, Disk, Snapshot};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::operation_status::OperationStatus;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum DiskOperation {
    Result(Outcome),
    Status(Box<OperationStatus<Output>>),
}

/// What a status has as `properties` once the operation has ended well.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Output {
    output: Outcome,
}

/// What an operation makes.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Outcome {
    Access(AccessUri),
    Disk(Box<Disk>),
    Snapshot(Box<Snapshot>),
}

impl<'de> Deserialize<'de> for DiskOperation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let body = Value::deserialize(deserializer)?;
        match body["status"] {
            Value::Null => serde_json::from_value(body).map(Self::Result),
            _ => serde_json::from_value(body).map(Self::Status),
        }
        .map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Outcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let body = Value::deserialize(deserializer)?;
        match body["type"].as_str() {
            Some("Microsoft.Compute/disks") => serde_json::from_value(body).map(Self::Disk),
            Some("Microsoft.Compute/snapshots") => serde_json::from_value(body).map(Self::Snapshot),
            _ => serde_json::from_value(body).map(Self::Access),
        }
        .map_err(D::Error::custom)
    }
}
