//! How Entra ID says no: an OAuth error (RFC 6749 section 5.2) with an AADSTS code.
//!
//! Codes: <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>.

use jiff::Timestamp;
use serde_json::{Value, json};

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// HTTP status.
    pub(super) status: u16,
    /// OAuth's word.
    pub(super) error: &'static str,
    /// The number of the AADSTS code.
    pub(super) code: u32,
    /// What went wrong.
    pub(super) message: String,
}

impl Refusal {
    fn new(status: u16, error: &'static str, code: u32, message: impl Into<String>) -> Self {
        Self {
            status,
            error,
            code,
            message: message.into(),
        }
    }

    pub(super) fn request(code: u32, message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request", code, message)
    }

    pub(super) fn client(code: u32, message: impl Into<String>) -> Self {
        Self::new(401, "invalid_client", code, message)
    }

    pub(super) fn scope(code: u32, message: impl Into<String>) -> Self {
        Self::new(400, "invalid_scope", code, message)
    }

    pub(super) fn missing(parameter: &str) -> Self {
        Self::request(
            900_144,
            format!("The request body must contain the following parameter: '{parameter}'."),
        )
    }

    pub(super) fn unsupported_grant(grant: &str) -> Self {
        Self::new(
            400,
            "unsupported_grant_type",
            70003,
            format!("The app requested an unsupported grant type '{grant}'."),
        )
    }

    pub(super) fn unknown_application(client_id: &str) -> Self {
        Self::new(
            400,
            "unauthorized_client",
            700_016,
            format!(
                "Application with identifier '{client_id}' was not found in the directory \
                 'Simulated'. This can happen if the application has not been installed by the \
                 administrator of the tenant or consented to by any user in the tenant. You may \
                 have sent your authentication request to the wrong tenant."
            ),
        )
    }

    pub(super) fn unknown_resource(resource: &str) -> Self {
        Self::new(
            400,
            "invalid_resource",
            500_011,
            format!(
                "The resource principal named {resource} was not found in the tenant named \
                 Simulated. This can happen if the application has not been installed by the \
                 administrator of the tenant or consented to by any user in the tenant. You might \
                 have sent your authentication request to the wrong tenant."
            ),
        )
    }

    /// The text with everything that support would ask for.
    pub(super) fn description(&self, trace: &str, correlation: &str, now: Timestamp) -> String {
        format!(
            "AADSTS{}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {}",
            self.code,
            self.message,
            now.strftime("%Y-%m-%d %H:%M:%SZ")
        )
    }

    pub(super) fn body(
        &self,
        origin: &str,
        trace: &str,
        correlation: &str,
        now: Timestamp,
    ) -> Value {
        json!({
            "error": self.error,
            "error_description": self.description(trace, correlation, now),
            "error_codes": [self.code],
            "timestamp": now.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("{origin}/error?code={}", self.code),
        })
    }
}
