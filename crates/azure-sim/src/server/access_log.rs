//! One line for every request.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, Method, Uri};
use jiff::Timestamp;
use serde::Serialize;

/// A log of requests, one JSON object in a line:
/// `time`, `method`, `path`, `apiVersion`, `status` (null when the connection was reset), `clientRequestId` and
/// `durationMs`. It holds no header, no body, and of the query only the api-version: polling URLs are secrets.
///
/// Clones write to the same place.
#[derive(Clone)]
pub struct AccessLog {
    sink: Arc<Mutex<dyn Write + Send>>,
}

impl std::fmt::Debug for AccessLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessLog").finish_non_exhaustive()
    }
}

/// What is known of a request before it is answered.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    time: Timestamp,
    method: String,
    path: String,
    api_version: Option<String>,
    status: Option<u16>,
    client_request_id: Option<String>,
    duration_ms: f64,
}

impl Entry {
    pub(super) fn of(method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        let query = uri.query().unwrap_or_default();
        Self {
            time: Timestamp::now(),
            method: method.as_str().to_owned(),
            path: uri.path().to_owned(),
            api_version: url::form_urlencoded::parse(query.as_bytes())
                .find(|(key, _)| key.eq_ignore_ascii_case("api-version"))
                .map(|(_, value)| value.into_owned()),
            status: None,
            client_request_id: headers
                .get("x-ms-client-request-id")
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
            duration_ms: 0.0,
        }
    }
}

impl AccessLog {
    /// Appends to a file, which is created if missing.
    ///
    /// # Errors
    /// The file cannot be opened for writing.
    pub fn file(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self::to(file))
    }

    /// Writes to standard error.
    pub fn stderr() -> Self {
        Self::to(io::stderr())
    }

    /// Writes somewhere, every line in one piece.
    pub fn to(sink: impl Write + Send + 'static) -> Self {
        Self {
            sink: Arc::new(Mutex::new(sink)),
        }
    }

    pub(super) fn write(&self, mut entry: Entry, status: Option<u16>, duration: Duration) {
        entry.status = status;
        // Three decimals.
        entry.duration_ms = (duration.as_secs_f64() * 1e6).round() / 1e3;
        let Ok(mut line) = serde_json::to_vec(&entry) else {
            return;
        };
        line.push(b'\n');
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        // One write in append mode: lines of two processes do not mix.
        if let Err(error) = sink.write_all(&line) {
            tracing::warn!(%error, "the access log could not be written");
        }
    }
}
