//! What a declaration demands of a value.

use serde_json::{Map, Value};

use super::functions::{equal, kind_of, to_text};
use super::{Evaluator, Frame, TemplateError};

/// The types that a declaration can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    SecureText,
    Integer,
    Boolean,
    Object,
    SecureObject,
    Array,
}

impl Kind {
    /// Type names are read without case.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "string" => Self::Text,
            "securestring" => Self::SecureText,
            "int" => Self::Integer,
            "bool" => Self::Boolean,
            "object" => Self::Object,
            "secureobject" => Self::SecureObject,
            "array" => Self::Array,
            _ => return None,
        })
    }

    /// As deployments show it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "String",
            Self::SecureText => "SecureString",
            Self::Integer => "Int",
            Self::Boolean => "Bool",
            Self::Object => "Object",
            Self::SecureObject => "SecureObject",
            Self::Array => "Array",
        }
    }

    /// Whether the value must never be shown.
    pub(crate) fn is_secure(self) -> bool {
        matches!(self, Self::SecureText | Self::SecureObject)
    }

    /// The JSON type that it wants, in ARM's words.
    pub(crate) fn json(self) -> &'static str {
        match self {
            Self::Text | Self::SecureText => "String",
            Self::Integer => "Integer",
            Self::Boolean => "Boolean",
            Self::Object | Self::SecureObject => "Object",
            Self::Array => "Array",
        }
    }

    /// Whether a value is of the type.
    pub(crate) fn accepts(self, value: &Value) -> bool {
        self.json() == kind_of(value)
    }
}

/// A parameter, an output's type, or a part of a user-defined type.
#[derive(Debug, Clone)]
pub(crate) struct Declaration {
    pub(crate) kind: Kind,
    pub(crate) default: Option<Value>,
    pub(crate) nullable: bool,
    raw: Map<String, Value>,
}

