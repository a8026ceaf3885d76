//! Arrays, and what arrays share with strings.

use serde_json::Value;

use super::argument::Call;
use super::logic::equal;
use super::text::{fold, to_text};
use super::{Function, MANY};
use crate::template::TemplateError;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "array",
        arity: (1, 1),
        run: array,
    },
    Function {
        name: "createArray",
        arity: (0, MANY),
        run: |c| Ok(c.arguments.to_vec().into()),
    },
    Function {
        name: "length",
        arity: (1, 1),
        run: length,
    },
    Function {
        name: "empty",
        arity: (1, 1),
        run: empty,
    },
    Function {
        name: "contains",
        arity: (2, 2),
        run: contains,
    },
    Function {
        name: "first",
        arity: (1, 1),
        run: first,
    },
    Function {
        name: "last",
        arity: (1, 1),
        run: last,
    },
    Function {
        name: "take",
        arity: (2, 2),
        run: take,
    },
    Function {
        name: "skip",
        arity: (2, 2),
        run: skip,
    },
    Function {
        name: "indexOf",
        arity: (2, 2),
        run: |c| index_of(c, false),
    },
    Function {
        name: "lastIndexOf",
        arity: (2, 2),
        run: |c| index_of(c, true),
    },
    Function {
        name: "range",
        arity: (2, 2),
        run: range,
    },
    Function {
        name: "flatten",
        arity: (1, 1),
        run: flatten,
    },
    Function {
        name: "intersection",
        arity: (2, MANY),
        run: intersection,
    },
    Function {
        name: "union",
        arity: (2, MANY),
        run: union,
    },
    Function {
        name: "indexFromEnd",
        arity: (2, 2),
        run: |c| from_end(c, false),
    },
    Function {
        name: "tryIndexFromEnd",
        arity: (2, 2),
        run: |c| from_end(c, true),
    },
];

fn count(value: usize) -> Value {
    i64::try_from(value).unwrap_or(i64::MAX).into()
}

fn array(call: &Call<'_>) -> Result<Value, TemplateError> {
    Ok(match call.value(0) {
        items @ Value::Array(_) => items.clone(),
        other => vec![other.clone()].into(),
    })
}

fn length(call: &Call<'_>) -> Result<Value, TemplateError> {
    Ok(count(match call.value(0) {
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        Value::String(text) => text.chars().count(),
        _ => return Err(call.wrong(0, "an array, a string or an object")),
    }))
}

fn empty(call: &Call<'_>) -> Result<Value, TemplateError> {
    Ok(match call.value(0) {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Null => true,
        _ => return Err(call.wrong(0, "an array, a string or an object")),
    }
    .into())
}

fn contains(call: &Call<'_>) -> Result<Value, TemplateError> {
    Ok(match call.value(0) {
        Value::Array(items) => items.iter().any(|item| equal(item, call.value(1))),
        Value::Object(members) => {
            let key = call.text(1)?;
            members.keys().any(|k| k.eq_ignore_ascii_case(key))
        }
        Value::String(text) => match call.value(1) {
            part @ (Value::String(_) | Value::Number(_)) => text.contains(&to_text(part)),
            _ => return Err(call.wrong(1, "a string")),
        },
        _ => return Err(call.wrong(0, "an array, an object or a string")),
    }
    .into())
}

fn end(call: &Call<'_>, back: bool) -> Result<Value, TemplateError> {
    match call.value(0) {
        Value::Array(items) => {
            let item = if back { items.last() } else { items.first() };
            Ok(item.cloned().unwrap_or(Value::Null))
        }
        Value::String(text) => {
            let mut characters = text.chars();
            let one = if back {
                characters.next_back()
            } else {
                characters.next()
            };
            Ok(one.map(String::from).unwrap_or_default().into())
        }
        _ => Err(call.wrong(0, "an array or a string")),
    }
}

fn first(call: &Call<'_>) -> Result<Value, TemplateError> {
    end(call, false)
}

fn last(call: &Call<'_>) -> Result<Value, TemplateError> {
    end(call, true)
}

fn amount(call: &Call<'_>) -> Result<usize, TemplateError> {
    Ok(usize::try_from(call.integer(1)?).unwrap_or(0))
}

fn take(call: &Call<'_>) -> Result<Value, TemplateError> {
    let amount = amount(call)?;
    match call.value(0) {
        Value::Array(items) => Ok(items
            .iter()
            .take(amount)
            .cloned()
            .collect::<Vec<_>>()
            .into()),
        Value::String(text) => Ok(text.chars().take(amount).collect::<String>().into()),
        _ => Err(call.wrong(0, "an array or a string")),
    }
}

