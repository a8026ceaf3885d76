//! Who owns which field: server-side apply, as far as it matters here. Lists are owned as a whole.
//!
//! Source: <https://kubernetes.io/docs/reference/using-api/server-side-apply/>

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

type Path = Vec<String>;

/// The fields of an object by owner.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Owners {
    /// What managers applied.
    applied: BTreeMap<String, BTreeSet<Path>>,
    /// What managers wrote in other ways.
    updated: BTreeMap<String, BTreeSet<Path>>,
}

/// A field that another manager owns and gave another value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Conflict {
    pub(super) field: String,
    pub(super) manager: String,
}

impl Owners {
    /// Applies a manager's fields: those that it applied before and are gone are removed unless others own them too.
    pub(super) fn apply(
        &mut self,
        mut current: Value,
        wanted: &Value,
        manager: &str,
    ) -> Result<Value, Vec<Conflict>> {
        let wanted = leaves(wanted);
        let conflicts: Vec<_> = wanted
            .iter()
            .filter(|(path, value)| !is_met(at(&current, path), value))
            .flat_map(|(path, _)| {
                self.others(manager)
                    .filter(|(_, owned)| owned.iter().any(|owned| claims(owned, path, &current)))
                    .map(|(owner, _)| Conflict {
                        field: path
                            .iter()
                            .fold(String::new(), |text, part| text + "." + part),
                        manager: owner.clone(),
                    })
            })
            .collect();
        if !conflicts.is_empty() {
            return Err(conflicts);
        }
        let before = self.applied.remove(manager).unwrap_or_default();
        for path in before.iter().filter(|path| !wanted.contains_key(*path)) {
            let shared = self
                .others(manager)
                .any(|(_, owned)| owned.iter().any(|owned| claims(owned, path, &current)));
            if !shared {
                remove(&mut current, path);
            }
        }
        for (path, value) in &wanted {
            if is_met(at(&current, path), value) {
                continue;
            }
            set(&mut current, path, value.clone());
        }
        self.applied
            .insert(manager.to_owned(), wanted.into_keys().collect());
        Ok(current)
    }

    /// Writes fields as an update does: whoever changes a field takes it from all others.
    pub(super) fn update(&mut self, mut current: Value, fields: &Value, manager: &str) -> Value {
        for (path, value) in leaves(fields) {
            if is_met(at(&current, &path), &value) {
                continue;
            }
            for owned in self.applied.values_mut().chain(self.updated.values_mut()) {
                owned.retain(|owned| !overlap(owned, &path));
            }
            set(&mut current, &path, value);
            self.updated
                .entry(manager.to_owned())
                .or_default()
                .insert(path);
        }
        current
    }

    /// All owners but the one who applies.
    fn others(&self, manager: &str) -> impl Iterator<Item = (&String, &BTreeSet<Path>)> {
        self.applied
            .iter()
            .filter(move |(owner, _)| *owner != manager)
            .chain(self.updated.iter())
    }
}

/// Whether a field is as wanted: a map that is wanted empty may hold what others put there.
fn is_met(current: Option<&Value>, wanted: &Value) -> bool {
    current == Some(wanted)
        || (wanted.as_object().is_some_and(Map::is_empty) && current.is_some_and(Value::is_object))
}

/// Whether who owns one path has a say about another: it is the same, or beneath it, or all of what it is in. Who
/// owns a map owns only that it is there.
fn claims(owned: &[String], path: &[String], current: &Value) -> bool {
    owned.starts_with(path)
        || (path.starts_with(owned) && !at(current, owned).is_some_and(Value::is_object))
}

/// Whether one path leads into the other.
fn overlap(a: &[String], b: &[String]) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

/// The fields that can be owned: everything but type, name and what the server sets.
fn leaves(value: &Value) -> BTreeMap<Path, Value> {
    fn walk(value: &Value, path: &mut Path, found: &mut BTreeMap<Path, Value>) {
        if let Value::Object(map) = value
            && (!map.is_empty() || path.is_empty())
        {
            for (name, value) in map {
                path.push(name.clone());
                if !is_fixed(path) {
                    walk(value, path, found);
                }
                path.pop();
            }
        } else {
            found.insert(path.clone(), value.clone());
        }
    }
    let mut found = BTreeMap::new();
    walk(value, &mut Path::new(), &mut found);
    found
}

