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

mod changes;
mod fate;
mod journal;
mod operations;
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
pub(crate) use self::operations::Outcome;
pub(crate) use self::resource::{Failure, Operation, OperationState, Resource, Work};
use crate::builder::Settings;
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

    fn next_number(&mut self) -> u64 {
        self.counter += 1;
        self.dirty.insert((Table::Meta, "counter".into()));
        self.counter
    }
}

/// Time: what the simulator drives.
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
}
