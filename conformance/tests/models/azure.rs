//! An offline Azure whose every exchange is kept, and the driver over it.

use std::sync::Arc;
use std::time::Duration;

use azure_core::http::headers::{HeaderName, HeaderValue};
use azure_core::http::{HttpClient as _, Method, Request, Url};
use bytes::Bytes;
use jiff::Timestamp;
use kompox_aks::{AksFactory, DRIVER_NAME};
use kompox_azure::{Cloud, Connection, Connector as _, Credential};
use kompox_azure_arm::ArmConnector;
use kompox_azure_sim::{Faults, Faulty, Latency, Simulator, TokioClock};
use kompox_conformance::{Exchange, Recorder};
use kompox_kube::twin::Twin;
use kompox_model::{Provider, Settings, Workspace};
use kompox_provider::{Driver, DriverContext, DriverFactory as _, NoProgress};
use serde_json::{Value, json};

pub(crate) const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";
pub(crate) const LOCATION: &str = "japaneast";
/// Somebody who roles can be given to.
pub(crate) const PRINCIPAL: &str = "22222222-2222-2222-2222-222222222222";

/// An offline Azure, which takes as long as Azure does in paused time.
pub(crate) struct Azure {
    recorder: Recorder,
    clusters: Twin,
}

/// What is named so starts operations that fail or are cancelled.
fn faults() -> Faults {
    let failure = json!({"fail": {"code": "InternalOperationError", "message": "The operation failed.", "status": 500}});
    let on = |path: &str, operation: &Value| json!({"path": path, "times": "always", "operation": operation});
    serde_json::from_value(json!({"faults": [
        on("/**/failing*", &failure),
        on("/**/cancelled*", &json!("cancel")),
    ]}))
    .unwrap()
}

/// An answer to a plain request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// Where to look how far it came.
    pub(crate) polls: Vec<String>,
}

impl Azure {
    pub(crate) fn new() -> Self {
        let start: Timestamp = "2026-01-02T03:04:05.1234567Z".parse().unwrap();
        let simulator = Simulator::builder()
            .latency(Latency::Realistic)
            .clock(Arc::new(TokioClock::new(start)))
            .subscription(SUBSCRIPTION)
            .principal(PRINCIPAL)
            // So that every list of more than two has pages.
            .page_size(2)
            .build()
            .unwrap();
        Self {
            recorder: Recorder::new(Faulty::new(simulator, faults()).transport()),
            clusters: Twin::in_memory(),
        }
    }

    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.recorder.exchanges()
    }

    fn connector(&self) -> ArmConnector {
        ArmConnector::builder()
            .transport(Arc::new(self.recorder.clone()))
            .anonymous()
            .operation_timeout(Duration::from_secs(3600))
            .build()
    }

    /// The driver's port to Azure.
    pub(crate) fn port(&self) -> kompox_azure::Azure {
        let connection = Connection {
            cloud: Cloud::named(Cloud::NAMES[0]).unwrap(),
            credential: Credential::AzureCli,
        };
        self.connector().connect(&connection).unwrap()
    }

    /// A driver of a provider in this subscription.
    pub(crate) fn driver(&self) -> Arc<dyn Driver> {
        let mut provider = Provider::new("azure-east", DRIVER_NAME);
        provider.settings = Settings::from_iter([
            ("AZURE_SUBSCRIPTION_ID", SUBSCRIPTION),
            ("AZURE_LOCATION", LOCATION),
            ("AZURE_AUTH_METHOD", "azure_cli"),
        ]);
        AksFactory::new(
            Arc::new(self.connector()),
            Arc::new(self.clusters.clone()),
            |_| None,
        )
        .create(DriverContext {
            workspace: Some(Workspace::new("acme")),
            provider,
            progress: Arc::new(NoProgress),
        })
        .unwrap()
    }

    /// Sends a request to a path with a query, or to an absolute URL.
    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.send_with(method, path, body, &[]).await
    }

    /// The same, with headers.
    pub(crate) async fn send_with(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
        headers: &[(&'static str, &str)],
    ) -> Answer {
        let url: Url = if path.starts_with("https://") {
            path.parse().unwrap()
        } else {
            format!("https://management.azure.com{path}")
                .parse()
                .unwrap()
        };
        let mut request = Request::new(url, method.parse::<Method>().unwrap());
        if let Some(body) = body {
            request.insert_header("content-type", "application/json");
            request.set_body(Bytes::from(body.to_string()));
        }
        for (name, value) in headers {
            let value = HeaderValue::from((*value).to_owned());
            request.insert_header(*name, value);
        }
        let answer = self.recorder.execute_request(&request).await.unwrap();
        let answer = answer.try_into_raw_response().await.unwrap();
        let (status, headers, body) = answer.deconstruct();
        let polls = ["azure-asyncoperation", "location"]
            .into_iter()
            .filter_map(|name| headers.get_optional_string(&HeaderName::from_static(name)))
            .collect();
        let body: Bytes = body.into();
        Answer {
            status: u16::from(status),
            body: serde_json::from_slice(&body).unwrap_or_default(),
            polls,
        }
    }

    /// Reads something that must be there.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.send("GET", path, None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    /// Sends what must succeed, and looks at where the answer says to look until it is done.
    pub(crate) async fn done(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let answer = self.send(method, path, body).await;
        assert!(answer.status < 300, "{method} {path}: {}", answer.body);
        for url in &answer.polls {
            self.poll(url).await;
        }
        answer.body
    }

    /// Looks at a polling URL until it tells an end.
    pub(crate) async fn poll(&self, url: &str) {
        for _ in 0..200 {
            let answer = self.send("GET", url, None).await;
            let status = answer.body["status"].as_str().unwrap_or("Succeeded");
            let ended = ["Succeeded", "Failed", "Canceled"].contains(&status);
            if answer.status != 202 && ended {
                return;
            }
            tokio::time::sleep(Duration::from_secs(10)).await;
        }
        panic!("no end of {url}");
    }

    /// Sends what must be refused with a code.
    pub(crate) async fn refused(&self, method: &str, path: &str, body: Option<Value>, code: &str) {
        let answer = self.send(method, path, body).await;
        let told = &answer.body["error"]["code"];
        let told = told.as_str().or(answer.body["code"].as_str());
        assert_eq!(told, Some(code), "{method} {path}: {}", answer.body);
    }

    /// All items of a list, page by page.
    pub(crate) async fn list(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let page = self.get(&path).await;
            items.extend(page["value"].as_array().unwrap().iter().cloned());
            next = page["nextLink"].as_str().map(str::to_owned);
        }
        items
    }
}
