//! What a step expects of a JSON result: named members, not all there are.

use serde_json::Value;

/// Says what is missing or other in `actual`; nothing when it is as expected.
///
/// Of an object the named members must be there; a list must have exactly the expected items, in any order; `"*"`
/// stands for anything but null; everything else must be equal.
pub(crate) fn difference(expected: &Value, actual: &Value) -> Option<String> {
    at("", expected, actual)
}

fn at(path: &str, expected: &Value, actual: &Value) -> Option<String> {
    let differs = || {
        Some(format!(
            "{}: expected {expected}, got {actual}",
            shown(path)
        ))
    };
    match (expected, actual) {
        (Value::String(any), actual) if any == "*" => {
            if actual.is_null() {
                differs()
            } else {
                None
            }
        }
        (Value::Object(members), Value::Object(actual)) => {
            members.iter().find_map(|(name, expected)| {
                let path = format!("{path}.{name}");
                match actual.get(name) {
                    Some(actual) => at(&path, expected, actual),
                    None if expected.is_null() => None,
                    None => Some(format!("{path}: expected {expected}, got nothing")),
                }
            })
        }
        (Value::Array(items), Value::Array(actual)) => {
            if items.len() != actual.len() {
                return Some(format!(
                    "{}: expected {} items, got {}: {}",
                    shown(path),
                    items.len(),
                    actual.len(),
                    Value::Array(actual.clone())
                ));
            }
            // Every expected item takes an actual one of its own.
            let mut left: Vec<&Value> = actual.iter().collect();
            for (number, item) in items.iter().enumerate() {
                let path = format!("{path}[{number}]");
                let found = left
                    .iter()
                    .position(|candidate| at(&path, item, candidate).is_none());
                match found {
                    Some(position) => {
                        left.remove(position);
                    }
                    None => {
                        return Some(format!(
                            "{path}: no item is like {item}: {}",
                            Value::Array(actual.clone())
                        ));
                    }
                }
            }
            None
        }
        (expected, actual) if expected == actual => None,
        _ => differs(),
    }
}

fn shown(path: &str) -> &str {
    if path.is_empty() { "the result" } else { path }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_named_must_be_there_and_equal() {
        let actual = json!({"name": "d1", "size": 8, "tags": {"a": "b"}, "none": null});
        assert_eq!(
            difference(&json!({"name": "d1", "tags": {}}), &actual),
            None
        );
        assert_eq!(
            difference(&json!({"name": "*", "none": null, "other": null}), &actual),
            None
        );
        assert!(difference(&json!({"name": "d2"}), &actual).is_some());
        assert!(difference(&json!({"zone": 1}), &actual).is_some());
        assert!(difference(&json!({"none": "*"}), &actual).is_some());
        assert!(difference(&json!({"tags": {"a": "c"}}), &actual).is_some());
        assert!(difference(&json!([]), &actual).is_some());
    }

    #[test]
    fn a_list_has_exactly_the_expected_items_in_any_order() {
        let actual = json!([{"n": 1}, {"n": 2}]);
        assert_eq!(difference(&json!([{"n": 2}, {"n": 1}]), &actual), None);
        assert!(difference(&json!([{"n": 1}]), &actual).is_some());
        assert!(difference(&json!([{"n": 1}, {"n": 1}]), &actual).is_some());
    }
}
