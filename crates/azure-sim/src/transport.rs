//! The simulator as the transport of an Azure SDK client: no socket, no server.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::headers::{HeaderName, HeaderValue, Headers};
use azure_core::http::{AsyncRawResponse, Body, HttpClient, Request, StatusCode};
use bytes::Bytes;

use crate::fault::{Exchange, Faulty};
use crate::simulator::Simulator;

impl Simulator {
    /// A transport for `azure_core` pipelines (`ClientOptions::transport`) that ends here.
    pub fn transport(&self) -> Arc<dyn HttpClient> {
        Arc::new(self.clone())
    }
}

#[async_trait]
impl HttpClient for Simulator {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let response = self.handle(forwarded(request).await?);
        Ok(whole(response))
    }
}

impl Faulty {
    /// A transport for `azure_core` pipelines (`ClientOptions::transport`) that ends here. A connection that is reset, and a
    /// body that is cut off, are errors of the kind [`ErrorKind::Io`], as the SDK's own HTTP client reports them.
    pub fn transport(&self) -> Arc<dyn HttpClient> {
        Arc::new(self.clone())
    }
}

#[async_trait]
impl HttpClient for Faulty {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let request = forwarded(request).await?;
        match self.exchange(request).await {
            Exchange::Answered(response) => Ok(whole(response)),
            Exchange::Truncated { response, sent } => {
                let (parts, body) = response.into_parts();
                let arrived = body.slice(..sent.min(body.len()));
                let cut = broken(io::ErrorKind::UnexpectedEof, "the body was cut off");
                Ok(raw(&parts, vec![Ok(arrived), Err(cut)]))
            }
            Exchange::Reset => Err(broken(
                io::ErrorKind::ConnectionReset,
                "the connection was reset",
            )),
        }
    }
}

fn broken(kind: io::ErrorKind, message: &'static str) -> azure_core::Error {
    azure_core::Error::with_error(ErrorKind::Io, io::Error::new(kind, message), message)
}

/// The SDK's request in the words of `http`.
async fn forwarded(request: &Request) -> azure_core::Result<http::Request<Bytes>> {
    let body = match request.body() {
        Body::Bytes(bytes) => bytes.clone(),
        Body::SeekableStream(stream) => {
            use futures::io::AsyncReadExt as _;
            let mut stream = stream.clone();
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).await?;
            Bytes::from(bytes)
        }
    };
    let mut forwarded = http::Request::builder()
        .method(request.method().as_str())
        .uri(request.url().as_str());
    for (name, value) in request.headers().iter() {
        forwarded = forwarded.header(name.as_str(), value.as_str());
    }
    forwarded.body(body).map_err(|error| {
        azure_core::Error::with_error(
            ErrorKind::DataConversion,
            error,
            "the request is not valid HTTP",
        )
    })
}

fn whole(response: http::Response<Bytes>) -> AsyncRawResponse {
    let (parts, body) = response.into_parts();
    raw(&parts, vec![Ok(body)])
}

/// A response in the SDK's words, its body in pieces.
fn raw(parts: &http::response::Parts, body: Vec<azure_core::Result<Bytes>>) -> AsyncRawResponse {
    let mut headers = Headers::new();
    for (name, value) in &parts.headers {
        if let Ok(value) = value.to_str() {
            headers.insert(
                HeaderName::from(name.as_str().to_owned()),
                HeaderValue::from(value.to_owned()),
            );
        }
    }
    AsyncRawResponse::new(
        StatusCode::from(parts.status.as_u16()),
        headers,
        Box::pin(futures::stream::iter(body)),
    )
}