fn is_fixed(path: &[String]) -> bool {
    match path {
        [name] => matches!(name.as_str(), "apiVersion" | "kind" | "status"),
        [metadata, name] => {
            metadata == "metadata"
                && matches!(
                    name.as_str(),
                    "name"
                        | "namespace"
                        | "uid"
                        | "resourceVersion"
                        | "creationTimestamp"
                        | "managedFields"
                )
        }
        _ => false,
    }
}

fn at<'a>(value: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, part| value.get(part))
}

fn set(value: &mut Value, path: &[String], new: Value) {
    match path {
        [] => *value = new,
        [first, rest @ ..] => {
            if !value.is_object() {
                *value = Value::Object(Map::new());
            }
            set(&mut value[first.as_str()], rest, new);
        }
    }
}

/// Removes a field, and what it was in when nothing is left there.
fn remove(value: &mut Value, path: &[String]) {
    let (Some(map), [first, rest @ ..]) = (value.as_object_mut(), path) else {
        return;
    };
    let empty = match map.get_mut(first) {
        Some(inner) if !rest.is_empty() => {
            remove(inner, rest);
            inner.as_object().is_some_and(Map::is_empty)
        }
        _ => true,
    };
    if empty {
        map.remove(first);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn data(pairs: &Value) -> Value {
        json!({ "metadata": { "name": "n" }, "data": pairs })
    }

    #[test]
    fn what_is_no_longer_applied_is_removed_unless_another_applies_it_too() {
        let mut owners = Owners::default();
        let value = owners
            .apply(data(&json!({})), &data(&json!({"a": "1", "b": "2"})), "x")
            .unwrap();
        let value = owners.apply(value, &data(&json!({"b": "2"})), "y").unwrap();
        let value = owners.apply(value, &data(&json!({"c": "3"})), "x").unwrap();
        assert_eq!(value["data"], json!({"b": "2", "c": "3"}));
    }

    #[test]
    fn a_field_of_another_can_be_shared_and_not_changed() {
        let mut owners = Owners::default();
        let value = owners
            .apply(data(&json!({})), &data(&json!({"a": "1"})), "x")
            .unwrap();
        let value = owners.apply(value, &data(&json!({"a": "1"})), "y").unwrap();
        let conflicts = owners
            .apply(value, &data(&json!({"a": "2"})), "y")
            .unwrap_err();
        assert_eq!(
            conflicts,
            [Conflict {
                field: ".data.a".to_owned(),
                manager: "x".to_owned()
            }]
        );
    }

    #[test]
    fn an_update_takes_what_it_changes() {
        let mut owners = Owners::default();
        let value = owners
            .apply(data(&json!({})), &data(&json!({"a": "1", "b": "1"})), "x")
            .unwrap();
        let value = owners.update(value, &data(&json!({"a": "2", "b": "1"})), "editor");
        let conflicts = owners
            .apply(value, &data(&json!({"a": "1", "b": "2"})), "x")
            .unwrap_err();
        assert_eq!(conflicts.len(), 1, "b still belongs to x: {conflicts:?}");
        assert_eq!(conflicts[0].manager, "editor");
    }

    proptest! {
        #[test]
        fn applying_again_changes_nothing_and_applying_nothing_removes_all_of_it(
            pairs in proptest::collection::btree_map("[a-c]", "[0-9]", 1..4),
            foreign in proptest::collection::btree_map("[d-f]", "[0-9]", 0..4),
        ) {
            let mut owners = Owners::default();
            let start = owners.apply(data(&json!({})), &data(&json!(foreign)), "other").unwrap();
            let once = owners.apply(start.clone(), &data(&json!(pairs)), "me").unwrap();
            let kept = owners.clone();
            let twice = owners.apply(once.clone(), &data(&json!(pairs)), "me").unwrap();
            prop_assert_eq!(&once, &twice);
            prop_assert_eq!(&kept, &owners);
            let none = owners.apply(twice, &json!({"metadata": {"name": "n"}}), "me").unwrap();
            let left = none.get("data").cloned().unwrap_or_else(|| json!({}));
            prop_assert_eq!(left, json!(foreign));
        }
    }
}
