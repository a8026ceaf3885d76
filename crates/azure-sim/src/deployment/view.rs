//! Deployments as Azure shows them.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::prepare::Prepared;
use super::record::{Deployment, Phase, Problem, Shown, State, Step};
use crate::error::ArmError;
use crate::template::Plan;

/// A time with up to seven decimals.
pub(super) fn time(at: Timestamp) -> String {
    let nanoseconds = at.as_nanosecond().div_euclid(100) * 100;
    Timestamp::from_nanosecond(nanoseconds)
        .unwrap_or(at)
        .to_string()
}

/// An ISO 8601 duration with up to seven decimals.
pub(super) fn duration(from: Timestamp, to: Timestamp) -> String {
    let ticks = (to.as_nanosecond() - from.as_nanosecond()).max(0) / 100;
    let (seconds, fraction) = (ticks / 10_000_000, ticks % 10_000_000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut text = "PT".to_owned();
    if hours > 0 {
        text.push_str(&format!("{hours}H"));
    }
    if minutes > 0 {
        text.push_str(&format!("{minutes}M"));
    }
    if fraction > 0 {
        let decimals = format!("{fraction:07}");
        text.push_str(&format!("{seconds}.{}S", decimals.trim_end_matches('0')));
    } else if seconds > 0 || text.len() == 2 {
        text.push_str(&format!("{seconds}S"));
    }
    text
}

/// An error object that says what it is about.
pub(super) fn with_target(error: &ArmError, target: &str) -> Value {
    let mut error = error.clone();
    error.target.get_or_insert_with(|| target.to_owned());
    let object = error.to_object();
    // Azure's order: code, target, message, details.
    let mut out = Map::new();
    for key in ["code", "target", "message", "details", "additionalInfo"] {
        if let Some(value) = object.get(key) {
            out.insert(key.to_owned(), value.clone());
        }
    }
    out.into()
}

/// HTTP's word for a status.
pub(super) fn reason(status: u16) -> String {
    let words = http::StatusCode::from_u16(status)
        .ok()
        .and_then(|s| s.canonical_reason());
    words.unwrap_or("InternalServerError").replace(' ', "")
}

/// The parts of a deployment that are known from the start.
pub(super) fn shown(prepared: &Prepared) -> Shown {
    let mut parameters = Map::new();
    for (name, declaration) in &prepared.template.parameters {
        let mut entry = json!({"type": declaration.kind.name()});
        if !declaration.kind.is_secure() {
            entry["value"] = prepared
                .parameters
                .get(name)
                .cloned()
                .unwrap_or(Value::Null);
        }
        parameters.insert(name.clone(), entry);
    }
    Shown {
        parameters: parameters.into(),
        providers: providers(&prepared.plan),
        dependencies: dependencies(&prepared.plan),
    }
}

/// A type and where it is deployed; `None` for what has no location.
type Kind<'a> = (&'a str, Vec<Option<String>>);

fn providers(plan: &Plan) -> Value {
    let mut namespaces: Vec<(&str, Vec<Kind<'_>>)> = Vec::new();
    for resource in plan.resources.iter().filter(|r| r.enabled && !r.existing) {
        let (namespace, kind) = resource
            .kind
            .split_once('/')
            .unwrap_or((&resource.kind, ""));
        let location = resource
            .location
            .as_ref()
            .filter(|_| resource.nested.is_none());
        let location = location.map(|l| l.replace(' ', "").to_ascii_lowercase());
        let at = match namespaces
            .iter()
            .position(|(n, _)| n.eq_ignore_ascii_case(namespace))
        {
            Some(at) => at,
            None => {
                namespaces.push((namespace, Vec::new()));
                namespaces.len() - 1
            }
        };
        let kinds = &mut namespaces[at].1;
        match kinds.iter_mut().find(|(k, _)| k.eq_ignore_ascii_case(kind)) {
            Some((_, locations)) if locations.contains(&location) => {}
            Some((_, locations)) => locations.push(location),
            None => kinds.push((kind, vec![location])),
        }
    }
    namespaces
        .into_iter()
        .map(|(namespace, kinds)| {
            let kinds: Vec<Value> = kinds
                .into_iter()
                .map(|(kind, locations)| json!({"resourceType": kind, "locations": locations}))
                .collect();
            json!({"namespace": namespace, "resourceTypes": kinds})
        })
        .collect::<Vec<_>>()
        .into()
}

fn dependencies(plan: &Plan) -> Value {
    let named = |index: usize| {
        let resource = &plan.resources[index];
        json!({
            "id": resource.id,
            "resourceType": resource.kind,
            "resourceName": resource.name,
        })
    };
    let mut all = Vec::new();
    for (index, resource) in plan.resources.iter().enumerate().filter(|(_, r)| r.enabled) {
        let needs: Vec<Value> = resource
            .needs
            .iter()
            .filter(|n| plan.resources[**n].enabled)
            .map(|n| named(*n))
            .collect();
        if !needs.is_empty() {
            let mut entry = json!({"dependsOn": needs});
            if let (Some(entry), Value::Object(own)) = (entry.as_object_mut(), named(index)) {
                entry.extend(own);
            }
            all.push(entry);
        }
    }
    all.into()
}

/// The head and the common properties of every deployment body.
pub(super) struct Head<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    pub(super) location: Option<&'a String>,
    pub(super) tags: Option<&'a Value>,
    pub(super) template_hash: &'a str,
    pub(super) shown: &'a Shown,
    pub(super) state: State,
    pub(super) started: Timestamp,
    pub(super) changed: Timestamp,
    pub(super) correlation_id: &'a str,
}

