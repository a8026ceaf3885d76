//! DNS record sets, the zones that they go to, and what became of them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// All records of one name and type. No data means that the set must not exist.
///
/// Spec: §7.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DnsRecordSet {
    /// Fully qualified name, with or without the trailing dot.
    pub fqdn: String,
    /// Record type.
    #[serde(rename = "type")]
    pub kind: DnsRecordType,
    /// Time to live in seconds; 0 means the driver's default.
    #[serde(default)]
    pub ttl: u32,
    /// Record data in presentation form, one entry per record.
    #[serde(default)]
    pub rdata: Vec<String>,
}

/// The record types that the driver manages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum DnsRecordType {
    /// IPv4 address.
    A,
    /// IPv6 address.
    Aaaa,
    /// Canonical name.
    Cname,
}

impl DnsRecordType {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::A, Self::Aaaa, Self::Cname];
}

impl fmt::Display for DnsRecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
        })
    }
}

/// What became of a record set that was to be applied.
///
/// ```
/// use kompox_model::{DnsOutcome, DnsRecordSet, DnsRecordType, DnsStatus};
///
/// let outcome = DnsOutcome {
///     record_set: DnsRecordSet {
///         fqdn: "www.example.org".into(),
///         kind: DnsRecordType::A,
///         ttl: 300,
///         rdata: vec!["203.0.113.1".into()],
///     },
///     status: DnsStatus::Skipped,
///     changed: false,
///     zone: None,
///     reason: Some("no zone contains it".into()),
/// };
/// assert_eq!(
///     serde_json::to_string(&outcome)?,
///     r#"{"fqdn":"www.example.org","type":"A","ttl":300,"rdata":["203.0.113.1"],"status":"skipped","changed":false,"reason":"no zone contains it"}"#
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Spec: §7.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DnsOutcome {
    /// The record set as the driver understood it: the name in lower case and without its trailing dot, the default time
    /// to live filled in, equal data once and in order.
    #[serde(flatten)]
    pub record_set: DnsRecordSet,
    /// What became of it.
    pub status: DnsStatus,
    /// Whether something was written or removed; `false` where all was as it should be already.
    pub changed: bool,
    /// The zone that it falls into, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<DnsZoneRef>,
    /// Why it was skipped or what the cloud said when it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How applying a record set ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DnsStatus {
    /// The record set is there as it should be.
    Applied,
    /// The record set is not there, as it should be.
    Deleted,
    /// It would be applied or deleted, but was not: a dry run.
    Planned,
    /// There is no zone to put it into.
    Skipped,
    /// The cloud refused.
    Failed,
}

impl fmt::Display for DnsStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Applied => "applied",
            Self::Deleted => "deleted",
            Self::Planned => "planned",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        })
    }
}

/// A DNS zone that a cluster's records go to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsZoneRef {
    /// Its name, in lower case and without a trailing dot (`example.com`).
    pub name: String,
    /// The id by which the provider knows it; two zones may have one name.
    pub id: String,
}

/// The DNS zones of a cluster, and which of them hosts fall into.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsZones {
    /// The zones, in the order in which they are configured.
    pub zones: Vec<DnsZoneRef>,
    /// The hosts that were asked about, in the order in which they were given.
    pub hosts: Vec<DnsHost>,
}

/// A host, and the zone that it falls into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsHost {
    /// The host's name, in lower case and without a trailing dot.
    pub host: String,
    /// The zone; `None` when no configured zone contains the host.
    pub zone: Option<DnsZoneRef>,
}
