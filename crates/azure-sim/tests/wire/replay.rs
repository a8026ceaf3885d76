//! A recording, sent again.
//!
//! Recordings begin in the middle: what they take for granted is made first. A group that a request names and that is
//! not created in the recording is there; so is a resource that is read, changed or deleted without having been
//! created, as its first recorded answer shows it. What else is needed is in the file's [`Plan`].
//!
//! An hour passes before every request, so that all that was begun has ended, unless the recorded answer shows
//! something in progress or the plan says how long.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use kompox_azure_sim::{
    Access, Application, Exchange as Sight, Faulty, Latency, ManualClock, Simulator,
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::compare::{Answer, Difference, Kind, compare, matched};
use crate::mask::mask;
use crate::plan::{Plan, Sent};
use crate::recording::{Exchange, Recording};
use crate::target::Target;

/// What became of an exchange.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It was sent, and this is what differed.
    Replayed(Vec<Difference>),
    /// Why it was not sent.
    NotReplayed(String),
}

/// The tenant of the recordings that hide theirs; no other is compared.
const TENANT: &str = "00000000-0000-0000-0000-000000000000";

/// An application, and its service principal.
const CLIENT: &str = "00000000-0000-0000-0000-00000000000c";

const NO_REQUEST: &str = "its text shows no request that could be sent";

/// Sends a recording again.
///
/// # Errors
/// What kept its set-up from being made.
pub(crate) fn replay(recording: &Recording, plan: &Plan) -> Result<Vec<Outcome>, String> {
    let recording = &recording.with(&plan.replace);
    let mut stage = Stage::new(plan);
    let sent: Vec<Option<Sent>> = (0..)
        .zip(&recording.exchanges)
        .map(|(at, exchange)| request(at, exchange, plan))
        .collect();
    if sent.iter().any(Option::is_some) {
        for request in foundations(recording, &sent, plan) {
            stage.prepare(&request)?;
        }
    }
    let mut outcomes = Vec::new();
    for (at, (exchange, request)) in recording.exchanges.iter().zip(sent).enumerate() {
        let Some(request) = request else {
            let reason = plan.skip.get(&at).or(plan.skip_all.as_ref());
            let reason = reason.map_or(NO_REQUEST, String::as_str);
            outcomes.push(Outcome::NotReplayed(reason.to_owned()));
            continue;
        };
        for request in plan.between.get(&at).into_iter().flatten() {
            stage.prepare(request)?;
        }
        let usual = if in_progress(exchange) { 0.0 } else { 3600.0 };
        stage.pass(plan.wait.get(&at).copied().unwrap_or(usual));
        outcomes.push(Outcome::Replayed(match stage.again(exchange, &request) {
            Some(answer) => compare(exchange, &answer),
            None => vec![Difference {
                path: "request".to_owned(),
                kind: Kind::Missing,
                recorded: "a polling URL".to_owned(),
                simulated: "nothing to poll".to_owned(),
            }],
        }));
    }
    Ok(outcomes)
}

/// The request to send for an exchange, if one can be sent.
fn request(at: usize, exchange: &Exchange, plan: &Plan) -> Option<Sent> {
    if plan.skip_all.is_some() || plan.skip.contains_key(&at) {
        return None;
    }
    if let Some(instead) = plan.instead.get(&at) {
        return Some(instead.clone());
    }
    if !exchange.has_request() {
        return None;
    }
    let mut body = exchange.request.body.clone();
    for (pointer, value) in plan.complete.get(&at).into_iter().flatten() {
        let (parent, name) = pointer.rsplit_once('/').expect("a JSON pointer");
        let parent = body.pointer_mut(parent).expect("a pointer into the body");
        parent[name] = value.clone();
    }
    Some(Sent {
        method: exchange.request.method.clone(),
        url: exchange.request.absolute(),
        headers: BTreeMap::new(),
        body,
    })
}

/// Whether the answer shows something that has not ended.
fn in_progress(exchange: &Exchange) -> bool {
    if exchange.request.method != "GET" {
        return false;
    }
    let body = &exchange.response.body;
    let state = body["properties"]["provisioningState"]
        .as_str()
        .or(body["status"].as_str())
        .unwrap_or("Succeeded");
    exchange.response.status == Some(202) || !["Succeeded", "Failed", "Canceled"].contains(&state)
}

