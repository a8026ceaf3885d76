//! Azure's words for too many requests.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling>

use http::Method;

use super::effect::{Throttle, ThrottlingCode};
use super::matcher::Subject;
use crate::error::ArmError;
use crate::reply::Reply;

/// The 429, with `Retry-After` as it was asked for and not scaled by the latency.
pub(super) fn reply(throttle: Throttle, subject: &Subject) -> Reply {
    let seconds = throttle.retry_after;
    let path = subject.path.as_deref().unwrap_or_default();
    let (code, message) = match throttle.code {
        ThrottlingCode::SubscriptionRequestsThrottled => {
            let operation = format!("{}/{}", subject.method, types(path)).to_uppercase();
            (
                "SubscriptionRequestsThrottled",
                format!(
                    "Number of requests for subscription '{}' and operation '{operation}' exceeded the backend \
                     storage limit. Please try again after '{seconds}' seconds.",
                    subscription(path)
                ),
            )
        }
        ThrottlingCode::ResourceRequestsThrottled => (
            "ResourceRequestsThrottled",
            format!(
                "Number of requests for action '{}' exceeded the limit of '50' for time interval '00:05:00'. \
                 Please try again after '{seconds}' seconds.",
                action(&subject.method, path)
            ),
        ),
    };
    ArmError::gateway(429, code, message)
        .into_reply()
        .header("retry-after", seconds.to_string())
}

fn subscription(path: &str) -> &str {
    let mut words = path.trim_matches('/').split('/');
    words
        .next()
        .filter(|word| word.eq_ignore_ascii_case("subscriptions"))
        .and_then(|_| words.next())
        .unwrap_or_default()
}

/// A path without its names, each namespace behind `providers`.
fn types(path: &str) -> String {
    let mut words = path.trim_matches('/').split('/');
    let mut kept = Vec::new();
    while let Some(word) = words.next() {
        kept.push(word);
        let next = words.next();
        if word.eq_ignore_ascii_case("providers") {
            kept.extend(next);
        }
    }
    kept.join("/")
}

/// What a role would have to allow: `Microsoft.Compute/disks/read`.
fn action(method: &Method, path: &str) -> String {
    let types = types(path);
    let lower = types.to_ascii_lowercase();
    let kind = match lower.rfind("providers/") {
        Some(at) => types
            .get(at + "providers/".len()..)
            .unwrap_or_default()
            .to_owned(),
        None => format!("Microsoft.Resources/{types}"),
    };
    let verb = match *method {
        Method::GET | Method::HEAD => "read",
        Method::DELETE => "delete",
        Method::POST => "action",
        _ => "write",
    };
    format!("{kind}/{verb}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_named_without_the_names_of_resources() {
        let disk = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/d";
        assert_eq!(
            types(disk),
            "subscriptions/resourceGroups/providers/Microsoft.Compute/disks"
        );
        assert_eq!(action(&Method::GET, disk), "Microsoft.Compute/disks/read");
        assert_eq!(
            action(&Method::PUT, "/subscriptions/s/resourceGroups/g"),
            "Microsoft.Resources/subscriptions/resourceGroups/write"
        );
        let keys = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a/listKeys";
        assert_eq!(
            action(&Method::POST, keys),
            "Microsoft.Storage/storageAccounts/listKeys/action"
        );
        assert_eq!(subscription(disk), "s");
        assert_eq!(subscription("/tenants"), "");
    }
}
