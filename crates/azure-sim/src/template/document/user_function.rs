//! Functions that a template defines.

use serde_json::{Map, Value};

use super::super::TemplateError;
use super::super::constraint::Declaration;
use super::{members, section};

/// `namespace.name` with its parameters.
#[derive(Debug, Clone)]
pub(crate) struct UserFunction {
    pub(crate) parameters: Vec<(String, Declaration)>,
    pub(crate) output: Value,
}

/// Reads the `functions` of a template, each under its full name.
pub(super) fn user_functions(
    template: &Map<String, Value>,
    definitions: &Map<String, Value>,
) -> Result<Vec<(String, UserFunction)>, TemplateError> {
    let mut all = Vec::new();
    let namespaces = match template.get("functions") {
        None | Some(Value::Null) => return Ok(all),
        Some(Value::Array(namespaces)) => namespaces,
        Some(_) => return Err(TemplateError::content("'functions' must be an array")),
    };
    for entry in namespaces {
        let entry = members(entry, "functions[]")?;
        let namespace = entry
            .get("namespace")
            .and_then(Value::as_str)
            .ok_or_else(|| {
                TemplateError::content("Required property 'namespace' not found in 'functions'")
            })?;
        for (name, function) in section(entry, "members")? {
            let function = members(&function, &name)?;
            let mut parameters = Vec::new();
            for parameter in function
                .get("parameters")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                let own = parameter
                    .get("name")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                let what = format!("parameter '{own}' of the function '{namespace}.{name}'");
                parameters.push((
                    own.to_owned(),
                    Declaration::parse(&what, parameter, definitions)?,
                ));
            }
            let output = function
                .get("output")
                .and_then(|o| o.get("value"))
                .ok_or_else(|| {
                    TemplateError::content(format_args!(
                        "The function '{namespace}.{name}' has no output value"
                    ))
                })?;
            let output = output.clone();
            all.push((
                format!("{namespace}.{name}"),
                UserFunction { parameters, output },
            ));
        }
    }
    Ok(all)
}
