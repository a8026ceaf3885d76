//! Arguments of a call, taken out with errors that name the function and what it wants.

use serde_json::{Map, Value};

use crate::template::{Environment, TemplateError};

/// JSON type names as ARM spells them.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(n) if n.is_f64() => "Float",
        Value::Number(_) => "Integer",
        Value::String(_) => "String",
        Value::Array(_) => "Array",
        Value::Object(_) => "Object",
    }
}

/// One call with its evaluated arguments.
pub(crate) struct Call<'a> {
    pub(crate) name: &'a str,
    pub(crate) arguments: &'a [Value],
    pub(crate) environment: &'a Environment,
}

impl<'a> Call<'a> {
    pub(crate) fn new(name: &'a str, arguments: &'a [Value], environment: &'a Environment) -> Self {
        Self {
            name,
            arguments,
            environment,
        }
    }

    /// Why the call failed, in Azure's frame.
    pub(crate) fn error(&self, why: impl std::fmt::Display) -> TemplateError {
        TemplateError::new(format!(
            "Unable to evaluate template language function '{}': {why}. Please see \
             https://aka.ms/arm-functions#{} for usage details.",
            self.name,
            self.name.to_lowercase()
        ))
    }

    /// The error of an argument of a wrong type; `index` counts from 0.
    pub(crate) fn wrong(&self, index: usize, expected: &str) -> TemplateError {
        let given = self.arguments.get(index).map_or("nothing", kind_of);
        self.error(format_args!(
            "parameter '{}' is expected to be {expected}, but a value of type '{given}' was \
             provided",
            index + 1
        ))
    }

    pub(crate) fn value(&self, index: usize) -> &'a Value {
        self.arguments.get(index).unwrap_or(&Value::Null)
    }

    pub(crate) fn text(&self, index: usize) -> Result<&'a str, TemplateError> {
        self.value(index)
            .as_str()
            .ok_or_else(|| self.wrong(index, "a string"))
    }

    pub(crate) fn optional_text(&self, index: usize) -> Result<Option<&'a str>, TemplateError> {
        match self.arguments.get(index) {
            None => Ok(None),
            Some(_) => self.text(index).map(Some),
        }
    }

    pub(crate) fn integer(&self, index: usize) -> Result<i64, TemplateError> {
        self.value(index)
            .as_i64()
            .ok_or_else(|| self.wrong(index, "an integer"))
    }

    pub(crate) fn boolean(&self, index: usize) -> Result<bool, TemplateError> {
        self.value(index)
            .as_bool()
            .ok_or_else(|| self.wrong(index, "a boolean"))
    }

    pub(crate) fn array(&self, index: usize) -> Result<&'a [Value], TemplateError> {
        match self.value(index) {
            Value::Array(items) => Ok(items),
            _ => Err(self.wrong(index, "an array")),
        }
    }

    pub(crate) fn object(&self, index: usize) -> Result<&'a Map<String, Value>, TemplateError> {
        self.value(index)
            .as_object()
            .ok_or_else(|| self.wrong(index, "an object"))
    }

    /// All arguments as strings.
    pub(crate) fn texts(&self) -> Result<Vec<&'a str>, TemplateError> {
        (0..self.arguments.len()).map(|i| self.text(i)).collect()
    }
}
