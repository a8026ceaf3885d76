//! YAML as a tree that remembers where everything stands.
//!
//! Deserializing straight into a type stops at the first mistake, while all mistakes of a project are to be reported
//! together, those of meaning included. So the parser's events become a tree with positions, and [`crate::decode`]
//! reads it. Scalars stay as they were written: a setting `1.30` must not become `1.3`.
//!
//! The files may be anybody's: depth and the expansion of aliases are bounded.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::rc::Rc;

use serde_saphyr::granit_parser::{ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, Tag};

/// Deepest nesting.
const MAX_DEPTH: usize = 100;
/// Most nodes and bytes of text in a file, aliases expanded.
const MAX_WEIGHT: usize = 16 << 20;

/// A place in a file, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

impl From<Marker> for Position {
    fn from(marker: Marker) -> Self {
        Self {
            line: marker.line(),
            column: marker.col() + 1,
        }
    }
}

/// A file that is no YAML, or more of it than is read.
#[derive(Debug)]
pub(crate) struct SyntaxError {
    pub(crate) at: Position,
    pub(crate) message: String,
}

/// A value and where it stands. Aliased content is shared.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) at: Position,
    pub(crate) content: Rc<Content>,
    weight: usize,
}

#[derive(Debug)]
pub(crate) enum Content {
    Scalar(Scalar),
    Sequence(Vec<Node>),
    Mapping(Mapping),
}

/// A scalar as it was written, and what YAML 1.2's core schema takes it for.
#[derive(Debug, Clone)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    pub(crate) kind: ScalarKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScalarKind {
    Null,
    Boolean(bool),
    Number,
    String,
}

/// The entries of a mapping, in order; keys are unique.
#[derive(Debug, Default)]
pub(crate) struct Mapping(Vec<(Key, Node)>);

#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) at: Position,
    pub(crate) text: String,
}

impl Mapping {
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.0
            .iter()
            .find(|(k, _)| k.text == key)
            .map(|(_, node)| node)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(Key, Node)> {
        self.0.iter()
    }
}

impl Node {
    pub(crate) fn is_null(&self) -> bool {
        matches!(
            &*self.content,
            Content::Scalar(Scalar {
                kind: ScalarKind::Null,
                ..
            })
        )
    }

    pub(crate) fn mapping(&self) -> Option<&Mapping> {
        match &*self.content {
            Content::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    pub(crate) fn string(&self) -> Option<&str> {
        match &*self.content {
            Content::Scalar(Scalar {
                text,
                kind: ScalarKind::String,
            }) => Some(text),
            _ => None,
        }
    }

    /// What it is, for a message. Never its value, which may be secret.
    pub(crate) fn describe(&self) -> &'static str {
        match &*self.content {
            Content::Sequence(_) => "a list",
            Content::Mapping(_) => "a mapping",
            Content::Scalar(scalar) => match scalar.kind {
                ScalarKind::Null => "nothing",
                ScalarKind::Boolean(_) => "a boolean",
                ScalarKind::Number => "a number",
                ScalarKind::String => "a string",
            },
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)
    }
}

/// The documents of a file.
pub(crate) fn parse(text: &str) -> Result<Vec<Node>, SyntaxError> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| SyntaxError {
            at: (*error.marker()).into(),
            message: malformed(&error),
        })?;
        builder.take(event, span.start.into())?;
    }
    Ok(builder.documents)
}

/// What the parser says, and what it leaves out of the mistakes that people make most: what would be right.
fn malformed(error: &ScanError) -> String {
    let expected = match error.kind() {
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            "one `key: value` on a line, indented like its neighbours, with quotes around a value that has `: ` in it"
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => "`key: value`",
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::ExpectedBlockSequenceEntry => {
            "entries of one kind, `key: value` or `- value`, indented alike"
        }
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation => "spaces",
        ErrorKind::UnclosedQuotedScalar => "the closing quote",
        ErrorKind::UnclosedFlowCollection { open: '[' } => "`]`",
        ErrorKind::UnclosedFlowCollection { .. } => "`}`",
        ErrorKind::MisplacedFlowCollectionEnd => "quotes around a value that starts with a bracket",
        ErrorKind::UnknownAnchor => {
            "`&name` before `*name`, or quotes around a value that starts with `*`"
        }
        ErrorKind::UnknownQuotedScalarEscape => "`\\\\` for a backslash, or single quotes",
        _ => return format!("malformed YAML: {}", error.info()),
    };
    format!("malformed YAML: {}; expected {expected}", error.info())
}

#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Frame>,
    anchors: HashMap<usize, Node>,
    weight: usize,
}

/// A collection whose end has not come yet.
struct Frame {
    at: Position,
    anchor: usize,
    kind: FrameKind,
    weight: usize,
}

enum FrameKind {
    Sequence(Vec<Node>),
    Mapping {
        entries: Vec<(Key, Node)>,
        key: Option<Key>,
    },
}

