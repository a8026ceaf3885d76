//! What was asked, so that a test can prove which writes happened.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One request. It holds no token, no body, and of the query only the api-version: polling URLs are secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RequestRecord {
    /// When it arrived, by the simulator's clock.
    pub time: Timestamp,
    /// The verb.
    pub method: String,
    /// The path as it was sent.
    pub path: String,
    /// The `api-version` parameter.
    #[serde(rename = "apiVersion")]
    pub api_version: Option<String>,
    /// The status of the answer.
    pub status: u16,
    /// The `x-ms-client-request-id` header.
    #[serde(rename = "clientRequestId")]
    pub client_request_id: Option<String>,
}

impl RequestRecord {
    pub(crate) fn new(time: Timestamp, request: &http::Request<Bytes>) -> Self {
        let query = request.uri().query().unwrap_or_default();
        let header = |name: &str| {
            request
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        Self {
            time,
            method: request.method().as_str().to_owned(),
            path: request.uri().path().to_owned(),
            api_version: url::form_urlencoded::parse(query.as_bytes())
                .find(|(key, _)| key.eq_ignore_ascii_case("api-version"))
                .map(|(_, value)| value.into_owned()),
            status: 0,
            client_request_id: header("x-ms-client-request-id"),
        }
    }
}

/// Requests in memory and, with a state directory, in its `requests.jsonl`.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    records: Vec<RequestRecord>,
    file: Option<File>,
}

impl RequestLog {
    pub(crate) fn in_directory(directory: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(directory.join("requests.jsonl"))?;
        Ok(Self {
            records: Vec::new(),
            file: Some(file),
        })
    }

    pub(crate) fn add(&mut self, record: RequestRecord) {
        if let Some(file) = &mut self.file
            && let Ok(mut line) = serde_json::to_vec(&record)
        {
            line.push(b'\n');
            // One write in append mode: lines of two processes do not mix.
            if let Err(error) = file.write_all(&line) {
                tracing::warn!(%error, "the request log could not be written");
            }
        }
        self.records.push(record);
    }

    pub(crate) fn records(&self) -> Vec<RequestRecord> {
        self.records.clone()
    }
}
