//! Two answers, member by member.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value};

use crate::header;
use crate::mask::{mask, utc};
use crate::recording::{Exchange, Recorder};
use crate::target::Target;

/// What kind of difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Another status.
    Status,
    /// Recorded, but not simulated: a header, a member, an element.
    Missing,
    /// Simulated, but not recorded.
    Extra,
    /// Another JSON type.
    Type,
    /// Another value.
    Value,
}

/// One difference between a recorded and a simulated answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// `status`, `header.{name}`, or `body.…` with the names of members and, in brackets, elements.
    pub(crate) path: String,
    pub(crate) kind: Kind,
    pub(crate) recorded: String,
    pub(crate) simulated: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = format!("{:?}", self.kind).to_lowercase();
        write!(
            f,
            "{} {kind}: recorded {}, simulated {}",
            self.path, self.recorded, self.simulated
        )
    }
}

/// A simulated answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    /// The JSON, or the text that is none.
    pub(crate) body: Value,
}

/// All differences between a recorded answer and a simulated one.
pub(crate) fn compare(exchange: &Exchange, answer: &Answer) -> Vec<Difference> {
    let recorded = &exchange.response;
    let mut found = Vec::new();
    if let Some(status) = recorded.status
        && status != answer.status
    {
        // Of another answer nothing else can be expected to be the same.
        found.push(Difference {
            path: "status".to_owned(),
            kind: Kind::Status,
            recorded: format!("{status} {}", brief(&recorded.body)),
            simulated: format!("{} {}", answer.status, brief(&answer.body)),
        });
        return found;
    }
    if exchange.recorder() != Recorder::Text {
        header::compare(exchange, &answer.headers, &mut found);
    }
    if exchange.request.method != "HEAD" {
        let body = match exchange.recorder() {
            Recorder::PowerShell => &in_utc(&recorded.body),
            _ => &recorded.body,
        };
        let subscription = Target::of(&exchange.request.url).subscription();
        let named = |body: &Value| named(body, subscription.as_deref());
        value("body", &named(body), &named(&answer.body), &mut found);
    }
    found
}

/// A body that says where its subscription is that of the request; other ids are made up.
fn named(body: &Value, subscription: Option<&str>) -> Value {
    match subscription {
        Some(id) => serde_json::from_str(&body.to_string().replace(id, "<subscription>")).unwrap(),
        None => body.clone(),
    }
}

/// A body with its times in UTC again: one recorder wrote them in its machine's own offset.
pub(crate) fn in_utc(body: &Value) -> Value {
    match body {
        Value::String(text) => Value::String(utc(text)),
        Value::Array(elements) => elements.iter().map(in_utc).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), in_utc(value)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// Compares two JSON values at `path`.
fn value(path: &str, recorded: &Value, simulated: &Value, found: &mut Vec<Difference>) {
    let kind = match (recorded, simulated) {
        (Value::Object(recorded), Value::Object(simulated)) => {
            return members(path, recorded, simulated, found);
        }
        (Value::Array(recorded), Value::Array(simulated)) => {
            return elements(path, recorded, simulated, found);
        }
        (Value::String(recorded), Value::String(simulated)) => {
            if recorded == simulated || mask(recorded) == mask(simulated) {
                return;
            }
            Kind::Value
        }
        (Value::Number(recorded), Value::Number(simulated)) => {
            if recorded.as_f64() == simulated.as_f64() {
                return;
            }
            Kind::Value
        }
        (recorded, simulated) if recorded == simulated => return,
        (Value::Bool(_), Value::Bool(_)) => Kind::Value,
        _ => Kind::Type,
    };
    found.push(Difference {
        path: path.to_owned(),
        kind,
        recorded: brief(recorded),
        simulated: brief(simulated),
    });
}

fn members(
    path: &str,
    recorded: &Map<String, Value>,
    simulated: &Map<String, Value>,
    found: &mut Vec<Difference>,
) {
    let pairs = recorded
        .keys()
        .chain(simulated.keys().filter(|key| !recorded.contains_key(*key)))
        .map(|key| {
            (
                format!("{path}.{key}"),
                recorded.get(key),
                simulated.get(key),
            )
        });
    either(pairs, found);
}

fn elements(path: &str, recorded: &[Value], simulated: &[Value], found: &mut Vec<Difference>) {
    let pairs = matched(recorded, simulated)
        .into_iter()
        .map(|(place, recorded, simulated)| (format!("{path}[{place}]"), recorded, simulated));
    either(pairs, found);
}

/// Where the name of an element may be.
const NAMES: &[&str] = &[
    "/id",
    "/name",
    "/namespace",
    "/resourceType",
    "/properties/targetResource/id",
];

/// The elements of two arrays that belong together: those of one name, wherever they stand, if names tell them apart
/// and any is in both; otherwise those in one place.
pub(crate) fn matched<'a>(
    recorded: &'a [Value],
    simulated: &'a [Value],
) -> Vec<(String, Option<&'a Value>, Option<&'a Value>)> {
    let named = |by: &&str| Some((names(recorded, by)?, names(simulated, by)?));
    let shared =
        |(left, right): &(Vec<String>, Vec<String>)| left.iter().any(|name| right.contains(name));
    let by_place = recorded.len() == simulated.len();
    let Some((left, right)) = NAMES
        .iter()
        .filter_map(named)
        .find(|names| shared(names))
        .or_else(|| NAMES.iter().find_map(named).filter(|_| !by_place))
    else {
        let longest = recorded.len().max(simulated.len());
        return (0..longest)
            .map(|at| (at.to_string(), recorded.get(at), simulated.get(at)))
            .collect();
    };
    let more = right.iter().filter(|name| !left.contains(name));
    left.iter()
        .chain(more)
        .map(|name| {
            let place = |names: &[String]| names.iter().position(|other| other == name);
            let short = name.rsplit('/').next().unwrap_or(name);
            (
                short.to_owned(),
                place(&left).and_then(|at| recorded.get(at)),
                place(&right).and_then(|at| simulated.get(at)),
            )
        })
        .collect()
}

