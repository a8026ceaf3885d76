//! Reading typed values from a YAML tree, noting every mistake instead of stopping at the first.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kompox_model::Settings;
use serde_json::{Map, Number, Value};

use crate::error::Problem;
use crate::yaml::{Content, Mapping, Node, Position, Scalar, ScalarKind};

/// Reads the values of one file.
#[derive(Debug)]
pub(crate) struct Reader {
    file: PathBuf,
    pub(crate) problems: Vec<Problem>,
}

/// A mapping, the path to it (`spec.ingress`) and its place. Absent means empty.
#[derive(Debug, Clone)]
pub(crate) struct Fields<'n> {
    path: String,
    at: Position,
    mapping: Option<&'n Mapping>,
}

impl<'n> Fields<'n> {
    /// The value of a key; what is null is absent.
    pub(crate) fn get(&self, key: &str) -> Option<&'n Node> {
        self.mapping?.get(key).filter(|node| !node.is_null())
    }

    /// Those of a file that is not there.
    pub(crate) fn absent() -> Self {
        Self {
            path: String::new(),
            at: Position { line: 1, column: 1 },
            mapping: None,
        }
    }

    /// Whether there is a mapping at all.
    pub(crate) fn is_mapping(&self) -> bool {
        self.mapping.is_some()
    }

    /// Where the value of a key stands, or the mapping that lacks it.
    pub(crate) fn at(&self, key: &str) -> Position {
        self.get(key).map_or(self.at, |node| node.at)
    }

    /// The path to a key.
    pub(crate) fn path(&self, key: &str) -> String {
        if self.path.is_empty() {
            return key.to_owned();
        }
        format!("{}.{key}", self.path)
    }
}

impl Reader {
    pub(crate) fn new(file: PathBuf) -> Self {
        Self {
            file,
            problems: Vec::new(),
        }
    }

    pub(crate) fn problem(&mut self, at: Position, message: impl Into<String>) {
        self.problems.push(Problem {
            file: self.file.clone(),
            at: Some(at),
            message: message.into(),
        });
    }

    fn wrong_type(&mut self, path: &str, expected: &str, node: &Node) {
        self.problem(
            node.at,
            format!("`{path}` must be {expected}, found {}", node.describe()),
        );
    }

