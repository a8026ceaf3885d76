//! Tokens: fetched when first needed, once for all, renewed before they run out.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, Secret, TokenCredential};
use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::AUTHORIZATION;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request, StatusCode, Url};
use azure_core::time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;

/// A token that has less than this left is renewed; while renewing fails, it is used up.
const RENEW_BEFORE: Duration = Duration::minutes(5);

/// Puts a bearer token on every call.
///
/// `azure_core` has such a policy, but it refuses loopback HTTP, where a custom cloud may listen, and does not look
/// at where a request goes.
#[derive(Debug)]
pub(crate) struct BearerToken {
    credential: Arc<dyn TokenCredential>,
    scope: String,
    endpoint: Url,
    cached: Mutex<Option<AccessToken>>,
}

/// Why there is no token. Travels through the pipeline as the source of its error.
#[derive(Debug, thiserror::Error)]
#[error("no token: {0}")]
pub(crate) struct NoToken(#[source] pub(crate) Error);

impl BearerToken {
    pub(crate) fn new(credential: Arc<dyn TokenCredential>, scope: String, endpoint: Url) -> Self {
        Self {
            credential,
            scope,
            endpoint,
            cached: Mutex::new(None),
        }
    }

    /// A token, and whether it was fetched just now. Whoever comes while it is fetched waits for the same one.
    async fn token(&self) -> Result<(Secret, bool), Error> {
        let mut cached = self.cached.lock().await;
        let now = OffsetDateTime::now_utc();
        let usable = match &*cached {
            Some(token) if token.expires_on > now + RENEW_BEFORE => {
                return Ok((token.token.clone(), false));
            }
            Some(token) if token.expires_on > now => Some(token.token.clone()),
            _ => None,
        };
        match (
            self.credential.get_token(&[&self.scope], None).await,
            usable,
        ) {
            (Ok(token), _) => {
                let secret = token.token.clone();
                *cached = Some(token);
                Ok((secret, true))
            }
            (Err(_), Some(old)) => Ok((old, true)),
            (Err(error), None) => Err(Error::new(ErrorKind::Credential, NoToken(error))),
        }
    }

    /// Forgets a token that Azure no longer takes, unless another one is there already.
    async fn forget(&self, refused: &Secret) {
        let mut cached = self.cached.lock().await;
        if cached.as_ref().is_some_and(|token| token.token == *refused) {
            *cached = None;
        }
    }
}

#[async_trait]
impl Policy for BearerToken {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        if !same_origin(request.url(), &self.endpoint) {
            return Err(Error::with_message(
                ErrorKind::Other,
                "a token is sent to Azure Resource Manager only",
            ));
        }
        let (token, fresh) = self.token().await?;
        request.insert_header(AUTHORIZATION, format!("Bearer {}", token.secret()));
        let response = next[0].send(ctx, request, &next[1..]).await?;
        if response.status() != StatusCode::Unauthorized {
            return Ok(response);
        }
        self.forget(&token).await;
        if fresh {
            return Ok(response);
        }
        // It ran out on the way (ExpiredAuthenticationToken) or was revoked: once more with a new one.
        let (token, _) = self.token().await?;
        request.insert_header(AUTHORIZATION, format!("Bearer {}", token.secret()));
        request.body_mut().reset().await?;
        next[0].send(ctx, request, &next[1..]).await
    }
}

/// Whether two URLs have the same scheme, host and port.
pub(crate) fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host() == b.host()
        && a.port_or_known_default() == b.port_or_known_default()
}
