//! Expressions and whole JSON values, evaluated.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use serde_json::{Map, Value};

use super::copy::Loop;
use super::expression::{Expression, Text, classify};
use super::functions::{self, kind_of};
use super::parser::parse;
use super::{Environment, Runtime, Template, TemplateError};

mod binding;
mod call;
mod lambda;

/// One template with its parameters, ready to evaluate what is in it.
pub(crate) struct Evaluator<'a> {
    pub(super) template: &'a Template,
    pub(super) environment: &'a Environment,
    runtime: Option<&'a dyn Runtime>,
    parameters: RefCell<Map<String, Value>>,
    variables: RefCell<HashMap<String, Value>>,
    /// Parameters and variables being evaluated, to notice circles.
    pending: RefCell<Vec<String>>,
    guids: Cell<u32>,
}

/// What is different from place to place within one template.
#[derive(Debug, Clone, Default)]
pub(crate) struct Frame {
    /// Copy loops round this place, the innermost last.
    pub(crate) loops: Vec<Loop>,
    locals: Vec<(String, Value)>,
    /// Parameters of the user-defined function whose body this is.
    arguments: Option<Map<String, Value>>,
    /// A parameter's default: the only place for `newGuid` and `utcNow`.
    default: bool,
    /// Where `reference` and its like may not be used.
    fixed: bool,
}

impl Frame {
    /// A place inside these loops.
    pub(crate) fn within(loops: &[Loop]) -> Self {
        Self {
            loops: loops.to_vec(),
            ..Self::default()
        }
    }

    pub(super) fn entering(&self, next: Loop) -> Self {
        let mut frame = self.clone();
        frame.loops.push(next);
        frame
    }
}

impl<'a> Evaluator<'a> {
    /// Evaluates with `parameters` as supplied or as bound before; defaults fill the rest when they
    /// are first needed.
    pub(crate) fn new(
        template: &'a Template,
        environment: &'a Environment,
        parameters: Map<String, Value>,
        runtime: Option<&'a dyn Runtime>,
    ) -> Self {
        Self {
            template,
            environment,
            runtime,
            parameters: RefCell::new(parameters),
            variables: RefCell::default(),
            pending: RefCell::default(),
            guids: Cell::new(0),
        }
    }

    /// The value of an output, or `None` when its condition does not hold.
    pub(crate) fn output(
        &self,
        name: &str,
        output: &super::OutputDeclaration,
    ) -> Result<Option<Value>, TemplateError> {
        let frame = Frame::default();
        if let Some(condition) = &output.condition {
            match self.value(condition, &frame)? {
                Value::Bool(true) => {}
                Value::Bool(false) => return Ok(None),
                other => {
                    return Err(TemplateError::new(format!(
                        "The condition of the template output '{name}' is not a boolean but \
                         '{other}'."
                    )));
                }
            }
        }
        let value = match &output.value {
            super::document::OutputValue::Plain(raw) => self.value(raw, &frame)?,
            super::document::OutputValue::Copied(copy) => self.copied(copy, &frame)?,
        };
        let declaration = &output.declaration;
        let missing = declaration.nullable && value.is_null();
        if !missing && !declaration.kind.accepts(&value) {
            return Err(TemplateError::new(format!(
                "The template output '{name}' is not valid: Template output JToken type is not \
                 valid. Expected '{}'. Actual '{}'. Please see https://aka.ms/arm-syntax-outputs \
                 for usage details.",
                declaration.kind.json(),
                kind_of(&value)
            )));
        }
        Ok(Some(value))
    }

    fn enter<T>(
        &self,
        what: &str,
        run: impl FnOnce() -> Result<T, TemplateError>,
    ) -> Result<T, TemplateError> {
        if self.pending.borrow().iter().any(|p| p == what) {
            return Err(TemplateError::validation(format_args!(
                "Circular reference in the template: {} -> {what}",
                self.pending.borrow().join(" -> ")
            )));
        }
        self.pending.borrow_mut().push(what.to_owned());
        let result = run();
        self.pending.borrow_mut().pop();
        result
    }

