//! An answer before it is put on the wire: headers that every answer has, and signed polling URLs,
//! are added by the router.

use std::time::Duration;

use serde_json::Value;

/// What an answer carries.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    /// Nothing, and no content type.
    Empty,
    /// Nothing, announced as `text/plain`, as storage does.
    EmptyText,
    /// JSON on one line, `application/json; charset=utf-8`.
    Json(Value),
    /// JSON on one line, `application/json` without a charset, as file shares do.
    Plain(Value),
    /// JSON indented, `application/json` without a charset, as AKS does.
    Indented(Value),
}

impl Body {
    /// The JSON, to be changed.
    pub(crate) fn value_mut(&mut self) -> Option<&mut Value> {
        match self {
            Self::Empty | Self::EmptyText => None,
            Self::Json(value) | Self::Plain(value) | Self::Indented(value) => Some(value),
        }
    }

    /// The JSON, or null.
    pub(crate) fn into_value(self) -> Value {
        match self {
            Self::Empty | Self::EmptyText => Value::Null,
            Self::Json(value) | Self::Plain(value) | Self::Indented(value) => value,
        }
    }
}

/// What compute counts requests by, as `x-ms-ratelimit-remaining-resource` names it, with how many are left after
/// the first one in three minutes and in thirty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bucket {
    /// Writes of disks.
    CreateUpdateDisks,
    /// Writes of snapshots, whatever they are made from.
    HighCostSnapshotCreateHydrate,
    /// Deletions of disks and snapshots.
    DeleteDisks,
    /// Reading one.
    LowCostGet,
    /// Listing them.
    HighCostGet,
    /// Access to the data of disks and snapshots.
    HighCostDiskHydrate,
    /// Polling.
    GetOperation,
}

impl Bucket {
    /// The value of the header.
    pub(crate) fn header(self) -> String {
        let (name, short, long) = match self {
            Self::CreateUpdateDisks => ("CreateUpdateDisks", 2999, 24_999),
            Self::HighCostSnapshotCreateHydrate => ("HighCostSnapshotCreateHydrate", 999, 7999),
            Self::DeleteDisks => ("DeleteDisks", 2999, 23_999),
            Self::LowCostGet => ("LowCostGet", 14_999, 119_999),
            Self::HighCostGet => ("HighCostGet", 239, 1919),
            Self::HighCostDiskHydrate => ("HighCostDiskHydrate", 999, 3999),
            Self::GetOperation => ("GetOperation", 49_999, 399_999),
        };
        format!("Microsoft.Compute/{name}3Min;{short},Microsoft.Compute/{name}30Min;{long}")
    }
}

/// Where the progress of an operation is read; the router makes it absolute and signs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PollingPath {
    /// The path, starting with a slash.
    pub(crate) path: String,
    /// Query parameters in order, `api-version` among them.
    pub(crate) query: Vec<(&'static str, String)>,
    /// Whether the port is written out although it is the scheme's own, as DNS does.
    pub(crate) explicit_port: bool,
}

impl PollingPath {
    /// A path with only an api-version.
    pub(crate) fn new(path: String, api_version: &str) -> Self {
        Self {
            path,
            query: vec![("api-version", api_version.to_owned())],
            explicit_port: false,
        }
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// HTTP status.
    pub(crate) status: u16,
    /// What it carries.
    pub(crate) body: Body,
    /// Headers beyond those that every answer has.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// `Azure-AsyncOperation`.
    pub(crate) async_operation: Option<PollingPath>,
    /// `Location`, when it is a polling URL.
    pub(crate) location: Option<PollingPath>,
    /// `Retry-After` as Azure sends it, in seconds; scaled by the latency.
    pub(crate) retry_after: Option<u64>,
    /// How long the operation takes that this is about, if that is not what the latency says; `Retry-After` is
    /// scaled by it then.
    pub(crate) takes: Option<Duration>,
    /// Resource Manager itself answered: no rate limits in a 404, equal request ids.
    pub(crate) gateway: bool,
}

impl Reply {
    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self::with(status, Body::Empty)
    }

    /// An answer with JSON.
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self::with(status, Body::Json(body))
    }

    /// An answer with this body.
    pub(crate) fn with(status: u16, body: Body) -> Self {
        Self {
            status,
            body,
            headers: Vec::new(),
            async_operation: None,
            location: None,
            retry_after: None,
            takes: None,
            gateway: false,
        }
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds `Azure-AsyncOperation`.
    pub(crate) fn async_operation(mut self, path: PollingPath) -> Self {
        self.async_operation = Some(path);
        self
    }

    /// Adds a polling `Location`.
    pub(crate) fn location(mut self, path: PollingPath) -> Self {
        self.location = Some(path);
        self
    }

    /// Adds compute's own count of requests.
    pub(crate) fn counted(self, bucket: Bucket) -> Self {
        self.header("x-ms-ratelimit-remaining-resource", bucket.header())
    }

    /// Adds `Retry-After`.
    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Says how long the operation takes, if that is not what the latency says.
    pub(crate) fn for_operation_of(mut self, takes: Option<Duration>) -> Self {
        self.takes = takes;
        self
    }

    /// Marks the answer as Resource Manager's own.
    pub(crate) fn by_gateway(mut self) -> Self {
        self.gateway = true;
        self
    }
}