/// The names of all elements, if any has one and no two the same.
fn names(elements: &[Value], by: &str) -> Option<Vec<String>> {
    let names: Vec<String> = elements
        .iter()
        .map(|element| {
            let name = element.pointer(by).and_then(Value::as_str);
            name.unwrap_or_default().to_ascii_lowercase()
        })
        .collect();
    let different: BTreeSet<&String> = names.iter().collect();
    let tell = different.len() == names.len() && names.iter().any(|name| !name.is_empty());
    (tell || elements.is_empty()).then_some(names)
}

fn either<'a>(
    pairs: impl Iterator<Item = (String, Option<&'a Value>, Option<&'a Value>)>,
    found: &mut Vec<Difference>,
) {
    for (path, recorded, simulated) in pairs {
        let (kind, recorded, simulated) = match (recorded, simulated) {
            (Some(recorded), Some(simulated)) => {
                value(&path, recorded, simulated, found);
                continue;
            }
            (Some(recorded), None) => (Kind::Missing, brief(recorded), "nothing".to_owned()),
            (None, Some(simulated)) => (Kind::Extra, "nothing".to_owned(), brief(simulated)),
            (None, None) => continue,
        };
        found.push(Difference {
            path,
            kind,
            recorded,
            simulated,
        });
    }
}

/// A value short enough for a line.
fn brief(value: &Value) -> String {
    let text = match value {
        Value::String(text) if text.is_empty() => return "an empty text".to_owned(),
        value => value.to_string(),
    };
    match text.char_indices().nth(160) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn differences(recorded: &Value, simulated: &Value) -> Vec<(String, Kind)> {
        let mut found = Vec::new();
        value("body", recorded, simulated, &mut found);
        found
            .into_iter()
            .map(|found| (found.path, found.kind))
            .collect()
    }

    #[test]
    fn members_are_compared_in_both_directions() {
        let found = differences(
            &json!({"a": 1, "b": {"c": "x", "d": null}}),
            &json!({"a": "1", "b": {"c": "y", "e": true}}),
        );
        assert_eq!(
            found,
            [
                ("body.a".to_owned(), Kind::Type),
                ("body.b.c".to_owned(), Kind::Value),
                ("body.b.d".to_owned(), Kind::Missing),
                ("body.b.e".to_owned(), Kind::Extra),
            ]
        );
    }

    #[test]
    fn named_elements_are_found_wherever_they_stand() {
        let found = differences(
            &json!([{"name": "one", "x": 1}, {"name": "two", "x": 2}]),
            &json!([{"name": "two", "x": 3}, {"name": "three"}]),
        );
        assert_eq!(
            found,
            [
                ("body[one]".to_owned(), Kind::Missing),
                ("body[two].x".to_owned(), Kind::Value),
                ("body[three]".to_owned(), Kind::Extra),
            ]
        );
        let strangers = differences(
            &json!([{"name": "one", "x": 1}]),
            &json!([{"name": "two", "x": 1}]),
        );
        assert_eq!(strangers, [("body[0].name".to_owned(), Kind::Value)]);
        assert_eq!(
            differences(&json!([1, 2]), &json!([1])),
            [("body[1]".to_owned(), Kind::Missing)]
        );
    }

    #[test]
    fn ids_differ_and_words_do_not() {
        let one = json!("Resource 0e2a1b3c-0000-4000-8000-000000000001 is new.");
        let two = json!("Resource 0e2a1b3c-0000-4000-8000-000000000002 is new.");
        let other = json!("Resource 0e2a1b3c-0000-4000-8000-000000000002 is old.");
        assert!(differences(&one, &two).is_empty());
        assert_eq!(differences(&one, &other).len(), 1);
    }

    fn json_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-z]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z]{1,4}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_value_is_like_itself_and_like_no_other(one in json_value(), two in json_value()) {
            prop_assert!(differences(&one, &one).is_empty());
            prop_assert_eq!(differences(&one, &two).is_empty(), one == two);
            prop_assert_eq!(differences(&one, &two).len(), differences(&two, &one).len());
        }
    }
}
