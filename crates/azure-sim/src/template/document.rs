//! The parts of a template.

use std::collections::HashSet;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::constraint::Declaration;
use super::copy::Copy;
use super::expression::{Expression, Text, classify};
use super::parser::parse;
use super::{TemplateError, functions};

mod resource;
mod user_function;

use resource::{check_symbolic, resource};
use user_function::{UserFunction, user_functions};

/// A template that has the right shape; its expressions parse and call functions that exist.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    pub(crate) parameters: Vec<(String, Declaration)>,
    pub(crate) definitions: Map<String, Value>,
    variables: Vec<(String, Variable)>,
    functions: Vec<(String, UserFunction)>,
    /// Symbolic name, if any, and the raw members.
    pub(crate) resources: Vec<(Option<String>, Map<String, Value>)>,
    pub(crate) outputs: Vec<(String, OutputDeclaration)>,
    /// `templateHash` of deployments.
    pub(crate) hash: String,
}

/// A variable before it is evaluated.
#[derive(Debug, Clone)]
pub(crate) enum Variable {
    Plain(Value),
    Copied(Copy),
}

/// One output.
#[derive(Debug, Clone)]
pub(crate) struct OutputDeclaration {
    pub(crate) declaration: Declaration,
    pub(crate) condition: Option<Value>,
    pub(crate) value: OutputValue,
}

/// Where an output's value comes from.
#[derive(Debug, Clone)]
pub(crate) enum OutputValue {
    Plain(Value),
    Copied(Copy),
}

const TEMPLATE_MEMBERS: &[&str] = &[
    "$schema",
    "languageVersion",
    "contentVersion",
    "apiProfile",
    "metadata",
    "definitions",
    "parameters",
    "variables",
    "functions",
    "resources",
    "outputs",
    "imports",
    "extensions",
    "asserts",
];

fn members<'a>(value: &'a Value, what: &str) -> Result<&'a Map<String, Value>, TemplateError> {
    value
        .as_object()
        .ok_or_else(|| TemplateError::content(format_args!("'{what}' must be an object")))
}

fn section(template: &Map<String, Value>, name: &str) -> Result<Map<String, Value>, TemplateError> {
    match template.get(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(value) => members(value, name).cloned(),
    }
}

fn refuse_unknown(
    object: &Map<String, Value>,
    known: &[&str],
    kind: &str,
    path: &str,
) -> Result<(), TemplateError> {
    match object
        .keys()
        .find(|k| !known.iter().any(|n| n.eq_ignore_ascii_case(k)))
    {
        None => Ok(()),
        Some(key) => Err(TemplateError::content(format_args!(
            "Could not find member '{key}' on object of type '{kind}'. Path '{path}.{key}'"
        ))
        .at(&format!("{path}.{key}"))),
    }
}