fn skip(call: &Call<'_>) -> Result<Value, TemplateError> {
    let amount = amount(call)?;
    match call.value(0) {
        Value::Array(items) => Ok(items
            .iter()
            .skip(amount)
            .cloned()
            .collect::<Vec<_>>()
            .into()),
        Value::String(text) => Ok(text.chars().skip(amount).collect::<String>().into()),
        _ => Err(call.wrong(0, "an array or a string")),
    }
}

fn index_of(call: &Call<'_>, back: bool) -> Result<Value, TemplateError> {
    let found = match call.value(0) {
        Value::String(text) => {
            let (text, part) = (fold(text), fold(call.text(1)?));
            let byte = if back {
                text.rfind(&part)
            } else {
                text.find(&part)
            };
            byte.map(|byte| text[..byte].chars().count())
        }
        Value::Array(items) => {
            let mut hits = items
                .iter()
                .enumerate()
                .filter(|(_, i)| equal(i, call.value(1)));
            let hit = if back { hits.next_back() } else { hits.next() };
            hit.map(|(index, _)| index)
        }
        _ => return Err(call.wrong(0, "a string or an array")),
    };
    Ok(found.map_or_else(|| Value::from(-1), count))
}

fn range(call: &Call<'_>) -> Result<Value, TemplateError> {
    let (start, length) = (call.integer(0)?, call.integer(1)?);
    if !(0..=10_000).contains(&length) {
        return Err(call.wrong(1, "a count of 0 to 10000"));
    }
    let end = start
        .checked_add(length)
        .filter(|end| *end <= 2_147_483_647)
        .ok_or_else(|| call.error("the sum of start and count must not exceed 2147483647"))?;
    Ok((start..end).map(Value::from).collect::<Vec<_>>().into())
}

fn flatten(call: &Call<'_>) -> Result<Value, TemplateError> {
    let mut flat = Vec::new();
    for item in call.array(0)? {
        match item {
            Value::Array(items) => flat.extend_from_slice(items),
            _ => return Err(call.wrong(0, "an array of arrays")),
        }
    }
    Ok(flat.into())
}

fn intersection(call: &Call<'_>) -> Result<Value, TemplateError> {
    if call.value(0).is_object() {
        let mut common = call.object(0)?.clone();
        for index in 1..call.arguments.len() {
            let other = call.object(index)?;
            common.retain(|key, value| other.get(key).is_some_and(|o| equal(o, value)));
        }
        return Ok(common.into());
    }
    let mut common: Vec<Value> = Vec::new();
    for item in call.array(0)? {
        if !common.iter().any(|c| equal(c, item)) {
            common.push(item.clone());
        }
    }
    for index in 1..call.arguments.len() {
        let other = call.array(index)?;
        common.retain(|item| other.iter().any(|o| equal(o, item)));
    }
    Ok(common.into())
}

/// Objects merge deeply, the later one winning; arrays keep the first of equal items.
fn union(call: &Call<'_>) -> Result<Value, TemplateError> {
    if call.value(0).is_object() {
        let mut merged = call.object(0)?.clone();
        for index in 1..call.arguments.len() {
            merge(&mut merged, call.object(index)?);
        }
        return Ok(merged.into());
    }
    let mut all: Vec<Value> = Vec::new();
    for index in 0..call.arguments.len() {
        for item in call.array(index)? {
            if !all.iter().any(|a| equal(a, item)) {
                all.push(item.clone());
            }
        }
    }
    Ok(all.into())
}

fn merge(into: &mut serde_json::Map<String, Value>, from: &serde_json::Map<String, Value>) {
    for (key, value) in from {
        let known = into.keys().find(|k| k.eq_ignore_ascii_case(key)).cloned();
        let slot = into
            .entry(known.unwrap_or_else(|| key.clone()))
            .or_insert(Value::Null);
        match (slot, value) {
            (Value::Object(old), Value::Object(new)) => merge(old, new),
            (slot, value) => *slot = value.clone(),
        }
    }
}

fn from_end(call: &Call<'_>, forgiving: bool) -> Result<Value, TemplateError> {
    let items = call.array(0)?;
    let index = call.integer(1)?;
    let found = usize::try_from(index)
        .ok()
        .filter(|i| *i >= 1)
        .and_then(|i| items.len().checked_sub(i))
        .and_then(|i| items.get(i));
    match found {
        Some(item) => Ok(item.clone()),
        None if forgiving => Ok(Value::Null),
        None => Err(call.error(format_args!(
            "the array has '{}' items, the index from its end '{index}' is outside",
            items.len()
        ))),
    }
}
