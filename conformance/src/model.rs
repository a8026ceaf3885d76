//! Types of others, and how a body differs from what comes back of it.

use std::any::type_name;
use std::collections::BTreeSet;
use std::fmt::{self, Debug};

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::place;

/// A type that bodies are read into and written from.
#[derive(Clone, Copy)]
pub struct Model {
    name: fn() -> &'static str,
    item: Option<fn() -> &'static str>,
    read: fn(&Value) -> Result<Reading, Unreadable>,
}

/// What became of a body in a model.
pub(crate) struct Reading {
    /// The model, written again.
    pub(crate) written: Value,
    /// Its `Debug` output.
    pub(crate) debug: String,
}

/// Where a model could not read a body, and why.
pub(crate) struct Unreadable {
    path: Vec<String>,
    reason: String,
}

/// How a body and what comes back of it differ in one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The model's type; of the items of a list that of the item.
    pub model: String,
    /// The words of the way to the place, joined by `/`. An index of an array is `*`.
    pub path: String,
    /// In which way.
    pub kind: Kind,
}

/// The ways in which a body and what comes back of it differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The model does not know the member.
    Unknown,
    /// The model wants a member that the body does not have.
    Missing,
    /// The model adds a member that the body does not have.
    Added,
    /// The value comes back as another one.
    Changed {
        /// The value, as JSON.
        from: String,
        /// What comes back, as JSON.
        to: String,
    },
    /// The value is none of those that the model's enumeration has.
    UnknownValue(String),
    /// The model cannot read the value, for this reason.
    Unreadable(String),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("the model does not know this member"),
            Self::Missing => f.write_str("the model wants this member"),
            Self::Added => f.write_str("the model adds this member"),
            Self::Changed { from, to } => write!(f, "{from} comes back as {to}"),
            Self::UnknownValue(value) => {
                write!(f, "{value:?} is none of the values of the model")
            }
            Self::Unreadable(reason) => write!(f, "unreadable: {reason}"),
        }
    }
}

impl Model {
    /// The model `T`.
    pub const fn of<T: Serialize + DeserializeOwned + Debug>() -> Self {
        Self {
            name: type_name::<T>,
            item: None,
            read: read::<T>,
        }
    }

    /// The model `T` of a list, whose items in `value` are of the model `I`. Differences in items are told as those of `I`.
    pub const fn list<T: Serialize + DeserializeOwned + Debug, I>() -> Self {
        Self {
            name: type_name::<T>,
            item: Some(type_name::<I>),
            read: read::<T>,
        }
    }

    /// The crate and the type: `azure_mgmt_dns::Zone`.
    pub fn name(&self) -> String {
        short((self.name)())
    }

    /// Where `body` and what comes back of it differ. Not a difference is another way to write the same time or number, nor
    /// is that `null` and the empty list come back as nothing, if the model knows their name.
    pub fn differences(&self, body: &Value) -> BTreeSet<Difference> {
        let mut found = Found {
            model: self,
            differences: BTreeSet::new(),
        };
        let mut body = body.clone();
        let mut missing = Vec::new();
        let reading = loop {
            match (self.read)(&body) {
                Ok(reading) => break reading,
                // The rest is judged without what cannot be read, and as if there were what is missing.
                Err(Unreadable { mut path, reason }) => {
                    if let Some(member) = missing_member(&reason) {
                        path.push(member.to_owned());
                        found.add(&path, Kind::Missing);
                        if missing.contains(&path) || !place::insert(&mut body, &path) {
                            return found.differences;
                        }
                        missing.push(path);
                        continue;
                    }
                    found.add(&path, Kind::Unreadable(reason));
                    if missing.contains(&path) || !place::remove(&mut body, &path) {
                        return found.differences;
                    }
                }
            }
        };
        for path in place::texts(&body) {
            if let Some(value) = self.unknown_value(&body, &reading, &path) {
                found.add(&path, Kind::UnknownValue(value));
            }
        }
        found.compare(&body, &body, &reading.written, &mut Vec::new());
        found.differences
    }

    /// The text at `path` if it is there as a value that an enumeration of the model does not have. Generated enumerations
    /// keep those in a variant of that name, and only `Debug` tells them from the others.
    fn unknown_value(&self, body: &Value, reading: &Reading, path: &[String]) -> Option<String> {
        let text = place::at(body, path)?.as_str()?;
        let variant = |text: &str| format!("UnknownValue({text:?})");
        if !reading.debug.contains(&variant(text)) {
            return None;
        }
        let probed = format!("{text}?");
        let mut changed = body.clone();
        place::set(&mut changed, path, Value::from(probed.as_str()));
        let debug = (self.read)(&changed).ok()?.debug;
        debug.contains(&variant(&probed)).then(|| text.to_owned())
    }

