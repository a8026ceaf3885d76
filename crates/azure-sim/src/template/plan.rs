//! From a template to the resources it means: loops unrolled, conditions decided, order known.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::copy::{Loop, ResourceLoop};
use super::document::is_inner_deployment;
use super::expression::{Expression, Text, classify, escape};
use super::functions::{is_list, is_runtime};
use super::graph::find_cycle;
use super::parser::parse;
use super::scope::extension_id;
use super::{Evaluator, Frame, Scope, TemplateError};

/// All resources of one deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) resources: Vec<PlannedResource>,
}

/// One resource of the plan; its body waits to be evaluated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PlannedResource {
    /// Full resource id.
    pub(crate) id: String,
    /// `Namespace/type[/child]`
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) api_version: String,
    pub(crate) location: Option<String>,
    /// The condition held.
    pub(crate) enabled: bool,
    /// Only read, not written.
    pub(crate) existing: bool,
    /// A `reference` somewhere wants it.
    pub(crate) referenced: bool,
    /// Positions of the resources that must be there first.
    pub(crate) needs: Vec<usize>,
    /// Set when the resource is itself a deployment.
    pub(crate) nested: Option<Nested>,
    symbol: Option<String>,
    loops: Vec<Loop>,
    /// `Namespace/type/name[/child/name]`, another way to name it.
    relative: String,
    body: Map<String, Value>,
}

/// A deployment within a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Nested {
    /// Where it goes.
    pub(crate) scope: Scope,
    /// Its template's expressions are its own.
    pub(crate) inner: bool,
}

/// Members of a resource that steer the deployment and are no part of what is written.
const STEERING: &[&str] = &[
    "name",
    "type",
    "apiVersion",
    "asserts",
    "comments",
    "condition",
    "copy",
    "dependsOn",
    "existing",
    "metadata",
    "resourceGroup",
    "resources",
    "scope",
    "subscriptionId",
];

impl Plan {
    /// Plans a template whose parameters are bound.
    pub(crate) fn build(evaluator: &Evaluator<'_>) -> Result<Self, TemplateError> {
        let mut resources = Vec::new();
        let mut batches = Vec::new();
        for (index, (symbol, body)) in evaluator.template.resources.iter().enumerate() {
            let path = match symbol {
                Some(symbol) => format!("properties.template.resources.{symbol}"),
                None => format!("properties.template.resources[{index}]"),
            };
            unroll(
                evaluator,
                symbol.as_ref(),
                body,
                &mut resources,
                &mut batches,
            )
            .map_err(|e| e.at(&path))?;
        }
        let mut plan = Self { resources };
        plan.refuse_duplicates()?;
        let mut edges = Vec::new();
        let mut referenced = BTreeSet::new();
        for (resource, batch) in plan.resources.iter().zip(batches) {
            let mut needs: BTreeSet<usize> = batch.into_iter().collect();
            needs.extend(plan.explicit(evaluator, resource)?);
            let frame = resource.frame();
            let mut visit = |value: &Value| {
                plan.references(evaluator, value, &frame, &mut |target, implicit| {
                    referenced.insert(target);
                    if implicit {
                        needs.insert(target);
                    }
                })
                .map_err(|e| e.in_resource(&resource.id))
            };
            for (key, value) in &resource.body {
                match (key.as_str(), &resource.nested) {
                    ("dependsOn", _) => {}
                    ("properties", Some(nested)) if nested.inner => {
                        for (key, value) in value.as_object().into_iter().flatten() {
                            if key != "template" {
                                visit(value)?;
                            }
                        }
                    }
                    _ => visit(value)?,
                }
            }
            edges.push(needs.into_iter().collect::<Vec<_>>());
        }
        for (name, output) in &evaluator.template.outputs {
            let value = match &output.value {
                super::document::OutputValue::Plain(value) => value,
                super::document::OutputValue::Copied(copy) => &copy.input,
            };
            plan.references(evaluator, value, &Frame::default(), &mut |target, _| {
                referenced.insert(target);
            })
            .map_err(|e| e.at(&format!("properties.template.outputs.{name}")))?;
        }
        if let Some(node) = find_cycle(&edges) {
            return Err(TemplateError::validation(format_args!(
                "Circular dependency detected on resource: '{}'. Please see \
                 https://aka.ms/arm-syntax-resources for usage details.",
                plan.resources[node].id
            )));
        }
        for (index, needs) in edges.into_iter().enumerate() {
            let resource = &mut plan.resources[index];
            resource.needs = needs;
            resource.referenced = referenced.contains(&index);
        }
        Ok(plan)
    }

