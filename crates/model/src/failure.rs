//! What a cloud said when it refused: plain data, the same for every cloud and every layer.
//!
//! A port (Azure, Kubernetes) has its own error type, in its own field's words. [`Failure`] is the small part of
//! it that every layer above needs: what kind of refusal, and the cloud's own words. A port's error
//! says it by [`Classify`], and the driver contract turns that into its taxonomy; so the ports need not know the
//! driver contract, nor it the ports.

use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// What was asked for is not there.
    NotFound,
    /// It is there already, or busy.
    Conflict,
    /// The cloud refused for another reason.
    Cloud,
    /// The cluster's API server refused.
    Kubernetes,
    /// The time ran out.
    Timeout,
}

/// What a cloud said when it refused, in its own words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// HTTP status, where there was an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The cloud's code (`AuthorizationFailed`), empty where it gave none.
    pub code: String,
    /// The cloud's message.
    pub message: String,
    /// What the message is about: a property or a resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Failures that this one consists of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Failure>,
    /// The id by which the cloud's support finds the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Failure {
    /// The failures at the leaves: those that give the reason instead of summing up others.
    pub fn causes(&self) -> Vec<&Failure> {
        if self.details.is_empty() {
            return vec![self];
        }
        self.details.iter().flat_map(Failure::causes).collect()
    }

    /// Whether this failure or one that it consists of has that code; case does not matter.
    #[must_use]
    pub fn has_code(&self, code: &str) -> bool {
        self.code.eq_ignore_ascii_case(code)
            || self.details.iter().any(|detail| detail.has_code(code))
    }
}

/// `Code: message (target X; HTTP 403; request id Y)`, then the causes, one a line.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code.is_empty(), self.message.is_empty()) {
            (false, false) => write!(f, "{}: {}", self.code, self.message)?,
            (false, true) => f.write_str(&self.code)?,
            (true, false) => f.write_str(&self.message)?,
            (true, true) => f.write_str("no reason given")?,
        }
        let mut notes = Vec::new();
        if let Some(target) = &self.target {
            notes.push(format!("target {target}"));
        }
        if let Some(status) = self.status {
            notes.push(format!("HTTP {status}"));
        }
        if let Some(id) = &self.request_id {
            notes.push(format!("request id {id}"));
        }
        if !notes.is_empty() {
            write!(f, " ({})", notes.join("; "))?;
        }
        if !self.details.is_empty() {
            for cause in self.causes() {
                write!(f, "\n  - {cause}")?;
            }
        }
        Ok(())
    }
}

/// What an error of a port tells about itself.
pub trait Classify: Error + Send + Sync + 'static {
    /// The kind of refusal.
    fn kind(&self) -> FailureKind;

    /// What the cloud said, where there was an answer.
    fn failure(&self) -> Option<&Failure>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(code: &str, message: &str) -> Failure {
        Failure {
            code: code.into(),
            message: message.into(),
            ..Failure::default()
        }
    }

    #[test]
    fn a_nested_failure_shows_its_causes_and_leaves_out_the_sums_between() {
        let mut inner = failure("ResourceDeploymentFailure", "reached terminal state");
        inner.details = vec![failure("QuotaExceeded", "10 cores left")];
        let mut outer = failure("DeploymentFailed", "At least one failed");
        outer.status = Some(409);
        outer.request_id = Some("r-1".into());
        outer.details = vec![inner];

        assert_eq!(
            outer.to_string(),
            "DeploymentFailed: At least one failed (HTTP 409; request id r-1)\n  - QuotaExceeded: 10 cores left"
        );
        assert!(outer.has_code("quotaexceeded"));
    }
}