impl Template {
    /// Reads a template and checks everything that needs no evaluation.
    pub(crate) fn parse(raw: &Value) -> Result<Self, TemplateError> {
        let template = members(raw, "template")?;
        refuse_unknown(
            template,
            TEMPLATE_MEMBERS,
            "Template",
            "properties.template",
        )?;
        check_header(template)?;
        let definitions = section(template, "definitions")?;
        let mut parameters = Vec::new();
        for (name, raw) in section(template, "parameters")? {
            let what = format!("template parameter '{name}'");
            parameters.push((name, Declaration::parse(&what, &raw, &definitions)?));
        }
        unique(
            parameters.iter().map(|(name, _)| name.as_str()),
            "parameter",
        )?;
        let mut variables = Vec::new();
        for (name, raw) in section(template, "variables")? {
            match raw.as_array() {
                Some(entries) if name.eq_ignore_ascii_case("copy") => {
                    for entry in entries {
                        let copy = Copy::parse(entry, None)?;
                        variables.push((copy.name.clone(), Variable::Copied(copy)));
                    }
                }
                _ => variables.push((name, Variable::Plain(raw))),
            }
        }
        unique(variables.iter().map(|(name, _)| name.as_str()), "variable")?;
        let mut resources = Vec::new();
        match template.get("resources") {
            Some(Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    let path = format!("properties.template.resources[{index}]");
                    resource(item, None, None, &path, &mut resources)?;
                }
            }
            Some(Value::Object(items)) => {
                check_symbolic(template)?;
                for (symbol, item) in items {
                    let path = format!("properties.template.resources.{symbol}");
                    resource(item, Some(symbol), None, &path, &mut resources)?;
                }
            }
            _ => {
                return Err(TemplateError::content(
                    "Required property 'resources' not found in JSON. Path 'properties.template'",
                ));
            }
        }
        let mut outputs = Vec::new();
        for (name, raw) in section(template, "outputs")? {
            outputs.push((name.clone(), output(&name, &raw, &definitions)?));
        }
        unique(outputs.iter().map(|(name, _)| name.as_str()), "output")?;
        let parsed = Self {
            parameters,
            variables,
            functions: user_functions(template, &definitions)?,
            definitions,
            resources,
            outputs,
            hash: hash(raw),
        };
        for part in [
            "parameters",
            "variables",
            "functions",
            "resources",
            "outputs",
        ] {
            if let Some(value) = template.get(part) {
                parsed.check_expressions(value, &format!("properties.template.{part}"))?;
            }
        }
        Ok(parsed)
    }

    /// A parameter by its name without case.
    pub(crate) fn parameter(&self, name: &str) -> Option<(&str, &Declaration)> {
        let found = self
            .parameters
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(name, declaration)| (name.as_str(), declaration))
    }

    /// A variable by its name without case.
    pub(crate) fn variable(&self, name: &str) -> Option<(&str, &Variable)> {
        let found = self
            .variables
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(name, variable)| (name.as_str(), variable))
    }

    /// The names of all variables.
    pub(crate) fn variable_names(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(|(name, _)| name.as_str())
    }

    /// A user-defined function.
    pub(crate) fn function(
        &self,
        namespace: &str,
        name: &str,
    ) -> Result<&UserFunction, TemplateError> {
        let full = format!("{namespace}.{name}");
        self.functions
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(&full))
            .map(|(_, function)| function)
            .ok_or_else(|| {
                TemplateError::new(format!(
                    "The template function '{full}' is not valid: the template defines no function \
                     of that name. Please see https://aka.ms/arm-functions for usage details."
                ))
            })
    }

    /// Every expression must parse and call functions that exist, with a right number of arguments,
    /// also where evaluation may never come.
    fn check_expressions(&self, value: &Value, path: &str) -> Result<(), TemplateError> {
        match value {
            Value::String(text) => self.check_text(text).map_err(|e| {
                e.framed(|m| {
                    format!(
                        "Deployment template validation failed: 'The template language expression \
                         at path '{path}' is not valid: {m}'."
                    )
                })
                .at(path)
            }),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .try_for_each(|(i, item)| self.check_expressions(item, &format!("{path}[{i}]"))),
            Value::Object(members) => {
                let nested = is_inner_deployment(members);
                for (key, item) in members {
                    if nested && key == "properties" {
                        self.check_outer_properties(item, path)?;
                        continue;
                    }
                    self.check_expressions(item, &format!("{path}.{key}"))?;
                    self.check_text(key).map_err(|e| e.at(path))?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The template of an inner-scope deployment has functions, variables and parameters of its own
    /// and is checked when it is read as a template.
    fn check_outer_properties(&self, properties: &Value, path: &str) -> Result<(), TemplateError> {
        for (key, item) in properties.as_object().into_iter().flatten() {
            if key != "template" {
                self.check_expressions(item, &format!("{path}.properties.{key}"))?;
            }
        }
        Ok(())
    }

    fn check_text(&self, text: &str) -> Result<(), TemplateError> {
        let Text::Expression(source) = classify(text) else {
            return Ok(());
        };
        parse(source)?.walk(&mut |expression| match expression {
            Expression::Call {
                namespace: Some(namespace),
                name,
                ..
            } if !namespace.eq_ignore_ascii_case("sys") => {
                self.function(namespace, name).map(|_| ())
            }
            Expression::Call {
                name, arguments, ..
            } => functions::check(name, arguments.len()),
            _ => Ok(()),
        })
    }
}

/// Whether a resource is a deployment whose template is evaluated on its own.
pub(crate) fn is_inner_deployment(resource: &Map<String, Value>) -> bool {
    let is_deployment = resource
        .get("type")
        .and_then(Value::as_str)
        .is_some_and(|t| t.eq_ignore_ascii_case("Microsoft.Resources/deployments"));
    is_deployment
        && resource
            .get("properties")
            .and_then(|p| p.pointer("/expressionEvaluationOptions/scope"))
            .and_then(Value::as_str)
            .is_some_and(|s| s.eq_ignore_ascii_case("inner"))
}

fn check_header(template: &Map<String, Value>) -> Result<(), TemplateError> {
    const FILES: &[&str] = &[
        "deploymentTemplate.json",
        "subscriptionDeploymentTemplate.json",
        "managementGroupDeploymentTemplate.json",
        "tenantDeploymentTemplate.json",
    ];
    let schema = template
        .get("$schema")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let lower = schema.trim_end_matches('#').to_ascii_lowercase();
    let known = (lower.starts_with("https://schema.management.azure.com/schemas/")
        || lower.starts_with("http://schema.management.azure.com/schemas/"))
        && FILES
            .iter()
            .any(|f| lower.ends_with(&format!("/{}", f.to_ascii_lowercase())));
    if !known {
        return Err(TemplateError::validation(format_args!(
            "The template schema '{schema}' is not supported. Supported are \
             'https://schema.management.azure.com/schemas/<date>/' followed by one of '{}'. Please \
             see https://aka.ms/arm-template for usage details.",
            FILES.join(", ")
        ))
        .at("properties.template.$schema"));
    }
    let version = template
        .get("contentVersion")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let numbers: Vec<&str> = version.split('.').collect();
    if numbers.len() != 4 || numbers.iter().any(|n| n.parse::<u32>().is_err()) {
        return Err(TemplateError::validation(format_args!(
            "The template content version '{version}' is not valid. Four numbers such as '1.0.0.0' \
             are expected. Please see https://aka.ms/arm-template for usage details."
        ))
        .at("properties.template.contentVersion"));
    }
    Ok(())
}

fn unique<'a>(names: impl Iterator<Item = &'a str>, what: &str) -> Result<(), TemplateError> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name.to_lowercase()) {
            return Err(TemplateError::validation(format_args!(
                "The template {what} '{name}' is defined more than once: names are compared without \
                 case"
            )));
        }
    }
    Ok(())
}

