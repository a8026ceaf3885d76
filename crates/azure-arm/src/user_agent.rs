//! Who calls.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::http::headers::USER_AGENT;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request};

/// `azure_core` always puts itself in front of the name, so it is set after it had its turn.
const NAME: &str = concat!("kompoxops/", env!("CARGO_PKG_VERSION"));

/// Sets the user agent of a call.
#[derive(Debug)]
pub(crate) struct UserAgent;

#[async_trait]
impl Policy for UserAgent {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        request.insert_header(USER_AGENT, NAME);
        next[0].send(ctx, request, &next[1..]).await
    }
}
