//! Operations: how they begin, how they stand, and how they end.

use std::time::Duration;

use jiff::Timestamp;

use super::World;
use super::fate::Fate;
use super::journal::Table;
use super::resource::{Operation, OperationState, Work};
use crate::clock::later;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::provider;

/// How an accepted write stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// Not finished.
    Running,
    /// Finished well.
    Succeeded,
    /// Finished badly.
    Failed(ArmError),
}

impl World {
    /// The time at which work that takes `realistic` in Azure will be done when it starts now.
    pub(crate) fn due(&self, realistic: Duration) -> Timestamp {
        let usual = self.settings.latency.duration(realistic);
        later(
            self.now,
            match &self.fate {
                Some(Fate::Slow(slowness)) => slowness.of(usual),
                _ => usual,
            },
        )
    }

    /// Decides what will happen to the first operation that starts from now on.
    pub(crate) fn foretell(&mut self, fate: Option<Fate>) {
        self.fate = fate;
    }

    /// How long the slow operation takes that has started since this was asked last.
    pub(crate) fn take_slowed(&mut self) -> Option<Duration> {
        self.slowed.take()
    }

    /// What was decided, if no operation has started since.
    pub(crate) fn take_fate(&mut self) -> Option<Fate> {
        self.fate.take()
    }

    /// Starts work on a resource that ends at `ends`, and returns the operation's name.
    pub(crate) fn start(&mut self, work: Work, resource: &ResourceId, ends: Timestamp) -> String {
        let name = self.next_guid("operation").to_string();
        self.start_named(name, work, resource, ends)
    }

    /// The same under a given name.
    pub(crate) fn start_named(
        &mut self,
        name: String,
        work: Work,
        resource: &ResourceId,
        ends: Timestamp,
    ) -> String {
        let fate = self.take_fate();
        self.begin(name, work, resource, ends, fate)
    }

    /// Plans work that a provider will do by itself: nobody asked for it, and nobody can make it fail.
    pub(crate) fn plan(&mut self, work: Work, resource: &ResourceId, ends: Timestamp) {
        let name = self.next_guid("operation").to_string();
        self.begin(name, work, resource, ends, None);
    }

    fn begin(
        &mut self,
        name: String,
        work: Work,
        resource: &ResourceId,
        ends: Timestamp,
        fate: Option<Fate>,
    ) -> String {
        let number = self.next_number();
        let operation = Operation {
            name: name.clone(),
            number,
            work,
            resource: resource.clone(),
            started: self.now,
            ends,
            state: OperationState::Running,
            fate,
        };
        self.slowed = operation.slowed();
        self.pending.insert((ends, number, name.clone()));
        self.operations.insert(name.clone(), operation);
        self.dirty.insert((Table::Operation, name.clone()));
        if let Some(stored) = self.resource_mut(resource) {
            stored.operation = Some(name.clone());
        }
        name
    }

    /// An operation by name.
    pub(crate) fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.get(name)
    }

    /// The operation that is working on a resource now.
    pub(crate) fn running(&self, id: &ResourceId) -> Option<&Operation> {
        let name = self.resources.get(&id.key())?.operation.as_ref()?;
        self.operations
            .get(name)
            .filter(|operation| operation.state == OperationState::Running)
    }

    /// How the write that `operation` stands for has gone; an operation that is no longer
    /// remembered has succeeded.
    pub(crate) fn outcome(&self, operation: Option<&str>) -> Outcome {
        match operation
            .and_then(|id| self.operations.get(id))
            .map(|operation| &operation.state)
        {
            None | Some(OperationState::Succeeded) => Outcome::Succeeded,
            Some(OperationState::Running) => Outcome::Running,
            Some(ended) => ended.error().map_or(Outcome::Succeeded, Outcome::Failed),
        }
    }

    /// When the last deletion of a resource ended, if that is remembered.
    pub(crate) fn deleted(&self, id: &ResourceId) -> Option<Timestamp> {
        self.operations
            .values()
            .filter(|operation| {
                operation.work == Work::Delete
                    && operation.resource == *id
                    && operation.state == OperationState::Succeeded
            })
            .map(|operation| operation.ends)
            .max()
    }

    pub(super) fn end_first(&mut self) {
        let Some((_, _, name)) = self.pending.pop_first() else {
            return;
        };
        let Some(operation) = self.operations.get_mut(&name) else {
            return;
        };
        operation.state = match &operation.fate {
            Some(Fate::Fail(failure)) => OperationState::Failed(failure.clone()),
            Some(Fate::Cancel) => OperationState::Canceled,
            Some(Fate::Slow(_)) | None => OperationState::Succeeded,
        };
        let operation = operation.clone();
        if let Some(resource) = self.resource_mut(&operation.resource)
            && resource.operation.as_deref() == Some(&name)
        {
            resource.operation = None;
        }
        if operation.state != OperationState::Succeeded {
            provider::give_up(self, &operation);
        } else if let Err(error) = provider::finish(self, &operation) {
            if let Some(resource) = self.resource_mut(&operation.resource) {
                resource.set_state("Failed");
            }
            if let Some(operation) = self.operations.get_mut(&name) {
                operation.state = OperationState::Failed((&error).into());
            }
        }
        self.dirty.insert((Table::Operation, name));
    }
}
