//! What was asked, so that a test can prove which writes happened.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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

/// How many requests are remembered.
const REMEMBERED: usize = 10_000;

/// At this size the file is put aside and another one begun.
const LARGE: u64 = 64 << 20;

/// What one process writes before it looks at the size of the file again.
const GLANCE: u64 = 1 << 20;

/// The latest requests in memory and, with a state directory, in its `requests.jsonl`.
///
/// Neither grows for ever: a server may run for weeks. A file that has become large becomes `requests.jsonl.1`, in place of
/// the one that was put aside before.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    records: VecDeque<RequestRecord>,
    file: Option<LogFile>,
}

#[derive(Debug)]
struct LogFile {
    path: PathBuf,
    file: File,
    large: u64,
    /// What this process wrote since it looked at the size.
    unseen: u64,
}

impl RequestLog {
    pub(crate) fn in_directory(directory: &Path) -> io::Result<Self> {
        Ok(Self {
            records: VecDeque::new(),
            file: Some(LogFile::open(directory.join("requests.jsonl"), LARGE)?),
        })
    }

    pub(crate) fn add(&mut self, record: RequestRecord) {
        if let Some(file) = &mut self.file
            && let Ok(mut line) = serde_json::to_vec(&record)
        {
            line.push(b'\n');
            if let Err(error) = file.write(&line) {
                tracing::warn!(%error, "the request log could not be written");
            }
        }
        if self.records.len() == REMEMBERED {
            self.records.pop_front();
        }
        self.records.push_back(record);
    }

    pub(crate) fn records(&self) -> Vec<RequestRecord> {
        self.records.iter().cloned().collect()
    }
}

impl LogFile {
    fn open(path: PathBuf, large: u64) -> io::Result<Self> {
        Ok(Self {
            file: append(&path)?,
            path,
            large,
            // Whoever starts often looks at the size as often.
            unseen: GLANCE,
        })
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.unseen >= GLANCE.min(self.large) {
            self.put_aside_if_large()?;
            self.unseen = 0;
        }
        self.unseen += line.len() as u64;
        // One write in append mode: lines of two processes do not mix.
        self.file.write_all(line)
    }

    fn put_aside_if_large(&mut self) -> io::Result<()> {
        // Another process may have put it aside.
        self.file = append(&self.path)?;
        if self.file.metadata()?.len() < self.large {
            return Ok(());
        }
        // Of several processes that find it large, one puts it aside; the others find a new one.
        self.file.lock()?;
        let large = std::fs::metadata(&self.path).is_ok_and(|file| file.len() >= self.large);
        if large {
            std::fs::rename(&self.path, self.path.with_extension("jsonl.1"))?;
        }
        self.file = append(&self.path)?;
        Ok(())
    }
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: usize) -> RequestRecord {
        let request = http::Request::get(format!("https://host/{number}"));
        RequestRecord::new(Timestamp::UNIX_EPOCH, &request.body(Bytes::new()).unwrap())
    }

    #[test]
    fn the_latest_requests_are_remembered() {
        let mut log = RequestLog::default();
        (0..REMEMBERED + 3).for_each(|number| log.add(record(number)));
        let records = log.records();
        assert_eq!(records.len(), REMEMBERED);
        assert_eq!(records[0].path, "/3");
        assert_eq!(records[REMEMBERED - 1].path, "/10002");
    }

    #[test]
    fn a_large_file_is_put_aside_once_by_all_who_write_to_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("requests.jsonl");
        let mut both = [1, 2].map(|_| LogFile::open(path.clone(), 100).unwrap());
        let mut write = |which: usize, text: &str| {
            both[which]
                .write(format!("{text:<49}\n").as_bytes())
                .unwrap();
        };
        for (which, text) in [(0, "a"), (1, "b"), (0, "c"), (1, "d"), (0, "e"), (1, "f")] {
            write(which, text);
        }
        let words = |path: &Path| {
            let text = std::fs::read_to_string(path).unwrap();
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(words(&path.with_extension("jsonl.1")), ["a", "b", "c", "d"]);
        assert_eq!(words(&path), ["e", "f"]);
    }
}
