//! Strings.

use serde_json::{Value, json};
use uuid::Uuid;

use super::argument::Call;
use super::{Function, MANY, format, unique_string};
use crate::template::TemplateError;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "concat",
        arity: (1, MANY),
        run: concat,
    },
    Function {
        name: "format",
        arity: (1, MANY),
        run: format::format,
    },
    Function {
        name: "string",
        arity: (1, 1),
        run: |c| Ok(to_text(c.value(0)).into()),
    },
    Function {
        name: "toLower",
        arity: (1, 1),
        run: |c| Ok(c.text(0)?.to_lowercase().into()),
    },
    Function {
        name: "toUpper",
        arity: (1, 1),
        run: |c| Ok(c.text(0)?.to_uppercase().into()),
    },
    Function {
        name: "trim",
        arity: (1, 1),
        run: |c| Ok(c.text(0)?.trim().into()),
    },
    Function {
        name: "replace",
        arity: (3, 3),
        run: replace,
    },
    Function {
        name: "split",
        arity: (2, 2),
        run: split,
    },
    Function {
        name: "join",
        arity: (2, 2),
        run: join,
    },
    Function {
        name: "substring",
        arity: (2, 3),
        run: substring,
    },
    Function {
        name: "startsWith",
        arity: (2, 2),
        run: |c| Ok(fold(c.text(0)?).starts_with(&fold(c.text(1)?)).into()),
    },
    Function {
        name: "endsWith",
        arity: (2, 2),
        run: |c| Ok(fold(c.text(0)?).ends_with(&fold(c.text(1)?)).into()),
    },
    Function {
        name: "padLeft",
        arity: (2, 3),
        run: pad_left,
    },
    Function {
        name: "guid",
        arity: (1, MANY),
        run: guid,
    },
    Function {
        name: "uniqueString",
        arity: (1, MANY),
        run: unique_string,
    },
];

/// The namespace of Azure's `guid()`: a version 5 UUID of the arguments joined with `-`.
const GUID_NAMESPACE: Uuid = Uuid::from_u128(0x11fb_06fb_712d_4ddd_98c7_e71b_bd58_8830);

/// `string()`: text as it is, booleans as .NET writes them, arrays and objects as JSON.
pub(crate) fn to_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Comparison without case, which is how `startsWith`, `indexOf` and their like compare.
pub(super) fn fold(text: &str) -> String {
    text.chars()
        .map(|c| {
            let mut lower = c.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(l), None) => l,
                _ => c,
            }
        })
        .collect()
}

fn concat(call: &Call<'_>) -> Result<Value, TemplateError> {
    if call.value(0).is_array() {
        let mut all = Vec::new();
        for index in 0..call.arguments.len() {
            all.extend_from_slice(call.array(index)?);
        }
        return Ok(all.into());
    }
    let mut text = String::new();
    for (index, argument) in call.arguments.iter().enumerate() {
        if argument.is_array() || argument.is_object() {
            return Err(call.wrong(index, "a string, like the first one"));
        }
        text.push_str(&to_text(argument));
    }
    Ok(text.into())
}

fn replace(call: &Call<'_>) -> Result<Value, TemplateError> {
    let (text, old, new) = (call.text(0)?, call.text(1)?, call.text(2)?);
    if old.is_empty() {
        return Err(call.error("the text to replace must not be empty"));
    }
    Ok(text.replace(old, new).into())
}

fn split(call: &Call<'_>) -> Result<Value, TemplateError> {
    let text = call.text(0)?;
    let delimiters: Vec<&str> = match call.value(1) {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => return Err(call.wrong(1, "a string or an array of strings")),
    };
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if let Some(d) = delimiters
            .iter()
            .find(|d| !d.is_empty() && rest.starts_with(**d))
        {
            parts.push(Value::String(std::mem::take(&mut part)));
            rest = &rest[d.len()..];
        } else {
            part.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    parts.push(part.into());
    Ok(parts.into())
}

fn join(call: &Call<'_>) -> Result<Value, TemplateError> {
    let items: Vec<String> = call.array(0)?.iter().map(to_text).collect();
    Ok(items.join(call.text(1)?).into())
}

fn substring(call: &Call<'_>) -> Result<Value, TemplateError> {
    let characters: Vec<char> = call.text(0)?.chars().collect();
    let start = call.integer(1)?;
    let length = match call.arguments.get(2) {
        Some(_) => call.integer(2)?,
        None => i64::try_from(characters.len()).unwrap_or(i64::MAX) - start,
    };
    let range = usize::try_from(start)
        .ok()
        .zip(usize::try_from(length).ok())
        .and_then(|(start, length)| Some(start..start.checked_add(length)?))
        .filter(|range| range.end <= characters.len());
    match range {
        Some(range) => Ok(characters[range].iter().collect::<String>().into()),
        None => Err(call.error(format_args!(
            "the index and length must refer to a location within the string: index '{start}', \
             length '{length}', the string has '{}' characters",
            characters.len()
        ))),
    }
}

fn pad_left(call: &Call<'_>) -> Result<Value, TemplateError> {
    let text = match call.value(0) {
        value @ (Value::String(_) | Value::Number(_)) => to_text(value),
        _ => return Err(call.wrong(0, "a string or an integer")),
    };
    let width = usize::try_from(call.integer(1)?)
        .ok()
        .filter(|w| *w <= 131_072)
        .ok_or_else(|| call.wrong(1, "a length of 0 to 131072"))?;
    let pad = call.optional_text(2)?.unwrap_or(" ");
    let mut characters = pad.chars();
    let (Some(pad), None) = (characters.next(), characters.next()) else {
        return Err(call.wrong(2, "a single character"));
    };
    let missing = width.saturating_sub(text.chars().count());
    let mut padded: String = std::iter::repeat_n(pad, missing).collect();
    padded.push_str(&text);
    Ok(padded.into())
}

fn guid(call: &Call<'_>) -> Result<Value, TemplateError> {
    let joined = call.texts()?.join("-");
    Ok(json!(
        Uuid::new_v5(&GUID_NAMESPACE, joined.as_bytes()).to_string()
    ))
}

fn unique_string(call: &Call<'_>) -> Result<Value, TemplateError> {
    let joined = call.texts()?.join("-");
    Ok(unique_string::unique_string(&joined).into())
}
