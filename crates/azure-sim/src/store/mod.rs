//! The world: everything that exists in the simulated Azure, and the one place that changes it.
//!
//! # How the deployment engine (`crate::deployment`) takes part
//!
//! Time is a sequence of events, there are no background tasks. At the start of every request the
//! simulator calls [`World::advance`]: while something is due at or before the clock's time, it takes the
//! earliest event, sets [`World::now`] to that event's time and applies it. An event is either a
//! resource operation that ends (applied here), or a step of the engine. The engine takes part with three
//! functions:
//!
//! - `crate::deployment::next_event(&World) -> Option<Timestamp>`: the earliest time at which it
//!   wants to run; it must move on (or return `None`) after each step, or time would stand still.
//! - `crate::deployment::step(&mut World)`: run everything that is due at `world.now()`. At equal times
//!   resource operations end before the engine steps, so a resource whose `ready_at` has come is
//!   really ready.
//! - `crate::deployment::handle(&mut World, &ArmRequest) -> Result<Reply, ArmError>`: every request below
//!   `…/providers/Microsoft.Resources/deployments`. Signatures of polling URLs are made and checked by
//!   the router: a reply only names the [`PollingPath`]s.
//!
//! The engine acts through [`World::put`], [`World::get`], [`World::post`], [`World::check`] and asks
//! [`World::outcome`] how an accepted write ended; a deployment that was started by a process which is gone
//! continues when the next process asks anything. Its own state lives in documents
//! ([`World::document`], [`World::set_document`], [`World::documents`]): any JSON under a key, saved with the
//! same transaction as the resources.

mod fate;
mod journal;
mod resource;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) use self::fate::{Fate, Slowness};
pub(crate) use self::journal::{Journal, News, Record, Table};
pub(crate) use self::resource::{Failure, Operation, OperationState, Resource, Work};
use crate::builder::Settings;
use crate::clock::later;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::provider;

/// A write that was accepted.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    /// Whether the resource is new.
    pub(crate) created: bool,
    /// The operation that works on it; none if the write is already done.
    pub(crate) operation: Option<String>,
    /// When it will be finished; [`World::now`] if it already is.
    pub(crate) ready_at: Timestamp,
}

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

/// Everything that exists, at one point of time.
#[derive(Debug)]
pub(crate) struct World {
    settings: Arc<Settings>,
    now: Timestamp,
    resources: BTreeMap<String, Resource>,
    operations: BTreeMap<String, Operation>,
    pending: BTreeSet<(Timestamp, u64, String)>,
    documents: BTreeMap<String, Value>,
    counter: u64,
    dirty: BTreeSet<(Table, String)>,
    /// What will happen to the operation that the current request starts.
    fate: Option<Fate>,
    /// How long the operation takes that the current request has started, if it is slow.
    slowed: Option<Duration>,
    caller: Option<String>,
    /// With more operations than this, old ones are looked for.
    many_operations: usize,
}

/// Fewer operations are never forgotten while the state is in memory.
const MANY_OPERATIONS: usize = 1000;

/// The engine's view, also used by the routes.
impl World {
    /// The time of the event or request that is being handled.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// Tenant, caller, latency and the other fixed facts.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The object id of whoever calls: of the request that is being handled, or of the deployment that moves on.
    pub(crate) fn caller(&self) -> &str {
        self.caller
            .as_deref()
            .unwrap_or(&self.settings.caller_object_id)
    }

    /// Sets who calls; nobody known is the configured caller.
    pub(crate) fn call_as(&mut self, object_id: Option<String>) {
        self.caller = object_id;
    }

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

    /// Creates or updates a resource (also an extension resource such as a role assignment) as a PUT at
    /// [`World::now`] would. The resource group, parents, names, api-version, body and everything else are
    /// checked as they are for a request.
    pub(crate) fn put(
        &mut self,
        id: &ResourceId,
        api_version: &str,
        body: &Value,
    ) -> Result<Accepted, ArmError> {
        provider::put(self, id, api_version, body).map(|written| written.accepted)
    }

    /// What can be checked of a PUT before anything exists: provider, type, api-version, name,
    /// location, tags and the shape of the body. Nothing is changed.
    pub(crate) fn check(
        &self,
        id: &ResourceId,
        api_version: &str,
        body: &Value,
    ) -> Result<(), ArmError> {
        provider::check(self, id, api_version, body)
    }

    /// Reads a resource, resource group or subscription as a GET would.
    pub(crate) fn get(&self, id: &ResourceId, api_version: &str) -> Result<Value, ArmError> {
        provider::get(self, id, api_version)
    }