impl Builder {
    fn take(&mut self, event: Event<'_>, at: Position) -> Result<(), SyntaxError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let kind = scalar_kind(&text, style, tag.as_deref());
                let weight = 1 + text.len();
                let content = Content::Scalar(Scalar {
                    text: text.into_owned(),
                    kind,
                });
                let node = Node {
                    at,
                    content: Rc::new(content),
                    weight,
                };
                self.finish(anchor, node)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.start(at, anchor, FrameKind::Sequence(Vec::new()))
            }
            Event::MappingStart(_, anchor, _) => {
                let kind = FrameKind::Mapping {
                    entries: Vec::new(),
                    key: None,
                };
                self.start(at, anchor, kind)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => {
                let Some(target) = self.anchors.get(&anchor) else {
                    let message = "malformed YAML: an alias inside of what it stands for";
                    return Err(SyntaxError {
                        at,
                        message: message.to_owned(),
                    });
                };
                let node = Node {
                    at,
                    ..target.clone()
                };
                self.finish(0, node)
            }
            Event::DocumentEnd => {
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, at: Position, anchor: usize, kind: FrameKind) -> Result<(), SyntaxError> {
        if self.open.len() == MAX_DEPTH {
            let message = format!("nested more than {MAX_DEPTH} levels deep");
            return Err(SyntaxError { at, message });
        }
        self.open.push(Frame {
            at,
            anchor,
            kind,
            weight: 1,
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), SyntaxError> {
        let Some(frame) = self.open.pop() else {
            return Ok(());
        };
        let content = match frame.kind {
            FrameKind::Sequence(items) => Content::Sequence(items),
            FrameKind::Mapping { entries, .. } => Content::Mapping(merged(entries)?),
        };
        let node = Node {
            at: frame.at,
            content: Rc::new(content),
            weight: frame.weight,
        };
        self.finish(frame.anchor, node)
    }

    fn finish(&mut self, anchor: usize, node: Node) -> Result<(), SyntaxError> {
        let added = match &*node.content {
            Content::Scalar(_) => node.weight,
            // An alias brings its whole content along; that of a collection that just ended is counted already.
            _ if anchor == 0 && Rc::strong_count(&node.content) > 1 => node.weight,
            _ => 1,
        };
        self.weight += added;
        if self.weight > MAX_WEIGHT {
            let message = "too much to read, aliases expanded".to_owned();
            return Err(SyntaxError {
                at: node.at,
                message,
            });
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(frame) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        frame.weight += node.weight;
        match &mut frame.kind {
            FrameKind::Sequence(items) => items.push(node),
            FrameKind::Mapping { entries, key } => match key.take() {
                Some(key) => entries.push((key, node)),
                None => match &*node.content {
                    Content::Scalar(scalar) => {
                        *key = Some(Key {
                            at: node.at,
                            text: scalar.text.clone(),
                        });
                    }
                    _ => {
                        let message =
                            format!("a key must be a plain value, found {}", node.describe());
                        return Err(SyntaxError {
                            at: node.at,
                            message,
                        });
                    }
                },
            },
        }
        Ok(())
    }
}

/// A mapping of these entries, with what `<<` brings in behind them.
fn merged(entries: Vec<(Key, Node)>) -> Result<Mapping, SyntaxError> {
    let mut own: HashMap<String, Position> = HashMap::with_capacity(entries.len());
    for (key, _) in &entries {
        if let Some(first) = own.insert(key.text.clone(), key.at) {
            let message = format!("key `{}` is there twice, first on {first}", key.text);
            return Err(SyntaxError {
                at: key.at,
                message,
            });
        }
    }
    if !own.contains_key("<<") {
        return Ok(Mapping(entries));
    }
    let mut seen: HashSet<String> = own.into_keys().collect();
    let (merges, mut entries): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|(key, _)| key.text == "<<");
    for (key, node) in merges {
        let sources = match &*node.content {
            Content::Sequence(items) => items.clone(),
            _ => vec![node],
        };
        for source in sources {
            let Some(mapping) = source.mapping() else {
                let message = format!("`<<` takes a mapping, found {}", source.describe());
                return Err(SyntaxError {
                    at: key.at,
                    message,
                });
            };
            for (key, value) in mapping.iter() {
                if seen.insert(key.text.clone()) {
                    entries.push((key.clone(), value.clone()));
                }
            }
        }
    }
    Ok(Mapping(entries))
}

/// YAML 1.2.2 §10.3.2, the core schema.
fn scalar_kind(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> ScalarKind {
    if style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str")) {
        return ScalarKind::String;
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => ScalarKind::Null,
        "true" | "True" | "TRUE" => ScalarKind::Boolean(true),
        "false" | "False" | "FALSE" => ScalarKind::Boolean(false),
        _ if is_number(text) => ScalarKind::Number,
        _ => ScalarKind::String,
    }
}

fn is_number(text: &str) -> bool {
    let all = |digits: &str, radix| {
        !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix))
    };
    if let Some(digits) = text.strip_prefix("0x") {
        return all(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return all(digits, 8);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF")
        || matches!(text, ".nan" | ".NaN" | ".NAN")
        // Rust's grammar is the core schema's but for these words.
        || (unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            && unsigned.parse::<f64>().is_ok())
}

#[cfg(test)]
mod tests;