    fn refuse_duplicates(&self) -> Result<(), TemplateError> {
        let mut seen = HashMap::new();
        for resource in self.resources.iter().filter(|r| r.enabled && !r.existing) {
            if seen.insert(resource.id.to_lowercase(), ()).is_some() {
                return Err(TemplateError::validation(format_args!(
                    "The resource '{}' is defined multiple times in a template. Please see \
                     https://aka.ms/arm-syntax-resources for usage details.",
                    resource.id
                )));
            }
        }
        Ok(())
    }

    /// What `dependsOn` names.
    fn explicit(
        &self,
        evaluator: &Evaluator<'_>,
        resource: &PlannedResource,
    ) -> Result<Vec<usize>, TemplateError> {
        let Some(raw) = resource.body.get("dependsOn") else {
            return Ok(Vec::new());
        };
        let mistake = || {
            TemplateError::validation(format_args!(
                "The 'dependsOn' of resource '{}' must be an array of strings",
                resource.id
            ))
        };
        let value = evaluator
            .value(raw, &resource.frame())
            .map_err(|e| e.in_resource(&resource.id))?;
        let mut needs = Vec::new();
        for entry in value.as_array().ok_or_else(mistake)? {
            let target = entry.as_str().ok_or_else(mistake)?;
            let found = self.find(target)?;
            // A loop that is run zero times is defined all the same.
            if found.is_empty() && !is_declared(evaluator, target) {
                return Err(TemplateError::validation(format_args!(
                    "The resource '{target}' is not defined in the template. Please see \
                     https://aka.ms/arm-syntax for usage details."
                ))
                .at(&format!("resource '{}', dependsOn", resource.id)));
            }
            needs.extend(found);
        }
        Ok(needs)
    }

    /// The resources that a name, symbolic name, loop name or id stands for.
    pub(crate) fn find(&self, target: &str) -> Result<Vec<usize>, TemplateError> {
        let all = |test: &dyn Fn(&PlannedResource) -> bool| -> Vec<usize> {
            let hits = self.resources.iter().enumerate().filter(|(_, r)| test(r));
            hits.map(|(index, _)| index).collect()
        };
        let same = |a: &str| a.eq_ignore_ascii_case(target);
        let tests: [&dyn Fn(&PlannedResource) -> bool; 4] = [
            &|r| r.symbol.as_deref().is_some_and(same),
            &|r| match (&r.symbol, r.loops.last()) {
                (Some(symbol), Some(turn)) => same(&format!("{symbol}[{}]", turn.index)),
                _ => false,
            },
            &|r| same(&r.id),
            &|r| r.loops.last().is_some_and(|l| same(&l.name)),
        ];
        for test in tests {
            let found = all(test);
            if !found.is_empty() {
                return Ok(found);
            }
        }
        let mut found = all(&|r| same(&r.relative) || same(&r.name));
        // Of two declarations of one name, at most one is meant to be deployed.
        if found.len() > 1 && found.iter().any(|i| self.resources[*i].enabled) {
            found.retain(|i| self.resources[*i].enabled);
        }
        if found.len() > 1 {
            let ids: Vec<&str> = found
                .iter()
                .map(|i| self.resources[*i].id.as_str())
                .collect();
            return Err(TemplateError::validation(format_args!(
                "The name '{target}' is ambiguous: it can be '{}'. Use a resource id or a symbolic \
                 name instead.",
                ids.join("' or '")
            )));
        }
        Ok(found)
    }

