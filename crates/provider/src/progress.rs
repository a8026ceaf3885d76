//! What a long operation says while it runs.

use std::fmt;
use std::time::Duration;

/// Receives what a long operation is doing. Called from the operation itself, so it must not block.
pub trait Progress: fmt::Debug + Send + Sync {
    /// A cloud resource of the running operation is in this state now. Called for every change, and possibly
    /// again without one.
    fn resource(&self, resource: &ResourceProgress);

    /// The operation has come to this step.
    fn step(&self, text: &str);

    /// Whether anybody looks at the resources. When not, a driver need not ask the cloud about them.
    fn watches_resources(&self) -> bool {
        true
    }
}

/// A cloud resource in the course of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceProgress {
    /// The resource's type in the cloud's words (`Microsoft.ContainerService/managedClusters`).
    pub kind: String,
    /// The resource's name.
    pub name: String,
    /// Where it stands.
    pub state: ResourceState,
    /// Time since the cloud began with it, as far as known.
    pub elapsed: Option<Duration>,
}

/// Where a resource stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceState {
    /// The cloud is working on it; the text is the cloud's own word.
    Running(String),
    /// Done.
    Succeeded,
    /// The cloud gave up, with the code it gave.
    Failed(String),
}

/// Says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn resource(&self, _: &ResourceProgress) {}
    fn step(&self, _: &str) {}

    fn watches_resources(&self) -> bool {
        false
    }
}