/// What has to be there first: groups, then what the plan says, then resources from the outside in.
fn foundations(recording: &Recording, sent: &[Option<Sent>], plan: &Plan) -> Vec<Sent> {
    let mut groups = Vec::new();
    let mut resources = Vec::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for request in &plan.before {
        let target = Target::of(&request.url);
        if let Some(group) = target.group()
            && known.insert(group.to_ascii_lowercase())
        {
            groups.push(group_request(&group, &request.body));
        }
        known.insert(target.path.to_ascii_lowercase());
    }
    for (at, (exchange, request)) in recording.exchanges.iter().zip(sent).enumerate() {
        let Some(request) = request else { continue };
        let target = Target::of(&request.url);
        let recorded = &exchange.response;
        let status = recorded.status.unwrap_or(400);
        let missing = recorded.body["error"]["code"] == "ResourceGroupNotFound"
            || target.is_group() && [201, 404].contains(&status);
        if let Some(group) = target.group()
            && known.insert(group.to_ascii_lowercase())
        {
            if !missing {
                let shown = shown(recording, &group).unwrap_or(&request.body);
                groups.push(group_request(&group, shown));
            } else if status == 404 {
                known.remove(&group.to_ascii_lowercase());
            }
        }
        let mut there = |id: &str, body: &Value| {
            resources.push(Sent {
                method: "PUT".to_owned(),
                url: format!("{id}?api-version={}", target.api_version),
                headers: BTreeMap::new(),
                body: body.clone(),
            });
        };
        let Some(resource) = target.resource(&request.method) else {
            for (id, listed) in target.listed(&recorded.body) {
                let unwanted = plan.absent.iter().any(|name| id.ends_with(name));
                if !unwanted && known.insert(id.to_ascii_lowercase()) {
                    there(id, listed);
                }
            }
            continue;
        };
        let absent = status >= 400 || status == 204 && request.method == "DELETE";
        if absent || !known.insert(resource.to_ascii_lowercase()) {
            continue;
        }
        let created = request.method == "PUT"
            && !plan.exists.contains(&at)
            && (status != 200 || plan.creates.contains(&at));
        if !created && let Some(shown) = shown(recording, &resource) {
            there(&resource, shown);
        }
    }
    resources.sort_by_key(|request| request.url.matches('/').count());
    groups.extend(plan.before.iter().cloned());
    groups.extend(resources);
    groups
}

/// The first answer that shows a resource.
fn shown<'a>(recording: &'a Recording, resource: &str) -> Option<&'a Value> {
    let mut exchanges = recording.exchanges.iter();
    let found = exchanges.find(|exchange| {
        let path = Target::of(&exchange.request.url).path;
        path.eq_ignore_ascii_case(resource) && exchange.response.body["properties"].is_object()
    })?;
    Some(&found.response.body)
}

fn group_request(group: &str, shown: &Value) -> Sent {
    let location = shown["location"]
        .as_str()
        .filter(|location| *location != "global")
        .unwrap_or("westus2");
    let mut body = json!({"location": location});
    if shown["tags"].is_object() && shown["type"] == "Microsoft.Resources/resourceGroups" {
        body["tags"] = shown["tags"].clone();
    }
    Sent {
        method: "PUT".to_owned(),
        url: format!("{group}?api-version=2021-04-01"),
        headers: BTreeMap::new(),
        body,
    }
}

/// A simulator on which a recording is replayed.
struct Stage {
    azure: Faulty,
    runtime: Runtime,
    clock: Arc<ManualClock>,
    /// Who sends the requests, if Azure wants to know.
    token: Option<String>,
    /// Polling URLs as they were recorded and as they were handed out now; the last of each kind under its kind.
    polling: BTreeMap<String, String>,
    /// Ids as Azure made them up, and as the simulator did.
    ids: BTreeMap<String, String>,
}

impl Stage {
    fn new(plan: &Plan) -> Self {
        let clock = Arc::new(ManualClock::new(
            "2026-01-02T03:04:05.1234567Z".parse().unwrap(),
        ));
        let mut builder = Simulator::builder()
            .clock(Arc::clone(&clock) as _)
            .latency(Latency::Realistic)
            .tenant_id(TENANT)
            .replication_lag(Duration::from_secs(plan.replication_lag));
        for principal in &plan.principals {
            builder = builder.principal(principal);
        }
        if plan.signed_in {
            builder = builder
                .access(Access::Verified)
                .application(Application::new(CLIENT, CLIENT).secret("secret"));
        }
        let azure = builder.build().unwrap();
        Self {
            token: plan.signed_in.then(|| sign_in(&azure)),
            azure: Faulty::new(azure, plan.faults.clone()),
            runtime: tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap(),
            clock,
            polling: BTreeMap::new(),
            ids: BTreeMap::new(),
        }
    }