    /// Evaluates every expression in a JSON value, member names and property copies included.
    pub(crate) fn value(&self, raw: &Value, frame: &Frame) -> Result<Value, TemplateError> {
        match raw {
            Value::String(text) => self.text(text, frame),
            Value::Array(items) => items
                .iter()
                .map(|item| self.value(item, frame))
                .collect::<Result<Vec<_>, _>>()
                .map(Value::from),
            Value::Object(members) => self.object(members, frame).map(Value::from),
            other => Ok(other.clone()),
        }
    }

    fn object(
        &self,
        members: &Map<String, Value>,
        frame: &Frame,
    ) -> Result<Map<String, Value>, TemplateError> {
        let mut out = Map::new();
        for (key, raw) in members {
            if key == "copy"
                && let Some(copies) = super::copy::property_copies(raw)
            {
                for copy in copies? {
                    out.insert(copy.name.clone(), self.copied(&copy, frame)?);
                }
                continue;
            }
            let name = match self.text(key, frame)? {
                Value::String(name) => name,
                other => {
                    return Err(TemplateError::new(format!(
                        "The property name '{key}' evaluates to a value of type '{}', a string is \
                         expected.",
                        kind_of(&other)
                    )));
                }
            };
            out.insert(name, self.value(raw, frame)?);
        }
        Ok(out)
    }

    /// Evaluates one JSON string: a literal or an expression.
    pub(crate) fn text(&self, text: &str, frame: &Frame) -> Result<Value, TemplateError> {
        match classify(text) {
            Text::Literal(literal) => Ok(literal.into()),
            Text::Expression(source) => self.expression(&parse(source)?, frame),
        }
    }

    /// Evaluates a syntax tree.
    pub(crate) fn expression(
        &self,
        expression: &Expression,
        frame: &Frame,
    ) -> Result<Value, TemplateError> {
        // A forgiving access that finds nothing ends its whole chain with null.
        Ok(self.chain(expression, frame)?.unwrap_or(Value::Null))
    }

    fn chain(
        &self,
        expression: &Expression,
        frame: &Frame,
    ) -> Result<Option<Value>, TemplateError> {
        match expression {
            Expression::Text(text) => Ok(Some(text.as_str().into())),
            Expression::Integer(value) => Ok(Some((*value).into())),
            Expression::Call {
                namespace,
                name,
                arguments,
            } => match namespace {
                Some(namespace) if !namespace.eq_ignore_ascii_case("sys") => self
                    .user_function(namespace, name, arguments, frame)
                    .map(Some),
                _ => self.call(name, arguments, frame).map(Some),
            },
            Expression::Access { target, key, safe } => {
                let Some(target) = self.chain(target, frame)? else {
                    return Ok(None);
                };
                let key = self.expression(key, frame)?;
                match (access(&target, &key), safe) {
                    (Ok(value), _) => Ok(Some(value)),
                    (Err(_), true) => Ok(None),
                    (Err(error), false) => Err(error),
                }
            }
        }
    }
}

fn access(target: &Value, key: &Value) -> Result<Value, TemplateError> {
    match (target, key) {
        (Value::Object(members), Value::String(name)) => functions::object::member(members, name)
            .cloned()
            .ok_or_else(|| {
                let names: Vec<&str> = members.keys().map(String::as_str).collect();
                TemplateError::new(format!(
                    "The language expression property '{name}' doesn't exist, available properties \
                     are '{}'.",
                    names.join(", ")
                ))
            }),
        (Value::Array(items), Value::Number(number)) => number
            .as_u64()
            .and_then(|index| usize::try_from(index).ok())
            .and_then(|index| items.get(index))
            .cloned()
            .ok_or_else(|| {
                TemplateError::new(format!(
                    "The language expression property array index '{number}' is out of bounds: the \
                     array has '{}' items.",
                    items.len()
                ))
            }),
        (_, key) => Err(TemplateError::new(format!(
            "The language expression property '{}' can't be evaluated on a value of type '{}'.",
            functions::to_text(key),
            kind_of(target)
        ))),
    }
}
