//! The resources of a template, those written inside others included.

use serde_json::{Map, Value};

use super::super::TemplateError;
use super::super::expression::{Expression, Text, classify};
use super::{members, refuse_unknown};

const RESOURCE_MEMBERS: &[&str] = &[
    "@options",
    "apiVersion",
    "asserts",
    "comments",
    "condition",
    "copy",
    "dependsOn",
    "eTag",
    "existing",
    "extendedLocation",
    "identity",
    "kind",
    "location",
    "managedBy",
    "managedByExtended",
    "metadata",
    "name",
    "placement",
    "plan",
    "properties",
    "resourceGroup",
    "resources",
    "scope",
    "sku",
    "subscriptionId",
    "tags",
    "type",
    "zones",
];

/// Symbolic names came with the second version of the language.
pub(super) fn check_symbolic(template: &Map<String, Value>) -> Result<(), TemplateError> {
    let version = template
        .get("languageVersion")
        .and_then(Value::as_str)
        .unwrap_or("1.0");
    if version == "2.0" || version.contains("experimental") {
        return Ok(());
    }
    Err(TemplateError::validation(format_args!(
        "The template resources are an object of symbolic names, which needs 'languageVersion' \
         '2.0', not '{version}'"
    ))
    .at("properties.template.languageVersion"))
}

/// Adds a resource and the child resources written inside it.
pub(super) fn resource(
    raw: &Value,
    symbol: Option<&String>,
    parent: Option<&Map<String, Value>>,
    path: &str,
    out: &mut Vec<(Option<String>, Map<String, Value>)>,
) -> Result<(), TemplateError> {
    let mut body = members(raw, "resource")?.clone();
    refuse_unknown(&body, RESOURCE_MEMBERS, "TemplateResource", path)?;
    let existing = body.get("existing") == Some(&Value::Bool(true));
    if body.contains_key("existing") && symbol.is_none() {
        return Err(TemplateError::validation(
            "The member 'existing' needs a template with symbolic resource names ('languageVersion' \
             2.0)",
        )
        .at(path));
    }
    for key in ["type", "name", "apiVersion"] {
        if !body.get(key).is_some_and(Value::is_string) {
            return Err(TemplateError::content(format_args!(
                "Required property '{key}' not found in JSON. Path '{path}'"
            ))
            .at(path));
        }
    }
    if existing && body.contains_key("properties") {
        return Err(TemplateError::validation(format_args!(
            "The existing resource at '{path}' is only read, it cannot have 'properties'"
        ))
        .at(path));
    }
    if let Some(parent) = parent {
        qualify(&mut body, parent);
    }
    let children = body.remove("resources");
    out.push((symbol.cloned(), body.clone()));
    match children {
        None => {}
        Some(Value::Array(children)) => {
            for (index, child) in children.iter().enumerate() {
                let path = format!("{path}.resources[{index}]");
                resource(child, None, Some(&body), &path, out)?;
            }
        }
        Some(Value::Object(children)) => {
            for (symbol, child) in &children {
                let path = format!("{path}.resources.{symbol}");
                resource(child, Some(symbol), Some(&body), &path, out)?;
            }
        }
        Some(_) => {
            return Err(TemplateError::content(format_args!(
                "'resources' must be an array or an object. Path '{path}.resources'"
            )));
        }
    }
    Ok(())
}

/// A child inside its parent has a short type and a short name.
fn qualify(child: &mut Map<String, Value>, parent: &Map<String, Value>) {
    let text = |m: &Map<String, Value>, key: &str| {
        m.get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let own = text(child, "type");
    if own.contains('/') && own.contains('.') {
        return;
    }
    child.insert(
        "type".into(),
        format!("{}/{own}", text(parent, "type")).into(),
    );
    let inner = |name: &str| match classify(name) {
        Text::Expression(source) => source.to_owned(),
        Text::Literal(literal) => Expression::Text(literal.to_owned()).to_string(),
    };
    let name = format!(
        "[concat({}, '/', {})]",
        inner(&text(parent, "name")),
        inner(&text(child, "name"))
    );
    child.insert("name".into(), name.into());
}