    fn pass(&self, seconds: f64) {
        self.clock.advance(Duration::from_secs_f64(seconds));
    }

    /// Sends a request of the set-up, an hour after the last.
    fn prepare(&mut self, request: &Sent) -> Result<(), String> {
        self.pass(3600.0);
        let answer = self.send(request);
        self.remember(&answer, &BTreeMap::new());
        if answer.status < 400 {
            return Ok(());
        }
        Err(format!(
            "the set-up {} {} was answered with {} {}",
            request.method, request.url, answer.status, answer.body
        ))
    }

    /// Sends a recorded request; `None` for a poll of something that nobody was told to poll.
    fn again(&mut self, exchange: &Exchange, request: &Sent) -> Option<Answer> {
        let mut request = request.clone();
        let target = Target::of(&request.url);
        if let Some(kind) = target.polled() {
            let url = self
                .polling
                .get(&target.polling_key())
                .or_else(|| self.polling.get(&kind));
            request.url = url?.clone();
        } else {
            for (recorded, simulated) in &self.ids {
                request.url = request.url.replace(recorded, simulated);
            }
        }
        let answer = self.send(&request);
        let headers = &exchange.response.headers;
        let lower = headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
            .collect();
        self.remember(&answer, &lower);
        pair(&exchange.response.body, &answer.body, &mut self.ids);
        Some(answer)
    }

    fn send(&self, request: &Sent) -> Answer {
        let url = if request.url.starts_with('/') {
            format!("https://management.azure.com{}", request.url)
        } else {
            request.url.clone()
        };
        let mut body = match &request.body {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        for (recorded, simulated) in &self.ids {
            body = body.replace(recorded, simulated);
        }
        let mut builder = http::Request::builder()
            .method(request.method.as_str())
            .uri(url.replace(' ', "%20"));
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if let Some(token) = &self.token {
            builder = builder.header("authorization", format!("Bearer {token}"));
        }
        let request = builder.body(Bytes::from(body)).unwrap();
        let Sight::Answered(answer) = self.runtime.block_on(self.azure.exchange(request)) else {
            panic!("the answer to {url} is not whole");
        };
        let (parts, body) = answer.into_parts();
        let text = String::from_utf8(body.to_vec()).unwrap();
        Answer {
            status: StatusCode::as_u16(&parts.status),
            headers: parts.headers,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        }
    }

    /// Keeps the polling URLs of an answer.
    fn remember(&mut self, answer: &Answer, recorded: &BTreeMap<String, String>) {
        for name in ["location", "azure-asyncoperation"] {
            let Some(url) = answer.headers.get(name) else {
                continue;
            };
            let url = url.to_str().unwrap().to_owned();
            if let Some(recorded) = recorded.get(name) {
                let key = Target::of(recorded).polling_key();
                self.polling.insert(key, url.clone());
            }
            if let Some(kind) = Target::of(&url).polled() {
                self.polling.insert(kind, url);
            }
        }
    }
}

/// A token for Resource Manager.
fn sign_in(azure: &Simulator) -> String {
    let form = format!(
        "grant_type=client_credentials&client_id={CLIENT}&client_secret=secret&scope=https%3A%2F%2Fmanagement.azure.com%2F.default"
    );
    let url = format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token");
    let request = http::Request::post(url).body(Bytes::from(form)).unwrap();
    let answer: Value = serde_json::from_slice(azure.handle(request).body()).unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

/// Finds ids that were made up: in the same place of both bodies, and different.
fn pair(recorded: &Value, simulated: &Value, ids: &mut BTreeMap<String, String>) {
    match (recorded, simulated) {
        (Value::Object(recorded), Value::Object(simulated)) => {
            for (name, value) in recorded {
                if let Some(other) = simulated.get(name) {
                    pair(value, other, ids);
                }
            }
        }
        (Value::Array(recorded), Value::Array(simulated)) => {
            for (_, value, other) in matched(recorded, simulated) {
                if let (Some(value), Some(other)) = (value, other) {
                    pair(value, other, ids);
                }
            }
        }
        (Value::String(recorded), Value::String(simulated)) => {
            let masked = mask(recorded);
            let made_up = ["<guid>", "<hex>", "<digits>"].contains(&masked.as_str());
            // Recorders write zeros in the place of many ids.
            let hidden = recorded.starts_with("00000000-0000-0000-0000-00000000");
            if made_up && masked == mask(simulated) && !hidden && recorded != simulated {
                ids.insert(recorded.clone(), simulated.clone());
            }
        }
        _ => {}
    }
}
