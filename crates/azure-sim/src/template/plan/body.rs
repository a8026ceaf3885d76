//! What a planned resource writes, evaluated.

use serde_json::{Map, Value};

use super::super::expression::{Expression, Text, classify, escape};
use super::super::functions::is_runtime;
use super::super::parser::parse;
use super::super::{Evaluator, Frame, TemplateError};
use super::{Nested, PlannedResource};

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

impl PlannedResource {
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
