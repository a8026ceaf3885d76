//! The options of a volume, whatever its type: free JSON that says what is wanted of its disks.

use kompox_model::VolumeOptions;
use kompox_provider::Problem;
use serde_json::Value;
use tracing::warn;

/// The options of a volume with those of an operation over them. A `null` takes an option away.
pub(crate) fn merged(volume: &VolumeOptions, operation: &VolumeOptions) -> VolumeOptions {
    let mut merged = volume.clone();
    merged.extend(operation.clone());
    merged.retain(|_, value| !value.is_null());
    merged
}

/// All that is wrong with the options of a volume.
pub(crate) struct OptionProblems<'o> {
    /// What the options are of, in messages.
    kind: &'static str,
    operation: &'o VolumeOptions,
    found: Vec<Problem>,
}

impl<'o> OptionProblems<'o> {
    pub(crate) fn new(kind: &'static str, operation: &'o VolumeOptions) -> Self {
        Self {
            kind,
            operation,
            found: Vec::new(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// A value that the option cannot have. A string is told without its quotes, anything else as JSON.
    pub(crate) fn wrong(&mut self, name: &str, value: &Value, reason: impl Into<String>) {
        let text = value.as_str();
        let text = text.map_or_else(|| value.to_string(), str::to_owned);
        let option = format!("{} option {name}", self.kind);
        self.found.push(Problem::new(option, text, reason));
    }

    /// The value of an option that is a whole number above 0.
    pub(crate) fn positive(&mut self, name: &str, value: &Value) -> Option<u64> {
        let number = value.as_u64().filter(|number| *number > 0);
        if number.is_none() {
            self.wrong(name, value, "must be a whole number above 0");
        }
        number
    }

    /// An option that there is not. In an operation it is most likely misspelt and refused; in a declared volume,
    /// which may have been written for another program, it is ignored with a warning.
    pub(crate) fn unknown(&mut self, name: &str, known: &[&str]) {
        let kind = self.kind;
        if self.operation.contains_key(name) {
            self.found.push(Problem::new(
                format!("{kind} option"),
                name,
                format!("there is no such option; known: {}", known.join(", ")),
            ));
        } else {
            warn!(
                option = name,
                "there is no such {kind} option; it is ignored"
            );
        }
    }

    /// The options, if nothing is wrong with them.
    pub(crate) fn none_or<T>(self, options: T) -> Result<T, Vec<Problem>> {
        if self.found.is_empty() {
            Ok(options)
        } else {
            Err(self.found)
        }
    }
}
