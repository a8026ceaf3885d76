//! The world as records of the journal: what is read from it, and what is saved.

use std::time::Duration;

use super::{MANY_OPERATIONS, OperationState, Record, Table, World};
use crate::clock::later;

impl World {
    /// Takes over a record read from the journal.
    pub(crate) fn apply(&mut self, record: Record) {
        match record {
            Record::Resource(key, Some(resource)) => {
                self.resources.insert(key, *resource);
            }
            Record::Resource(key, None) => {
                self.resources.remove(&key);
            }
            Record::Operation(name, Some(operation)) => {
                let entry = (operation.ends, operation.number, name.clone());
                if operation.state == OperationState::Running {
                    self.pending.insert(entry);
                } else {
                    self.pending.remove(&entry);
                }
                self.operations.insert(name, *operation);
            }
            Record::Operation(name, None) => {
                self.operations.remove(&name);
            }
            Record::Document(key, Some(value)) => {
                self.documents.insert(key, value);
            }
            Record::Document(key, None) => {
                self.documents.remove(&key);
            }
            Record::Counter(counter) => self.counter = counter,
        }
    }

    /// Takes what changed as known: nobody wants it saved. Forgets operations that ended more than `keep` ago, whenever
    /// there are twice as many as were left the last time.
    pub(crate) fn forget_changes(&mut self, keep: Duration) {
        self.dirty.clear();
        if self.operations.len() > self.many_operations {
            self.forget_operations(keep);
            self.many_operations = MANY_OPERATIONS.max(2 * self.operations.len());
        }
    }

    fn forget_operations(&mut self, keep: Duration) {
        let now = self.now;
        self.operations.retain(|_, operation| {
            operation.state == OperationState::Running || later(operation.ends, keep) >= now
        });
    }

    /// What changed since the last call, as records.
    pub(crate) fn take_changes(&mut self) -> Vec<Record> {
        std::mem::take(&mut self.dirty)
            .into_iter()
            .map(|(table, key)| match table {
                Table::Resource => {
                    let value = self.resources.get(&key).cloned().map(Box::new);
                    Record::Resource(key, value)
                }
                Table::Operation => {
                    let value = self.operations.get(&key).cloned().map(Box::new);
                    Record::Operation(key, value)
                }
                Table::Document => {
                    let value = self.documents.get(&key).cloned();
                    Record::Document(key, value)
                }
                Table::Meta => Record::Counter(self.counter),
            })
            .collect()
    }

    /// The whole world as records. Operations that ended more than `keep` ago are left out.
    pub(crate) fn snapshot(&mut self, keep: Duration) -> Vec<Record> {
        self.forget_operations(keep);
        let mut records = vec![Record::Counter(self.counter)];
        records.extend(
            self.resources
                .iter()
                .map(|(k, v)| Record::Resource(k.clone(), Some(Box::new(v.clone())))),
        );
        records.extend(
            self.operations
                .iter()
                .map(|(k, v)| Record::Operation(k.clone(), Some(Box::new(v.clone())))),
        );
        records.extend(
            self.documents
                .iter()
                .map(|(k, v)| Record::Document(k.clone(), Some(v.clone()))),
        );
        records
    }
}
