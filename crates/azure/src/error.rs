//! How a call to Azure fails.

use std::error::Error as StdError;

use kompox_model::failure::{Classify, Failure, FailureKind};
use serde_json::Value;

/// The result of a call to Azure.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call to Azure failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Azure answered, and refused: a status that is no success, or a long-running operation that ended in
    /// `Failed` or `Canceled`.
    #[error("{0}")]
    Refused(Box<Failure>),

    /// There is no token to call Azure with. The message says which way of signing in was tried.
    #[error("not signed in to Azure: {message}")]
    NotSignedIn {
        /// What the identity library said, without secrets.
        message: String,
        /// The identity library's error.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },

    /// No answer came.
    #[error("no answer from Azure to {call}: {message}")]
    Transport {
        /// Method and path.
        call: String,
        /// What went wrong on the way.
        message: String,
        /// The transport's error.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },

    /// The answer is not what Azure documents.
    #[error("the answer to {call} cannot be understood: {message}")]
    Malformed {
        /// Method and path.
        call: String,
        /// What was expected.
        message: String,
    },

    /// A long-running operation did not end in the time that a wait may take at most. Azure goes on.
    #[error("{call} has not ended after {seconds} s; its last state was {state:?}")]
    Timeout {
        /// Method and path of the call that began it.
        call: String,
        /// The time waited.
        seconds: u64,
        /// The state of the last poll.
        state: String,
    },
}

impl Error {
    /// Whether Azure refused with that code, at the top or in a detail.
    #[must_use]
    pub fn has_code(&self, code: &str) -> bool {
        self.failure().is_some_and(|failure| failure.has_code(code))
    }

    /// The HTTP status of a refusal.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.failure()?.status
    }
}

impl Classify for Error {
    fn kind(&self) -> FailureKind {
        match self {
            Self::Refused(failure) => match failure.status {
                Some(404) => FailureKind::NotFound,
                Some(409 | 412) => FailureKind::Conflict,
                _ => FailureKind::Cloud,
            },
            Self::Timeout { .. } => FailureKind::Timeout,
            _ => FailureKind::Cloud,
        }
    }

    fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Refused(failure) => Some(failure),
            _ => None,
        }
    }
}

/// Reads the body of an ARM error in all the shapes that Azure sends: with the `error` wrapper, without it (AKS,
/// DNS, diagnostic settings), App Service's capitalised names, and failed deployments whose details carry a
/// whole error document as text in `message`. A body that is no JSON becomes the message.
///
/// ```
/// use kompox_azure::parse_failure;
///
/// let failure = parse_failure(br#"{"code":"NotFound","message":"no such pool"}"#);
/// assert_eq!((failure.code.as_str(), failure.message.as_str()), ("NotFound", "no such pool"));
/// ```
///
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations> and recorded
/// traffic.
#[must_use]
pub fn parse_failure(body: &[u8]) -> Failure {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => failure(&value, 0),
        Err(_) => Failure {
            message: shorten(String::from_utf8_lossy(body).trim()),
            ..Failure::default()
        },
    }
}

/// Nesting beyond this is no longer read: real answers have up to six levels.
const MAX_DEPTH: usize = 16;

fn failure(value: &Value, depth: usize) -> Failure {
    if let Some(inner) = member(value, "error").filter(|inner| inner.is_object()) {
        return failure(inner, depth);
    }
    let text = |name| {
        member(value, name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let mut result = Failure {
        code: text("code"),
        message: text("message"),
        target: Some(text("target")).filter(|target| !target.is_empty()),
        ..Failure::default()
    };
    if depth < MAX_DEPTH {
        result.details = member(value, "details")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter(|detail| detail.is_object())
            .map(|detail| failure(detail, depth + 1))
            .filter(|detail| !repeats(detail, &result))
            .collect();
        // A failed deployment's detail can hold the real error as a JSON document in its message.
        if result.message.starts_with('{')
            && let Ok(document @ Value::Object(_)) = serde_json::from_str(&result.message)
        {
            let inner = failure(&document, depth + 1);
            if !inner.code.is_empty() || !inner.message.is_empty() {
                if result.target.is_none() {
                    return inner;
                }
                result.message = String::new();
                result.details.push(inner);
            }
        }
    }
    result
}

/// Whether a detail adds nothing: App Service says its code and its message again, one by one.
fn repeats(detail: &Failure, outer: &Failure) -> bool {
    let nothing_new = |inner: &str, outer: &str| inner.is_empty() || inner == outer;
    detail.details.is_empty()
        && detail.target.is_none()
        && nothing_new(&detail.code, &outer.code)
        && nothing_new(&detail.message, &outer.message)
}

/// A member by name, whatever its case: App Service writes `Code`, everybody else `code`.
fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value
        .as_object()?
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// A proxy's HTML page is not worth more than its beginning.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_and_bare_and_capitalised_bodies_are_the_same_to_us() {
        for body in [
            r#"{"error":{"code":"C","message":"M","target":"T"}}"#,
            r#"{"code":"C","details":null,"message":"M","subcode":"","target":"T"}"#,
            r#"{"Code":"C","Message":"M","Target":"T","Details":[{"Message":""}],"Innererror":null}"#,
        ] {
            let failure = parse_failure(body.as_bytes());
            assert_eq!(failure.code, "C", "{body}");
            assert_eq!(failure.message, "M", "{body}");
            assert_eq!(failure.target.as_deref(), Some("T"), "{body}");
            assert!(failure.details.is_empty(), "{body}");
        }
    }

    #[test]
    fn a_document_inside_of_a_message_is_unpacked_down_to_the_cause() {
        let cause =
            r#"{"status":"Failed","error":{"code":"QuotaExceeded","message":"no cores left"}}"#;
        let nested = serde_json::json!({"error": {"code": "DeploymentFailed", "message": "failed", "details": [
            {"code": "Conflict", "message": serde_json::json!({"error": {"code": "ResourceDeploymentFailure",
                "message": "terminal", "details": [{"code": "Conflict", "message": cause}]}}).to_string()}
        ]}});
        let failure = parse_failure(nested.to_string().as_bytes());
        let causes: Vec<_> = failure.causes().iter().map(|c| c.code.clone()).collect();
        assert_eq!(causes, ["QuotaExceeded"]);
    }

    #[test]
    fn details_that_only_repeat_are_left_out() {
        let failure = parse_failure(
            br#"{"Code":"Conflict","Message":"taken","Details":[{"Message":"taken"},{"Code":"Conflict"},
                {"ErrorEntity":{"Code":"Conflict"}},{"Code":"Conflict","Message":"by another"}]}"#,
        );
        let messages: Vec<_> = failure.details.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(messages, ["by another"]);
    }

    #[test]
    fn a_page_of_a_proxy_becomes_a_short_message() {
        let page = format!("<html>{}</html>", "x".repeat(2000));
        let failure = parse_failure(page.as_bytes());
        assert!(failure.code.is_empty());
        assert!(failure.message.chars().count() <= 301);
    }

    #[test]
    fn not_found_and_conflict_are_told_apart_by_status_not_by_code() {
        let refused = |status| {
            Error::Refused(Box::new(Failure {
                status: Some(status),
                code: "Whatever".into(),
                ..Failure::default()
            }))
        };
        assert_eq!(refused(404).kind(), FailureKind::NotFound);
        assert_eq!(refused(409).kind(), FailureKind::Conflict);
        assert_eq!(refused(403).kind(), FailureKind::Cloud);
    }

    proptest::proptest! {
        #[test]
        fn no_body_makes_the_parser_panic(body in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = parse_failure(&body);
        }
    }
}