    /// Whether the model knows the member at `path` of `body`, whatever there is. A member that it does not know it drops
    /// with any value; of one that it knows it either refuses a text or keeps it.
    fn knows(&self, body: &Value, path: &[String]) -> bool {
        let mut changed = body.clone();
        place::set(&mut changed, path, Value::from("probe"));
        (self.read)(&changed).map_or(true, |reading| place::at(&reading.written, path).is_some())
    }
}

impl Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Model").field(&self.name()).finish()
    }
}

struct Found<'a> {
    model: &'a Model,
    differences: BTreeSet<Difference>,
}

impl Found<'_> {
    fn add(&mut self, path: &[String], kind: Kind) {
        let words: Vec<_> = path
            .iter()
            .map(|word| match word.parse::<usize>() {
                Ok(_) => "*",
                Err(_) => word.as_str(),
            })
            .collect();
        let (model, words) = match (self.model.item, words.as_slice()) {
            (Some(item), ["value", "*", rest @ ..]) => (short(item()), rest.join("/")),
            (_, words) => (self.model.name(), words.join("/")),
        };
        self.differences.insert(Difference {
            model,
            path: words,
            kind,
        });
    }

    fn compare(&mut self, body: &Value, sent: &Value, back: &Value, path: &mut Vec<String>) {
        match (sent, back) {
            (Value::Object(sent), Value::Object(back)) => {
                for (key, value) in sent {
                    path.push(key.clone());
                    match back.get(key) {
                        Some(back) => self.compare(body, value, back, path),
                        None if is_nothing(value) && self.model.knows(body, path) => {}
                        None => self.add(path, Kind::Unknown),
                    }
                    path.pop();
                }
                let added = |(key, value): &(&String, &Value)| {
                    !sent.contains_key(*key) && !is_nothing(value)
                };
                for (key, _) in back.iter().filter(added) {
                    path.push(key.clone());
                    self.add(path, Kind::Added);
                    path.pop();
                }
            }
            (Value::Array(sent), Value::Array(back)) if sent.len() == back.len() => {
                for (index, (sent, back)) in sent.iter().zip(back).enumerate() {
                    path.push(index.to_string());
                    self.compare(body, sent, back, path);
                    path.pop();
                }
            }
            _ if is_same(sent, back) => {}
            _ => self.add(
                path,
                Kind::Changed {
                    from: sent.to_string(),
                    to: back.to_string(),
                },
            ),
        }
    }
}

fn read<T: Serialize + DeserializeOwned + Debug>(body: &Value) -> Result<Reading, Unreadable> {
    let model: T = serde_path_to_error::deserialize(body).map_err(|error| Unreadable {
        path: place::words(error.path()),
        reason: error.inner().to_string(),
    })?;
    let written = serde_json::to_value(&model).map_err(|error| Unreadable {
        path: Vec::new(),
        reason: format!("read, but not written: {error}"),
    })?;
    Ok(Reading {
        written,
        debug: format!("{model:?}"),
    })
}

/// The crate and the last word of a type's name.
fn short(name: &str) -> String {
    let plain = name.split('<').next().unwrap_or(name);
    match (plain.split_once("::"), plain.rsplit_once("::")) {
        (Some((krate, _)), Some((_, last))) => format!("{krate}::{last}"),
        _ => plain.to_owned(),
    }
}

