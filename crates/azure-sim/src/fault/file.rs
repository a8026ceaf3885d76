//! The list of faults: what was written, understood or refused.

use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::count::Rule;
use super::effect::{Canned, Effect};
use super::entry::{Document, Entry, Methods, OperationEntry, Respond, SlowEntry, Times};
use super::matcher::Matcher;
use super::path::PathPattern;
use crate::latency;
use crate::store::{Failure, Fate, Slowness};

/// A list of faults, in order: of those that match a request, the first is taken that strikes it.
///
/// Read with `serde`, from JSON or YAML:
///
/// ```
/// let faults: kompox_azure_sim::Faults = serde_json::from_value(serde_json::json!({
///     "seed": 7,
///     "faults": [
///         {"method": "GET", "path": "/subscriptions/**", "times": 2, "throttle": {"retryAfter": 5}},
///         {"method": "PUT", "path": "/**/disks/*", "operation": "cancel"},
///     ],
/// }))?;
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// What cannot be meant is refused: unknown fields, faults with no effect or several, patterns that can never match. The
/// error names the fault and what would be right.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "Document")]
pub struct Faults {
    pub(super) seed: u64,
    pub(super) faults: Vec<Fault>,
}

/// One fault.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// How logs call it.
    pub(super) label: String,
    pub(super) matcher: Matcher,
    pub(super) rule: Rule,
    pub(super) effect: Effect,
}

impl TryFrom<Document> for Faults {
    type Error = String;

    fn try_from(document: Document) -> Result<Self, String> {
        let read = |(index, entry): (usize, Entry)| {
            let label = match &entry.name {
                Some(name) => format!("fault {} ({name:?})", index + 1),
                None => format!("fault {}", index + 1),
            };
            Fault::read(label.clone(), entry).map_err(|problem| format!("{label}: {problem}"))
        };
        Ok(Self {
            seed: document.seed,
            faults: document
                .faults
                .into_iter()
                .enumerate()
                .map(read)
                .collect::<Result<_, _>>()?,
        })
    }
}

impl Fault {
    fn read(label: String, entry: Entry) -> Result<Self, String> {
        let methods = methods(entry.method.as_ref())?;
        let times = match entry.times {
            None => Some(1),
            Some(Times::Always) => None,
            Some(Times::Count(0)) => {
                return Err("times 0 strikes nothing: leave the fault out".into());
            }
            Some(Times::Count(times)) => Some(times),
        };
        let probability = entry.probability.unwrap_or(1.0);
        if !(probability > 0.0 && probability <= 1.0) {
            return Err(format!(
                "probability {probability} is not above 0 and at most 1: write 0.25 for a quarter"
            ));
        }
        let effect = Effect::read(&entry)?;
        if let Effect::Operation(_) = effect
            && let Some(method) = methods
                .iter()
                .find(|method| !Effect::starts_operation(method))
        {
            return Err(format!(
                "method {method} starts no operation: write PUT, PATCH, POST or DELETE"
            ));
        }
        if effect == Effect::PrincipalNotFound
            && let Some(method) = methods.iter().find(|method| **method != Method::PUT)
        {
            return Err(format!(
                "method {method} assigns no role: write PUT, or leave it out"
            ));
        }
        Ok(Self {
            label,
            matcher: Matcher {
                methods,
                path: entry.path.as_deref().map(PathPattern::parse).transpose()?,
                api_version: entry.api_version,
            },
            rule: Rule {
                skip: entry.skip,
                times,
                probability,
            },
            effect,
        })
    }
}

fn methods(entry: Option<&Methods>) -> Result<Vec<Method>, String> {
    const KNOWN: [Method; 6] = [
        Method::GET,
        Method::HEAD,
        Method::PUT,
        Method::PATCH,
        Method::POST,
        Method::DELETE,
    ];
    let Some(Methods(names)) = entry else {
        return Ok(Vec::new());
    };
    if names.is_empty() {
        return Err("method is an empty list: leave it out to match any".into());
    }
    let read = |name: &String| {
        KNOWN
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(name))
            .ok_or_else(|| {
                format!("method {name:?} is none of GET, HEAD, PUT, PATCH, POST and DELETE")
            })
    };
    names.iter().map(read).collect()
}

