//! What is shown of a file share.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::envelope;
use super::decimals;
use super::file_share::SPEC;
use crate::store::{Resource, World};

/// A share as a GET shows it: with its metadata.
pub(super) fn single(resource: &Resource) -> Value {
    let mut body = envelope(&resource.id, &SPEC);
    body.insert("etag".into(), json!(tag(&resource.private)));
    let stored = |name: &str| property(resource, name).cloned();
    let mut properties = Map::new();
    properties.insert("leaseStatus".into(), json!("unlocked"));
    properties.insert("leaseState".into(), json!("available"));
    properties.insert(
        "signedIdentifiers".into(),
        stored("signedIdentifiers").unwrap_or_else(|| json!([])),
    );
    properties.extend(tier(resource));
    if let Some(metadata) = stored("metadata") {
        properties.insert("metadata".into(), metadata);
    }
    properties.insert("lastModifiedTime".into(), seconds(resource.changed));
    properties.insert(
        "shareQuota".into(),
        stored("shareQuota").unwrap_or_default(),
    );
    if stored("enabledProtocols") == Some(json!("NFS")) {
        properties.insert("enabledProtocols".into(), json!("NFS"));
        properties.insert(
            "rootSquash".into(),
            stored("rootSquash").unwrap_or_else(|| json!("NoRootSquash")),
        );
    }
    body.insert("properties".into(), Value::Object(properties));
    Value::Object(body)
}

/// A share as a list shows it: without its metadata, but with its protocol.
pub(super) fn listed(world: &World, share: &Resource, name: &str) -> Value {
    let service = share.id.parent().unwrap_or_default();
    let mut body = envelope(&service.with_child("shares", name), &SPEC);
    body.insert("etag".into(), json!(tag(&share.private)));
    let stored = |name: &str| property(share, name).cloned();
    let mut properties = Map::new();
    if let Some(deleted) = time_of(share, "deleted") {
        let left = time_of(share, "kept").map_or(0, |kept| {
            let left = kept.duration_since(world.now()).as_secs().max(0);
            (left + 86_399) / 86_400
        });
        properties.insert(
            "version".into(),
            share.private.get("version").cloned().unwrap_or_default(),
        );
        properties.insert("deleted".into(), json!(true));
        properties.insert("deletedTime".into(), seconds(deleted));
        properties.insert("remainingRetentionDays".into(), json!(left));
    }
    properties.insert("leaseStatus".into(), json!("unlocked"));
    properties.insert("leaseState".into(), json!("available"));
    properties.extend(tier(share));
    properties.insert("lastModifiedTime".into(), seconds(share.changed));
    properties.insert(
        "shareQuota".into(),
        stored("shareQuota").unwrap_or_default(),
    );
    properties.insert(
        "enabledProtocols".into(),
        stored("enabledProtocols").unwrap_or_else(|| json!("SMB")),
    );
    body.insert("properties".into(), Value::Object(properties));
    Value::Object(body)
}

fn property<'a>(share: &'a Resource, name: &str) -> Option<&'a Value> {
    share.body.get("properties")?.get(name)
}

fn tier(share: &Resource) -> Map<String, Value> {
    let mut shown = Map::new();
    if let Some(tier) = property(share, "accessTier") {
        shown.insert("accessTier".into(), tier.clone());
    }
    if let Some(changed) = time_of(share, "tierChanged") {
        shown.insert("accessTierChangeTime".into(), seconds(changed));
    }
    shown
}

/// The file service counts in whole seconds, and writes all decimals.
fn seconds(at: Timestamp) -> Value {
    let whole = Timestamp::new(at.as_second(), 0).unwrap_or(at);
    json!(decimals(whole))
}

/// The entity tag that is kept in the private part of a share.
pub(super) fn tag(private: &Value) -> String {
    let ticks = private.get("etag").and_then(Value::as_i64);
    format!("\"0x{:X}\"", ticks.unwrap_or_default())
}

/// A time that is kept in the private part of a share.
pub(super) fn time_of(share: &Resource, name: &str) -> Option<Timestamp> {
    share.private.get(name)?.as_str()?.parse().ok()
}