/// The member that is missing, as the reason of a deserializer says it.
fn missing_member(reason: &str) -> Option<&str> {
    let (_, rest) = reason.split_once("missing field `")?;
    rest.split_once('`').map(|(member, _)| member)
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Equal as JSON, as a number or as a moment.
fn is_same(one: &Value, other: &Value) -> bool {
    let moment = |value: &Value| value.as_str()?.parse::<Timestamp>().ok();
    let number = |value: &Value| value.as_number()?.as_f64();
    one == other
        || moment(one).is_some_and(|one| moment(other) == Some(one))
        || number(one).is_some_and(|one| number(other) == Some(one))
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Deserializer, Serialize};
    use serde_json::json;

    use super::*;

    /// As the generated types are: unknown members are dropped, unknown values kept in a variant.
    #[derive(Debug, Serialize, Deserialize)]
    struct Disk {
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size: Option<i32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tier: Option<Tier>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        #[serde(
            default,
            deserialize_with = "or_none",
            skip_serializing_if = "Vec::is_empty"
        )]
        zones: Vec<String>,
    }

    fn or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
        Ok(Option::deserialize(deserializer)?.unwrap_or_default())
    }

    #[derive(Debug)]
    enum Tier {
        Basic,
        UnknownValue(String),
    }

    impl Serialize for Tier {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Self::Basic => serializer.serialize_unit_variant("Tier", 0, "Basic"),
                Self::UnknownValue(value) => serializer.serialize_str(value),
            }
        }
    }

    impl<'de> Deserialize<'de> for Tier {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Ok(match String::deserialize(deserializer)?.as_str() {
                "Basic" => Self::Basic,
                other => Self::UnknownValue(other.to_owned()),
            })
        }
    }

    #[derive(Debug, Serialize, Deserialize)]
    struct Disks {
        value: Vec<Disk>,
    }

    fn found(body: &Value) -> Vec<(String, Kind)> {
        Model::of::<Disk>()
            .differences(body)
            .into_iter()
            .map(|difference| (difference.path, difference.kind))
            .collect()
    }

    #[test]
    fn a_body_that_comes_back_has_no_differences() {
        let body = json!({"name": "d", "size": 4, "tier": "Basic", "zones": ["1"]});
        assert_eq!(found(&body), []);
    }

    #[test]
    fn a_misspelt_member_shows_whatever_its_value() {
        for value in [json!(4), json!(null), json!([]), json!({})] {
            let body = json!({"name": "d", "Size": value});
            assert_eq!(found(&body), [("Size".to_owned(), Kind::Unknown)]);
        }
    }

    #[test]
    fn null_and_the_empty_list_of_a_known_member_are_as_good_as_nothing() {
        let body = json!({"name": "d", "size": null, "tier": null, "note": null, "zones": []});
        assert_eq!(found(&body), []);
        assert_eq!(found(&json!({"name": "d", "zones": null})), []);
    }

    #[test]
    fn a_wrong_type_shows_and_does_not_hide_the_rest() {
        let differences = found(&json!({"name": "d", "size": "4", "colour": "red"}));
        assert_eq!(differences.len(), 2, "{differences:?}");
        assert_eq!(differences[0], ("colour".to_owned(), Kind::Unknown));
        assert!(matches!(&differences[1], (path, Kind::Unreadable(_)) if path == "size"));
    }

    #[test]
    fn a_missing_member_that_must_be_there_shows_and_does_not_hide_the_rest() {
        let differences = found(&json!({"colour": "red"}));
        assert_eq!(
            differences,
            [
                ("colour".to_owned(), Kind::Unknown),
                ("name".to_owned(), Kind::Missing)
            ]
        );
    }

    #[test]
    fn a_value_that_an_enumeration_does_not_have_shows_where_it_is() {
        let body = json!({"name": "basic", "note": "basic", "tier": "basic"});
        let unknown = Kind::UnknownValue("basic".to_owned());
        assert_eq!(found(&body), [("tier".to_owned(), unknown)]);
        let text = json!({"name": "UnknownValue(\"Basic\")", "tier": "Basic"});
        assert_eq!(found(&text), []);
    }

    #[test]
    fn differences_in_a_list_are_those_of_its_items() {
        let model = Model::list::<Disks, Disk>();
        let body = json!({"value": [{"name": "d", "colour": 1}, {"name": "e", "colour": 2}]});
        let differences: Vec<_> = model.differences(&body).into_iter().collect();
        assert_eq!(differences.len(), 1);
        assert_eq!(differences[0].model, "kompox_conformance::Disk");
        assert_eq!(differences[0].path, "colour");
    }

    #[test]
    fn times_and_numbers_are_compared_by_what_they_mean() {
        let at = |text: &str| Value::from(text);
        assert!(is_same(
            &at("2026-01-02T03:04:05.1200000+00:00"),
            &at("2026-01-02T03:04:05.12Z")
        ));
        assert!(!is_same(
            &at("2026-01-02T03:04:05Z"),
            &at("2026-01-02T03:04:06Z")
        ));
        assert!(is_same(&json!(-1), &json!(-1.0)));
        assert!(!is_same(&json!("1"), &json!(1)));
    }
}
