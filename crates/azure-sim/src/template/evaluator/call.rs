//! Calls of functions: here are those that choose what is evaluated, depend on their place, ask the
//! running world or are defined by the template; the others know only the values they are given.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::super::expression::Expression;
use super::super::functions::{self, kind_of};
use super::super::{TemplateError, constraint};
use super::{Evaluator, Frame};

impl Evaluator<'_> {
    pub(super) fn call(
        &self,
        name: &str,
        arguments: &[Expression],
        frame: &Frame,
    ) -> Result<Value, TemplateError> {
        functions::check(name, arguments.len())?;
        let lower = name.to_ascii_lowercase();
        let eval = |index: usize| self.expression(&arguments[index], frame);
        let text = |index: usize| self.text_argument(name, arguments, index, frame);
        match lower.as_str() {
            "parameters" => {
                let wanted = text(0)?;
                match &frame.arguments {
                    None => self.parameter(&wanted),
                    Some(own) => functions::object::member(own, &wanted).cloned().ok_or_else(
                        || {
                            TemplateError::new(format!(
                                "The function has no parameter '{wanted}'. A user-defined function \
                             sees only its own parameters."
                            ))
                        },
                    ),
                }
            }
            "variables" if frame.arguments.is_some() => Err(not_here(name)),
            "variables" => self.variable(&text(0)?),
            "if" => match self.truth(name, arguments, 0, frame)? {
                true => eval(1),
                false => eval(2),
            },
            "and" | "or" => {
                let stop = lower == "or";
                for index in 0..arguments.len() {
                    if self.truth(name, arguments, index, frame)? == stop {
                        return Ok(stop.into());
                    }
                }
                Ok((!stop).into())
            }
            "coalesce" => {
                for argument in arguments {
                    let value = self.expression(argument, frame)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                Ok(Value::Null)
            }
            "copyindex" => self.copy_index(arguments, frame),
            "newguid" | "utcnow" if !frame.default => Err(TemplateError::new(format!(
                "The template function '{name}' is not expected at this location: it can be used \
                 in the default value of a parameter only. Please see \
                 https://aka.ms/arm-functions for usage details."
            ))),
            "newguid" => {
                let number = self.guids.get() + 1;
                self.guids.set(number);
                let seed = format!("{}/{number}", self.environment.seed);
                Ok(Uuid::new_v5(&Uuid::NAMESPACE_OID, seed.as_bytes())
                    .to_string()
                    .into())
            }
            "utcnow" => {
                let format = if arguments.is_empty() {
                    None
                } else {
                    Some(text(0)?)
                };
                functions::utc_now(self.environment, format.as_deref())
            }
            "lambda" => Err(not_here(name)),
            "lambdavariables" => {
                let wanted = text(0)?;
                let found = frame
                    .locals
                    .iter()
                    .rev()
                    .find(|(n, _)| n.eq_ignore_ascii_case(&wanted));
                found.map(|(_, value)| value.clone()).ok_or_else(|| {
                    TemplateError::new(format!(
                        "The lambda variable '{wanted}' is not defined here."
                    ))
                })
            }
            "map" | "filter" | "reduce" | "sort" | "toobject" | "groupby" | "mapvalues" => {
                self.higher_order(&lower, arguments, frame)
            }
            _ if functions::is_runtime(name) => self.ask_runtime(name, arguments, frame),
            _ => {
                let values = arguments
                    .iter()
                    .map(|a| self.expression(a, frame))
                    .collect::<Result<Vec<_>, _>>()?;
                functions::run(name, &values, self.environment)
            }
        }
    }

    fn ask_runtime(
        &self,
        name: &str,
        arguments: &[Expression],
        frame: &Frame,
    ) -> Result<Value, TemplateError> {
        let runtime = match self.runtime {
            Some(runtime) if !frame.fixed && frame.arguments.is_none() => runtime,
            _ => return Err(not_here(name)),
        };
        let text = |index: usize| self.text_argument(name, arguments, index, frame);
        let full = |index: usize| -> Result<bool, TemplateError> {
            match arguments.get(index) {
                None => Ok(false),
                Some(_) => match text(index)? {
                    word if word.eq_ignore_ascii_case("full") => Ok(true),
                    word => Err(TemplateError::new(format!(
                        "The template function '{name}' accepts 'Full' as its last argument, not \
                         '{word}'."
                    ))),
                },
            }
        };
        match name.to_ascii_lowercase().as_str() {
            "reference" => {
                // A symbolic name may be followed by 'Full' right away.
                let second = arguments.get(1).map(|_| text(1)).transpose()?;
                match second {
                    Some(word) if arguments.len() == 2 && word.eq_ignore_ascii_case("full") => {
                        runtime.reference(&text(0)?, None, true)
                    }
                    second => runtime.reference(&text(0)?, second.as_deref(), full(2)?),
                }
            }
            "references" => runtime.references(&text(0)?, full(1)?),
            "resourceinfo" => runtime.resource_info(&text(0)?),
            _ => {
                let body = match arguments.get(2) {
                    Some(body) => self.expression(body, frame)?,
                    None => Value::Null,
                };
                runtime.list(name, &text(0)?, &text(1)?, &body)
            }
        }
    }

    fn text_argument(
        &self,
        function: &str,
        arguments: &[Expression],
        index: usize,
        frame: &Frame,
    ) -> Result<String, TemplateError> {
        match self.expression(&arguments[index], frame)? {
            Value::String(text) => Ok(text),
            other => Err(wrong(function, index, "a string", &other)),
        }
    }

    fn truth(
        &self,
        function: &str,
        arguments: &[Expression],
        index: usize,
        frame: &Frame,
    ) -> Result<bool, TemplateError> {
        match self.expression(&arguments[index], frame)? {
            Value::Bool(value) => Ok(value),
            other => Err(wrong(function, index, "a boolean", &other)),
        }
    }

    fn copy_index(&self, arguments: &[Expression], frame: &Frame) -> Result<Value, TemplateError> {
        let mut name = None;
        let mut offset = 0;
        for (index, argument) in arguments.iter().enumerate() {
            match self.expression(argument, frame)? {
                Value::String(text) if index == 0 => name = Some(text),
                Value::Number(n) if n.is_i64() && index + 1 == arguments.len() => {
                    offset = n.as_i64().unwrap_or(0);
                }
                other => {
                    return Err(wrong(
                        "copyIndex",
                        index,
                        "a loop name or an offset",
                        &other,
                    ));
                }
            }
        }
        let found = match &name {
            None => frame.loops.last(),
            Some(name) => frame
                .loops
                .iter()
                .rev()
                .find(|l| l.name.eq_ignore_ascii_case(name)),
        };
        match found {
            Some(found) => Ok((found.index + offset).into()),
            None => Err(TemplateError::new(format!(
                "The template function 'copyIndex' is not expected at this location{}. The \
                 function can only be used in a copy loop that encloses it. Please see \
                 https://aka.ms/arm-copy for usage details.",
                name.map(|n| format!(": there is no loop '{n}' round it"))
                    .unwrap_or_default()
            ))),
        }
    }

    pub(super) fn user_function(
        &self,
        namespace: &str,
        name: &str,
        arguments: &[Expression],
        frame: &Frame,
    ) -> Result<Value, TemplateError> {
        let function = self.template.function(namespace, name)?;
        if arguments.len() != function.parameters.len() {
            return Err(TemplateError::new(format!(
                "The template function '{namespace}.{name}' requires '{}' argument(s) while '{}' \
                 were provided.",
                function.parameters.len(),
                arguments.len()
            )));
        }
        let mut own = Map::new();
        for ((parameter, declaration), argument) in function.parameters.iter().zip(arguments) {
            let value = self.expression(argument, frame)?;
            constraint::check(parameter, declaration, &value, self)?;
            own.insert(parameter.clone(), value);
        }
        let inner = Frame {
            arguments: Some(own),
            ..Frame::default()
        };
        self.enter(&format!("{namespace}.{name}()"), || {
            self.value(&function.output, &inner)
        })
    }
}

fn not_here(name: &str) -> TemplateError {
    TemplateError::new(format!(
        "The template function '{name}' is not expected at this location. Please see \
         https://aka.ms/arm-functions for usage details."
    ))
}

pub(super) fn wrong(function: &str, index: usize, expected: &str, given: &Value) -> TemplateError {
    TemplateError::new(format!(
        "Unable to evaluate template language function '{function}': parameter '{}' is expected to \
         be {expected}, but a value of type '{}' was provided. Please see \
         https://aka.ms/arm-functions#{} for usage details.",
        index + 1,
        kind_of(given),
        function.to_lowercase()
    ))
}
