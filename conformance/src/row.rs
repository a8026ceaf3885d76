//! Which models the bodies of an operation are of.

use crate::model::Model;
use crate::pattern;

/// An operation and its models.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The verb.
    pub method: &'static str,
    /// The form of the path; see [`Unmodelled::path`](crate::Unmodelled::path).
    pub path: &'static str,
    /// What is sent; `None` when the operation has no body.
    pub request: Option<Model>,
    /// What a success answers; `None` when that has no body.
    pub response: Option<Model>,
    /// Whether a success that could have a body may have none.
    pub may_be_empty: bool,
    /// What a refusal answers.
    pub errors: Errors,
}

/// The models of refusals.
#[derive(Debug, Clone, Copy)]
pub struct Errors {
    /// Of `{"error": {…}}`.
    pub wrapped: Model,
    /// Of an error that comes without that wrapper; `None` when none does.
    pub bare: Option<Model>,
}

impl Row {
    /// An operation without bodies.
    pub const fn new(method: &'static str, path: &'static str, errors: Errors) -> Self {
        Self {
            method,
            path,
            request: None,
            response: None,
            may_be_empty: false,
            errors,
        }
    }

    /// The same, with `model` as what is sent.
    #[must_use]
    pub const fn takes(mut self, model: Model) -> Self {
        self.request = Some(model);
        self
    }

    /// The same, with `model` as what a success answers.
    #[must_use]
    pub const fn gives(mut self, model: Model) -> Self {
        self.response = Some(model);
        self
    }

    /// The same, where only some answers have a body: operations of several kinds share one path.
    #[must_use]
    pub const fn or_nothing(mut self) -> Self {
        self.may_be_empty = true;
        self
    }

    pub(crate) fn matches(&self, method: &str, path: &str) -> bool {
        self.method == method && pattern::matches(self.path, path)
    }
}
