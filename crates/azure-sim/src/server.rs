//! The simulator behind a socket, for clients that cannot be given a transport.

use std::future::Future;
use std::io;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use http_body_util::{BodyExt as _, Limited};
use tokio::net::TcpListener;

use crate::simulator::Simulator;

/// As much as Resource Manager takes.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// Serves HTTP until `shutdown` is ready and the requests that were begun are answered. Polling URLs and next links
/// name the `Host` that the client used, with the scheme `http`.
///
/// There is no TLS and, unless the simulator requires it, no authorization: bind the listener to loopback.
///
/// # Errors
/// Whatever accepting connections gives.
pub async fn serve<F>(simulator: Simulator, listener: TcpListener, shutdown: F) -> io::Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let app = Router::new().fallback(answer).with_state(simulator);
    axum::serve(listener, app)
        .with_graceful_shutdown(shutdown)
        .await
}

async fn answer(
    State(simulator): State<Simulator>,
    request: http::Request<Body>,
) -> http::Response<Body> {
    let (parts, body) = request.into_parts();
    match Limited::new(body, LARGEST_BODY).collect().await {
        Ok(body) => {
            let request = http::Request::from_parts(parts, body.to_bytes());
            simulator.handle(request).map(Body::from)
        }
        Err(_) => {
            let mut refused = http::Response::new(Body::from(
                r#"{"error":{"code":"RequestContentTooLarge","message":"The request content exceeds the maximum size of 4194304 bytes or was cut off."}}"#,
            ));
            *refused.status_mut() = http::StatusCode::PAYLOAD_TOO_LARGE;
            refused
        }
    }
}
