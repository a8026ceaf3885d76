//! Where things stand in the text of a kubeconfig, so that it can be edited without touching the rest.

use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle};

use super::document::LISTS;

/// The parts of the text that a merge may change. Ranges are in bytes.
#[derive(Debug, Default)]
pub(super) struct Layout {
    lists: Vec<(&'static str, List)>,
    current: Option<Range<usize>>,
}

/// Where a list stands.
#[derive(Debug)]
pub(super) enum List {
    /// Items under each other, each with a dash.
    Block(Vec<Item>),
    /// Nothing yet: a value to take away, and where items can begin.
    Empty { value: Range<usize>, at: usize },
}

/// An item of a list: whole lines.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) name: Option<String>,
    pub(super) lines: Range<usize>,
    /// Column of the dash.
    pub(super) indent: usize,
}

impl Layout {
    /// Reads the layout. `None` for a form that cannot be edited in place (flow style, several documents, aliases in
    /// odd places).
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut events = Events {
            parser: Parser::new_from_str(text),
            open: Vec::new(),
            end: 0,
        };
        let mut layout = Self::default();
        let top = loop {
            match events.next()? {
                (Event::StreamStart | Event::DocumentStart(..), _) => {}
                (event, _) => break event,
            }
        };
        let Event::MappingStart(StructureStyle::Block, ..) = top else {
            return None;
        };
        // Until the end of the mapping, or a key that is no text.
        while let (Event::Scalar(key, ..), key_span) = events.next()? {
            let key_end = key_span.byte_range()?.end;
            let list = LISTS.iter().find(|(list, _)| *list == key);
            match (list, events.next()?) {
                (Some((list, _)), value) => {
                    layout
                        .lists
                        .push((list, events.list(text, key_end, &value)?));
                }
                (None, (Event::Scalar(_, style, ..), span)) if key == "current-context" => {
                    layout.current = Some(scalar(text, key_end, style, &span)?);
                }
                (None, (value, _)) => events.skip(&value)?,
            }
        }
        Some(layout)
    }

    pub(super) fn list(&self, name: &str) -> Option<&List> {
        self.lists
            .iter()
            .find(|(list, _)| *list == name)
            .map(|(_, list)| list)
    }

    /// The value of `current-context`.
    pub(super) fn current(&self) -> Option<&Range<usize>> {
        self.current.as_ref()
    }
}

/// The range that a new scalar value takes.
fn scalar(text: &str, key_end: usize, style: ScalarStyle, span: &Span) -> Option<Range<usize>> {
    let range = span.byte_range()?;
    if style == ScalarStyle::Plain && range.is_empty() {
        let colon = key_end + text.get(key_end..)?.find(':')? + 1;
        return Some(colon..colon);
    }
    Some(range)
}

struct Events<'a> {
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    /// The styles of the collections that we are in.
    open: Vec<StructureStyle>,
    /// Where the content read so far ends. The end of a block collection does not count: it is only noticed at the
    /// next token, behind comments that do not belong to it.
    end: usize,
}

impl<'a> Events<'a> {
    fn next(&mut self) -> Option<(Event<'a>, Span)> {
        loop {
            let (event, span) = self.parser.next_event()?.ok()?;
            let content = match &event {
                Event::Comment(..) => continue,
                Event::Scalar(..) | Event::Alias(_) => true,
                Event::MappingStart(style, ..) | Event::SequenceStart(style, ..) => {
                    self.open.push(*style);
                    false
                }
                Event::MappingEnd | Event::SequenceEnd => {
                    self.open.pop() == Some(StructureStyle::Flow)
                }
                _ => false,
            };
            let range = span.byte_range()?;
            if content && !range.is_empty() {
                self.end = self.end.max(range.end);
            }
            return Some((event, span));
        }
    }

    /// Goes past a node whose first event was read.
    fn skip(&mut self, first: &Event<'a>) -> Option<()> {
        if matches!(first, Event::MappingStart(..) | Event::SequenceStart(..)) {
            let depth = self.open.len();
            while self.open.len() >= depth {
                self.next()?;
            }
        }
        Some(())
    }

    fn list(
        &mut self,
        text: &str,
        key_end: usize,
        (first, span): &(Event<'a>, Span),
    ) -> Option<List> {
        match first {
            Event::SequenceStart(StructureStyle::Block, ..) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => return Some(List::Block(items)),
                        value => items.push(self.item(text, value)?),
                    }
                }
            }
            Event::SequenceStart(StructureStyle::Flow, ..) => {
                let (Event::SequenceEnd, end) = self.next()? else {
                    return None;
                };
                let value = span.byte_range()?.start..end.byte_range()?.end;
                Some(List::Empty {
                    at: line_end(text, value.end),
                    value,
                })
            }
            Event::Scalar(_, ScalarStyle::Plain, ..) => {
                let value = span.byte_range()?;
                let value = if value.is_empty() {
                    key_end..key_end
                } else {
                    value
                };
                Some(List::Empty {
                    at: line_end(text, value.end),
                    value,
                })
            }
            _ => None,
        }
    }

    fn item(&mut self, text: &str, (first, span): (Event<'a>, Span)) -> Option<Item> {
        let before = text.get(..span.byte_range()?.start)?.trim_end();
        let dash = before.strip_suffix('-')?.len();
        let line = text.get(..dash)?.rfind('\n').map_or(0, |at| at + 1);
        let margin = text.get(line..dash)?;
        if !margin.chars().all(|character| character == ' ') {
            return None;
        }
        self.end = self.end.max(dash + 1);
        let name = self.named(&first)?;
        Some(Item {
            name,
            lines: line..line_end(text, self.end),
            indent: margin.len(),
        })
    }

    /// Goes past a node whose first event was read. Picks up its `name` when it is a mapping.
    fn named(&mut self, first: &Event<'a>) -> Option<Option<String>> {
        if !matches!(first, Event::MappingStart(..)) {
            self.skip(first)?;
            return Some(None);
        }
        let mut name = None;
        loop {
            let (key, _) = self.next()?;
            if let Event::MappingEnd = key {
                return Some(name);
            }
            self.skip(&key)?;
            let (value, _) = self.next()?;
            self.skip(&value)?;
            if let (Event::Scalar(key, ..), Event::Scalar(text, ..)) = (&key, &value)
                && key == "name"
            {
                name = Some(text.clone().into_owned());
            }
        }
    }
}

/// The beginning of the line after `at`; `at` itself where a line begins already.
fn line_end(text: &str, at: usize) -> usize {
    if at > 0 && text.as_bytes().get(at - 1) == Some(&b'\n') {
        return at;
    }
    text.get(at..)
        .and_then(|rest| rest.find('\n'))
        .map_or(text.len(), |offset| at + offset + 1)
}
