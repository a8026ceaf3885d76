//! Why a project was refused.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::yaml::Position;

/// Something wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, relative to the working directory where it is inside.
    pub file: PathBuf,
    /// Where in the file; `None` when it is about the file itself.
    pub at: Option<Position>,
    /// What is wrong and what would be right. Never a setting's value.
    pub message: String,
}

/// `file:line: message`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "{}:{}: {}", self.file.display(), at.line, self.message),
            None => write!(f, "{}: {}", self.file.display(), self.message),
        }
    }
}

/// Why a project could not be loaded, or nothing chosen from it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// There is no project here.
    #[error(
        "no project found: no `.kompox` directory in {} or above it, and neither {} nor {}; `kompoxops init` makes a project here",
        .start.display(), .kom_app.display(), .single_file.display()
    )]
    NoProject {
        /// Where the search began.
        start: PathBuf,
        /// The app's KOM file that was looked for.
        kom_app: PathBuf,
        /// The single-file form that was looked for.
        single_file: PathBuf,
    },
    /// Files are wrong; all that is wrong with them, one a line.
    #[error("{}", lines(.0))]
    Invalid(Vec<Problem>),
    /// An input that is no file: a flag or an environment variable.
    #[error("{what} `{value}` {reason}")]
    Input {
        /// The input, as a user knows it: `--db-url`.
        what: &'static str,
        /// What it said.
        value: String,
        /// What is wrong with it and what would be right.
        reason: String,
    },
    /// A file could not be written.
    #[error("cannot write {}: {source}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Files would have been overwritten.
    #[error("{} exists already: nothing was written; `--force` overwrites", paths(.0))]
    Exists(Vec<PathBuf>),
    /// Nothing says which cluster or app is meant.
    #[error("{0}")]
    NotSelected(String),
}

fn lines(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn paths(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    paths.join(", ")
}

/// A path as a message shows it: relative to `base` where it is inside.
pub(crate) fn shown(base: &Path, path: &Path) -> PathBuf {
    match path.strip_prefix(base) {
        Ok(inside) if !inside.as_os_str().is_empty() => inside.to_owned(),
        _ => path.to_owned(),
    }
}
