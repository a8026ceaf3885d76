//! Objects.

use serde_json::{Map, Value, json};

use super::argument::Call;
use super::{Function, MANY};
use crate::template::TemplateError;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "createObject",
        arity: (0, MANY),
        run: create_object,
    },
    Function {
        name: "json",
        arity: (1, 1),
        run: parse,
    },
    Function {
        name: "null",
        arity: (0, 0),
        run: |_| Ok(Value::Null),
    },
    Function {
        name: "items",
        arity: (1, 1),
        run: items,
    },
    Function {
        name: "objectKeys",
        arity: (1, 1),
        run: object_keys,
    },
    Function {
        name: "shallowMerge",
        arity: (1, 1),
        run: shallow_merge,
    },
    Function {
        name: "tryGet",
        arity: (2, MANY),
        run: try_get,
    },
];

fn create_object(call: &Call<'_>) -> Result<Value, TemplateError> {
    if !call.arguments.len().is_multiple_of(2) {
        return Err(call.error("the number of parameters must be even: keys and values alternate"));
    }
    let mut object = Map::new();
    for index in (0..call.arguments.len()).step_by(2) {
        let key = call.text(index)?;
        if object.keys().any(|k: &String| k.eq_ignore_ascii_case(key)) {
            return Err(call.error(format_args!("the key '{key}' appears more than once")));
        }
        object.insert(key.to_owned(), call.value(index + 1).clone());
    }
    Ok(object.into())
}

fn parse(call: &Call<'_>) -> Result<Value, TemplateError> {
    serde_json::from_str(call.text(0)?)
        .map_err(|error| call.error(format_args!("the text is not JSON: {error}")))
}

fn sorted_keys(object: &Map<String, Value>) -> Vec<&String> {
    let mut keys: Vec<&String> = object.keys().collect();
    keys.sort_by_cached_key(|key| (key.to_lowercase(), (*key).clone()));
    keys
}

fn items(call: &Call<'_>) -> Result<Value, TemplateError> {
    let object = call.object(0)?;
    Ok(sorted_keys(object)
        .into_iter()
        .map(|key| json!({"key": key, "value": object[key]}))
        .collect::<Vec<_>>()
        .into())
}

fn object_keys(call: &Call<'_>) -> Result<Value, TemplateError> {
    let keys = sorted_keys(call.object(0)?);
    Ok(keys
        .into_iter()
        .cloned()
        .map(Value::from)
        .collect::<Vec<_>>()
        .into())
}

fn shallow_merge(call: &Call<'_>) -> Result<Value, TemplateError> {
    let mut merged = Map::new();
    for entry in call.array(0)? {
        let Value::Object(entry) = entry else {
            return Err(call.wrong(0, "an array of objects"));
        };
        for (key, value) in entry {
            let known = merged
                .keys()
                .find(|k: &&String| k.eq_ignore_ascii_case(key))
                .cloned();
            merged.insert(known.unwrap_or_else(|| key.clone()), value.clone());
        }
    }
    Ok(merged.into())
}

fn try_get(call: &Call<'_>) -> Result<Value, TemplateError> {
    let mut value = call.value(0);
    for key in &call.arguments[1..] {
        let next = match (value, key) {
            (Value::Object(members), Value::String(key)) => member(members, key),
            (Value::Array(items), key) => key
                .as_u64()
                .and_then(|i| usize::try_from(i).ok())
                .and_then(|i| items.get(i)),
            (Value::Null, _) => None,
            _ => return Err(call.wrong(0, "an object or an array that the key fits")),
        };
        match next {
            Some(next) => value = next,
            None => return Ok(Value::Null),
        }
    }
    Ok(value.clone())
}

/// Member names are compared without case when there is no exact one.
pub(crate) fn member<'a>(members: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    members.get(key).or_else(|| {
        members
            .iter()
            .find(|(k, _)| k.eq_ignore_ascii_case(key))
            .map(|(_, v)| v)
    })
}
