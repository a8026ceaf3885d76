//! Public DNS zones and their record sets: record sets are synchronous, ids have `dnszones` in lower case, refusals
//! have no wrapper, and everything has an entity tag.

mod condition;
mod record;
mod record_list;
mod rule;
mod update;

use std::time::Duration;

use serde_json::{Map, Value, json};

pub(crate) use self::condition::{check_condition, tag};
pub(crate) use self::record::{A, AAAA, CAA, CNAME, MX, NS, PTR, RecordSets, SOA, SRV, TXT};
pub(crate) use self::record_list::record_sets;
use super::{Home, Provider, Spec, Write, Written, store_now};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::polling;
use crate::reply::{PollingPath, Reply};
use crate::shape::{Mismatch, Shape};
use crate::store::{Operation, Resource, Work, World};

const API_VERSIONS: &[&str] = &["2023-07-01-preview", "2018-05-01"];

const ZONE_TYPE: &str = "Microsoft.Network/dnszones";

const DELETE: Duration = Duration::from_secs(4);

static ZONE: Spec = Spec {
    resource_type: ZONE_TYPE,
    api_versions: API_VERSIONS,
    home: Home::Group,
    located: true,
    tagged: true,
    shape: Shape::Object(&[
        ("location", Shape::Text),
        ("tags", Shape::TextMap),
        (
            "properties",
            Shape::Object(&[("zoneType", Shape::Word(&["Public", "Private"]))]),
        ),
    ]),
};

/// `Microsoft.Network/dnsZones`.
pub(crate) struct DnsZones;

impl Provider for DnsZones {
    fn spec(&self) -> &'static Spec {
        &ZONE
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        rule::check_zone_name(id.name())
    }

    fn mismatch(&self, mismatch: &Mismatch) -> ArmError {
        rule::wrong_type(mismatch)
    }

    fn is_offered_in(&self, location: &str) -> bool {
        location == "global"
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        if write.text("/properties/zoneType") == Some("Private") {
            return Err(rule::bad_request(
                "Private zones are of the type Microsoft.Network/privateDnsZones.",
            ));
        }
        let properties = match &write.existing {
            Some(zone) => zone.body.get("properties").cloned().unwrap_or_default(),
            None => new_zone(world, &write.id),
        };
        let etag = world.next_guid("etag").to_string();
        let mut body = tagged_envelope(&write.id, ZONE_TYPE, &etag);
        body.insert("location".into(), json!("global"));
        let tags = write.at("/tags").cloned().unwrap_or_else(|| json!({}));
        body.insert("tags".into(), tags);
        body.insert("properties".into(), properties);
        if write.existing.is_none() {
            record::create_apex(world, &write.id);
        }
        let status = if write.existing.is_some() { 200 } else { 201 };
        let mut written = store_now(self, world, &write, body.into(), Value::Null, status);
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
        update::zone(self, world, id, body)
    }

    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        api_version: &str,
    ) -> Result<Reply, ArmError> {
        let running = world.running(id).map(|operation| operation.name.clone());
        let name = match running {
            Some(name) => name,
            None => {
                let ends = world.due(DELETE);
                let guid = world.next_guid("operation").simple().to_string();
                let ticks = polling::ticks(world.now());
                let name = format!("delzone{ticks}{}", guid.get(..8).unwrap_or_default());
                world.start_named(name, Work::Delete, id, ends)
            }
        };
        let path = |kind: &str| {
            let group = id.group_id().unwrap_or_default();
            let path = format!("{group}/providers/Microsoft.Network/{kind}/{name}");
            PollingPath::new(path, api_version)
        };
        Ok(Reply::empty(202)
            .async_operation(PollingPath {
                explicit_port: true,
                ..path("dnsOperationStatuses")
            })
            .location(path("dnsOperationResults")))
    }

    fn show(&self, world: &World, zone: &Resource) -> Value {
        let mut body = zone.body.clone();
        let under = format!("{}/", zone.id.key());
        if let Some(count) = body.pointer_mut("/properties/numberOfRecordSets") {
            *count = json!(world.below(&under).count());
        }
        body
    }
}

/// The status document of a zone's deletion.
pub(crate) fn operation_status(operation: &Operation) -> Value {
    let mut body = json!({"status": operation.state.word()});
    if let Some(error) = operation.state.error() {
        body["error"] = error.to_object();
    }
    body
}

fn new_zone(world: &World, id: &ResourceId) -> Value {
    let servers = name_servers(world, id);
    json!({
        "maxNumberOfRecordSets": 10000,
        "maxNumberOfRecordsPerRecordSet": null,
        "nameServers": servers,
        "numberOfRecordSets": 2,
        "zoneType": "Public",
    })
}

/// The four name servers that a zone is answered by; two zones of one name have others.
fn name_servers(world: &World, zone: &ResourceId) -> [String; 4] {
    let digest = world.settings().digest(&format!("zone:{}", zone.key()));
    let number = digest[0] % 9 + 1;
    [("1", "com"), ("2", "net"), ("3", "org"), ("4", "info")]
        .map(|(server, domain)| format!("ns{server}-{number:02}.azure-dns.{domain}."))
}

/// The members that a zone and a record set begin with.
fn tagged_envelope(id: &ResourceId, kind: &str, etag: &str) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("id".into(), json!(id.to_string()));
    body.insert("name".into(), json!(id.name()));
    body.insert("type".into(), json!(kind));
    body.insert("etag".into(), json!(etag));
    body
}
