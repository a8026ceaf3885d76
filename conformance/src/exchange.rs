//! Requests and their answers.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use azure_core::http::{AsyncRawResponse, Body, HttpClient, Request, Url};
use bytes::Bytes;

/// A request and its answer, as far as models are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The verb.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The api-version of the query.
    pub api_version: Option<String>,
    /// The body that was sent; empty when none was.
    pub request: Bytes,
    /// The status code.
    pub status: u16,
    /// The body that was answered; empty when none was.
    pub response: Bytes,
}

impl Exchange {
    /// An exchange over `url`.
    pub fn new(method: &str, url: &Url, request: Bytes, status: u16, response: Bytes) -> Self {
        Self {
            method: method.to_owned(),
            path: url.path().to_owned(),
            api_version: url
                .query_pairs()
                .find(|(key, _)| key.eq_ignore_ascii_case("api-version"))
                .map(|(_, value)| value.into_owned()),
            request,
            status,
            response,
        }
    }
}

/// The verb, the path and the api-version.
impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        match &self.api_version {
            Some(version) => write!(f, " ({version})"),
            None => Ok(()),
        }
    }
}

/// A transport that keeps what goes through another one. Clones keep it together.
#[derive(Debug, Clone)]
pub struct Recorder {
    transport: Arc<dyn HttpClient>,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

impl Recorder {
    /// Records what goes through `transport`.
    pub fn new(transport: Arc<dyn HttpClient>) -> Self {
        Self {
            transport,
            exchanges: Arc::default(),
        }
    }

    /// Everything so far, in the order in which it was answered.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[async_trait]
impl HttpClient for Recorder {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let sent = match request.body() {
            Body::Bytes(bytes) => bytes.clone(),
            Body::SeekableStream(stream) => {
                use futures::io::AsyncReadExt as _;
                let mut bytes = Vec::new();
                stream.clone().read_to_end(&mut bytes).await?;
                bytes.into()
            }
        };
        let answer = self.transport.execute_request(request).await?;
        let answer = answer.try_into_raw_response().await?;
        let (status, headers, body) = answer.deconstruct();
        let body: Bytes = body.into();
        self.exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Exchange::new(
                request.method().as_str(),
                request.url(),
                sent,
                u16::from(status),
                body.clone(),
            ));
        let stream = futures::stream::iter([Ok(body)]);
        Ok(AsyncRawResponse::new(status, headers, Box::pin(stream)))
    }
}
