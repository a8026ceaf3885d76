//! The workspace: the outermost name.

use serde::{Deserialize, Serialize};

/// A workspace, the namespace of everything else.
///
/// Spec: §1.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    /// Its name, unique for a user.
    pub name: String,
}

impl Workspace {
    /// What stands for the name of a workspace where there is none, in hashes and tags.
    ///
    /// Spec: §1.1.
    pub const ABSENT: &'static str = "(nil)";

    /// A workspace of that name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }
}
