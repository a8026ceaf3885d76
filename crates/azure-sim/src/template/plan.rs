//! From a template to the resources it means: loops unrolled, conditions decided, order known.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::copy::Loop;
use super::expression::{Expression, Text, classify};
use super::functions::{is_list, is_runtime};
use super::graph::find_cycle;
use super::parser::parse;
use super::{Evaluator, Frame, Scope, TemplateError};

mod body;
mod unroll;

use unroll::unroll;

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

impl PlannedResource {
    fn frame(&self) -> Frame {
        Frame::within(&self.loops)
    }
}