    /// The one resource that `reference` means, if it is of this template.
    pub(crate) fn find_one(&self, target: &str) -> Result<Option<&PlannedResource>, TemplateError> {
        match self.find(target)?.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(&self.resources[*one])),
            _ => Err(TemplateError::new(format!(
                "The template reference '{target}' is not valid: it stands for all turns of a copy \
                 loop. Please see https://aka.ms/arm-function-reference for usage details."
            ))),
        }
    }

    /// Reports each resource of the plan that a `reference` or `list*` in `value` asks for, and whether
    /// that makes it a dependency: it does by name, and by id where no api version is given.
    fn references(
        &self,
        evaluator: &Evaluator<'_>,
        value: &Value,
        frame: &Frame,
        report: &mut dyn FnMut(usize, bool),
    ) -> Result<(), TemplateError> {
        match value {
            Value::String(text) => {
                let Text::Expression(source) = classify(text) else {
                    return Ok(());
                };
                parse(source)?.walk(&mut |expression| {
                    let Expression::Call {
                        name, arguments, ..
                    } = expression
                    else {
                        return Ok(());
                    };
                    if !is_runtime(name) {
                        return Ok(());
                    }
                    // What depends on lambda variables or inner loops is known only later.
                    let Ok(Value::String(target)) = evaluator.expression(&arguments[0], frame)
                    else {
                        return Ok(());
                    };
                    let found = self.find(&target)?;
                    let by_id = target.contains('/');
                    if found.is_empty() && !by_id && !is_declared(evaluator, &target) {
                        return Err(TemplateError::validation(format_args!(
                            "The template reference '{target}' is not valid: could not find \
                             template resource or resource copy with this name. Please see \
                             https://aka.ms/arm-function-reference for usage details."
                        )));
                    }
                    let versioned = is_list(name) || arguments.len() > 1;
                    for index in found {
                        report(index, !by_id || !versioned);
                    }
                    Ok(())
                })
            }
            Value::Array(items) => items
                .iter()
                .try_for_each(|item| self.references(evaluator, item, frame, report)),
            Value::Object(members) => members.iter().try_for_each(|(key, item)| {
                self.references(evaluator, &Value::String(key.clone()), frame, report)?;
                self.references(evaluator, item, frame, report)
            }),
            _ => Ok(()),
        }
    }
}

/// A symbolic name or a loop that exists in the template even if no resource came of it.
fn is_declared(evaluator: &Evaluator<'_>, target: &str) -> bool {
    evaluator.template.resources.iter().any(|(symbol, body)| {
        let looped = body
            .get("copy")
            .and_then(|c| c.get("name"))
            .and_then(Value::as_str);
        [symbol.as_deref(), looped]
            .into_iter()
            .flatten()
            .any(|name| name.eq_ignore_ascii_case(target))
    })
}

fn unroll(
    evaluator: &Evaluator<'_>,
    symbol: Option<&String>,
    body: &Map<String, Value>,
    out: &mut Vec<PlannedResource>,
    batches: &mut Vec<Vec<usize>>,
) -> Result<(), TemplateError> {
    let Some(raw) = body.get("copy") else {
        out.push(planned(evaluator, symbol, body, Vec::new())?);
        batches.push(Vec::new());
        return Ok(());
    };
    let copy = ResourceLoop::parse(raw)?;
    let count = evaluator.count(&copy.name, &copy.count, &Frame::default())?;
    let batch = match &copy.batch {
        None => usize::MAX,
        Some(raw) => {
            let value = evaluator.value(raw, &Frame::default())?;
            let size = value
                .as_u64()
                .and_then(|n| usize::try_from(n).ok())
                .filter(|n| *n > 0);
            size.ok_or_else(|| {
                TemplateError::validation(format_args!(
                    "The batch size of the copy '{}' must be a positive integer, not '{value}'",
                    copy.name
                ))
            })?
        }
    };
    let first = out.len();
    for index in 0..count {
        let turn = Loop {
            name: copy.name.clone(),
            index,
        };
        // Each batch waits for the whole one before it.
        let start = (out.len() - first) / batch * batch;
        batches.push(
            (start.saturating_sub(batch)..start)
                .map(|i| first + i)
                .collect(),
        );
        out.push(planned(evaluator, symbol, body, vec![turn])?);
    }
    Ok(())
}

