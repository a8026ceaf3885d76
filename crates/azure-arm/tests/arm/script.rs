//! A transport that expects certain calls in a certain order and answers as written.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::{AsyncRawResponse, Body, HttpClient, Request};
use azure_core::time::OffsetDateTime;
use kompox_azure::{Azure, Cloud, Connection, Connector, Credential, ResourceId};
use kompox_azure_arm::{ArmConnector, ArmConnectorBuilder};
use serde_json::Value;
use tokio::time::Instant;

pub(crate) const ARM: &str = "https://management.azure.com";
pub(crate) const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-0000-0000-000000000000";

/// Calls that are expected, and what is answered.
#[derive(Debug, Default)]
pub(crate) struct Script {
    steps: Mutex<VecDeque<Step>>,
    seen: Mutex<Vec<Seen>>,
}

#[derive(Debug)]
struct Step {
    method: String,
    url: String,
    body: Option<Value>,
    reply: Reply,
}

/// A call that came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) at: Instant,
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Headers,
    pub(crate) body: Option<Value>,
}

impl Seen {
    pub(crate) fn header(&self, name: &'static str) -> Option<&str> {
        self.headers
            .get_optional_str(&HeaderName::from_static(name))
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    broken: Option<String>,
    never: bool,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
            broken: None,
            never: false,
        }
    }

    pub(crate) fn ok(body: &Value) -> Self {
        Self::status(200).json(body)
    }

    /// A connection that breaks.
    pub(crate) fn broken(message: &str) -> Self {
        Self {
            broken: Some(message.to_owned()),
            ..Self::status(0)
        }
    }

    /// No answer, ever.
    pub(crate) fn never() -> Self {
        Self {
            never: true,
            ..Self::status(0)
        }
    }

    pub(crate) fn json(mut self, body: &Value) -> Self {
        self.body = body.to_string();
        self
    }

    pub(crate) fn text(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers
            .push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }
}

impl Script {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Expects a call; a URL that begins with `/` is one of ARM's.
    pub(crate) fn on(self, method: &str, url: &str, reply: Reply) -> Self {
        let url = if url.starts_with('/') {
            format!("{ARM}{url}")
        } else {
            url.to_owned()
        };
        self.steps.lock().unwrap().push_back(Step {
            method: method.into(),
            url,
            body: None,
            reply,
        });
        self
    }

    /// The last expected call carries that body.
    pub(crate) fn with(self, body: Value) -> Self {
        self.steps.lock().unwrap().back_mut().unwrap().body = Some(body);
        self
    }

    /// Expects the calls of a recording.
    pub(crate) fn recorded(data: &str) -> Self {
        let exchanges: Vec<Value> = serde_json::from_str(data).unwrap();
        let mut script = Self::new();
        for exchange in exchanges {
            let (request, response) = (&exchange["request"], &exchange["response"]);
            let mut reply = Reply::status(response["status"].as_u64().unwrap().try_into().unwrap());
            for (name, value) in response["headers"].as_object().unwrap() {
                reply = reply.header(name, value.as_str().unwrap());
            }
            if let Some(body) = response.get("body") {
                reply = reply.json(body);
            }
            script = script.on(
                request["method"].as_str().unwrap(),
                request["url"].as_str().unwrap(),
                reply,
            );
            if let Some(body) = request.get("body") {
                script = script.with(body.clone());
            }
        }
        script
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The waits before the second and every further call.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        self.seen()
            .windows(2)
            .map(|pair| pair[1].at - pair[0].at)
            .collect()
    }

    /// Fails unless every expected call came.
    pub(crate) fn done(&self) {
        let steps = self.steps.lock().unwrap();
        assert!(steps.is_empty(), "these calls did not come: {steps:#?}");
    }
}

#[async_trait]
impl HttpClient for Script {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let body = match request.body() {
            Body::Bytes(bytes) if bytes.is_empty() => None,
            Body::Bytes(bytes) => Some(
                serde_json::from_slice(bytes)
                    .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned())),
            ),
            Body::SeekableStream(_) => panic!("no stream is expected"),
        };
        let seen = Seen {
            at: Instant::now(),
            method: request.method().as_str().to_owned(),
            url: request.url().as_str().to_owned(),
            headers: request.headers().clone(),
            body,
        };
        self.seen.lock().unwrap().push(seen.clone());
        let step = self.steps.lock().unwrap().pop_front();
        let step = step.unwrap_or_else(|| {
            panic!(
                "no call is expected any more, but {} {} came",
                seen.method, seen.url
            )
        });
        assert_eq!((&seen.method, &seen.url), (&step.method, &step.url));
        if step.body.is_some() {
            assert_eq!(seen.body, step.body);
        }
        if step.reply.never {
            std::future::pending::<()>().await;
        }
        if let Some(message) = step.reply.broken {
            return Err(Error::with_error(
                ErrorKind::Io,
                std::io::Error::new(std::io::ErrorKind::ConnectionReset, message),
                "failed to execute request",
            ));
        }
        let mut headers = Headers::new();
        for (name, value) in step.reply.headers {
            headers.insert(name, value);
        }
        Ok(AsyncRawResponse::from_bytes(
            step.reply.status.into(),
            headers,
            step.reply.body,
        ))
    }
}

/// Tokens `token-1`, `token-2`, …, each of which lives that long and takes a second to get.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) lifetime: i64,
    pub(crate) fetched: AtomicUsize,
}

impl Tokens {
    pub(crate) fn living(lifetime: i64) -> Arc<Self> {
        Arc::new(Self {
            lifetime,
            fetched: AtomicUsize::new(0),
        })
    }

    pub(crate) fn fetched(&self) -> usize {
        self.fetched.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl TokenCredential for Tokens {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        assert_eq!(scopes, ["https://management.azure.com/.default"]);
        let number = self.fetched.fetch_add(1, Ordering::SeqCst) + 1;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let expires_on =
            OffsetDateTime::now_utc() + azure_core::time::Duration::seconds(self.lifetime);
        Ok(AccessToken::new(format!("token-{number}"), expires_on))
    }
}

pub(crate) fn connection(credential: Credential) -> Connection {
    Connection {
        cloud: Cloud::named("AzurePublic").unwrap(),
        credential,
    }
}

/// All services over a script, without tokens.
pub(crate) fn azure(script: &Arc<Script>) -> Azure {
    azure_with(script, |builder| builder)
}

/// The same with other settings.
pub(crate) fn azure_with(
    script: &Arc<Script>,
    set: impl FnOnce(ArmConnectorBuilder) -> ArmConnectorBuilder,
) -> Azure {
    let builder = ArmConnector::builder()
        .transport(Arc::clone(script) as _)
        .anonymous();
    set(builder)
        .build()
        .connect(&connection(Credential::AzureCli))
        .unwrap()
}

pub(crate) fn subscription() -> ResourceId {
    SUBSCRIPTION.parse().unwrap()
}

pub(crate) fn group(name: &str) -> ResourceId {
    subscription().group(name)
}

pub(crate) fn disk(name: &str) -> ResourceId {
    group("rg").resource("Microsoft.Compute/disks", name)
}

/// The URL of that disk.
pub(crate) fn disk_url(name: &str) -> String {
    format!("{ARM}{}?api-version=2024-03-02", disk(name))
}

/// The answer of a finished disk.
pub(crate) fn disk_body(name: &str, state: &str) -> Value {
    serde_json::json!({
        "id": disk(name),
        "location": "japaneast",
        "sku": { "name": "Premium_LRS" },
        "properties": { "diskSizeGB": 4, "provisioningState": state },
    })
}
