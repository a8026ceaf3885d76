//! Places in JSON: the words of the way there.

use serde_json::Value;
use serde_path_to_error::{Path, Segment};

/// The words of a path that a deserializer failed at.
pub(crate) fn words(path: &Path) -> Vec<String> {
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.clone(),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => "?".to_owned(),
        })
        .collect()
}

/// The value at a path.
pub(crate) fn at<'a>(value: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, word| match value {
        Value::Object(members) => members.get(word),
        Value::Array(items) => items.get(word.parse::<usize>().ok()?),
        _ => None,
    })
}

fn at_mut<'a>(value: &'a mut Value, path: &[String]) -> Option<&'a mut Value> {
    path.iter().try_fold(value, |value, word| match value {
        Value::Object(members) => members.get_mut(word),
        Value::Array(items) => items.get_mut(word.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Puts another value where there is one.
pub(crate) fn set(value: &mut Value, path: &[String], new: Value) {
    if let Some(place) = at_mut(value, path) {
        *place = new;
    }
}

/// Puts a text where there is nothing yet; false when there is no object to put it in.
pub(crate) fn insert(value: &mut Value, path: &[String]) -> bool {
    match path.split_last() {
        Some((last, parent)) => match at_mut(value, parent) {
            Some(Value::Object(members)) if !members.contains_key(last) => {
                members.insert(last.clone(), Value::from(""));
                true
            }
            _ => false,
        },
        None => false,
    }
}

/// Takes away the value at a path; false when there is none or it is the whole.
pub(crate) fn remove(value: &mut Value, path: &[String]) -> bool {
    let Some((last, parent)) = path.split_last() else {
        return false;
    };
    match at_mut(value, parent) {
        Some(Value::Object(members)) => members.shift_remove(last).is_some(),
        Some(Value::Array(items)) => match last.parse::<usize>() {
            Ok(index) if index < items.len() => {
                items.remove(index);
                true
            }
            _ => false,
        },
        _ => false,
    }
}

/// The paths of all texts.
pub(crate) fn texts(value: &Value) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let mut open = vec![(Vec::new(), value)];
    while let Some((path, value)) = open.pop() {
        let below = |word: String| {
            let mut path: Vec<String> = path.clone();
            path.push(word);
            path
        };
        match value {
            Value::String(_) => paths.push(path),
            Value::Array(items) => {
                open.extend(
                    items
                        .iter()
                        .enumerate()
                        .map(|(i, v)| (below(i.to_string()), v)),
                );
            }
            Value::Object(members) => {
                open.extend(members.iter().map(|(k, v)| (below(k.clone()), v)));
            }
            _ => {}
        }
    }
    paths
}
