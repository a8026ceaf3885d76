//! The JSON that a provider understands: which properties there are and of which type.
//!
//! Reading a body against a shape checks the types, finds properties in any case, and leaves out nulls, read-only
//! properties and what the provider does not know, as Azure's own deserializers do.

use serde_json::{Map, Value};

/// What a value must look like.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Text.
    Text,
    /// One of these words, in any case; read in the casing given here.
    Word(&'static [&'static str]),
    /// A whole number.
    Int,
    /// Any number.
    Number,
    /// `true` or `false`.
    Bool,
    /// An object with these properties.
    Object(&'static [(&'static str, Shape)]),
    /// An object from any name to text.
    TextMap,
    /// An object from any name to something.
    Map(&'static Shape),
    /// An array.
    Array(&'static Shape),
    /// Anything.
    Any,
    /// Something that Azure sends and ignores when it is sent back.
    ReadOnly,
}

/// A value that is not of its shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// Path to the value, such as `properties.creationData.createOption`.
    pub(crate) path: String,
    /// What it should have been: `string`, `int32`, `bool`, …, or a list of words.
    pub(crate) wanted: String,
    /// What it was: the JSON type, or the text itself where a word was wanted.
    pub(crate) found: String,
    /// The type was right but the word was none of those wanted.
    pub(crate) unknown_word: bool,
}

impl Shape {
    /// Reads `value`; `None` where there is nothing to keep.
    pub(crate) fn read(&self, value: &Value) -> Result<Option<Value>, Mismatch> {
        self.read_at(value, "")
    }

    fn read_at(&self, value: &Value, path: &str) -> Result<Option<Value>, Mismatch> {
        if value.is_null() {
            return Ok(None);
        }
        let wrong = |wanted: &str| Mismatch {
            path: path.to_owned(),
            wanted: wanted.to_owned(),
            found: kind(value).to_owned(),
            unknown_word: false,
        };
        let kept = match self {
            Self::ReadOnly => return Ok(None),
            Self::Any => value.clone(),
            Self::Text if value.is_string() => value.clone(),
            Self::Text => return Err(wrong("string")),
            Self::Bool if value.is_boolean() => value.clone(),
            Self::Bool => return Err(wrong("bool")),
            Self::Number if value.is_number() => value.clone(),
            Self::Number => return Err(wrong("number")),
            Self::Int => match value.as_i64() {
                Some(_) => value.clone(),
                // 3.0 is a whole number too.
                None => match value.as_f64() {
                    Some(number) if number.fract() == 0.0 && number.abs() < 9.0e15 => {
                        Value::from(format!("{number:.0}").parse::<i64>().unwrap_or_default())
                    }
                    _ => return Err(wrong("int32")),
                },
            },
            Self::Word(words) => {
                let text = value.as_str().ok_or_else(|| wrong("string"))?;
                match words.iter().find(|word| word.eq_ignore_ascii_case(text)) {
                    Some(word) => Value::from(*word),
                    None => {
                        return Err(Mismatch {
                            wanted: words.join(","),
                            found: text.to_owned(),
                            unknown_word: true,
                            ..wrong("")
                        });
                    }
                }
            }
            Self::Object(fields) => {
                let object = value.as_object().ok_or_else(|| wrong("object"))?;
                let mut kept = Map::new();
                for (key, value) in object {
                    let Some((name, shape)) = fields
                        .iter()
                        .find(|(name, _)| name.eq_ignore_ascii_case(key))
                    else {
                        continue;
                    };
                    if let Some(value) = shape.read_at(value, &join(path, name))? {
                        kept.insert((*name).to_owned(), value);
                    }
                }
                Value::Object(kept)
            }
            Self::TextMap => Self::Map(&Self::Text)
                .read_at(value, path)?
                .unwrap_or(Value::Null),
            Self::Map(shape) => {
                let object = value.as_object().ok_or_else(|| wrong("object"))?;
                let mut kept = Map::new();
                for (key, value) in object {
                    if let Some(value) = shape.read_at(value, &join(path, key))? {
                        kept.insert(key.clone(), value);
                    }
                }
                Value::Object(kept)
            }
            Self::Array(shape) => {
                let items = value.as_array().ok_or_else(|| wrong("array"))?;
                let mut kept = Vec::with_capacity(items.len());
                for (at, item) in items.iter().enumerate() {
                    if let Some(item) = shape.read_at(item, &format!("{path}[{at}]"))? {
                        kept.push(item);
                    }
                }
                Value::Array(kept)
            }
        };
        Ok(Some(kept))
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// The JSON type of a value.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SHAPE: Shape = Shape::Object(&[
        ("name", Shape::Text),
        ("count", Shape::Int),
        ("mode", Shape::Word(&["System", "User"])),
        ("zones", Shape::Array(&Shape::Text)),
        ("state", Shape::ReadOnly),
    ]);

    #[test]
    fn it_keeps_what_is_known_in_the_known_casing() {
        let body = json!({"NAME": "x", "count": 3.0, "mode": "user", "zones": null, "state": "S", "foo": 1});
        let kept = SHAPE.read(&body).unwrap().unwrap();
        assert_eq!(kept, json!({"name": "x", "count": 3, "mode": "User"}));
    }

    #[test]
    fn it_names_the_path_of_a_wrong_type() {
        let error = SHAPE.read(&json!({"zones": ["1", 2]})).unwrap_err();
        assert_eq!(
            (error.path.as_str(), error.wanted.as_str()),
            ("zones[1]", "string")
        );
        assert!(SHAPE.read(&json!({"count": "3"})).is_err());
        assert!(SHAPE.read(&json!({"count": 1.5})).is_err());
        assert!(SHAPE.read(&json!([])).is_err());
        assert!(
            SHAPE
                .read(&json!({"mode": "Other"}))
                .unwrap_err()
                .unknown_word
        );
    }
}
