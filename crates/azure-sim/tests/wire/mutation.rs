//! A judge that cannot fail is worth nothing: whatever is changed in a recording has to be reported.

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::compare::{Answer, compare, in_utc};
use crate::plan;
use crate::recording::{self, Exchange, Recorder};
use crate::replay::{Outcome, replay};

/// The answer that was recorded, as if it had been simulated.
fn recorded_answer(exchange: &Exchange) -> Answer {
    let recorded = &exchange.response;
    let headers: HeaderMap = recorded
        .headers
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                // Where the recording was shortened it has a character that no header can have.
                HeaderValue::from_str(&value.replace('…', "x")).unwrap(),
            )
        })
        .collect();
    Answer {
        status: recorded.status.unwrap_or(200),
        headers,
        body: match exchange.recorder() {
            Recorder::PowerShell => in_utc(&recorded.body),
            _ => recorded.body.clone(),
        },
    }
}

/// All values that differ from this one in a single place.
fn mutations(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => vec![json!(0)],
        Value::Bool(bool) => vec![json!(!bool), json!("true")],
        Value::Number(number) => vec![
            json!(number.as_f64().unwrap() + 1.0),
            json!("1"),
            Value::Null,
        ],
        Value::String(text) => vec![json!(format!("{text}~")), Value::Null, json!([text])],
        Value::Array(elements) => {
            let mut all: Vec<Value> = (0..elements.len())
                .flat_map(|at| {
                    mutations(&elements[at]).into_iter().map(move |mutation| {
                        let mut mutated = elements.clone();
                        mutated[at] = mutation;
                        Value::Array(mutated)
                    })
                })
                .collect();
            let mut longer = elements.clone();
            longer.push(json!({"unexpected": true}));
            all.push(Value::Array(longer));
            all
        }
        Value::Object(members) => {
            let mut all = Vec::new();
            for (name, value) in members {
                let mut without = members.clone();
                without.shift_remove(name);
                all.push(Value::Object(without));
                for mutation in mutations(value) {
                    let mut mutated = members.clone();
                    mutated.insert(name.clone(), mutation);
                    all.push(Value::Object(mutated));
                }
            }
            let mut more = members.clone();
            more.insert("unexpected".to_owned(), Value::Null);
            all.push(Value::Object(more));
            all
        }
    }
}

fn exchanges() -> impl Iterator<Item = Exchange> {
    recording::all()
        .into_iter()
        .flat_map(|recording| recording.exchanges)
}

#[test]
fn a_recorded_answer_is_like_itself() {
    for exchange in exchanges() {
        let found = compare(&exchange, &recorded_answer(&exchange));
        assert!(found.is_empty(), "{}: {found:?}", exchange.request.url);
    }
}

#[test]
fn whatever_is_changed_in_a_body_is_reported() {
    for exchange in exchanges().filter(|exchange| exchange.request.method != "HEAD") {
        let answer = recorded_answer(&exchange);
        for body in mutations(&answer.body) {
            let mutated = Answer {
                body,
                ..answer.clone()
            };
            let found = compare(&exchange, &mutated);
            assert!(
                !found.is_empty(),
                "{}: {}",
                exchange.request.url,
                mutated.body
            );
        }
    }
}

#[test]
fn another_status_and_other_headers_are_reported() {
    let with_headers = exchanges().filter(|exchange| exchange.recorder() != Recorder::Text);
    for exchange in with_headers.filter(|exchange| exchange.response.status.is_some()) {
        let answer = recorded_answer(&exchange);
        let status = Answer {
            status: answer.status + 1,
            ..answer.clone()
        };
        assert_eq!(compare(&exchange, &status).len(), 1);
        let mut more = answer.clone();
        more.headers
            .insert("x-ms-unexpected", HeaderValue::from_static("1"));
        assert_eq!(compare(&exchange, &more).len(), 1);
        for name in answer.headers.keys() {
            let mut fewer = answer.clone();
            fewer.headers.remove(name);
            // The length is what the connection makes of the body, and of two counts of one thing one is enough.
            let unheeded = name == "content-length"
                || name.as_str().contains("ratelimit-remaining-subscription");
            let found = compare(&exchange, &fewer);
            assert!(unheeded || found.len() == 1, "{name}: {found:?}");
        }
    }
}

#[test]
fn a_recording_that_was_changed_is_not_replayed_alike() {
    let recordings = recording::all();
    let plans = plan::all();
    let find = |name: &str| {
        let recording = recordings.iter().find(|recording| recording.name == name);
        let plan = plans.get(name).cloned().unwrap_or_default();
        (recording.unwrap().with(&plan.replace), plan)
    };
    let differing = |outcomes: Vec<Outcome>| -> Vec<usize> {
        let differs = |outcome: &Outcome| matches!(outcome, Outcome::Replayed(differences) if !differences.is_empty());
        (0..outcomes.len())
            .filter(|at| differs(&outcomes[*at]))
            .collect()
    };
    for name in [
        "compute/disk-create",
        "dns/record_set_a_lifecycle",
        "deployments/tags_put_patch_delete",
    ] {
        let (recording, plan) = find(name);
        assert!(differing(replay(&recording, &plan).unwrap()).is_empty());
        for at in 0..recording.exchanges.len() {
            let mut changed = recording.with(&plan.replace);
            let response = &mut changed.exchanges[at].response;
            response.status = response.status.map(|status| status + 1);
            let found = differing(replay(&changed, &plan).unwrap());
            assert_eq!(found, [at], "{name}");
        }
    }
}
