//! What Azure says when it says no: one error type, two envelopes, and who is speaking.

use serde_json::{Map, Value, json};

use crate::reply::Bucket;

/// How the error object is laid out in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// `{"error":{"code","message"}}`: Resource Manager itself and most providers.
    Wrapped,
    /// The same, announced as JSON without a charset: file shares.
    Plain,
    /// `{"code","message",…}` at the top: AKS, DNS, diagnostic settings.
    Bare,
}

/// AKS's second code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subcode {
    /// There is the member, but nothing in it.
    Empty,
    /// The pool of a GET is not there.
    AgentPoolNotFound,
}

impl Subcode {
    fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "",
            Self::AgentPoolNotFound => "GetAgentPool_NotFound_HCPServerError",
        }
    }
}

/// A refusal, with everything that a response or a deployment's error details need.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ArmError {
    /// HTTP status.
    pub(crate) status: u16,
    /// Azure's error code.
    pub(crate) code: String,
    /// Azure's message.
    pub(crate) message: String,
    /// What the error is about (a property path or a resource id).
    pub(crate) target: Option<String>,
    /// Nested errors, each in the shape of [`ArmError::to_object`].
    pub(crate) details: Box<[Value]>,
    /// `additionalInfo` entries.
    pub(crate) additional_info: Box<[Value]>,
    /// AKS's second, finer code; only shown in a bare envelope.
    pub(crate) subcode: Option<Subcode>,
    /// Layout of the body.
    pub(crate) envelope: Envelope,
    /// Resource Manager answered before any provider saw the request.
    pub(crate) gateway: bool,
    /// Of what compute counted the request.
    pub(crate) bucket: Option<Bucket>,
}

impl ArmError {
    /// A provider's refusal in the usual wrapper.
    pub(crate) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            target: None,
            details: Box::default(),
            additional_info: Box::default(),
            subcode: None,
            envelope: Envelope::Wrapped,
            gateway: false,
            bucket: None,
        }
    }

    /// Resource Manager's own refusal (`x-ms-failure-cause: gateway`).
    pub(crate) fn gateway(
        status: u16,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            gateway: true,
            ..Self::new(status, code, message)
        }
    }

    /// A refusal by a provider that sends no `error` wrapper.
    pub(crate) fn bare(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            envelope: Envelope::Bare,
            ..Self::new(status, code, message)
        }
    }

    /// A refusal by a provider that announces its JSON without a charset.
    pub(crate) fn plain(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            envelope: Envelope::Plain,
            ..Self::new(status, code, message)
        }
    }

    /// Names what the error is about.
    pub(crate) fn with_target(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// Adds nested errors (already in their JSON form).
    pub(crate) fn with_details(mut self, details: Vec<Value>) -> Self {
        self.details = details.into();
        self
    }

    /// Adds `additionalInfo`.
    pub(crate) fn with_additional_info(mut self, info: Vec<Value>) -> Self {
        self.additional_info = info.into();
        self
    }

    /// Sets AKS's `subcode`.
    pub(crate) fn with_subcode(mut self, subcode: Subcode) -> Self {
        self.subcode = Some(subcode);
        self
    }

    /// The error object alone, without a wrapper: `code`, `message` and what else is set.
    pub(crate) fn to_object(&self) -> Value {
        let mut object = Map::new();
        object.insert("code".into(), json!(self.code));
        object.insert("message".into(), json!(self.message));
        if let Some(target) = &self.target {
            object.insert("target".into(), json!(target));
        }
        if !self.details.is_empty() {
            object.insert("details".into(), json!(self.details));
        }
        if !self.additional_info.is_empty() {
            object.insert("additionalInfo".into(), json!(self.additional_info));
        }
        Value::Object(object)
    }

    /// The whole response body in its envelope.
    pub(crate) fn to_body(&self) -> Value {
        match (self.envelope, &self.subcode) {
            (Envelope::Wrapped | Envelope::Plain, _) => json!({ "error": self.to_object() }),
            (Envelope::Bare, None) => self.to_object(),
            (Envelope::Bare, Some(subcode)) => {
                let details = if self.details.is_empty() {
                    Value::Null
                } else {
                    json!(self.details)
                };
                let mut body = json!({
                    "code": self.code,
                    "details": details,
                    "message": self.message,
                    "subcode": subcode.as_str(),
                });
                if let (Some(target), Some(map)) = (&self.target, body.as_object_mut()) {
                    map.insert("target".into(), json!(target));
                }
                body
            }
        }
    }
}

/// Errors that Resource Manager itself gives for any type.
impl ArmError {
    /// The group of the path does not exist.
    pub(crate) fn resource_group_not_found(name: &str) -> Self {
        Self::gateway(
            404,
            "ResourceGroupNotFound",
            format!("Resource group '{name}' could not be found."),
        )
    }

    /// The resource does not exist. `path` is type and names, as in
    /// `Microsoft.Compute/disks/d1`.
    pub(crate) fn resource_not_found(path: &str, group: Option<&str>) -> Self {
        let place = match group {
            Some(group) => format!("under resource group '{group}' "),
            None => String::new(),
        };
        Self::gateway(
            404,
            "ResourceNotFound",
            format!(
                "The Resource '{path}' {place}was not found. For more details please go to \
                 https://aka.ms/ARMResourceNotFoundFix"
            ),
        )
    }

    /// The parent of a child resource does not exist.
    pub(crate) fn parent_not_found(action: &str, resource_type: &str, parent: &str) -> Self {
        Self::gateway(
            404,
            "ParentResourceNotFound",
            format!(
                "Failed to perform '{action}' on resource(s) of type '{resource_type}', because \
                 the parent resource '{parent}' could not be found."
            ),
        )
    }

    /// The body is no JSON object of the wanted shape.
    pub(crate) fn invalid_request_content(reason: impl std::fmt::Display) -> Self {
        Self::gateway(
            400,
            "InvalidRequestContent",
            format!("The request content was invalid and could not be deserialized: '{reason}'."),
        )
    }

    /// The simulator's own failure, which Azure does not have.
    pub(crate) fn no_state(error: &std::io::Error) -> Self {
        Self::gateway(
            500,
            "InternalServerError",
            format!("The simulator could not keep its state: {error}"),
        )
    }

    /// The verb is not offered on this path.
    pub(crate) fn method_not_allowed(method: &str, what: &str) -> Self {
        Self::gateway(
            405,
            "MethodNotAllowed",
            format!("The HTTP method '{method}' is not supported at '{what}'."),
        )
    }
}
