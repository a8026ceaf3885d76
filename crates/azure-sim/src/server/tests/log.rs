//! The access log.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::super::AccessLog;
use super::client::{answered, run, scripted};
use crate::fault::Exchange;

/// Every write by itself.
#[derive(Clone, Default)]
struct Writes(Arc<Mutex<Vec<String>>>);

impl Write for Writes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        self.0.lock().unwrap().push(text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn every_request_is_one_line_in_one_write_without_query_and_token() {
    let writes = Writes::default();
    let server = run(scripted(|request| match request.uri().path() {
        "/reset" => Exchange::Reset,
        _ => Exchange::Answered(answered("fine")),
    })
    .access_log(AccessLog::to(writes.clone())))
    .await;
    for request in [
        "POST /a%20b/x?Api-Version=2024-11-01&t=hidden HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\
         Authorization: Bearer hidden\r\nx-ms-client-request-id: 42\r\nContent-Length: 6\r\n\r\nhidden",
        "GET /reset HTTP/1.1\r\nHost: h\r\n\r\n",
    ] {
        let mut stream = server.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
    }
    let lines = writes.0.lock().unwrap().clone();
    let mut records = Vec::new();
    for line in &lines {
        assert!(line.ends_with("}\n") && !line.contains("hidden"), "{line}");
        let mut record: Value = serde_json::from_str(line).unwrap();
        let record_map = record.as_object_mut().unwrap();
        let time = record_map.remove("time").unwrap();
        assert!(time.as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
        assert!(record_map.remove("durationMs").unwrap().as_f64().unwrap() >= 0.0);
        records.push(record);
    }
    assert_eq!(
        records,
        [
            json!({"method": "POST", "path": "/a%20b/x", "apiVersion": "2024-11-01", "status": 200, "clientRequestId": "42"}),
            json!({"method": "GET", "path": "/reset", "apiVersion": null, "status": null, "clientRequestId": null}),
        ]
    );
}