impl Effect {
    fn read(entry: &Entry) -> Result<Self, String> {
        let delay = entry.delay.as_deref().map(delay).transpose()?;
        let mut effects = Vec::new();
        if let Some(respond) = &entry.respond {
            effects.push(("respond", Self::Respond(canned(respond)?)));
        }
        if let Some(throttle) = entry.throttle {
            effects.push(("throttle", Self::Throttle(throttle)));
        }
        if let Some(truncate) = &entry.truncate {
            effects.push(("truncate", Self::Truncate(truncate.bytes)));
        }
        if let Some(operation) = &entry.operation {
            effects.push(("operation", Self::Operation(fate(operation)?)));
        }
        if let Some(delay) = delay {
            effects.push(("delay", Self::Delay(delay)));
        }
        for (name, flag, effect) in [
            ("reset", entry.reset, Self::Reset),
            ("loseAnswer", entry.lose_answer, Self::LoseAnswer),
            (
                "principalNotFound",
                entry.principal_not_found,
                Self::PrincipalNotFound,
            ),
        ] {
            match flag {
                Some(true) => effects.push((name, effect)),
                Some(false) => return Err(format!("{name} false: write true, or leave it out")),
                None => {}
            }
        }
        let names: Vec<&str> = effects.iter().map(|(name, _)| *name).collect();
        let names = names.join(", ");
        match (effects.pop(), effects.pop()) {
            (Some((_, effect)), None) => Ok(effect),
            (None, _) => Err(
                "has no effect: write one of respond, throttle, reset, loseAnswer, truncate, delay, operation and \
                 principalNotFound"
                    .into(),
            ),
            _ => Err(format!(
                "has several effects ({names}): make one fault of each"
            )),
        }
    }
}

fn delay(text: &str) -> Result<std::time::Duration, String> {
    latency::duration(text)
        .ok_or_else(|| format!("delay {text:?} is no duration: write one like 250ms, 5s or 2m"))
}

fn canned(respond: &Respond) -> Result<Canned, String> {
    let status = respond.status;
    let Some(status) = StatusCode::from_u16(status)
        .ok()
        .filter(|s| (200..600).contains(&s.as_u16()))
    else {
        return Err(format!("status {status} ends no request: write 200 to 599"));
    };
    let header = |(name, value): (&String, &String)| {
        let parsed = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| format!("header {name:?} is no header name"))?;
        if parsed == http::header::CONTENT_LENGTH || parsed == http::header::TRANSFER_ENCODING {
            return Err(format!(
                "header {name:?} is set by the server: use truncate for a body that is cut off"
            ));
        }
        let value = HeaderValue::from_str(value)
            .map_err(|_| format!("header {name:?} has a value that no header can have"))?;
        Ok((parsed, value))
    };
    Ok(Canned {
        status,
        headers: respond
            .headers
            .iter()
            .map(header)
            .collect::<Result<_, _>>()?,
        body: respond.body.clone().unwrap_or(Value::Null),
    })
}

fn fate(entry: &OperationEntry) -> Result<Fate, String> {
    Ok(match entry {
        OperationEntry::Cancel => Fate::Cancel,
        OperationEntry::Fail(fail) if !(400..600).contains(&fail.status) => {
            return Err(format!(
                "status {} is no failure: write 400 to 599",
                fail.status
            ));
        }
        OperationEntry::Fail(fail) => Fate::Fail(Failure {
            status: fail.status,
            code: fail.code.clone(),
            message: fail.message.clone(),
            target: None,
        }),
        OperationEntry::Slow(SlowEntry::Factor(factor)) if factor.is_finite() && *factor > 1.0 => {
            Fate::Slow(Slowness::Times(*factor))
        }
        OperationEntry::Slow(SlowEntry::Factor(factor)) => {
            return Err(format!(
                "slow {factor} is not slower: write a factor above 1, or a duration"
            ));
        }
        OperationEntry::Slow(SlowEntry::Duration(text)) => match latency::duration(text) {
            Some(duration) => Fate::Slow(Slowness::Takes(duration)),
            None => {
                return Err(format!(
                    "slow {text:?} is no duration: write one like 30s or 10m, or a number for so many times as long"
                ));
            }
        },
    })
}
