//! Putting a cluster into somebody's kubeconfig: everything else in it stays as it is, comments included.

use std::ops::Range;

use secrecy::{ExposeSecret, SecretString};

use super::document::{Document, Entry, LISTS, blank, yaml};
use super::layout::{Layout, List};
use crate::exit::{Failure, Result};

/// How to merge.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Options {
    /// Take over items that have our name already.
    pub(super) force: bool,
    /// Make it the current context.
    pub(super) set_current: bool,
}

/// What a merge comes to.
#[derive(Debug)]
pub(super) struct Merged {
    /// The name that the cluster, the user and the context have now.
    pub(super) name: String,
    /// What is different, one sentence each; nothing when all was there already.
    pub(super) changes: Vec<String>,
    /// The whole file.
    pub(super) text: SecretString,
    /// The file had a form that could not be edited in place, so its comments are gone.
    pub(super) comments_lost: bool,
    pub(super) document: Document,
}

/// Puts `entry` into the kubeconfig `text` under `wanted`, or under `wanted-2`, `wanted-3`, … when that name is
/// taken by something else. The error says what is wrong with `text`, without its secrets.
pub(super) fn merge(text: &str, wanted: &str, entry: &Entry, options: Options) -> Result<Merged> {
    let before = Document::parse(text).map_err(Failure::Failed)?;
    let name = name(&before, wanted, entry, options.force);
    let mut changes = Vec::new();
    let mut edits = Vec::new();
    let mut after = before.clone();
    if before.is_empty() {
        after = Document::of(&name, entry);
        if !options.set_current {
            after.set_current("");
        }
    }
    for (list, kind) in LISTS {
        let item = entry.item(list, &name);
        let present = before.item(list, &name);
        if present != Some(&item) {
            let verb = if present.is_some() { "replace" } else { "add" };
            changes.push(format!("{verb} {kind} {name:?}"));
            after.put(list, &name, item.clone());
            edits.push(Edit::Item { list, item });
        }
    }
    if options.set_current && before.current() != Some(&name) {
        let was = before
            .current()
            .map_or_else(String::new, |was| format!(" (was {was:?})"));
        changes.push(format!("set current-context to {name:?}{was}"));
        after.set_current(&name);
        edits.push(Edit::Current);
    }
    let edited = if changes.is_empty() {
        Some(text.to_owned())
    } else if before.is_empty() {
        Some(format!("{}{}", header(text), after.yaml()?))
    } else {
        edit(text, &name, &edits)
    };
    // Only what says exactly the same is taken.
    let edited = edited.filter(|text| Document::parse(text).as_ref() == Ok(&after));
    let comments_lost = edited.is_none() && text.contains('#');
    let text = match edited {
        Some(text) => text,
        None => after.yaml()?,
    };
    Ok(Merged {
        name,
        changes,
        text: text.into(),
        comments_lost,
        document: after,
    })
}

/// The first name under which nothing, or exactly this, is there.
fn name(document: &Document, wanted: &str, entry: &Entry, force: bool) -> String {
    let free = |name: &str| {
        LISTS.iter().all(|(list, _)| {
            document
                .item(list, name)
                .is_none_or(|present| *present == entry.item(list, name))
        })
    };
    let mut name = wanted.to_owned();
    let mut number = 2;
    while !force && !free(&name) {
        name = format!("{wanted}-{number}");
        number += 1;
    }
    name
}

/// What stays of a file without content: its comments.
fn header(text: &str) -> String {
    if !blank(text) || text.trim().is_empty() {
        return String::new();
    }
    format!("{}\n", text.trim_end())
}

enum Edit {
    Item {
        list: &'static str,
        item: serde_json::Value,
    },
    Current,
}

/// Edits the text in place. `None` when its form does not allow that.
fn edit(text: &str, name: &str, edits: &[Edit]) -> Option<String> {
    let layout = Layout::read(text)?;
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    let mut tail = String::new();
    for edit in edits {
        match edit {
            Edit::Item { list, item } => match layout.list(list) {
                Some(List::Block(items)) => {
                    let indent = items.first()?.indent;
                    let at = match items.iter().find(|item| item.name.as_deref() == Some(name)) {
                        Some(item) => item.lines.clone(),
                        None => items.last().map(|item| item.lines.end..item.lines.end)?,
                    };
                    changes.push((at, lines(item, indent)?));
                }
                Some(List::Empty { value, at }) => {
                    if !value.is_empty() {
                        changes.push((value.clone(), String::new()));
                    }
                    changes.push((*at..*at, lines(item, 0)?));
                }
                None => tail.push_str(&format!("{list}:\n{}", lines(item, 0)?)),
            },
            Edit::Current => {
                let value = yaml(&name).ok()?;
                match layout.current() {
                    Some(at) => changes.push((at.clone(), format!(" {}", value.trim_end()))),
                    None => tail.push_str(&format!("current-context: {value}")),
                }
            }
        }
    }
    changes.sort_by_key(|(range, _)| range.start);
    let mut edited = String::with_capacity(text.len() + tail.len());
    let mut from = 0;
    for (range, replacement) in changes {
        edited.push_str(text.get(from..range.start)?);
        let whole_lines = replacement.ends_with('\n');
        if whole_lines && !edited.is_empty() && !edited.ends_with('\n') {
            edited.push('\n');
        }
        // A scalar takes the place of another behind the space that is there.
        let replacement = if edited.ends_with(' ') {
            replacement.trim_start()
        } else {
            &replacement
        };
        edited.push_str(replacement);
        from = range.end;
    }
    edited.push_str(text.get(from..)?);
    if !tail.is_empty() && !edited.ends_with('\n') {
        edited.push('\n');
    }
    edited.push_str(&tail);
    Some(edited)
}

/// An item as whole lines with a dash at that column.
fn lines(item: &serde_json::Value, indent: usize) -> Option<String> {
    let margin = " ".repeat(indent);
    let text = yaml(&[item]).ok()?;
    Some(
        text.lines()
            .map(|line| format!("{margin}{line}\n"))
            .collect(),
    )
}

impl Merged {
    /// The whole file in the form that was asked for.
    pub(super) fn json(&self) -> Result<SecretString> {
        self.document.json().map(SecretString::from)
    }

    pub(super) fn expose(&self) -> &str {
        self.text.expose_secret()
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
