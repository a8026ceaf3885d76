//! What is wrong with a template, in Azure's words.

use std::fmt;

/// A template that cannot be deployed, or an expression that cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TemplateError {
    /// ARM error code, `InvalidTemplate` unless the world answered something else.
    pub(crate) code: String,
    /// The text, without the wrapping that depends on where it happened.
    pub(crate) message: String,
    /// JSON path in the template, empty when unknown.
    pub(crate) path: String,
}

impl TemplateError {
    /// An `InvalidTemplate` error.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            code: "InvalidTemplate".to_owned(),
            message: message.into(),
            path: String::new(),
        }
    }

    /// The request does not even have the shape of a template.
    pub(crate) fn content(message: impl fmt::Display) -> Self {
        Self {
            code: "InvalidRequestContent".to_owned(),
            message: format!(
                "The request content was invalid and could not be deserialized: '{message}'."
            ),
            path: String::new(),
        }
    }

    /// An `InvalidTemplate` error in the frame that Azure puts round structural mistakes.
    pub(crate) fn validation(message: impl fmt::Display) -> Self {
        Self::new(format!(
            "Deployment template validation failed: '{message}'."
        ))
    }

    /// Says where, unless an inner place is known already.
    pub(crate) fn at(mut self, path: &str) -> Self {
        if self.path.is_empty() {
            path.clone_into(&mut self.path);
        }
        self
    }

    /// Puts Azure's frame for an expression of a resource round an `InvalidTemplate` error.
    pub(crate) fn in_resource(self, id: &str) -> Self {
        self.framed(|message| {
            format!(
                "Unable to process template language expressions for resource '{id}'. '{message}'"
            )
        })
    }

    /// Puts a frame round the text when the error is the template's own fault.
    pub(crate) fn framed(mut self, frame: impl FnOnce(&str) -> String) -> Self {
        if self.code == "InvalidTemplate" && !self.is_framed() {
            self.message = frame(&self.message);
        }
        self
    }

    fn is_framed(&self) -> bool {
        self.message
            .starts_with("Deployment template validation failed")
            || self
                .message
                .starts_with("Unable to process template language expressions")
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for TemplateError {}
