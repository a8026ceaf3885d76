//! Whoever answers what a server receives.

use std::fmt::Debug;

use async_trait::async_trait;
use bytes::Bytes;

use crate::fault::{Exchange, Faulty};

/// Answers requests, or doesn't.
#[async_trait]
pub(super) trait Exchanger: Debug + Send + Sync {
    /// What the client gets to see of one request.
    async fn exchange(&self, request: http::Request<Bytes>) -> Exchange;
}

#[async_trait]
impl Exchanger for Faulty {
    async fn exchange(&self, request: http::Request<Bytes>) -> Exchange {
        Faulty::exchange(self, request).await
    }
}
