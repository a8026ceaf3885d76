//! Why a server could not be set up.

use std::io;
use std::path::PathBuf;

/// Why a server could not be set up or had to stop.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// An option makes no sense.
    #[error("{option}: {problem}")]
    Usage {
        /// The option as it is written on the command line.
        option: &'static str,
        /// What is wrong with its value.
        problem: String,
    },
    /// A file or directory cannot be used.
    #[error("{}: {problem}", path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The address cannot be listened on.
    #[error("listening on {address}: {source}")]
    Listen {
        /// The address as it was given.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// A certificate cannot be made or used.
    #[error("TLS: {0}")]
    Tls(String),
    /// The simulator cannot be set up.
    #[error(transparent)]
    Simulator(#[from] crate::BuildError),
    /// A cluster gives no token.
    #[error(transparent)]
    Token(#[from] crate::ServiceAccountTokenError),
    /// The operating system refuses what a server needs.
    #[error("serving: {0}")]
    Serve(#[from] io::Error),
}

impl ServerError {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "errors are handed over by map_err"
    )]
    pub(super) fn file(path: impl Into<PathBuf>, problem: impl ToString) -> Self {
        Self::File {
            path: path.into(),
            problem: problem.to_string(),
        }
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "errors are handed over by map_err"
    )]
    pub(super) fn tls(problem: impl ToString) -> Self {
        Self::Tls(problem.to_string())
    }

    /// The exit code of a program that ends because of it: 2 when it was called wrongly, else 1.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage { .. } | Self::Simulator(crate::BuildError::NotAGuid { .. }) => 2,
            _ => 1,
        }
    }
}