impl Declaration {
    /// Reads a declaration; `$ref` is looked up in `definitions`.
    pub(crate) fn parse(
        what: &str,
        raw: &Value,
        definitions: &Map<String, Value>,
    ) -> Result<Self, TemplateError> {
        let mistake = |why: String| {
            TemplateError::validation(format_args!(
                "The {what} is not valid: {why}. Please see \
                 https://aka.ms/arm-syntax-parameters for usage details."
            ))
        };
        let own = raw
            .as_object()
            .ok_or_else(|| mistake("an object with a 'type' is expected".to_owned()))?;
        let mut members = own.clone();
        let mut hops = 0;
        while let Some(reference) = members.remove("$ref") {
            hops += 1;
            let target = reference
                .as_str()
                .and_then(|r| r.strip_prefix("#/definitions/"))
                .and_then(|name| definitions.get(name))
                .and_then(Value::as_object)
                .filter(|_| hops < 32)
                .ok_or_else(|| {
                    mistake(format!("the type reference '{reference}' leads nowhere"))
                })?;
            for (key, value) in target {
                members.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        let kind = members
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let kind = Kind::parse(kind).ok_or_else(|| {
            mistake(format!(
                "its type '{kind}' is not one of 'string, securestring, int, bool, object, \
                 secureObject, array'"
            ))
        })?;
        Ok(Self {
            kind,
            default: members.remove("defaultValue"),
            nullable: members
                .get("nullable")
                .and_then(Value::as_bool)
                .unwrap_or(false),
            raw: members,
        })
    }
}

/// Checks type, allowed values, lengths and bounds.
pub(super) fn check(
    name: &str,
    declaration: &Declaration,
    value: &Value,
    evaluator: &Evaluator<'_>,
) -> Result<(), TemplateError> {
    let mistake = |why: String| {
        TemplateError::validation(format_args!(
            "The provided value for the template parameter '{name}' is not valid. {why} Please see \
             https://aka.ms/arm-create-parameter-file for usage details."
        ))
    };
    if value.is_null() && declaration.nullable {
        return Ok(());
    }
    if !declaration.kind.accepts(value) {
        return Err(mistake(format!(
            "Expected a value of type '{}', but received a value of type '{}'.",
            declaration.kind.json(),
            kind_of(value)
        )));
    }
    if let Some(Value::Array(allowed)) = declaration.raw.get("allowedValues") {
        let among = |v: &Value| allowed.iter().any(|a| equal(a, v));
        // For arrays every element may be among the allowed ones instead.
        let elements = || {
            value
                .as_array()
                .is_some_and(|items| items.iter().all(among))
        };
        if !among(value) && !elements() {
            let shown = if declaration.kind.is_secure() {
                "…".to_owned()
            } else {
                to_text(value)
            };
            let allowed: Vec<String> = allowed.iter().map(to_text).collect();
            return Err(mistake(format!(
                "The value '{shown}' is not part of the allowed value(s): '{}'.",
                allowed.join(",")
            )));
        }
    }
    let limit = |key: &str| -> Result<Option<i64>, TemplateError> {
        let Some(raw) = declaration.raw.get(key) else {
            return Ok(None);
        };
        let value = evaluator.value(raw, &Frame::default())?;
        let number = value
            .as_i64()
            .ok_or_else(|| mistake(format!("Its '{key}' must be an integer, not '{value}'.")))?;
        Ok(Some(number))
    };
    let length = match value {
        Value::String(text) => Some(text.chars().count()),
        Value::Array(items) => Some(items.len()),
        _ => None,
    };
    if let Some(length) = length.and_then(|l| i64::try_from(l).ok()) {
        if let Some(min) = limit("minLength")?.filter(|min| length < *min) {
            return Err(mistake(format!(
                "Length of the value should be greater than or equal to '{min}'."
            )));
        }
        if let Some(max) = limit("maxLength")?.filter(|max| length > *max) {
            return Err(mistake(format!(
                "Length of the value should be less than or equal to '{max}'."
            )));
        }
    }
    if let Some(number) = value.as_i64() {
        if let Some(min) = limit("minValue")?.filter(|min| number < *min) {
            return Err(mistake(format!(
                "The value should be greater than or equal to '{min}'."
            )));
        }
        if let Some(max) = limit("maxValue")?.filter(|max| number > *max) {
            return Err(mistake(format!(
                "The value should be less than or equal to '{max}'."
            )));
        }
    }
    inside(name, declaration, value, evaluator)
}

/// Checks the members of a user-defined object type and the items of a typed array.
fn inside(
    name: &str,
    declaration: &Declaration,
    value: &Value,
    evaluator: &Evaluator<'_>,
) -> Result<(), TemplateError> {
    let definitions = &evaluator.template.definitions;
    match value {
        Value::Array(items) => {
            let Some(raw) = declaration.raw.get("items").filter(|r| r.is_object()) else {
                return Ok(());
            };
            for (index, item) in items.iter().enumerate() {
                let name = format!("{name}[{index}]");
                let inner = Declaration::parse(&format!("type of '{name}'"), raw, definitions)?;
                check(&name, &inner, item, evaluator)?;
            }
        }
        Value::Object(members) => {
            let Some(Value::Object(properties)) = declaration.raw.get("properties") else {
                return Ok(());
            };
            for (key, raw) in properties {
                let name = format!("{name}.{key}");
                let inner = Declaration::parse(&format!("type of '{name}'"), raw, definitions)?;
                check(
                    &name,
                    &inner,
                    members.get(key).unwrap_or(&Value::Null),
                    evaluator,
                )?;
            }
            if declaration.raw.get("additionalProperties") == Some(&Value::Bool(false))
                && let Some(extra) = members.keys().find(|k| !properties.contains_key(*k))
            {
                return Err(TemplateError::validation(format_args!(
                    "The provided value for the template parameter '{name}' is not valid. The \
                     property '{extra}' is not allowed there."
                )));
            }
        }
        _ => {}
    }
    Ok(())
}
