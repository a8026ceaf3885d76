//! What a fault does.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use serde::Deserialize;
use serde_json::Value;

use crate::store::Fate;

/// What a fault does to a request that it strikes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Effect {
    /// Another answer; the request is not applied.
    Respond(Canned),
    /// 429; the request is not applied.
    Throttle(Throttle),
    /// The connection is reset before the request is applied.
    Reset,
    /// The request is applied, and then the connection is reset.
    LoseAnswer,
    /// The request is applied, and the answer's body ends after so many bytes.
    Truncate(usize),
    /// The request waits.
    Delay(Duration),
    /// The operation that the request starts does not go as it would.
    Operation(Fate),
    /// The refusal of a role for a principal that the directory does not know yet.
    PrincipalNotFound,
}

impl Effect {
    /// Whether a request of this method may start an operation.
    pub(super) fn starts_operation(method: &Method) -> bool {
        [Method::PUT, Method::PATCH, Method::POST, Method::DELETE].contains(method)
    }
}

/// An answer as it was written down.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Canned {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// JSON; a text is sent as it is, null is no body.
    pub(super) body: Value,
}

impl Canned {
    /// Makes this of an answer that has only the headers of every answer.
    pub(super) fn put_into(&self, response: &mut http::Response<Bytes>, method: &Method) {
        *response.status_mut() = self.status;
        let (kind, body) = match &self.body {
            Value::Null => (None, Bytes::new()),
            Value::String(text) => (Some("text/plain; charset=utf-8"), Bytes::from(text.clone())),
            json => (
                Some("application/json; charset=utf-8"),
                Bytes::from(json.to_string()),
            ),
        };
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_LENGTH);
        if let Some(kind) = kind {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
        if method == Method::HEAD {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        } else {
            *response.body_mut() = body;
        }
    }
}

/// A refusal because there were too many requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Throttle {
    /// Seconds.
    pub(super) retry_after: u64,
    #[serde(default)]
    pub(super) code: ThrottlingCode,
}

/// Who counted the requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) enum ThrottlingCode {
    /// Resource Manager, those of a subscription.
    #[default]
    SubscriptionRequestsThrottled,
    /// A provider, those of one action.
    ResourceRequestsThrottled,
}
