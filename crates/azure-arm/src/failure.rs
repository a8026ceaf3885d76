//! From what the pipeline says to the port's errors.

use std::error::Error as StdError;

use azure_core::error::ErrorKind;
use azure_core::http::Url;
use kompox_azure::{Error, parse_failure};

use crate::client::{Answer, Call};
use crate::reach::Untrusted;
use crate::token::NoToken;

/// Codes of a 404 that say more than that the thing is not there: the subscription, the namespace or the type
/// is wrong, and taking it for absence would turn a mistyped setting into "nothing to do".
const NOT_MERELY_ABSENT: [&str; 5] = [
    "SubscriptionNotFound",
    "InvalidSubscriptionId",
    "MissingSubscription",
    "InvalidResourceNamespace",
    "InvalidResourceType",
];

impl Answer {
    /// Whether this says that the thing asked for is not there. The code of such a 404 depends on who answers
    /// (`ResourceNotFound`, `NotFound`, `ResourceGroupNotFound`, …) and does not matter; but a page that is none
    /// of ARM's (a proxy, a wrong endpoint) says nothing about absence.
    pub(crate) fn is_absence(&self) -> bool {
        if self.status != 404 {
            return false;
        }
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return true;
        }
        let failure = parse_failure(&self.body);
        !failure.code.is_empty() && !NOT_MERELY_ABSENT.iter().any(|code| failure.has_code(code))
    }

    /// Whether asking again may help.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self.status, 408 | 429 | 500 | 502 | 503 | 504)
    }

    /// This answer as a refusal.
    pub(crate) fn refusal(&self) -> Error {
        let mut failure = parse_failure(&self.body);
        failure.status = Some(self.status);
        failure.request_id = self.request_id();
        if failure.code.is_empty() && failure.message.is_empty() {
            failure.message = format!("Azure answered with HTTP status {} only", self.status);
        }
        Error::Refused(Box::new(failure))
    }
}

/// What the pipeline failed with, without what must not be shown.
pub(crate) fn classify(call: &Call, error: &azure_core::Error, hint: &str) -> Error {
    if let Some(NoToken(cause)) = causes(error).find_map(|cause| cause.downcast_ref()) {
        return not_signed_in(cause, hint);
    }
    if let Some(untrusted) = causes(error).find_map(|cause| cause.downcast_ref::<Untrusted>()) {
        return Error::Transport {
            call: call.to_string(),
            message: untrusted.to_string(),
            source: untrusted.reason.clone().into(),
        };
    }
    let texts: Vec<String> = causes(error)
        .map(|cause| without_query(&cause.to_string(), &call.url))
        .collect();
    let message = match error.kind() {
        // The outer texts only say that a request failed.
        ErrorKind::Io | ErrorKind::Connection => texts.last(),
        _ => texts.first(),
    };
    Error::Transport {
        call: call.to_string(),
        message: message.cloned().unwrap_or_default(),
        source: texts.join(": ").into(),
    }
}

/// A failed sign-in, in one line with the way out.
pub(crate) fn not_signed_in(error: &azure_core::Error, hint: &str) -> Error {
    let mut reason = one_line(&error.to_string());
    // The outer text may say no more than that the request was given up.
    if let Some(cause) = causes(error)
        .last()
        .map(|cause| one_line(&cause.to_string()))
        && !reason.contains(&cause)
    {
        reason = format!("{}: {cause}", reason.trim_end_matches('.'));
    }
    if let Some((end, _)) = reason.char_indices().nth(600) {
        reason.truncate(end);
        reason.push('…');
    }
    Error::NotSignedIn {
        message: format!("{}; {hint}", reason.trim_end_matches('.')),
        source: reason.into(),
    }
}

/// A text of several lines as one, without the identity library's pointers to its own documentation.
fn one_line(text: &str) -> String {
    let lines: Vec<_> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("To troubleshoot"))
        .collect();
    lines.join(" ")
}

/// An error and what caused it, outermost first.
pub(crate) fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The HTTP library repeats the URL in its errors, signature and all.
pub(crate) fn without_query(text: &str, url: &Url) -> String {
    match url.query() {
        Some(query) => text.replace(query, "…"),
        None => text.to_owned(),
    }
}
