//! Headers: the same names, in any case, and the same values where they are determined.

use std::collections::BTreeMap;

use crate::compare::{Difference, Kind};
use crate::mask::mask;
use crate::recording::{Exchange, Recorder};

/// Headers that no recording has, although Azure sends them: those of the connection, and those that are the same in
/// every answer, which were left out when the recordings were written down.
const LEFT_OUT: &[&str] = &[
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "date",
    "expires",
    "pragma",
    "server",
    "strict-transport-security",
    "transfer-encoding",
    "vary",
    "x-azure-ref",
    "x-cache",
    "x-content-type-options",
    "x-ms-client-request-id",
    "x-ms-routing-request-id",
    "x-msedge-ref",
];

/// Headers that a recorder is known to remove.
fn removed_by(recorder: Recorder) -> &'static [&'static str] {
    match recorder {
        Recorder::AzureCli => &[
            "retry-after",
            "x-ms-correlation-request-id",
            "x-ms-request-id",
        ],
        Recorder::ServiceOperator => &["x-ms-correlation-request-id", "x-ms-request-id"],
        Recorder::DeveloperCli | Recorder::PowerShell | Recorder::Text => &[],
    }
}

/// The header that a name stands for. What is left of a subscription's requests was counted in one header until 2024,
/// in another since then, and in both by some front ends.
fn canonical(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    name.replace("-subscription-global-", "-subscription-")
}

/// Whether an answer may lack a header that is always simulated.
fn may_lack(exchange: &Exchange, name: &str) -> bool {
    let recorder = exchange.recorder();
    let counted = name.starts_with("x-ms-ratelimit-remaining-subscription-");
    // What the gateway refuses is never counted.
    let mut names = exchange.response.headers.keys();
    let refused = names.any(|name| name.eq_ignore_ascii_case("x-ms-failure-cause"));
    match recorder {
        // Some are of before 2024, when front ends did not count reads, and all of before 2025, when answers began to
        // say who asked.
        Recorder::AzureCli => counted && !refused || name == "x-ms-operation-identifier",
        Recorder::ServiceOperator => counted && !refused,
        Recorder::DeveloperCli | Recorder::PowerShell | Recorder::Text => false,
    }
}

/// Compares the headers of an answer.
pub(crate) fn compare(
    exchange: &Exchange,
    simulated: &http::HeaderMap,
    found: &mut Vec<Difference>,
) {
    let recorder = exchange.recorder();
    let ignored = |name: &str| LEFT_OUT.contains(&name) || removed_by(recorder).contains(&name);
    let recorded: BTreeMap<String, &str> = exchange
        .response
        .headers
        .iter()
        .map(|(name, value)| (canonical(name), value.as_str()))
        .filter(|(name, _)| !ignored(name))
        .collect();
    let simulated: BTreeMap<String, &str> = simulated
        .iter()
        .map(|(name, value)| (canonical(name.as_str()), value.to_str().unwrap()))
        .filter(|(name, _)| !ignored(name))
        .collect();
    for (name, value) in &recorded {
        match simulated.get(name) {
            None => found.push(difference(name, Kind::Missing, value, "nothing")),
            Some(other) => {
                let (left, right) = (
                    comparable(recorder, name, value, value),
                    comparable(recorder, name, other, value),
                );
                if left != right {
                    found.push(difference(name, Kind::Value, &left, &right));
                }
            }
        }
    }
    for (name, value) in &simulated {
        if !recorded.contains_key(name) && !may_lack(exchange, name) {
            found.push(difference(name, Kind::Extra, "nothing", value));
        }
    }
}

fn difference(name: &str, kind: Kind, recorded: &str, simulated: &str) -> Difference {
    let short = |text: &str| mask(text).chars().take(240).collect();
    Difference {
        path: format!("header.{name}"),
        kind,
        recorded: short(recorded),
        simulated: short(simulated),
    }
}

/// What of a header's value is determined, given what was recorded.
fn comparable(recorder: Recorder, name: &str, value: &str, recorded: &str) -> String {
    match name {
        "content-type" => value.to_ascii_lowercase().replace("; ", ";"),
        "location" | "azure-asyncoperation" => polling(value, recorded),
        // Azure Developer CLI's recorder writes 0 in the place of any time.
        "retry-after" if recorder == Recorder::DeveloperCli => String::new(),
        "retry-after" | "x-ms-failure-cause" | "x-ms-keyvault-service-version" => value.to_owned(),
        // How many are left is nobody's to foresee; of what, is.
        "x-ms-ratelimit-remaining-resource" => value
            .split(',')
            .map(|bucket| bucket.split(';').next().unwrap_or_default())
            .collect::<Vec<_>>()
            .join(","),
        "etag" => {
            let quoted = value.starts_with('"');
            format!("quoted {quoted}")
        }
        _ => String::new(),
    }
}