    /// Runs a POST action such as `listKeys`.
    pub(crate) fn post(
        &mut self,
        id: &ResourceId,
        action: &str,
        api_version: &str,
        body: &Value,
    ) -> Result<Value, ArmError> {
        provider::post(self, id, action, api_version, body).map(|reply| reply.body.into_value())
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

    /// The `properties.provisioningState` of a resource, if it exists and has one.
    pub(crate) fn provisioning_state(&self, id: &ResourceId) -> Option<&str> {
        self.resources
            .get(&id.key())?
            .body
            .pointer("/properties/provisioningState")?
            .as_str()
    }

    /// Whether a resource, or a resource group, exists.
    pub(crate) fn exists(&self, id: &ResourceId) -> bool {
        self.resources.contains_key(&id.key())
    }

    /// The tenant as `tenant()` in a template and `GET /tenants` show it.
    pub(crate) fn tenant(&self) -> Value {
        let tenant = &self.settings.tenant_id;
        json!({
            "id": format!("/tenants/{tenant}"),
            "tenantId": tenant,
            "countryCode": "US",
            "displayName": "Simulated",
            "defaultDomain": "simulated.onmicrosoft.com",
            "tenantCategory": "Home",
        })
    }

    /// A subscription as `GET /subscriptions/{id}` shows it.
    pub(crate) fn subscription(&self, subscription: &str) -> Value {
        json!({
            "id": format!("/subscriptions/{subscription}"),
            "authorizationSource": "RoleBased",
            "managedByTenants": [],
            "subscriptionId": subscription,
            "tenantId": self.settings.tenant_id,
            "displayName": "Simulated",
            "state": "Enabled",
            "subscriptionPolicies": {
                "locationPlacementId": "Public_2014-09-01",
                "quotaId": "PayAsYouGo_2014-09-01",
                "spendingLimit": "Off",
            },
        })
    }

    /// The subscriptions that a list shows: the configured ones, or those in which something exists.
    pub(crate) fn known_subscriptions(&self) -> BTreeSet<String> {
        if let Some(configured) = &self.settings.subscriptions {
            return configured.clone();
        }
        self.entries("/subscriptions/")
            .filter_map(|(key, _)| key.split('/').nth(2))
            .map(str::to_owned)
            .collect()
    }

    /// A GUID that no one else got: a function of the seed and of how many were given before.
    pub(crate) fn next_guid(&mut self, purpose: &str) -> Uuid {
        let count = self.next_number();
        self.settings.guid(&format!("{purpose}:{count}"))
    }

    /// The document under `key`.
    pub(crate) fn document(&self, key: &str) -> Option<&Value> {
        self.documents.get(key)
    }

    /// Writes (or, with `None`, removes) the document under `key`.
    pub(crate) fn set_document(&mut self, key: &str, value: Option<Value>) {
        match value {
            Some(value) => self.documents.insert(key.to_owned(), value),
            None => self.documents.remove(key),
        };
        self.dirty.insert((Table::Document, key.to_owned()));
    }

    /// All documents whose key starts with `prefix`, by key.
    pub(crate) fn documents<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.documents
            .range(prefix.to_owned()..)
            .take_while(move |(key, _)| key.starts_with(prefix))
            .map(|(key, value)| (key.as_str(), value))
    }
}

/// What the providers change.
impl World {
    /// The stored resource.
    pub(crate) fn resource(&self, id: &ResourceId) -> Option<&Resource> {
        self.resources.get(&id.key())
    }

    /// The stored resource, to be changed; it counts as changed.
    pub(crate) fn resource_mut(&mut self, id: &ResourceId) -> Option<&mut Resource> {
        let key = id.key();
        let resource = self.resources.get_mut(&key)?;
        self.dirty.insert((Table::Resource, key));
        Some(resource)
    }

    /// Stores a resource in place of what was there.
    pub(crate) fn insert(&mut self, resource: Resource) {
        let key = resource.id.key();
        self.dirty.insert((Table::Resource, key.clone()));
        self.resources.insert(key, resource);
    }

    /// Removes a resource with its children and extension resources.
    pub(crate) fn remove(&mut self, id: &ResourceId) -> Option<Resource> {
        let key = id.key();
        let below = format!("{key}/");
        let keys: Vec<String> = self
            .entries(&below)
            .map(|(key, _)| key.to_owned())
            .collect();
        for child in keys {
            self.resources.remove(&child);
            self.dirty.insert((Table::Resource, child));
        }
        let removed = self.resources.remove(&key);
        if removed.is_some() {
            self.dirty.insert((Table::Resource, key));
        }
        removed
    }

    /// Everything stored whose id starts with `prefix` (lower case), in order of id.
    pub(crate) fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.entries(prefix).map(|(_, resource)| resource)
    }

    /// The same with their keys, which are their ids in lower case.
    pub(crate) fn entries<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Resource)> {
        self.resources
            .range(prefix.to_owned()..)
            .take_while(move |(key, _)| key.starts_with(prefix))
            .map(|(key, resource)| (key.as_str(), resource))
    }

    /// All resources of one type, anywhere.
    pub(crate) fn of_type<'a>(
        &'a self,
        resource_type: &'a str,
    ) -> impl Iterator<Item = &'a Resource> {
        self.resources
            .values()
            .filter(move |resource| resource.resource_type.eq_ignore_ascii_case(resource_type))
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

    fn next_number(&mut self) -> u64 {
        self.counter += 1;
        self.dirty.insert((Table::Meta, "counter".into()));
        self.counter
    }
}

/// Time and saving: what the simulator drives.
impl World {
    /// An empty world.
    pub(crate) fn new(settings: Arc<Settings>) -> Self {
        Self {
            settings,
            now: Timestamp::UNIX_EPOCH,
            resources: BTreeMap::new(),
            operations: BTreeMap::new(),
            pending: BTreeSet::new(),
            documents: BTreeMap::new(),
            counter: 0,
            dirty: BTreeSet::new(),
            fate: None,
            slowed: None,
            caller: None,
            many_operations: MANY_OPERATIONS,
        }
    }

    /// Lets everything happen that is due at `to`, in order of time, and stands at `to` afterwards.
    /// A clock that went back does not turn time back.
    pub(crate) fn advance(&mut self, to: Timestamp) {
        let to = to.max(self.now);
        loop {
            let ended = self.pending.first().map(|(at, _, _)| *at);
            let step = crate::deployment::next_event(self);
            let next = match (ended, step) {
                (Some(ended), Some(step)) => ended.min(step),
                (Some(at), None) | (None, Some(at)) => at,
                (None, None) => break,
            };
            if next > to {
                break;
            }
            self.now = self.now.max(next);
            if ended == Some(next) {
                self.end_first();
            } else {
                crate::deployment::step(self);
            }
        }
        self.now = to;
    }

    fn end_first(&mut self) {
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