impl Head<'_> {
    /// The body, and its properties to be added to. A missing nullable parameter is null in the
    /// replies to writes only.
    pub(super) fn body(&self, written: bool) -> (Map<String, Value>, Map<String, Value>) {
        let mut parameters = self.shown.parameters.clone();
        if !written {
            for entry in parameters
                .as_object_mut()
                .into_iter()
                .flat_map(Map::values_mut)
            {
                if let Some(entry) = entry.as_object_mut() {
                    entry.retain(|_, v| !v.is_null());
                }
            }
        }
        let mut body = Map::new();
        body.insert("id".into(), self.id.into());
        body.insert("name".into(), self.name.into());
        body.insert("type".into(), "Microsoft.Resources/deployments".into());
        if let Some(location) = self.location {
            body.insert("location".into(), location.as_str().into());
        }
        if let Some(tags) = self.tags {
            body.insert("tags".into(), tags.clone());
        }
        let properties = json!({
            "templateHash": self.template_hash,
            "parameters": parameters,
            "mode": "Incremental",
            "provisioningState": self.state.name(),
            "timestamp": time(self.changed),
            "duration": duration(self.started, self.changed),
            "correlationId": self.correlation_id,
            "providers": self.shown.providers,
            "dependencies": self.shown.dependencies,
        });
        let properties = match properties {
            Value::Object(properties) => properties,
            _ => Map::new(),
        };
        (body, properties)
    }
}

/// A deployment as GET and PUT show it.
pub(super) fn deployment(record: &Deployment, written: bool) -> Value {
    let head = Head {
        id: &record.id,
        name: &record.name,
        location: record.location.as_ref(),
        tags: record.tags.as_ref(),
        template_hash: &record.template_hash,
        shown: &record.shown,
        state: record.state,
        started: record.started,
        changed: record.changed,
        correlation_id: &record.correlation_id,
    };
    let (mut body, mut properties) = head.body(written);
    for (key, value) in [
        ("outputs", &record.outputs),
        ("outputResources", &record.output_resources),
        ("error", &record.error),
    ] {
        if let Some(value) = value {
            properties.insert(key.to_owned(), value.clone());
        }
    }
    body.insert("properties".into(), properties.into());
    body.into()
}

/// The operations of a deployment: what has started, and the evaluation of the outputs.
pub(super) fn operations(record: &Deployment, detailed: bool) -> Vec<Value> {
    let mut all: Vec<Value> = record
        .plan
        .resources
        .iter()
        .zip(&record.steps)
        .filter(|(_, step)| step.started.is_some())
        .map(|(resource, step)| {
            let target = json!({
                "id": resource.id,
                "resourceType": resource.kind,
                "resourceName": resource.name,
            });
            let verb = if resource.existing { "Read" } else { "Create" };
            operation(record, step, verb, Some(target), detailed)
        })
        .collect();
    if let Some(step) = &record.evaluation {
        all.push(operation(
            record,
            step,
            "EvaluateDeploymentOutput",
            None,
            detailed,
        ));
    }
    all
}

fn operation(
    record: &Deployment,
    step: &Step,
    verb: &str,
    target: Option<Value>,
    detailed: bool,
) -> Value {
    let started = step.started.unwrap_or(record.started);
    let changed = step.changed.unwrap_or(started);
    let state = match &step.phase {
        Phase::Waiting | Phase::Skipped => "Accepted",
        Phase::Running { .. } => "Running",
        Phase::Succeeded => "Succeeded",
        Phase::Failed => "Failed",
        Phase::Canceled => "Canceled",
    };
    let mut properties = Map::new();
    let mut add = |key: &str, value: Value| properties.insert(key.to_owned(), value);
    add("provisioningOperation", verb.into());
    add("provisioningState", state.into());
    add("timestamp", time(changed).into());
    add("duration", duration(started, changed).into());
    add("trackingId", step.tracking_id.as_str().into());
    if detailed && target.is_some() {
        add("serviceRequestId", step.service_request_id.as_str().into());
    }
    add("statusCode", step.status.as_str().into());
    if let Some(problem) = &step.error {
        add("statusMessage", status_message(problem));
    }
    if let Some(target) = target {
        add("targetResource", target);
    }
    json!({
        "id": format!("{}/operations/{}", record.id, step.operation_id),
        "operationId": step.operation_id,
        "properties": properties,
    })
}

fn status_message(problem: &Problem) -> Value {
    if problem.terminal {
        json!({"status": "Failed", "error": problem.error})
    } else {
        json!({"error": problem.error})
    }
}
