//! An API server that answers what the test says, in that order, and keeps what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use kompox_kube::Kubernetes;
use kompox_kube::client::ApiServerConnector;
use secrecy::SecretString;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpListener;

/// What must not be seen anywhere.
pub(crate) const TOKEN: &str = "c2VjcmV0LXRva2Vu";

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

#[derive(Debug, Default)]
struct State {
    replies: VecDeque<(String, u16, String)>,
    asked: Vec<Asked>,
}

/// The server.
pub(crate) struct Script {
    state: Arc<Mutex<State>>,
    pub(crate) url: String,
}

impl Script {
    /// Starts one that expects these calls (`GET /path`, without the query), each with its status and its answer.
    pub(crate) async fn start<const N: usize>(replies: [(&str, u16, Value); N]) -> Self {
        let state = Arc::new(Mutex::new(State {
            replies: replies
                .map(|(call, status, body)| {
                    let body = match body {
                        Value::String(text) => text,
                        body => body.to_string(),
                    };
                    (call.to_owned(), status, body)
                })
                .into(),
            asked: Vec::new(),
        }));
        let shared = Arc::clone(&state);
        let router = axum::Router::new().fallback(
            async move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                answer(&shared, &method, &uri, headers, &body)
            },
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { state, url }
    }

    pub(crate) fn kubernetes(&self) -> Arc<dyn Kubernetes> {
        connect(&kubeconfig(&self.url, ""))
    }

    /// What was asked. Panics when not everything was.
    pub(crate) fn done(self) -> Vec<Asked> {
        let mut state = self.state.lock().unwrap();
        assert!(state.replies.is_empty(), "not asked: {:?}", state.replies);
        std::mem::take(&mut state.asked)
    }
}

fn answer(
    state: &Mutex<State>,
    method: &Method,
    uri: &Uri,
    headers: HeaderMap,
    body: &Bytes,
) -> Response {
    let mut state = state.lock().unwrap();
    let call = format!("{method} {}", uri.path());
    state.asked.push(Asked {
        query: uri.query().unwrap_or_default().to_owned(),
        headers,
        body: serde_json::from_slice(body).unwrap_or_default(),
    });
    match state.replies.pop_front() {
        Some((expected, status, body)) if expected == call => (
            StatusCode::from_u16(status).unwrap(),
            [("content-type", "application/json")],
            body,
        )
            .into_response(),
        other => (
            StatusCode::IM_A_TEAPOT,
            format!("asked {call}, expected {other:?}"),
        )
            .into_response(),
    }
}

/// Connects with short waits.
pub(crate) fn connect(kubeconfig: &SecretString) -> Arc<dyn Kubernetes> {
    ApiServerConnector::new()
        .waits(
            Duration::from_millis(1),
            Duration::from_millis(2),
            Duration::from_secs(30),
        )
        .connect(kubeconfig)
        .unwrap()
}

/// A kubeconfig for a server; the authority is Base64 of PEM, or nothing.
pub(crate) fn kubeconfig(server: &str, authority: &str) -> SecretString {
    let mut cluster = json!({ "server": server });
    if !authority.is_empty() {
        cluster["certificate-authority-data"] = authority.into();
    }
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{ "name": "c", "cluster": cluster }],
        "users": [{ "name": "u", "user": { "token": TOKEN } }],
        "contexts": [{ "name": "x", "context": { "cluster": "c", "user": "u" } }],
        "current-context": "x",
    })
    .to_string()
    .into()
}

/// An API server's refusal.
pub(crate) fn status(code: u16, reason: &str, message: &str, causes: Value) -> Value {
    json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "code": code, "reason": reason, "message": message, "details": { "causes": causes },
    })
}

/// The refusal for what is not there.
pub(crate) fn absent() -> Value {
    status(404, "NotFound", "not found", json!([]))
}
