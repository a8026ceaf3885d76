//! How a command ends: the exit codes, and the one message of a failure.

use std::error::Error as StdError;
use std::process::ExitCode;

/// Why a command did not do what was asked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It failed; the text says what, possibly in several lines.
    Failed(String),
    /// It was called wrongly.
    Usage(String),
    /// Somebody stopped it; the text says what goes on without us.
    Interrupted(String),
}

/// What every command returns.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    pub(crate) fn failed(text: impl Into<String>) -> Self {
        Self::Failed(text.into())
    }

    /// 1 failed, 2 called wrongly, 130 interrupted (as shells say it).
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Interrupted(_) => 130,
        }
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Failed(text) | Self::Usage(text) | Self::Interrupted(text) => text,
        }
    }
}

impl From<&Failure> for ExitCode {
    fn from(failure: &Failure) -> Self {
        failure.code().into()
    }
}

impl From<kompox_provider::Error> for Failure {
    fn from(error: kompox_provider::Error) -> Self {
        // The cloud's own words are in the text already; what lies below repeats them in the port's words.
        if error.failure().is_some() {
            Self::Failed(error.to_string())
        } else {
            Self::Failed(chain(&error))
        }
    }
}

/// The error and what lies behind it, leaving out what an outer text says already.
pub(crate) fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let inner = error.to_string();
        if !inner.is_empty() && !text.contains(&inner) {
            text = format!("{text}: {inner}");
        }
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt;

    #[derive(Debug)]
    struct Layer(&'static str, Option<Box<Layer>>);

    impl fmt::Display for Layer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl StdError for Layer {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            self.1.as_deref().map(|layer| layer as _)
        }
    }

    #[test]
    fn each_part_of_a_chain_is_told_once() {
        let error = Layer(
            "reading f: denied",
            Some(Box::new(Layer(
                "denied",
                Some(Box::new(Layer("os error 13", None))),
            ))),
        );
        assert_eq!(chain(&error), "reading f: denied: os error 13");
    }
}
