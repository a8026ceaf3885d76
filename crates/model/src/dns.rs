//! DNS record sets.

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

impl fmt::Display for DnsRecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
        })
    }
}
