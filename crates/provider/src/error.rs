//! How an operation fails.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use kompox_model::failure::{Classify, Failure, FailureKind};

/// The result of a driver operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation failed. The variants are what a caller can act on; the texts name the thing, the value, the
/// reason and the way out.
///
/// Spec: §13.4.5.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input is wrong. Nothing was changed; nothing was asked of the cloud on its behalf.
    #[error("{}", list(.0))]
    Validation(Vec<Problem>),

    /// What the operation is about is not there.
    #[error("not found: {what}{}", reason(.refusal))]
    NotFound {
        /// The thing, by kind and name.
        what: String,
        /// What the cloud said, when it was the cloud that said so.
        #[source]
        refusal: Option<Box<Refusal>>,
    },

    /// It is there already, is busy, or is protected.
    #[error("{what}{}", reason(.refusal))]
    Conflict {
        /// What is in the way and what to do about it.
        what: String,
        /// What the cloud said, when it was the cloud that said so.
        #[source]
        refusal: Option<Box<Refusal>>,
    },

    /// This kind of volume or resource cannot do that.
    #[error("{0}")]
    NotSupported(String),

    /// This driver cannot do that (yet).
    #[error("driver {driver:?} does not implement {operation}")]
    NotImplemented {
        /// The driver's name.
        driver: String,
        /// The operation's name.
        operation: &'static str,
    },

    /// The cloud refused.
    #[error("{doing}{}", reason(.refusal))]
    Provider {
        /// What the driver was doing, with the thing's name.
        doing: String,
        /// What the cloud said.
        #[source]
        refusal: Option<Box<Refusal>>,
    },

    /// The cluster's API server, or a tool that talks to it, refused.
    #[error("{doing}{}", reason(.refusal))]
    Kubernetes {
        /// What the driver was doing, with the thing's name.
        doing: String,
        /// What the cluster said.
        #[source]
        refusal: Option<Box<Refusal>>,
    },

    /// The operation's time ran out. What the cloud is doing goes on.
    #[error("{operation} did not finish within {}{}{}", human(*.limit), if .state.is_empty() { "" } else { ": " }, .state)]
    Timeout {
        /// The operation's name.
        operation: String,
        /// The time that it had.
        limit: Duration,
        /// How far it had come and how to go on.
        state: String,
    },

    /// Somebody stopped the operation. What the cloud is doing goes on.
    #[error("{operation} was cancelled")]
    Cancelled {
        /// The operation's name.
        operation: String,
    },
}

impl Error {
    /// A validation error with one problem.
    pub fn validation(
        what: impl Into<String>,
        value: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self::Validation(vec![Problem::new(what, value, reason)])
    }

    /// A validation error of a single sentence that needs no value shown.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Validation(vec![Problem {
            message: message.into(),
        }])
    }

    /// Something is not there, and it was the driver that noticed.
    pub fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound {
            what: what.into(),
            refusal: None,
        }
    }

    /// Something is in the way, and it was the driver that noticed.
    pub fn conflict(what: impl Into<String>) -> Self {
        Self::Conflict {
            what: what.into(),
            refusal: None,
        }
    }

    /// Turns what a port reported into the taxonomy. `doing` says what the driver was doing, with the thing's
    /// name: `creating resource group "rg"`.
    ///
    /// ```
    /// use kompox_model::failure::{Classify, Failure, FailureKind};
    /// use kompox_provider::Error;
    ///
    /// #[derive(Debug, thiserror::Error)]
    /// #[error("no")]
    /// struct Refused(Failure);
    /// impl Classify for Refused {
    ///     fn kind(&self) -> FailureKind { FailureKind::Conflict }
    ///     fn failure(&self) -> Option<&Failure> { Some(&self.0) }
    /// }
    ///
    /// let refused = Refused(Failure { code: "Busy".into(), message: "wait".into(), ..Failure::default() });
    /// let error = Error::port("deleting disk \"d1\"", refused);
    /// assert_eq!(error.to_string(), "deleting disk \"d1\": Busy: wait");
    /// assert!(matches!(error, Error::Conflict { .. }));
    /// ```
    pub fn port(doing: impl Into<String>, error: impl Classify) -> Self {
        let doing = doing.into();
        let kind = error.kind();
        let refusal = Some(Box::new(Refusal {
            failure: error.failure().cloned(),
            source: Box::new(error),
        }));
        match kind {
            FailureKind::NotFound => Self::NotFound {
                what: doing,
                refusal,
            },
            FailureKind::Conflict => Self::Conflict {
                what: doing,
                refusal,
            },
            FailureKind::Kubernetes => Self::Kubernetes { doing, refusal },
            _ => Self::Provider { doing, refusal },
        }
    }

    /// What the cloud said, when this error comes from the cloud.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::NotFound { refusal, .. }
            | Self::Conflict { refusal, .. }
            | Self::Provider { refusal, .. }
            | Self::Kubernetes { refusal, .. } => refusal.as_ref()?.failure.as_ref(),
            _ => None,
        }
    }
}

/// One thing that is wrong with the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    message: String,
}

impl Problem {
    /// `what` (a setting, a field) has `value`, which is wrong for `reason`; the reason says what would be right.
    pub fn new(
        what: impl Into<String>,
        value: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            message: format!("{} {:?}: {}", what.into(), value.into(), reason.into()),
        }
    }

    /// A problem of a single sentence that needs no value shown.
    pub fn sentence(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// What a port reported: the cloud's words, and the port's own error as the source.
#[derive(Debug)]
pub struct Refusal {
    failure: Option<Failure>,
    source: Box<dyn StdError + Send + Sync>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.failure {
            Some(failure) => failure.fmt(f),
            None => self.source.fmt(f),
        }
    }
}

impl StdError for Refusal {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.source.as_ref())
    }
}

fn list(problems: &[Problem]) -> String {
    match problems {
        [one] => one.to_string(),
        many => many
            .iter()
            .map(|problem| format!("\n  - {problem}"))
            .fold("several things are wrong:".to_owned(), |text, line| {
                text + &line
            }),
    }
}

fn reason(refusal: &Option<Box<Refusal>>) -> String {
    refusal
        .as_ref()
        .map_or_else(String::new, |refusal| format!(": {refusal}"))
}

/// `30 min`, `90 s`: whole minutes where they are whole.
fn human(duration: Duration) -> String {
    match duration.as_secs() {
        seconds if seconds >= 60 && seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_problems_are_told_together() {
        let error = Error::Validation(vec![
            Problem::new("zone", "eastus-1", "the provider is in japaneast"),
            Problem::sentence("name is missing"),
        ]);
        assert_eq!(
            error.to_string(),
            "several things are wrong:\n  - zone \"eastus-1\": the provider is in japaneast\n  - name is missing"
        );
    }

    #[test]
    fn a_timeout_says_how_long_and_how_far() {
        let error = Error::Timeout {
            operation: "ClusterProvision".into(),
            limit: Duration::from_secs(1800),
            state: "run it again to go on waiting".into(),
        };
        assert_eq!(
            error.to_string(),
            "ClusterProvision did not finish within 30 min: run it again to go on waiting"
        );
    }
}
