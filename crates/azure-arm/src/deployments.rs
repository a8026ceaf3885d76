//! Deployments.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::http::Method;
use jiff::{Span, SpanRelativeTo};
use kompox_azure::{
    Deployment, DeploymentOperation, DeploymentRequest, Deployments, ProvisioningState, ResourceId,
    Result, parse_failure,
};
use kompox_model::failure::Failure;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::api_version::DEPLOYMENTS as VERSION;
use crate::client::{Call, Client};
use crate::poll::Look;
use crate::wire::{nullable, state, timestamp};

/// Deployments over ARM.
#[derive(Debug)]
pub(crate) struct ArmDeployments(pub(crate) Client);

#[derive(Deserialize)]
struct Body {
    id: ResourceId,
    #[serde(default, deserialize_with = "nullable")]
    properties: Properties,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    provisioning_state: Option<ProvisioningState>,
    #[serde(default, deserialize_with = "nullable")]
    outputs: BTreeMap<String, Output>,
    error: Option<Value>,
    timestamp: Option<String>,
}

#[derive(Deserialize)]
struct Output {
    /// A null output comes without a value.
    #[serde(default)]
    value: Value,
}

impl From<Body> for Deployment {
    fn from(body: Body) -> Self {
        let properties = body.properties;
        Self {
            id: body.id,
            state: state(properties.provisioning_state),
            outputs: properties
                .outputs
                .into_iter()
                .map(|(name, output)| (name.to_uppercase(), output.value))
                .collect(),
            error: properties.error.as_ref().and_then(failure),
            timestamp: timestamp(properties.timestamp.as_deref()),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OperationBody {
    operation_id: String,
    #[serde(default, deserialize_with = "nullable")]
    properties: OperationProperties,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OperationProperties {
    #[serde(default, deserialize_with = "nullable")]
    provisioning_operation: String,
    provisioning_state: Option<ProvisioningState>,
    timestamp: Option<String>,
    duration: Option<String>,
    status_message: Option<Value>,
    target_resource: Option<TargetResource>,
}

#[derive(Deserialize)]
struct TargetResource {
    id: Option<String>,
}

impl From<OperationBody> for DeploymentOperation {
    fn from(body: OperationBody) -> Self {
        let properties = body.properties;
        let state = state(properties.provisioning_state);
        // Services put what they like into the message of a step that goes well.
        let error = (state == ProvisioningState::Failed)
            .then(|| properties.status_message.as_ref().and_then(failure))
            .flatten();
        Self {
            operation_id: body.operation_id,
            operation: properties.provisioning_operation,
            target: properties
                .target_resource
                .and_then(|target| target.id?.parse().ok()),
            timestamp: timestamp(properties.timestamp.as_deref()),
            duration: properties.duration.as_deref().and_then(duration),
            error,
            state,
        }
    }
}

/// An error inside of another document: an object, or a text that may hold one.
fn failure(value: &Value) -> Option<Failure> {
    let failure = match value {
        Value::Null => return None,
        Value::String(text) => parse_failure(text.as_bytes()),
        other => parse_failure(other.to_string().as_bytes()),
    };
    (!failure.code.is_empty() || !failure.message.is_empty()).then_some(failure)
}

/// An ISO 8601 duration (`PT1M5.2S`, `P1DT2H`).
fn duration(text: &str) -> Option<Duration> {
    let span: Span = text.parse().ok()?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    duration.try_into().ok()
}

/// The body of the PUT.
fn body(request: &DeploymentRequest) -> Value {
    let parameters: Map<String, Value> = request
        .parameters
        .iter()
        .map(|(name, value)| (name.clone(), json!({ "value": value })))
        .collect();
    let mut body = json!({
        "properties": {
            "mode": "Incremental",
            "template": request.template,
            "parameters": parameters,
        }
    });
    if let Some(location) = &request.location {
        body["location"] = location.as_str().into();
    }
    if !request.tags.is_empty() {
        body["tags"] = json!(request.tags);
    }
    body
}

#[async_trait]
impl Deployments for ArmDeployments {
    async fn get(&self, id: &ResourceId) -> Result<Option<Deployment>> {
        let deployment: Option<Body> = self.0.get(id, VERSION).await?;
        Ok(deployment.map(Into::into))
    }

    async fn create_or_update(
        &self,
        id: &ResourceId,
        request: &DeploymentRequest,
    ) -> Result<Deployment> {
        let deployment: Body = self.0.put(id, VERSION, &body(request)).await?;
        Ok(deployment.into())
    }

    async fn wait(&self, id: &ResourceId) -> Result<Option<Deployment>> {
        let call = Call::get(self.0.url(id, &[], VERSION));
        let first_wait = Some(Duration::ZERO);
        self.0
            .poll(&call, call.url.clone(), first_wait, |poll, answer| {
                if answer.is_absence() {
                    return Ok(Look::Ended(None));
                }
                if !answer.is_success() {
                    return Err(answer.refusal());
                }
                let deployment = Deployment::from(answer.json::<Body>(poll)?);
                Ok(match &deployment.state {
                    ProvisioningState::Running(state) => Look::Again {
                        url: poll.url.clone(),
                        state: state.clone(),
                    },
                    _ => Look::Ended(Some(deployment)),
                })
            })
            .await
    }

    async fn operations(&self, id: &ResourceId) -> Result<Vec<DeploymentOperation>> {
        let url = self.0.url(id, &["operations"], VERSION);
        let operations: Vec<OperationBody> = self.0.list(url).await?;
        Ok(operations.into_iter().map(Into::into).collect())
    }

    async fn cancel(&self, id: &ResourceId) -> Result<()> {
        let call = Call::new(Method::Post, self.0.url(id, &["cancel"], VERSION));
        match self.0.act(&call).await {
            // It does not run (any more).
            Err(error) if error.status() == Some(409) => Ok(()),
            result => result,
        }
    }

    async fn delete(&self, id: &ResourceId) -> Result<()> {
        self.0.delete(id, VERSION).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_every_length_are_read() {
        for (text, millis) in [
            ("PT0S", 0),
            ("PT0.0009763S", 0),
            ("PT35.148644S", 35_148),
            ("PT1M5.5S", 65_500),
            ("PT2H", 7_200_000),
            ("P1DT1S", 86_401_000),
        ] {
            assert_eq!(
                duration(text).map(|d| d.as_millis()),
                Some(millis),
                "{text}"
            );
        }
        assert_eq!(duration("soon"), None);
        assert_eq!(duration("-PT1S"), None);
    }
}
