//! Record sets.

use serde_json::{Map, Value, json};

use super::{API_VERSIONS, name_servers, rule, tag, tagged_envelope, update};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::provider::{Home, Provider, Spec, Write, Written, check_group, missing, store_now};
use crate::reply::Reply;
use crate::shape::{Mismatch, Shape};
use crate::store::{Resource, World};

/// A type of records.
#[derive(Debug)]
pub(crate) struct RecordType {
    /// What is fixed about its resources.
    spec: Spec,
    /// The property that holds its records.
    pub(super) member: &'static str,
}

/// IPv4 addresses.
pub(crate) static A: RecordType = kind("Microsoft.Network/dnszones/A", "ARecords");
/// IPv6 addresses.
pub(crate) static AAAA: RecordType = kind("Microsoft.Network/dnszones/AAAA", "AAAARecords");
/// Which authorities may issue certificates.
pub(crate) static CAA: RecordType = kind("Microsoft.Network/dnszones/CAA", "caaRecords");
/// Another name.
pub(crate) static CNAME: RecordType = kind("Microsoft.Network/dnszones/CNAME", "CNAMERecord");
/// Mail servers.
pub(crate) static MX: RecordType = kind("Microsoft.Network/dnszones/MX", "MXRecords");
/// Name servers.
pub(crate) static NS: RecordType = kind("Microsoft.Network/dnszones/NS", "NSRecords");
/// Names of addresses.
pub(crate) static PTR: RecordType = kind("Microsoft.Network/dnszones/PTR", "PTRRecords");
/// The zone's own record.
pub(crate) static SOA: RecordType = kind("Microsoft.Network/dnszones/SOA", "SOARecord");
/// Servers of a service.
pub(crate) static SRV: RecordType = kind("Microsoft.Network/dnszones/SRV", "SRVRecords");
/// Texts.
pub(crate) static TXT: RecordType = kind("Microsoft.Network/dnszones/TXT", "TXTRecords");

const fn kind(resource_type: &'static str, member: &'static str) -> RecordType {
    RecordType {
        spec: Spec {
            resource_type,
            api_versions: API_VERSIONS,
            home: Home::Parent,
            located: false,
            tagged: false,
            shape: BODY,
        },
        member,
    }
}

/// A body of any type; what is not of the type is not kept.
const BODY: Shape = Shape::Object(&[(
    "properties",
    Shape::Object(&[
        ("metadata", Shape::TextMap),
        ("TTL", Shape::Int),
        (
            "ARecords",
            Shape::Array(&Shape::Object(&[("ipv4Address", Shape::Text)])),
        ),
        (
            "AAAARecords",
            Shape::Array(&Shape::Object(&[("ipv6Address", Shape::Text)])),
        ),
        (
            "caaRecords",
            Shape::Array(&Shape::Object(&[
                ("flags", Shape::Int),
                ("tag", Shape::Text),
                ("value", Shape::Text),
            ])),
        ),
        ("CNAMERecord", Shape::Object(&[("cname", Shape::Text)])),
        (
            "MXRecords",
            Shape::Array(&Shape::Object(&[
                ("preference", Shape::Int),
                ("exchange", Shape::Text),
            ])),
        ),
        (
            "NSRecords",
            Shape::Array(&Shape::Object(&[("nsdname", Shape::Text)])),
        ),
        (
            "PTRRecords",
            Shape::Array(&Shape::Object(&[("ptrdname", Shape::Text)])),
        ),
        (
            "SOARecord",
            Shape::Object(&[
                ("host", Shape::Text),
                ("email", Shape::Text),
                ("serialNumber", Shape::Int),
                ("refreshTime", Shape::Int),
                ("retryTime", Shape::Int),
                ("expireTime", Shape::Int),
                ("minimumTTL", Shape::Int),
            ]),
        ),
        (
            "SRVRecords",
            Shape::Array(&Shape::Object(&[
                ("priority", Shape::Int),
                ("weight", Shape::Int),
                ("port", Shape::Int),
                ("target", Shape::Text),
            ])),
        ),
        (
            "TXTRecords",
            Shape::Array(&Shape::Object(&[("value", Shape::Array(&Shape::Text))])),
        ),
        ("targetResource", Shape::Object(&[("id", Shape::Text)])),
    ]),
)]);