fn planned(
    evaluator: &Evaluator<'_>,
    symbol: Option<&String>,
    body: &Map<String, Value>,
    loops: Vec<Loop>,
) -> Result<PlannedResource, TemplateError> {
    let frame = Frame::within(&loops);
    let shown = symbol.map_or_else(
        || body.get("name").and_then(Value::as_str).unwrap_or_default(),
        String::as_str,
    );
    let eval = |key: &str| -> Result<Option<Value>, TemplateError> {
        body.get(key)
            .map(|raw| evaluator.value(raw, &frame))
            .transpose()
            .map_err(|e| e.in_resource(shown).at(key))
    };
    let text = |key: &str| -> Result<Option<String>, TemplateError> {
        match eval(key)? {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(TemplateError::validation(format_args!(
                "The template resource '{shown}' has a '{key}' that is not a string but '{other}'"
            ))),
        }
    };
    let kind = text("type")?.unwrap_or_default();
    let name = text("name")?.unwrap_or_default();
    let enabled = match eval("condition")? {
        None => true,
        Some(Value::Bool(value)) => value,
        Some(other) => {
            return Err(TemplateError::validation(format_args!(
                "The condition of the template resource '{shown}' is not a boolean but '{other}'"
            )));
        }
    };
    let names: Vec<&str> = name.split('/').collect();
    if names.iter().any(|n| n.is_empty()) || kind.split('/').count() != names.len() + 1 {
        return Err(TemplateError::validation(format_args!(
            "The template resource '{name}' for type '{kind}' has incorrect segment lengths. A \
             nested resource type must have identical number of segments as its resource name. A \
             root resource type must have segment length one greater than its resource name. Please \
             see https://aka.ms/arm-syntax-resources for usage details."
        )));
    }
    let mut scope = evaluator.environment.scope.clone();
    if let Some(subscription) = text("subscriptionId")? {
        scope = Scope {
            subscription,
            group: None,
        };
    }
    if let Some(group) = text("resourceGroup")? {
        scope.group = Some(group);
    }
    let location = text("location")?;
    let nested = kind.eq_ignore_ascii_case("Microsoft.Resources/deployments");
    if nested && scope.group.is_none() && location.is_none() {
        return Err(TemplateError::validation(format_args!(
            "The 'location' property must be specified for the deployment '{name}' at subscription \
             scope. Please see https://aka.ms/deploy-to-subscription for usage details."
        )));
    }
    let id = match text("scope")? {
        None => scope.resource_id(&kind, &names)?,
        Some(base) if base.starts_with('/') => extension_id(&base, &kind, &names)?,
        Some(base) => {
            // `Namespace/type/name`, within the deployment's scope.
            let parts: Vec<&str> = base.split('/').collect();
            let (namespace, rest) = parts.split_first().unwrap_or((&"", &[]));
            let kinds: Vec<&str> = rest.iter().copied().step_by(2).collect();
            let owners: Vec<&str> = rest.iter().copied().skip(1).step_by(2).collect();
            let owner = scope.resource_id(&format!("{namespace}/{}", kinds.join("/")), &owners)?;
            extension_id(&owner, &kind, &names)?
        }
    };
    let relative = extension_id("", &kind, &names)?;
    Ok(PlannedResource {
        relative: relative.trim_start_matches("/providers/").to_owned(),
        id,
        api_version: text("apiVersion")?.unwrap_or_default(),
        location,
        enabled,
        existing: body.get("existing") == Some(&Value::Bool(true)),
        referenced: false,
        needs: Vec::new(),
        nested: nested.then(|| Nested {
            scope,
            inner: is_inner_deployment(body),
        }),
        symbol: symbol.cloned(),
        loops,
        body: body.clone(),
        kind,
        name,
    })
}

impl PlannedResource {
    fn frame(&self) -> Frame {
        Frame::within(&self.loops)
    }

    /// What will be written, fully evaluated.
    pub(crate) fn evaluate(&self, evaluator: &Evaluator<'_>) -> Result<Value, TemplateError> {
        let frame = self.frame();
        let mut out = Map::new();
        for (key, raw) in &self.body {
            if STEERING.contains(&key.as_str()) {
                continue;
            }
            let value = match (&self.nested, raw) {
                (Some(nested), Value::Object(properties)) if key == "properties" => {
                    nested_properties(evaluator, properties, nested, &frame)
                }
                _ => evaluator.value(raw, &frame),
            };
            let value = value.map_err(|e| e.in_resource(&self.id).at(key))?;
            if !value.is_null() {
                out.insert(key.clone(), value);
            }
        }
        let mut out = Value::Object(out);
        if self.nested.is_none() {
            strip_nulls(&mut out);
        }
        Ok(out)
    }

