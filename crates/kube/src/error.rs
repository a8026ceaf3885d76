//! How a call to a cluster fails.

use std::error::Error as StdError;
use std::path::PathBuf;

use kompox_model::failure::{Classify, Failure, FailureKind};

use crate::{InvalidObject, ObjectRef};

/// The result of a call to a cluster.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call to a cluster failed. The texts name the thing, the reason and the way out, and no secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The API server answered, and refused.
    #[error("{0}")]
    Refused(Box<Failure>),

    /// Fields of an object belong to somebody else, who gave them other values.
    #[error("{failure}")]
    FieldConflict {
        /// The object.
        object: Box<ObjectRef>,
        /// Every field, and whose it is.
        conflicts: Vec<FieldConflict>,
        /// What the API server said.
        failure: Box<Failure>,
    },

    /// No answer came from the API server.
    #[error("no answer from the cluster's API server {server} about {what}: {message}")]
    Unreachable {
        /// The server's URL.
        server: String,
        /// What it was asked about.
        what: String,
        /// What went wrong on the way, and the way out.
        message: String,
        /// The transport's error.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },

    /// The answer is not what Kubernetes or Helm documents.
    #[error("the answer about {what} cannot be understood: {message}")]
    Malformed {
        /// What was asked for.
        what: String,
        /// What was expected.
        message: String,
    },

    /// The kubeconfig cannot be used. The message shows nothing of it but names.
    #[error("the kubeconfig cannot be used: {0}")]
    Kubeconfig(String),

    /// What is to be applied is no object.
    #[error(transparent)]
    Object(#[from] InvalidObject),

    /// Something did not end in time. The cluster goes on.
    #[error("{what} has not ended after {seconds} s: {state}")]
    Timeout {
        /// What was waited for.
        what: String,
        /// The time waited.
        seconds: u64,
        /// How far it was.
        state: String,
    },

    /// There is no `helm` program.
    #[error(
        "the helm program ({program}) cannot be started: {reason}. Install Helm 3 or 4 \
         (https://helm.sh/docs/intro/install/) and put it into PATH, or set KOMPOX_HELM to its path"
    )]
    HelmMissing {
        /// What was to be started.
        program: String,
        /// Why it was not.
        reason: String,
    },

    /// The `helm` program is none that this knows how to use.
    #[error(
        "the helm program ({program}) is version {version:?}; Helm 3 or 4 is needed: install one of them, or set KOMPOX_HELM to its path"
    )]
    HelmUnsupported {
        /// The program.
        program: String,
        /// What it said.
        version: String,
    },

    /// Helm failed.
    #[error("{what}: {message}")]
    Helm {
        /// What Helm was doing, with the release's name.
        what: String,
        /// What Helm said, shortened.
        message: String,
        /// The kind of failure, as far as Helm's words tell.
        kind: FailureKind,
    },

    /// The kubeconfig could not be handed to Helm.
    #[error("the kubeconfig cannot be handed to helm: {0}")]
    Handover(#[source] std::io::Error),

    /// The file that holds a twin's state cannot be used.
    #[error("the state of the offline cluster in {} cannot be used: {message}", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// Why.
        message: String,
    },
}

/// A field that belongs to somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldConflict {
    /// The field (`.data.colour`).
    pub field: String,
    /// Whose it is (`kubectl-edit`); empty when the API server does not say.
    pub manager: String,
}

impl Error {
    /// The HTTP status of a refusal.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.failure()?.status
    }
}

impl Classify for Error {
    fn kind(&self) -> FailureKind {
        match self {
            Self::Refused(failure) => match failure.status {
                Some(404) => FailureKind::NotFound,
                Some(409) => FailureKind::Conflict,
                _ => FailureKind::Kubernetes,
            },
            Self::FieldConflict { .. } => FailureKind::Conflict,
            Self::Timeout { .. } => FailureKind::Timeout,
            Self::Helm { kind, .. } => *kind,
            _ => FailureKind::Kubernetes,
        }
    }

    fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Refused(failure) | Self::FieldConflict { failure, .. } => Some(failure),
            _ => None,
        }
    }
}
