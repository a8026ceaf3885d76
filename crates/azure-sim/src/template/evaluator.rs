//! Expressions and whole JSON values, evaluated.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::copy::Loop;
use super::expression::{Expression, Text, classify};
use super::functions::{self, kind_of};
use super::parser::parse;
use super::{Environment, Runtime, Template, TemplateError, constraint};

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

    /// Binds every parameter and evaluates every variable, so that their mistakes show at once.
    /// Returns the parameters in the order of their declaration.
    pub(crate) fn bind(&self) -> Result<Map<String, Value>, TemplateError> {
        self.refuse_undeclared()?;
        for (name, declaration) in &self.template.parameters {
            let supplied = self.parameters.borrow().get(name).cloned();
            if let Some(value) = supplied {
                constraint::check(name, declaration, &value, self)
                    .map_err(|e| e.at(&format!("properties.parameters.{name}")))?;
            } else {
                self.parameter(name)?;
            }
        }
        for name in self.template.variable_names() {
            self.variable(name)?;
        }
        let bound = self.parameters.borrow();
        Ok(self
            .template
            .parameters
            .iter()
            .filter_map(|(name, _)| Some((name.clone(), bound.get(name)?.clone())))
            .collect())
    }

    /// Supplied names are matched without case to the declared ones.
    fn refuse_undeclared(&self) -> Result<(), TemplateError> {
        let supplied = std::mem::take(&mut *self.parameters.borrow_mut());
        let mut known = Map::new();
        let mut unknown = Vec::new();
        for (name, value) in supplied {
            match self.template.parameter(&name) {
                Some((declared, _)) => {
                    known.insert(declared.to_owned(), value);
                }
                None => unknown.push(name),
            }
        }
        *self.parameters.borrow_mut() = known;
        if unknown.is_empty() {
            return Ok(());
        }
        let declared: Vec<&str> = self
            .template
            .parameters
            .iter()
            .map(|(n, _)| n.as_str())
            .collect();
        Err(TemplateError::validation(format_args!(
            "The template parameters '{}' in the parameters file are not valid; they are not \
             present in the original template and can therefore not be provided at deployment \
             time. The only supported parameters for this template are '{}'. Please see \
             https://aka.ms/arm-pass-parameter-values for usage details.",
            unknown.join(", "),
            declared.join(", ")
        ))
        .at("properties.template.parameters"))
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

    fn parameter(&self, name: &str) -> Result<Value, TemplateError> {
        let Some((name, declaration)) = self.template.parameter(name) else {
            return Err(TemplateError::new(format!(
                "The template parameter '{name}' is not found. Please see \
                 https://aka.ms/arm-syntax-parameters for usage details."
            )));
        };
        if let Some(value) = self.parameters.borrow().get(name) {
            return Ok(value.clone());
        }
        let path = format!("properties.template.parameters.{name}");
        let Some(default) = &declaration.default else {
            if declaration.nullable {
                return Ok(Value::Null);
            }
            return Err(TemplateError::validation(format_args!(
                "The value for the template parameter '{name}' is not provided. Please see \
                 https://aka.ms/arm-create-parameter-file for usage details."
            ))
            .at(&path));
        };
        let frame = Frame {
            default: true,
            fixed: true,
            ..Frame::default()
        };
        let value = self
            .enter(&format!("parameters('{name}')"), || {
                self.value(default, &frame)
            })
            .and_then(|value| {
                constraint::check(name, declaration, &value, self)?;
                Ok(value)
            })
            .map_err(|error| {
                error
                    .framed(|m| {
                        format!(
                            "Deployment template validation failed: 'The template parameter \
                             '{name}' is not valid: {m}'."
                        )
                    })
                    .at(&path)
            })?;
        self.parameters
            .borrow_mut()
            .insert(name.to_owned(), value.clone());
        Ok(value)
    }

    fn variable(&self, name: &str) -> Result<Value, TemplateError> {
        let key = name.to_lowercase();
        if let Some(value) = self.variables.borrow().get(&key) {
            return Ok(value.clone());
        }
        let Some((declared, raw)) = self.template.variable(name) else {
            return Err(TemplateError::new(format!(
                "The template variable '{name}' is not found. Please see \
                 https://aka.ms/arm-syntax-variables for usage details."
            )));
        };
        let frame = Frame {
            fixed: true,
            ..Frame::default()
        };
        let value = self
            .enter(&format!("variables('{declared}')"), || match raw {
                super::document::Variable::Plain(raw) => self.value(raw, &frame),
                super::document::Variable::Copied(copy) => self.copied(copy, &frame),
            })
            .map_err(|error| {
                error
                    .framed(|m| {
                        format!(
                            "Deployment template validation failed: 'The template variable \
                             '{declared}' is not valid: {m}'."
                        )
                    })
                    .at(&format!("properties.template.variables.{declared}"))
            })?;
        self.variables.borrow_mut().insert(key, value.clone());
        Ok(value)
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

    fn call(
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

    fn user_function(
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

fn wrong(function: &str, index: usize, expected: &str, given: &Value) -> TemplateError {
    TemplateError::new(format!(
        "Unable to evaluate template language function '{function}': parameter '{}' is expected to \
         be {expected}, but a value of type '{}' was provided. Please see \
         https://aka.ms/arm-functions#{} for usage details.",
        index + 1,
        kind_of(given),
        function.to_lowercase()
    ))
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
