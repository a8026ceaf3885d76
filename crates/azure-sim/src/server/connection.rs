//! One connection, from the handshake to its end.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST};
use http::uri::{Authority, Scheme};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::Server;
use super::access_log::Entry;
use super::answer::Answer;
use super::socket::{Line, Outlet, Socket, Wish};
use crate::fault::Exchange;

/// As much as Resource Manager takes.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// How long a client may take for its part of a handshake, or for the head of a request.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long it may take for a body: without an end to it, clients that are stuck use up all there can be connections.
const BODY_PATIENCE: Duration = Duration::from_secs(120);

/// One connection.
#[derive(Debug)]
pub(super) struct Connection {
    server: Arc<Server>,
    stopped: watch::Receiver<bool>,
    line: Arc<Line>,
}

impl Connection {
    pub(super) fn new(server: Arc<Server>, stopped: watch::Receiver<bool>) -> Self {
        Self {
            server,
            stopped,
            line: Arc::default(),
        }
    }

    /// Serves the connection to its end. What goes wrong is of interest to nobody but its client, who sees it.
    pub(super) async fn run(mut self, stream: TcpStream) {
        // Without it a small answer waits for an acknowledgement; where it cannot be set, the connection is gone.
        let _ = stream.set_nodelay(true);
        let socket = Socket::new(stream, Arc::clone(&self.line));
        let Some(tls) = &self.server.tls else {
            return self.http(socket, Scheme::HTTP).await;
        };
        let handshake = tokio::time::timeout(PATIENCE, tls.acceptor().accept(socket));
        let handshake = tokio::select! {
            handshake = handshake => handshake,
            _ = self.stopped.wait_for(|stopped| *stopped) => return,
        };
        match handshake {
            Ok(Ok(stream)) => self.http(stream, Scheme::HTTPS).await,
            // A client that trusts another authority says so; one that only looks whether somebody listens does not.
            Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                tracing::warn!(%error, "a TLS handshake failed");
            }
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake was not completed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn http<S>(mut self, stream: S, scheme: Scheme)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let line = Arc::clone(&self.line);
        let io = TokioIo::new(Outlet::new(stream, Arc::clone(&line)));
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE);
        let server = Arc::clone(&self.server);
        let service = {
            let line = Arc::clone(&line);
            service_fn(move |request| {
                answer(
                    Arc::clone(&server),
                    Arc::clone(&line),
                    scheme.clone(),
                    request,
                )
            })
        };
        let mut connection = pin!(builder.serve_connection(io, service));
        let mut stopped = pin!(self.stopped.wait_for(|stopped| *stopped));
        let mut told = false;
        poll_fn(|context| {
            line.watch(context);
            // What was handed over before the connection is driven once more is in what it writes then.
            let ending = line.wish() == Wish::End;
            if !told && stopped.as_mut().poll(context).is_ready() {
                told = true;
                connection.as_mut().graceful_shutdown();
            }
            let served = connection.as_mut().poll(context);
            match line.wish() {
                Wish::Reset => return Poll::Ready(()),
                Wish::End if ending && line.is_flushed() => return Poll::Ready(()),
                Wish::End if !ending => context.waker().wake_by_ref(),
                Wish::End | Wish::Stay => {}
            }
            served.map(|served| {
                if let Err(error) = served {
                    tracing::debug!(%error, "a connection failed");
                }
            })
        })
        .await;
    }
}

