//! The last step: a reply or an error becomes an HTTP response with the headers that Azure adds to everything.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use jiff::Timestamp;
use serde_json::Value;

use crate::builder::Settings;
use crate::entra::challenge;
use crate::error::{ArmError, Envelope};
use crate::latency::Latency;
use crate::polling;
use crate::provider_header;
use crate::reply::{Body, Reply};
use crate::request::ArmRequest;

/// Builds the response. `answer` numbers the answers of this process.
pub(crate) fn response(
    settings: &Settings,
    request: Option<&ArmRequest>,
    result: Result<Reply, ArmError>,
    now: Timestamp,
    answer: u64,
) -> Response<Bytes> {
    let origin = request.map_or("https://management.azure.com", |request| {
        request.origin.as_str()
    });
    let reply = match result {
        Ok(reply) => reply,
        Err(error) if error.status == 401 => {
            let challenge = challenge(settings, origin, &error.code);
            error.into_reply().header("www-authenticate", challenge)
        }
        Err(error) => error.into_reply(),
    };
    let mut response = Response::new(Bytes::new());
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut headers: Vec<(&str, String)> = Vec::new();
    let (content_type, body) = match &reply.body {
        Body::Empty => (None, String::new()),
        Body::EmptyText => (Some("text/plain; charset=utf-8"), String::new()),
        Body::Json(value) => (Some("application/json; charset=utf-8"), value.to_string()),
        Body::Plain(value) => (Some("application/json"), value.to_string()),
        Body::Indented(value) => (Some("application/json"), indented(value)),
    };
    if let Some(content_type) = content_type {
        headers.push(("content-type", content_type.to_owned()));
    }
    headers.push(("cache-control", "no-cache".to_owned()));
    headers.push(("pragma", "no-cache".to_owned()));
    headers.push(("expires", "-1".to_owned()));
    headers.push((
        "strict-transport-security",
        "max-age=31536000; includeSubDomains".to_owned(),
    ));
    headers.push(("x-content-type-options", "nosniff".to_owned()));
    headers.push((
        "date",
        now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
    ));
    if let Some(path) = &reply.async_operation {
        let url = polling::sign(settings, origin, path, now, answer);
        headers.push(("azure-asyncoperation", url));
    }
    if let Some(path) = &reply.location {
        let url = polling::sign(settings, origin, path, now, answer);
        headers.push(("location", url));
    }
    if let Some(recorded) = reply.retry_after {
        let latency = reply.takes.map_or(settings.latency, Latency::Fixed);
        headers.push(("retry-after", latency.retry_after(recorded).to_string()));
    }
    let own = settings.guid(&format!("answer:{answer}:{now}")).to_string();
    let correlation = request
        .and_then(|request| request.header("x-ms-correlation-request-id"))
        .map_or_else(
            || {
                settings
                    .guid(&format!("correlation:{answer}:{now}"))
                    .to_string()
            },
            str::to_owned,
        );
    let request_id = if reply.gateway {
        correlation.clone()
    } else {
        own.clone()
    };
    if !reply
        .headers
        .iter()
        .any(|(name, _)| *name == "x-ms-request-id")
    {
        headers.push(("x-ms-request-id", request_id));
    }
    headers.push(("x-ms-correlation-request-id", correlation));
    headers.push((
        "x-ms-routing-request-id",
        format!("SIMULATED:{}:{own}", now.strftime("%Y%m%dT%H%M%SZ")),
    ));
    if let Some(request) = request {
        let wants = request.header("x-ms-return-client-request-id");
        if wants.is_some_and(|value| value.eq_ignore_ascii_case("true"))
            && let Some(id) = request.header("x-ms-client-request-id")
        {
            headers.push(("x-ms-client-request-id", id.to_owned()));
        }
        if !reply.gateway {
            let id = settings.guid(&format!("identifier:{answer}:{now}"));
            headers.extend(provider_header::identity(settings, request, id));
        }
        if !(reply.gateway && reply.status >= 400) {
            headers.extend(provider_header::counts(request, !reply.gateway));
        }
    }
    headers.extend(
        reply
            .headers
            .iter()
            .map(|(name, value)| (*name, value.clone())),
    );
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(&value),
        ) {
            response.headers_mut().append(name, value);
        }
    }
    let body = Bytes::from(body);
    if request.is_some_and(|request| request.method == Method::HEAD) {
        // The answer to HEAD announces the length of what GET would send.
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    } else {
        *response.body_mut() = body;
    }
    response
}

impl ArmError {
    /// The answer that says it.
    pub(crate) fn into_reply(self) -> Reply {
        let body = match self.envelope {
            Envelope::Bare if self.subcode.is_some() => Body::Indented(self.to_body()),
            Envelope::Plain => Body::Plain(self.to_body()),
            _ => Body::Json(self.to_body()),
        };
        let mut reply = Reply::with(self.status, body);
        reply.gateway = self.gateway;
        if self.gateway {
            reply = reply.header("x-ms-failure-cause", "gateway");
        }
        match self.bucket {
            Some(bucket) => reply.counted(bucket),
            None => reply,
        }
    }
}

fn indented(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}