    /// The outermost mapping of a document.
    pub(crate) fn root<'n>(&mut self, node: &'n Node) -> Fields<'n> {
        if node.mapping().is_none() && !node.is_null() {
            let found = node.describe();
            self.problem(
                node.at,
                format!("the document must be a mapping, found {found}"),
            );
        }
        Fields {
            path: String::new(),
            at: node.at,
            mapping: node.mapping(),
        }
    }

    /// Notes every key that is none of these.
    pub(crate) fn known(&mut self, fields: &Fields<'_>, known: &[&str]) {
        for (key, _) in fields.mapping.into_iter().flat_map(Mapping::iter) {
            if !known.contains(&key.text.as_str()) {
                let (path, known) = (fields.path(&key.text), known.join("`, `"));
                self.problem(
                    key.at,
                    format!("unknown key `{path}`; expected one of `{known}`"),
                );
            }
        }
    }

    pub(crate) fn mapping<'n>(&mut self, fields: &Fields<'n>, key: &str) -> Fields<'n> {
        let path = fields.path(key);
        let node = fields.get(key);
        if let Some(node) = node.filter(|node| node.mapping().is_none()) {
            self.wrong_type(&path, "a mapping", node);
        }
        Fields {
            path,
            at: fields.at(key),
            mapping: node.and_then(Node::mapping),
        }
    }

    /// The mappings in a list.
    pub(crate) fn mappings<'n>(&mut self, fields: &Fields<'n>, key: &str) -> Vec<Fields<'n>> {
        let path = fields.path(key);
        let mut mappings = Vec::new();
        for (index, node) in self.list(fields, key).iter().enumerate() {
            let path = format!("{path}[{index}]");
            match node.mapping() {
                None => self.wrong_type(&path, "a mapping", node),
                mapping => mappings.push(Fields {
                    path,
                    at: node.at,
                    mapping,
                }),
            }
        }
        mappings
    }

    fn list<'n>(&mut self, fields: &Fields<'n>, key: &str) -> &'n [Node] {
        let Some(node) = fields.get(key) else {
            return &[];
        };
        if let Content::Sequence(items) = &*node.content {
            return items;
        }
        self.wrong_type(&fields.path(key), "a list", node);
        &[]
    }

    pub(crate) fn string(&mut self, fields: &Fields<'_>, key: &str) -> Option<String> {
        let node = fields.get(key)?;
        let string = node.string();
        if string.is_none() {
            self.wrong_type(&fields.path(key), "a string", node);
        }
        string.map(str::to_owned)
    }

    /// A string that must be there and not be empty.
    pub(crate) fn required(&mut self, fields: &Fields<'_>, key: &str) -> Option<String> {
        if fields.get(key).is_none() {
            self.problem(fields.at, format!("`{}` is missing", fields.path(key)));
            return None;
        }
        let value = self.string(fields, key)?;
        if value.is_empty() {
            self.problem(fields.at(key), format!("`{}` is empty", fields.path(key)));
            return None;
        }
        Some(value)
    }

    /// A string, number or boolean, as it was written.
    pub(crate) fn text(&mut self, fields: &Fields<'_>, key: &str) -> Option<String> {
        self.text_of(fields.get(key)?, &fields.path(key))
    }

    fn text_of(&mut self, node: &Node, path: &str) -> Option<String> {
        match &*node.content {
            Content::Scalar(Scalar {
                kind: ScalarKind::Boolean(value),
                ..
            }) => Some(value.to_string()),
            Content::Scalar(scalar) if !node.is_null() => Some(scalar.text.clone()),
            _ => {
                self.wrong_type(path, "a string, number or boolean", node);
                None
            }
        }
    }

    /// A list of strings or numbers, with their places.
    pub(crate) fn texts(&mut self, fields: &Fields<'_>, key: &str) -> Vec<(String, Position)> {
        let path = fields.path(key);
        let mut texts = Vec::new();
        for (index, node) in self.list(fields, key).iter().enumerate() {
            if let Some(text) = self.text_of(node, &format!("{path}[{index}]")) {
                texts.push((text, node.at));
            }
        }
        texts
    }

    /// One string, or a list of them, with their places.
    pub(crate) fn one_or_more(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
    ) -> Vec<(String, Position)> {
        match fields.get(key) {
            Some(node) if node.string().is_some() => node
                .string()
                .map(|text| (text.to_owned(), node.at))
                .into_iter()
                .collect(),
            _ => self.texts(fields, key),
        }
    }

    pub(crate) fn boolean(&mut self, fields: &Fields<'_>, key: &str) -> Option<bool> {
        let node = fields.get(key)?;
        if let Content::Scalar(Scalar {
            kind: ScalarKind::Boolean(value),
            ..
        }) = &*node.content
        {
            return Some(*value);
        }
        self.wrong_type(&fields.path(key), "`true` or `false`", node);
        None
    }

    /// A whole number from `least` to what `T` holds.
    pub(crate) fn integer<T: TryFrom<u64>>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
        least: u64,
    ) -> Option<T> {
        let node = fields.get(key)?;
        let Content::Scalar(Scalar {
            kind: ScalarKind::Number,
            text,
        }) = &*node.content
        else {
            self.wrong_type(&fields.path(key), "a number", node);
            return None;
        };
        let value = text
            .parse::<u64>()
            .ok()
            .filter(|value| *value >= least)
            .and_then(|value| T::try_from(value).ok());
        if value.is_none() {
            let bits = 8 * size_of::<T>();
            let most = u64::MAX >> (64 - bits.min(64));
            let path = fields.path(key);
            self.problem(
                node.at,
                format!("`{path}` must be a whole number from {least} to {most}, found {text}"),
            );
        }
        value
    }

    /// One of the words; case does not matter.
    pub(crate) fn word<T: Copy>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let text = self.string(fields, key)?;
        let found = words
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(&text))
            .map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            let (path, known) = (fields.path(key), known.join(", "));
            self.problem(
                fields.at(key),
                format!("`{path}` is `{text}`; expected one of {known}"),
            );
        }
        found
    }

    /// Settings: numbers and booleans become strings, as written; what is null is absent.
    pub(crate) fn settings(&mut self, fields: &Fields<'_>, key: &str) -> Settings {
        let fields = self.mapping(fields, key);
        let mut settings = Settings::default();
        for (key, node) in fields.mapping.into_iter().flat_map(Mapping::iter) {
            if node.is_null() {
                continue;
            }
            if let Some(value) = self.text_of(node, &fields.path(&key.text)) {
                settings.insert(key.text.clone(), value);
            }
        }
        settings
    }

    /// Strings by key, with null where there is none.
    pub(crate) fn nullable_strings(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
    ) -> BTreeMap<String, Option<String>> {
        let fields = self.mapping(fields, key);
        let mut strings = BTreeMap::new();
        for (key, node) in fields.mapping.into_iter().flat_map(Mapping::iter) {
            match node.string() {
                None if !node.is_null() => {
                    let path = fields.path(&key.text);
                    self.wrong_type(&path, "a string (in quotes) or `null`", node);
                }
                value => {
                    strings.insert(key.text.clone(), value.map(str::to_owned));
                }
            }
        }
        strings
    }

    /// Any value, as JSON.
    pub(crate) fn json(&mut self, fields: &Fields<'_>, key: &str) -> Option<Value> {
        fields.get(key).map(json)
    }

    /// Any mapping, as JSON.
    pub(crate) fn json_object(&mut self, fields: &Fields<'_>, key: &str) -> Map<String, Value> {
        let fields = self.mapping(fields, key);
        fields.mapping.map(object).unwrap_or_default()
    }
}

fn json(node: &Node) -> Value {
    match &*node.content {
        Content::Sequence(items) => Value::Array(items.iter().map(json).collect()),
        Content::Mapping(mapping) => Value::Object(object(mapping)),
        Content::Scalar(Scalar { text, kind }) => match kind {
            ScalarKind::Null => Value::Null,
            ScalarKind::Boolean(value) => Value::Bool(*value),
            ScalarKind::Number => {
                number(text).map_or_else(|| Value::String(text.clone()), Value::Number)
            }
            ScalarKind::String => Value::String(text.clone()),
        },
    }
}

fn object(mapping: &Mapping) -> Map<String, Value> {
    mapping
        .iter()
        .map(|(key, node)| (key.text.clone(), json(node)))
        .collect()
}

fn number(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(Number::from);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return u64::from_str_radix(digits, 8).ok().map(Number::from);
    }
    let unsigned = text.parse::<u64>().ok().map(Number::from);
    unsigned
        .or_else(|| text.parse::<i64>().ok().map(Number::from))
        .or_else(|| text.parse::<f64>().ok().and_then(Number::from_f64))
}