/// A URL's origin, path and api-version, and the names of its other parameters. Signatures came at the end of 2023:
/// where none was recorded, none is compared.
fn polling(url: &str, recorded: &str) -> String {
    let signed = recorded.contains("&s=");
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let parameters: Vec<String> = query
        .split('&')
        .filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "t" | "c" | "s" | "h" if !signed => None,
                "api-version" | "monitor" => Some(format!("{name}={value}")),
                _ => Some(name.to_owned()),
            }
        })
        .collect();
    format!("{}?{}", mask(path), parameters.join("&"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use http::{HeaderMap, HeaderName, HeaderValue};
    use serde_json::Value;

    use super::*;
    use crate::recording::{Request, Response};

    fn exchange(source: &str, status: u16, headers: &[(&str, &str)]) -> Exchange {
        Exchange {
            source: source.to_owned(),
            request: Request {
                method: "GET".to_owned(),
                url: "/".to_owned(),
                body: Value::Null,
            },
            response: Response {
                status: Some(status),
                headers: headers
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect::<BTreeMap<_, _>>(),
                body: Value::Null,
            },
        }
    }

    fn differences(exchange: &Exchange, simulated: &[(&'static str, &str)]) -> Vec<(String, Kind)> {
        let headers: HeaderMap = simulated
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_str(value).unwrap(),
                )
            })
            .collect();
        let mut found = Vec::new();
        compare(exchange, &headers, &mut found);
        found
            .into_iter()
            .map(|found| (found.path, found.kind))
            .collect()
    }

    const OPERATOR: &str = "Azure/azure-service-operator v2/x.yaml";
    const CLI: &str = "Azure/azure-cli src/x.yaml";

    #[test]
    fn names_are_compared_in_any_case_and_both_directions() {
        let recorded = exchange(
            OPERATOR,
            200,
            &[("Content-Type", "application/json"), ("Etag", "\"1\"")],
        );
        let found = differences(
            &recorded,
            &[
                ("content-type", "application/json"),
                ("x-ms-new", "1"),
                ("date", "today"),
            ],
        );
        assert_eq!(
            found,
            [
                ("header.etag".to_owned(), Kind::Missing),
                ("header.x-ms-new".to_owned(), Kind::Extra),
            ]
        );
    }

    #[test]
    fn values_are_compared_where_they_are_determined() {
        let recorded = exchange(OPERATOR, 202, &[("Retry-After", "15")]);
        assert_eq!(
            differences(&recorded, &[("retry-after", "17")]),
            [("header.retry-after".to_owned(), Kind::Value)]
        );
        assert!(differences(&recorded, &[("retry-after", "15")]).is_empty());
        let etag = exchange(OPERATOR, 200, &[("Etag", "\"one\"")]);
        assert!(differences(&etag, &[("etag", "\"two\"")]).is_empty());
        assert_eq!(differences(&etag, &[("etag", "two")]).len(), 1);
    }

    #[test]
    fn a_recorder_is_not_asked_for_what_it_removes_and_refusals_are_not_counted() {
        let none = exchange(CLI, 202, &[]);
        assert!(differences(&none, &[("retry-after", "2")]).is_empty());
        let counted = ("x-ms-ratelimit-remaining-subscription-reads", "1");
        assert!(differences(&none, &[counted]).is_empty());
        let refused = exchange(CLI, 404, &[("x-ms-failure-cause", "gateway")]);
        let gateway = ("x-ms-failure-cause", "gateway");
        assert_eq!(differences(&refused, &[counted, gateway]).len(), 1);
    }

    #[test]
    fn of_a_polling_url_all_but_ids_and_signatures_is_compared() {
        let path =
            "https://management.azure.com/subscriptions/0e2a1b3c-0000-4000-8000-000000000001";
        let url = |word: &str, version: &str| {
            format!(
                "{path}/{word}/0e2a1b3c-0000-4000-8000-000000000002?api-version={version}&t=1&c=a&s=b&h=c"
            )
        };
        let recorded = exchange(
            OPERATOR,
            202,
            &[("Location", &url("operations", "2024-11-01"))],
        );
        let same = url("operations", "2024-11-01")
            .replace("0002?", "0003?")
            .replace("s=b", "s=x");
        assert!(differences(&recorded, &[("location", &same)]).is_empty());
        for other in [
            url("operationResults", "2024-11-01"),
            url("operations", "2025-04-01"),
            url("operations", "2024-11-01").replace("&s=b", ""),
            url("operations", "2024-11-01").replace(".com/", ".com:443/"),
        ] {
            assert_eq!(
                differences(&recorded, &[("location", &other)]).len(),
                1,
                "{other}"
            );
        }
    }
}
