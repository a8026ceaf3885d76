//! Functions that take a lambda.

use serde_json::{Map, Value, json};

use super::super::TemplateError;
use super::super::expression::Expression;
use super::super::functions::to_text;
use super::call::wrong;
use super::{Evaluator, Frame};

/// `lambda('a', 'b', body)`
struct Lambda<'a> {
    function: &'a str,
    names: Vec<String>,
    body: &'a Expression,
}

impl Evaluator<'_> {
    pub(super) fn higher_order(
        &self,
        name: &str,
        arguments: &[Expression],
        frame: &Frame,
    ) -> Result<Value, TemplateError> {
        let input = self.expression(&arguments[0], frame)?;
        if name == "mapvalues" {
            let Value::Object(members) = &input else {
                return Err(wrong(name, 0, "an object", &input));
            };
            let lambda = self.lambda(name, &arguments[1], 1..=1, frame)?;
            let mut mapped = Map::new();
            for (key, value) in members {
                mapped.insert(key.clone(), self.apply(&lambda, &[value], frame)?);
            }
            return Ok(mapped.into());
        }
        let Value::Array(items) = input else {
            return Err(wrong(name, 0, "an array", &input));
        };
        match name {
            "map" => {
                let lambda = self.lambda(name, &arguments[1], 1..=2, frame)?;
                let mut mapped = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    mapped.push(self.apply(&lambda, &[item, &json!(index)], frame)?);
                }
                Ok(mapped.into())
            }
            "filter" => {
                let lambda = self.lambda(name, &arguments[1], 1..=2, frame)?;
                let mut kept = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    if self.test(&lambda, &[item, &json!(index)], frame)? {
                        kept.push(item.clone());
                    }
                }
                Ok(kept.into())
            }
            "reduce" => {
                let mut so_far = self.expression(&arguments[1], frame)?;
                let lambda = self.lambda(name, &arguments[2], 2..=3, frame)?;
                for (index, item) in items.iter().enumerate() {
                    so_far = self.apply(&lambda, &[&so_far, item, &json!(index)], frame)?;
                }
                Ok(so_far)
            }
            "sort" => {
                let lambda = self.lambda(name, &arguments[1], 2..=2, frame)?;
                // Insertion keeps equal items in order and survives any predicate.
                let mut sorted: Vec<Value> = Vec::with_capacity(items.len());
                for item in items {
                    let mut at = sorted.len();
                    while at > 0 && self.test(&lambda, &[&item, &sorted[at - 1]], frame)? {
                        at -= 1;
                    }
                    sorted.insert(at, item);
                }
                Ok(sorted.into())
            }
            "toobject" => {
                let key = self.lambda(name, &arguments[1], 1..=1, frame)?;
                let value = match arguments.get(2) {
                    Some(argument) => Some(self.lambda(name, argument, 1..=1, frame)?),
                    None => None,
                };
                let mut object = Map::new();
                for item in &items {
                    let made = match &value {
                        Some(value) => self.apply(value, &[item], frame)?,
                        None => item.clone(),
                    };
                    object.insert(self.key(&key, item, frame)?, made);
                }
                Ok(object.into())
            }
            _ => {
                let key = self.lambda(name, &arguments[1], 1..=1, frame)?;
                let mut groups = Map::new();
                for item in &items {
                    let group = groups
                        .entry(self.key(&key, item, frame)?)
                        .or_insert_with(|| json!([]));
                    if let Value::Array(group) = group {
                        group.push(item.clone());
                    }
                }
                Ok(groups.into())
            }
        }
    }

    fn lambda<'e>(
        &self,
        function: &'e str,
        expression: &'e Expression,
        arity: std::ops::RangeInclusive<usize>,
        frame: &Frame,
    ) -> Result<Lambda<'e>, TemplateError> {
        let mistake = || {
            TemplateError::new(format!(
                "Unable to evaluate template language function '{function}': a lambda with {} to \
                 {} variables is expected, got '{expression}'. Please see \
                 https://aka.ms/arm-functions-lambda for usage details.",
                arity.start(),
                arity.end()
            ))
        };
        let Expression::Call {
            name, arguments, ..
        } = expression
        else {
            return Err(mistake());
        };
        let Some((body, names)) = arguments.split_last() else {
            return Err(mistake());
        };
        if !name.eq_ignore_ascii_case("lambda") || !arity.contains(&names.len()) {
            return Err(mistake());
        }
        let names = names
            .iter()
            .map(|name| match self.expression(name, frame)? {
                Value::String(name) => Ok(name),
                _ => Err(mistake()),
            })
            .collect::<Result<_, _>>()?;
        Ok(Lambda {
            function,
            names,
            body,
        })
    }

    fn apply(
        &self,
        lambda: &Lambda<'_>,
        values: &[&Value],
        frame: &Frame,
    ) -> Result<Value, TemplateError> {
        let mut inner = frame.clone();
        let locals = lambda
            .names
            .iter()
            .cloned()
            .zip(values.iter().map(|v| (*v).clone()));
        inner.locals.extend(locals);
        self.expression(lambda.body, &inner)
    }

    fn test(
        &self,
        lambda: &Lambda<'_>,
        values: &[&Value],
        frame: &Frame,
    ) -> Result<bool, TemplateError> {
        match self.apply(lambda, values, frame)? {
            Value::Bool(value) => Ok(value),
            other => Err(TemplateError::new(format!(
                "Unable to evaluate template language function '{}': its lambda gave '{}', a \
                 boolean is expected.",
                lambda.function,
                to_text(&other)
            ))),
        }
    }

    fn key(
        &self,
        lambda: &Lambda<'_>,
        item: &Value,
        frame: &Frame,
    ) -> Result<String, TemplateError> {
        match self.apply(lambda, &[item], frame)? {
            Value::String(key) => Ok(key),
            other => Err(TemplateError::new(format!(
                "Unable to evaluate template language function '{}': its lambda gave '{}' as a \
                 key, a string is expected.",
                lambda.function,
                to_text(&other)
            ))),
        }
    }
}
