//! What a judge found.

use std::collections::BTreeMap;
use std::fmt;

use crate::judge::Judge;
use crate::model::{Difference, Model};

/// What a judge found. Its `Display` is the report.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// How many bodies of each model, by what they were.
    bodies: BTreeMap<String, BTreeMap<String, usize>>,
    /// How often each row, unmodelled operation and exception was met.
    rows: Vec<usize>,
    unmodelled: Vec<usize>,
    exceptions: Vec<usize>,
    /// The report's lines on the last two.
    notes: Vec<String>,
    /// What is wrong, each with an example and how often.
    wrong: BTreeMap<String, (String, usize)>,
}

impl Verdict {
    pub(crate) fn new(judge: &Judge<'_>) -> Self {
        Self {
            rows: vec![0; judge.rows.len()],
            unmodelled: vec![0; judge.unmodelled.len()],
            exceptions: vec![0; judge.exceptions.len()],
            ..Self::default()
        }
    }

    /// What is wrong, a line for each; empty when everything is right.
    pub fn failures(&self) -> Vec<String> {
        self.wrong
            .iter()
            .map(|(what, (example, count))| format!("{what} [{count}x, as in {example}]"))
            .collect()
    }

    pub(crate) fn exchanged(&mut self, row: usize) {
        count(&mut self.rows, row);
    }

    pub(crate) fn unmodelled(&mut self, index: usize) {
        count(&mut self.unmodelled, index);
    }

    pub(crate) fn excepted(&mut self, index: usize) {
        count(&mut self.exceptions, index);
    }

    pub(crate) fn judged(&mut self, model: &Model, what: &str) {
        let kinds = self.bodies.entry(model.name()).or_default();
        *kinds.entry(what.to_owned()).or_default() += 1;
    }

    pub(crate) fn differs(&mut self, operation: &str, what: &str, difference: &Difference) {
        let Difference { model, path, kind } = difference;
        let line = format!("{what} {model} at {path}: {kind}");
        self.note(line, operation);
    }

    pub(crate) fn wrong(&mut self, operation: &str, what: &str) {
        self.note(what.to_owned(), operation);
    }

    fn note(&mut self, line: String, operation: &str) {
        let (_, count) = self
            .wrong
            .entry(line)
            .or_insert_with(|| (operation.to_owned(), 0));
        *count += 1;
    }

    /// Looks for what nothing came by, and keeps what the report tells of the others.
    pub(crate) fn finish(&mut self, judge: &Judge<'_>) {
        let mut stale = Vec::new();
        for (row, count) in judge.rows.iter().zip(&self.rows) {
            if *count == 0 {
                stale.push(format!("operation {} {}", row.method, row.path));
            }
        }
        for (unmodelled, count) in judge.unmodelled.iter().zip(&self.unmodelled) {
            match count {
                0 => stale.push(format!("operation without a model: {}", unmodelled.path)),
                _ => self.notes.push(format!(
                    "not judged: {} ({count}x): {}",
                    unmodelled.path, unmodelled.reason
                )),
            }
        }
        for (exception, count) in judge.exceptions.iter().zip(&self.exceptions) {
            let value = exception
                .value
                .map(|value| format!(" = {value:?}"))
                .unwrap_or_default();
            let since = exception
                .since
                .map(|version| format!(" since {version}"))
                .unwrap_or_default();
            let place = format!("{} at {}{value}{since}", exception.model, exception.path);
            match count {
                0 => stale.push(format!("exception {place}")),
                _ => self
                    .notes
                    .push(format!("differs: {place} ({count}x): {}", exception.reason)),
            }
        }
        for line in stale {
            self.note("nothing came by".to_owned() + ": " + &line, "the tables");
        }
    }
}

fn count(counts: &mut [usize], index: usize) {
    if let Some(count) = counts.get_mut(index) {
        *count += 1;
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (model, kinds) in &self.bodies {
            let counts: Vec<_> = kinds
                .iter()
                .map(|(what, count)| format!("{count} {what}"))
                .collect();
            writeln!(f, "parsed: {model}: {}", counts.join(", "))?;
        }
        for note in &self.notes {
            writeln!(f, "{note}")?;
        }
        for failure in self.failures() {
            writeln!(f, "WRONG: {failure}")?;
        }
        let bodies: usize = self.bodies.values().flat_map(BTreeMap::values).sum();
        let exchanges: usize = self.rows.iter().chain(&self.unmodelled).sum();
        write!(
            f,
            "{exchanges} exchanges over {} operations, {bodies} bodies in {} models; {} known differences, {} wrong",
            self.rows.iter().filter(|count| **count > 0).count(),
            self.bodies.len(),
            self.exceptions.iter().filter(|count| **count > 0).count(),
            self.wrong.len()
        )
    }
}
