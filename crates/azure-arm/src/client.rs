//! One call to Azure Resource Manager: what is sent, what comes back.

use std::fmt;
use std::time::Duration;

use azure_core::Bytes;
use azure_core::http::headers::{ACCEPT, CONTENT_TYPE, HeaderName, Headers};
use azure_core::http::{Context, Method, Pipeline, PipelineSendOptions, Request, Url};
use kompox_azure::{Error, ResourceId, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::classify;
use crate::retry_after::retry_after;
use crate::token::same_origin;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-request-id");
const CORRELATION_ID: HeaderName = HeaderName::from_static("x-ms-correlation-request-id");

/// How waits for long-running operations go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waits {
    /// The first wait where the server says nothing; later ones are longer.
    pub(crate) first: Duration,
    /// The longest wait where the server says nothing.
    pub(crate) longest: Duration,
    /// How long an operation is waited for.
    pub(crate) operation_timeout: Duration,
}

/// The way to Azure Resource Manager, shared by all services of a connection.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) pipeline: Pipeline,
    pub(crate) endpoint: Url,
    pub(crate) waits: Waits,
    /// What to do when signing in fails.
    pub(crate) sign_in_hint: &'static str,
}

/// What is sent. Prints as method and path: queries of polling URLs are secret.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    body: Option<Bytes>,
    condition: Option<(HeaderName, String)>,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url.path())
    }
}

impl Call {
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            body: None,
            condition: None,
        }
    }

    pub(crate) fn get(url: Url) -> Self {
        Self::new(Method::Get, url)
    }

    pub(crate) fn with_body(method: Method, url: Url, body: &impl Serialize) -> Result<Self> {
        let mut call = Self::new(method, url);
        let body = serde_json::to_vec(body).map_err(|error| Error::Malformed {
            call: call.to_string(),
            message: format!("the request cannot be written as JSON: {error}"),
        })?;
        call.body = Some(body.into());
        Ok(call)
    }

    /// The same call, to be refused with 412 where the condition does not hold.
    pub(crate) fn on_condition(mut self, header: HeaderName, value: impl Into<String>) -> Self {
        self.condition = Some((header, value.into()));
        self
    }

    pub(crate) fn malformed(&self, message: impl Into<String>) -> Error {
        Error::Malformed {
            call: self.to_string(),
            message: message.into(),
        }
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The id by which Azure finds the request.
    pub(crate) fn request_id(&self) -> Option<String> {
        self.headers
            .get_optional_string(&REQUEST_ID)
            .or_else(|| self.headers.get_optional_string(&CORRELATION_ID))
    }

    /// How long the server wants us to wait.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        retry_after(&self.headers)
    }

    /// The body.
    pub(crate) fn json<T: DeserializeOwned>(&self, call: &Call) -> Result<T> {
        let body = self
            .body
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(&self.body);
        serde_json::from_slice(body).map_err(|error| {
            call.malformed(match error.classify() {
                // Only here does the text name a member, and it may quote a value.
                serde_json::error::Category::Data => format!("unexpected JSON: {error}"),
                _ => format!(
                    "no JSON, in line {} column {}",
                    error.line(),
                    error.column()
                ),
            })
        })
    }
}

impl Client {
    /// The URL of a thing, or of something below it (`below` are path segments).
    pub(crate) fn url(&self, id: &ResourceId, below: &[&str], api_version: &str) -> Url {
        let mut url = self.endpoint.clone();
        let path = id.to_string();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments
                .pop_if_empty()
                .extend(path.split('/').filter(|segment| !segment.is_empty()))
                .extend(below);
        }
        url.set_query(Some(&format!("api-version={api_version}")));
        url
    }

    /// A URL that an answer gave, used as it stands: parsing keeps every byte that RFC 3986 allows in a query but
    /// the apostrophe, which no signed URL has. Only Azure Resource Manager's own are taken: the next call
    /// carries a token.
    pub(crate) fn own_url(&self, call: &Call, what: &str, text: &str) -> Result<Url> {
        let url = Url::parse(text).map_err(|_| call.malformed(format!("{what} is no URL")))?;
        if same_origin(&url, &self.endpoint) {
            return Ok(url);
        }
        Err(call.malformed(format!(
            "{what} points to {}://{}, which is not {}",
            url.scheme(),
            url.host_str().unwrap_or_default(),
            self.endpoint.origin().ascii_serialization()
        )))
    }

    /// Sends; any status is an answer.
    pub(crate) async fn send(&self, call: &Call) -> Result<Answer> {
        let mut request = Request::new(call.url.clone(), call.method);
        request.insert_header(ACCEPT, "application/json");
        if let Some((header, value)) = &call.condition {
            request.insert_header(header.clone(), value.clone());
        }
        if let Some(body) = &call.body {
            request.insert_header(CONTENT_TYPE, "application/json");
            request.set_body(body.clone());
        }
        let options = PipelineSendOptions {
            skip_checks: true,
            ..PipelineSendOptions::default()
        };
        let response = self
            .pipeline
            .send(&Context::new(), &mut request, Some(options))
            .await
            .map_err(|error| classify(call, &error, self.sign_in_hint))?;
        let (status, headers, body) = response.deconstruct();
        Ok(Answer {
            status: status.into(),
            headers,
            body: body.into(),
        })
    }

    /// Sends; `None` for something that is not there, and a refusal for any other answer but success.
    pub(crate) async fn ask(&self, call: &Call) -> Result<Option<Answer>> {
        let answer = self.send(call).await?;
        if answer.is_success() {
            Ok(Some(answer))
        } else if answer.is_absence() {
            Ok(None)
        } else {
            Err(answer.refusal())
        }
    }

    /// Reads a thing.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        id: &ResourceId,
        api_version: &str,
    ) -> Result<Option<T>> {
        let call = Call::get(self.url(id, &[], api_version));
        match self.ask(&call).await? {
            Some(answer) => answer.json(&call).map(Some),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn signed_urls_survive_parsing_byte_for_byte(
            query in "([A-Za-z0-9._~!$()*+,;:@/?&=-]|%[0-9A-Fa-f]{2}){0,200}",
            path in "(/[A-Za-z0-9_~!$()*+,;:@&=-]{1,20}|/%[0-9A-Fa-f]{2}x){1,5}",
        ) {
            let text = format!("https://management.azure.com{path}?{query}");
            proptest::prop_assert_eq!(String::from(Url::parse(&text).unwrap()), text);
        }
    }
}
