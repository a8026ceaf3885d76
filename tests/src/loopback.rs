//! An Azure on the loopback, in the process of the test: whoever answers sees every request as it arrives.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Where tokens come from; everything else is Resource Manager.
const IDENTITY: &str = "/identity/token";

/// What becomes of a request.
#[derive(Debug)]
pub enum Reply {
    /// This answer.
    Now(http::Response<Bytes>),
    /// No answer, as from a server that nobody waits for any more.
    Never,
}

/// A server on the loopback that hands out tokens for a managed identity, and answers everything else as it was told.
/// It stops when dropped.
#[derive(Debug)]
pub struct Loopback {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Loopback {
    /// Starts serving.
    ///
    /// # Panics
    /// When the loopback cannot be listened on.
    #[must_use]
    pub fn start(answer: impl Fn(http::Request<Bytes>) -> Reply + Send + Sync + 'static) -> Self {
        let answer = Arc::new(answer);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = runtime
            .block_on(TcpListener::bind(("127.0.0.1", 0)))
            .expect("a port on the loopback");
        let address = listener.local_addr().expect("the port's number");
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let app = Router::new().fallback(move |request| respond(Arc::clone(&answer), request));
            runtime.block_on(async {
                tokio::select! {
                    served = async { axum::serve(listener, app).await } => served.expect("serving"),
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
        });
        Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Makes a command work on this server, signed in as a managed identity.
    pub fn direct(&self, command: &mut Command) {
        let address = self.address;
        command
            .env("KOMPOX_SIMULATE", "0")
            .env("AZURE_CLOUD", "Custom")
            .env(
                "AZURE_RESOURCE_MANAGER_ENDPOINT",
                format!("http://{address}"),
            )
            .env("AZURE_AUTHORITY_HOST", format!("http://{address}"))
            .env("IDENTITY_ENDPOINT", format!("http://{address}{IDENTITY}"))
            .env("IDENTITY_HEADER", "loopback")
            .env("NO_PROXY", "127.0.0.1")
            .env("no_proxy", "127.0.0.1");
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn respond(
    answer: Arc<impl Fn(http::Request<Bytes>) -> Reply>,
    request: http::Request<Body>,
) -> http::Response<Body> {
    if request.uri().path() == IDENTITY {
        let token = r#"{"access_token":"loopback","expires_on":"4102444800","resource":"x","token_type":"Bearer"}"#;
        return http::Response::builder()
            .header("content-type", "application/json")
            .body(Body::from(token))
            .expect("a response");
    }
    let (parts, body) = request.into_parts();
    // A client that dies while it sends has sent nothing.
    let Ok(body) = body.collect().await else {
        return std::future::pending().await;
    };
    match answer(http::Request::from_parts(parts, body.to_bytes())) {
        Reply::Now(response) => response.map(Body::from),
        Reply::Never => std::future::pending().await,
    }
}
