//! A simulator with a clock in its hand.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kompox_azure_sim::{Latency, ManualClock, Simulator, SimulatorBuilder};
use serde_json::{Value, json};

pub(crate) const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";
pub(crate) const CALLER: &str = "ca11e4a0-0b1e-4c71-8d00-51ab01a7ed00";

pub(crate) struct Azure {
    pub(crate) simulator: Simulator,
    pub(crate) clock: Arc<ManualClock>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The error code, wrapped or bare.
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"]
            .as_str()
            .or(self.body["code"].as_str())
            .unwrap_or("")
    }

    pub(crate) fn message(&self) -> &str {
        self.body["error"]["message"]
            .as_str()
            .or(self.body["message"].as_str())
            .unwrap_or("")
    }

    pub(crate) fn keys(&self) -> Vec<&str> {
        self.body
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect()
    }

    /// Asserts the status and gives the answer back.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

impl Azure {
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(crate) fn fixed(seconds: u64) -> Self {
        Self::with(|builder| builder.latency(Latency::Fixed(Duration::from_secs(seconds))))
    }

    pub(crate) fn realistic() -> Self {
        Self::with(|builder| builder.latency(Latency::Realistic))
    }

    pub(crate) fn with(change: impl FnOnce(SimulatorBuilder) -> SimulatorBuilder) -> Self {
        let clock = Arc::new(ManualClock::new(
            "2026-01-02T03:04:05.1234567Z".parse().unwrap(),
        ));
        let builder = Simulator::builder().clock(Arc::clone(&clock) as _);
        Self {
            simulator: change(builder).build().unwrap(),
            clock,
        }
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Sends to a path of management.azure.com, or to an absolute URL.
    pub(crate) fn send(&self, method: &str, url: &str, body: Option<&Value>) -> Answer {
        self.send_with(method, url, &[], body)
    }

    /// The same with headers.
    pub(crate) fn send_with(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let url = if url.starts_with("https://") {
            url.to_owned()
        } else {
            format!("https://management.azure.com{url}")
        };
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let mut request = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).unwrap();
        let (parts, body) = self.simulator.handle(request).into_parts();
        let text = String::from_utf8(body.to_vec()).unwrap();
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap()
        };
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
            text,
        }
    }

    pub(crate) fn get(&self, url: &str) -> Answer {
        self.send("GET", url, None)
    }

    pub(crate) fn put(&self, url: &str, body: &Value) -> Answer {
        self.send("PUT", url, Some(body))
    }

    pub(crate) fn patch(&self, url: &str, body: &Value) -> Answer {
        self.send("PATCH", url, Some(body))
    }

    pub(crate) fn post(&self, url: &str, body: &Value) -> Answer {
        self.send("POST", url, Some(body))
    }

    pub(crate) fn delete(&self, url: &str) -> Answer {
        self.send("DELETE", url, None)
    }

    /// Makes the group `g` in a region.
    #[track_caller]
    pub(crate) fn group(&self, region: &str) {
        self.put(&group("g"), &json!({"location": region}))
            .expect(201);
    }
}

pub(crate) fn group(name: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{name}?api-version=2024-11-01")
}

/// The URL of something in the group `g`.
pub(crate) fn url(path: &str, version: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/{path}?api-version={version}")
}

/// The id of something in the group `g`.
pub(crate) fn id(path: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/{path}")
}