/// Answers one request, or has the connection end without an answer.
async fn answer(
    server: Arc<Server>,
    line: Arc<Line>,
    scheme: Scheme,
    request: http::Request<Incoming>,
) -> Result<http::Response<Answer>, Infallible> {
    let begun = Instant::now();
    let (mut parts, body) = request.into_parts();
    parts.uri = absolute(parts.uri, &parts.headers, scheme);
    let entry = server
        .access_log
        .as_ref()
        .map(|_| Entry::of(&parts.method, &parts.uri, &parts.headers));
    let named = names_one_host(parts.version, &parts.uri, &parts.headers);
    let body = Limited::new(body, LARGEST_BODY).collect();
    let exchange = match tokio::time::timeout(BODY_PATIENCE, body).await {
        Ok(Ok(_)) if !named => Exchange::Answered(refusal(
            http::StatusCode::BAD_REQUEST,
            "InvalidRequestHeader",
            "The request must name one valid host.",
        )),
        Ok(Ok(body)) => {
            let request = http::Request::from_parts(parts, body.to_bytes());
            server.azure.exchange(request).await
        }
        Ok(Err(error)) => Exchange::Answered(unreadable(&*error)),
        Err(_) => Exchange::Answered(refusal(
            http::StatusCode::REQUEST_TIMEOUT,
            "RequestTimeout",
            "The request content did not arrive in time.",
        )),
    };
    let status = match &exchange {
        Exchange::Answered(response) | Exchange::Truncated { response, .. } => {
            Some(response.status().as_u16())
        }
        Exchange::Reset => None,
    };
    if let (Some(log), Some(entry)) = (&server.access_log, entry) {
        log.write(entry, status, begun.elapsed());
    }
    match exchange {
        Exchange::Answered(response) => Ok(response.map(Answer::whole)),
        Exchange::Truncated { response, sent } => {
            let (mut parts, body) = response.into_parts();
            parts.headers.insert(CONTENT_LENGTH, body.len().into());
            Ok(http::Response::from_parts(
                parts,
                Answer::part(&body, sent, line),
            ))
        }
        Exchange::Reset => {
            line.reset();
            std::future::pending().await
        }
    }
}

/// The URI that links in the answer are made from: a mere path gets the scheme of the connection and the host that the
/// client named.
fn absolute(uri: http::Uri, headers: &http::HeaderMap, scheme: Scheme) -> http::Uri {
    let host = headers
        .get(HOST)
        .and_then(|host| Authority::try_from(host.as_bytes()).ok());
    let mut parts = uri.clone().into_parts();
    match (&parts.authority, host) {
        // A proxy is asked for something elsewhere, by a scheme of its own.
        (Some(_), _) if scheme == Scheme::HTTP && parts.scheme.is_some() => return uri,
        (Some(_), _) => {}
        (None, Some(host)) => parts.authority = Some(host),
        (None, None) => return uri,
    }
    parts.scheme = Some(scheme);
    // It fails where there is no path (`OPTIONS *`, `CONNECT`).
    http::Uri::from_parts(parts).unwrap_or(uri)
}

/// Whether a request has the one valid `Host` that it must have (RFC 9112 section 3.2). HTTP/1.0 can do without, and
/// HTTP/2 with an authority.
fn names_one_host(version: http::Version, uri: &http::Uri, headers: &http::HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => Authority::try_from(host.as_bytes()).is_ok(),
        (None, _) if version == http::Version::HTTP_11 => false,
        (None, _) => version < http::Version::HTTP_11 || uri.authority().is_some(),
        _ => false,
    }
}

/// The answer to a request whose body cannot be had.
fn unreadable(error: &(dyn StdError + 'static)) -> http::Response<Bytes> {
    if error.is::<LengthLimitError>() {
        refusal(
            http::StatusCode::PAYLOAD_TOO_LARGE,
            "RequestContentTooLarge",
            "The request content exceeds the maximum size of 4194304 bytes.",
        )
    } else {
        refusal(
            http::StatusCode::BAD_REQUEST,
            "InvalidRequestContent",
            "The request content was cut off.",
        )
    }
}

/// A request that is refused before the simulator sees it.
fn refusal(status: http::StatusCode, code: &str, message: &str) -> http::Response<Bytes> {
    let body = serde_json::json!({"error": {"code": code, "message": message}}).to_string();
    let mut response = http::Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        http::HeaderValue::from_static("application/json; charset=utf-8"),
    );
    response
}