    /// What will be written as far as it is known before anything runs, or `None` when part of it
    /// waits for other resources. Expressions that can be evaluated are, either way.
    pub(crate) fn preview(
        &self,
        evaluator: &Evaluator<'_>,
    ) -> Result<Option<Value>, TemplateError> {
        let frame = self.frame();
        let mut complete = true;
        for (key, raw) in &self.body {
            if STEERING.contains(&key.as_str()) {
                continue;
            }
            match (&self.nested, raw) {
                (Some(nested), Value::Object(properties)) if key == "properties" => {
                    for (key, raw) in properties {
                        if key != "template" || !nested.inner {
                            complete &= try_static(evaluator, raw, &frame)
                                .map_err(|e| e.in_resource(&self.id).at(key))?;
                        }
                    }
                }
                _ => {
                    complete &= try_static(evaluator, raw, &frame)
                        .map_err(|e| e.in_resource(&self.id).at(key))?;
                }
            }
        }
        if complete {
            self.evaluate(evaluator).map(Some)
        } else {
            Ok(None)
        }
    }
}

fn nested_properties(
    evaluator: &Evaluator<'_>,
    properties: &Map<String, Value>,
    nested: &Nested,
    frame: &Frame,
) -> Result<Value, TemplateError> {
    let mut out = Map::new();
    for (key, raw) in properties {
        let value = match key.as_str() {
            "template" if nested.inner => raw.clone(),
            // Evaluated here and now, so that nothing is left to evaluate there.
            "template" => escaped(evaluator.value(raw, frame)?),
            _ => evaluator.value(raw, frame)?,
        };
        out.insert(key.clone(), value);
    }
    Ok(out.into())
}

fn escaped(value: Value) -> Value {
    match value {
        Value::String(text) => escape(&text).into(),
        Value::Array(items) => items.into_iter().map(escaped).collect::<Vec<_>>().into(),
        Value::Object(members) => members
            .into_iter()
            .map(|(key, value)| (escape(&key), escaped(value)))
            .collect::<Map<_, _>>()
            .into(),
        other => other,
    }
}

/// Evaluates what does not ask the running world; tells whether that was everything.
fn try_static(
    evaluator: &Evaluator<'_>,
    raw: &Value,
    frame: &Frame,
) -> Result<bool, TemplateError> {
    if is_static(raw)? {
        return evaluator.value(raw, frame).map(|_| true);
    }
    match raw {
        Value::Array(items) => {
            for item in items {
                try_static(evaluator, item, frame)?;
            }
        }
        // A property copy gives its expressions a loop that only `value` knows.
        Value::Object(members) if !members.contains_key("copy") => {
            for item in members.values() {
                try_static(evaluator, item, frame)?;
            }
        }
        _ => {}
    }
    Ok(false)
}

fn is_static(value: &Value) -> Result<bool, TemplateError> {
    match value {
        Value::String(text) => {
            let Text::Expression(source) = classify(text) else {
                return Ok(true);
            };
            let mut fixed = true;
            parse(source)?.walk(&mut |expression| {
                if let Expression::Call { name, .. } = expression {
                    fixed &= !is_runtime(name);
                }
                Ok(())
            })?;
            Ok(fixed)
        }
        Value::Array(items) => items
            .iter()
            .try_fold(true, |so_far, item| Ok(so_far && is_static(item)?)),
        Value::Object(members) => members.iter().try_fold(true, |so_far, (key, item)| {
            Ok(so_far && is_static(item)? && is_static(&Value::String(key.clone()))?)
        }),
        _ => Ok(true),
    }
}

/// Members that are null are not there.
fn strip_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, v| !v.is_null());
            members.values_mut().for_each(strip_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(strip_nulls),
        _ => {}
    }
}