fn output(
    name: &str,
    raw: &Value,
    definitions: &Map<String, Value>,
) -> Result<OutputDeclaration, TemplateError> {
    let path = format!("properties.template.outputs.{name}");
    let what = format!("template output '{name}'");
    let declaration = Declaration::parse(&what, raw, definitions).map_err(|e| e.at(&path))?;
    let object = members(raw, "output")?;
    let value = match (object.get("value"), object.get("copy")) {
        (Some(value), None) => OutputValue::Plain(value.clone()),
        (None, Some(copy)) => OutputValue::Copied(Copy::parse(copy, Some(name))?),
        _ => {
            return Err(TemplateError::validation(format_args!(
                "The template output '{name}' is not valid: exactly one of 'value' and 'copy' is \
                 expected"
            ))
            .at(&path));
        }
    };
    Ok(OutputDeclaration {
        declaration,
        condition: object.get("condition").cloned(),
        value,
    })
}

/// The generator's own hash where it wrote one, else a number that depends on every byte.
fn hash(template: &Value) -> String {
    let generated = template.pointer("/metadata/_generator/templateHash");
    match generated.and_then(Value::as_str) {
        Some(hash) => hash.to_owned(),
        None => {
            let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, template.to_string().as_bytes());
            id.as_u64_pair().0.to_string()
        }
    }
}