/// `Microsoft.Network/dnsZones/{record type}`.
pub(crate) struct RecordSets(pub(crate) &'static RecordType);

impl Provider for RecordSets {
    fn spec(&self) -> &'static Spec {
        &self.0.spec
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        let zone = id.parent().unwrap_or_default();
        rule::check_relative_name(id.name(), zone.name())
    }

    fn mismatch(&self, mismatch: &Mismatch) -> ArmError {
        rule::wrong_type(mismatch)
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        let given = write.properties();
        rule::check_records(self.0, &given, write.id.name())?;
        rule::check_neighbours(world, self.0, &write.id)?;
        if self.is(&SOA) && write.existing.is_none() {
            return Err(rule::bad_request(
                "A zone has one SOA record set, whose name is '@'.",
            ));
        }
        let etag = world.next_guid("etag").to_string();
        let body = record_set(self.0, &write.id, &etag, &given);
        let status = if write.existing.is_some() { 200 } else { 201 };
        let mut written = store_now(self, world, &write, body, Value::Null, status);
        written.reply = tag(written.reply);
        Ok(written)
    }

    fn patch(
        &self,
        world: &mut World,
        id: &ResourceId,
        body: &Value,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        update::record_set(self, self.0, world, id, body)
    }

    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        if id.name() == "@" && (self.is(&SOA) || self.is(&NS)) {
            return Err(rule::bad_request(format!(
                "The record set of type '{}' at the apex of a zone cannot be deleted.",
                word(self.0)
            )));
        }
        world.remove(id);
        Ok(Reply::empty(200))
    }

    fn not_found(&self, world: &World, id: &ResourceId) -> ArmError {
        let zone = id.parent().unwrap_or_default();
        if check_group(world, id).is_err() || !world.exists(&zone) {
            return missing(world, id);
        }
        ArmError::bare(
            404,
            "NotFound",
            format!(
                "The resource record '{}' does not exist in resource group '{}' of subscription '{}'.",
                id.name(),
                id.group().unwrap_or_default(),
                id.subscription().unwrap_or_default()
            ),
        )
    }
}

impl RecordSets {
    fn is(&self, kind: &'static RecordType) -> bool {
        std::ptr::eq(self.0, kind)
    }
}

/// `A`, `AAAA`, …
pub(super) fn word(kind: &RecordType) -> &'static str {
    let (_, word) = kind.spec.resource_type.rsplit_once('/').unwrap_or_default();
    word
}

pub(super) fn record_set(
    kind: &RecordType,
    id: &ResourceId,
    etag: &str,
    given: &Map<String, Value>,
) -> Value {
    let zone = id.parent().unwrap_or_default();
    let fqdn = match id.name() {
        "@" => format!("{}.", zone.name()),
        name => format!("{name}.{}.", zone.name()),
    };
    let mut properties = Map::new();
    if let Some(metadata) = given.get("metadata") {
        properties.insert("metadata".into(), metadata.clone());
    }
    properties.insert("fqdn".into(), json!(fqdn));
    for name in ["TTL", kind.member] {
        if let Some(value) = given.get(name) {
            properties.insert(name.into(), value.clone());
        }
    }
    let target = given.get("targetResource");
    properties.insert(
        "targetResource".into(),
        target.cloned().unwrap_or_else(|| json!({})),
    );
    properties.insert("provisioningState".into(), json!("Succeeded"));
    let mut body = tagged_envelope(id, kind.spec.resource_type, etag);
    body.insert("properties".into(), properties.into());
    body.into()
}

/// Stores the two record sets that every zone begins with.
pub(super) fn create_apex(world: &mut World, zone: &ResourceId) {
    let servers = name_servers(world, zone);
    let soa = json!({
        "TTL": 3600,
        "SOARecord": {
            "host": servers[0],
            "email": "azuredns-hostmaster.microsoft.com",
            "serialNumber": 1,
            "refreshTime": 3600,
            "retryTime": 300,
            "expireTime": 2_419_200,
            "minimumTTL": 300,
        },
    });
    let records: Vec<Value> = servers
        .iter()
        .map(|server| json!({ "nsdname": server }))
        .collect();
    let ns = json!({ "TTL": 172_800, "NSRecords": records });
    for (kind, given) in [(&NS, ns), (&SOA, soa)] {
        let id = zone.with_child(word(kind), "@");
        let etag = world.next_guid("etag").to_string();
        let given = given.as_object().cloned().unwrap_or_default();
        world.insert(Resource {
            body: record_set(kind, &id, &etag, &given),
            id,
            resource_type: kind.spec.resource_type.to_owned(),
            private: Value::Null,
            created: world.now(),
            changed: world.now(),
            operation: None,
        });
    }
}
