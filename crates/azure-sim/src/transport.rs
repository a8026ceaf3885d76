//! The simulator as the transport of an Azure SDK client: no socket, no server.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::http::headers::{HeaderName, HeaderValue, Headers};
use azure_core::http::{AsyncRawResponse, Body, HttpClient, Request, StatusCode};
use bytes::Bytes;
use futures::TryStreamExt as _;

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
        let forwarded = forwarded.body(body).map_err(|error| {
            azure_core::Error::with_error(
                azure_core::error::ErrorKind::DataConversion,
                error,
                "the request is not valid HTTP",
            )
        })?;
        let (parts, body) = self.handle(forwarded).into_parts();
        let mut headers = Headers::new();
        for (name, value) in &parts.headers {
            if let Ok(value) = value.to_str() {
                headers.insert(
                    HeaderName::from(name.as_str().to_owned()),
                    HeaderValue::from(value.to_owned()),
                );
            }
        }
        let stream = futures::stream::iter([Ok(body)]);
        Ok(AsyncRawResponse::new(
            StatusCode::from(parts.status.as_u16()),
            headers,
            Box::pin(stream.into_stream()),
        ))
    }
}
