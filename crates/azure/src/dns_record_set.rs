//! Microsoft.Network DNS record sets.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use async_trait::async_trait;

use crate::{ResourceId, Result};

/// The record sets of public DNS zones, of the types `A`, `AAAA` and `CNAME`.
///
/// A record set is a child of its zone whose type is the record type and whose name is relative to the zone:
/// `…/dnsZones/example.com/A/www`, `@` for the zone's own name and `*` for any other. Zones of other
/// subscriptions are reached as well: the id says which.
///
/// All operations are synchronous.
///
/// Source: <https://learn.microsoft.com/rest/api/dns/record-sets>
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait DnsRecordSets: std::fmt::Debug + Send + Sync {
    /// A record set. `None` when there is no such record set or no such zone.
    async fn get(&self, id: &ResourceId) -> Result<Option<RecordSet>>;

    /// Makes a record set, or replaces everything that can be written of the one that is there.
    ///
    /// # Errors
    /// [`Error::Refused`](crate::Error::Refused): 404 when there is no such zone, 412 when `condition` does not hold
    /// (and nothing was written), 400 or 409 when the zone cannot have these records.
    async fn create_or_update(
        &self,
        id: &ResourceId,
        properties: &RecordSetProperties,
        condition: &WriteCondition,
    ) -> Result<RecordSet>;

    /// Removes a record set. Succeeds when there is none.
    async fn delete(&self, id: &ResourceId) -> Result<()>;
}

/// What must hold for a write to be done, so that one does not undo what somebody else wrote meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteCondition {
    /// Nothing.
    Always,
    /// There is no such record set (`If-None-Match: *`).
    Absent,
    /// The record set still has this entity tag (`If-Match`).
    Unchanged(String),
}

/// A record set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSet {
    /// Its id.
    pub id: ResourceId,
    /// Its entity tag, another one after every write.
    pub etag: Option<String>,
    /// What can be written of it.
    pub properties: RecordSetProperties,
}

/// What can be written of a record set. A write replaces all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSetProperties {
    /// Time to live in seconds, 1 to 2147483647.
    pub ttl: u32,
    /// The records.
    pub records: Records,
    /// Names and values that Azure keeps with the record set; they are not part of DNS.
    pub metadata: BTreeMap<String, String>,
    /// The resource whose addresses an alias record set answers with, in place of records of its own.
    pub target_resource: Option<ResourceId>,
}

/// The records of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Records {
    /// IPv4 addresses; their order means nothing.
    A(Vec<Ipv4Addr>),
    /// IPv6 addresses; their order means nothing.
    Aaaa(Vec<Ipv6Addr>),
    /// The one name that this name stands for. `None` only in an alias record set.
    Cname(Option<String>),
}
