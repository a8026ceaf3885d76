//! What compute shows of a disk or a snapshot: at first an echo, in the end everything.

use serde_json::{Map, Value, json};

use super::super::{Spec, Write, time};
use super::disk::DISK;
use super::rule::Source;
use crate::store::World;

pub(super) const GIB: u64 = 1 << 30;

/// Premium SSD: size up to, tier, IOPS, MB/s.
const PREMIUM: &[(u64, &str, u32, u32)] = &[
    (4, "P1", 120, 25),
    (8, "P2", 120, 25),
    (16, "P3", 120, 25),
    (32, "P4", 120, 25),
    (64, "P6", 240, 50),
    (128, "P10", 500, 100),
    (256, "P15", 1100, 125),
    (512, "P20", 2300, 150),
    (1024, "P30", 5000, 200),
    (2048, "P40", 7500, 250),
    (4096, "P50", 7500, 250),
    (8192, "P60", 16000, 500),
    (16384, "P70", 18000, 750),
    (32767, "P80", 20000, 900),
];

fn sku_tier(sku: &str) -> &'static str {
    if sku.starts_with("Premium") {
        "Premium"
    } else if sku.starts_with("Ultra") {
        "Ultra"
    } else {
        "Standard"
    }
}

fn premium_tier(size: u64) -> (&'static str, u32, u32) {
    PREMIUM
        .iter()
        .find(|(largest, ..)| size <= *largest)
        .or(PREMIUM.last())
        .map_or(("P1", 120, 25), |(_, tier, iops, mbps)| {
            (*tier, *iops, *mbps)
        })
}

/// What a GET will show.
pub(super) fn full_body(
    world: &mut World,
    spec: &Spec,
    write: &Write,
    sku: &str,
    size: u64,
    source: Option<&Source>,
    incremental: bool,
) -> Value {
    let is_disk = spec.resource_type == DISK.resource_type;
    let unique = world.next_guid("unique").to_string();
    let family_guid = world.next_guid("family").to_string();
    let old = write
        .existing
        .as_ref()
        .and_then(|existing| existing.body.get("properties"));
    let kept = |name: &str| old.and_then(|old| old.get(name)).cloned();
    let given = write.properties();
    let fast = matches!(sku, "PremiumV2_LRS" | "UltraSSD_LRS") && is_disk;

    let mut creation = kept("creationData")
        .or_else(|| given.get("creationData").cloned())
        .unwrap_or_else(|| json!({}));
    if let Some(creation) = creation.as_object_mut() {
        if let Some(source) = source {
            let id = source
                .body
                .pointer("/properties/uniqueId")
                .cloned()
                .unwrap_or(Value::Null);
            creation.insert("sourceUniqueId".into(), id);
        }
        if fast && !creation.contains_key("logicalSectorSize") {
            creation.insert("logicalSectorSize".into(), json!(4096));
        }
    }
    let mut properties = Map::new();
    for name in ["osType", "hyperVGeneration"] {
        let inherited = source
            .and_then(|s| s.body.pointer(&format!("/properties/{name}")))
            .cloned();
        if let Some(value) = given
            .get(name)
            .cloned()
            .or_else(|| kept(name))
            .or(inherited)
        {
            properties.insert(name.into(), value);
        }
    }
    properties.insert("creationData".into(), creation);
    properties.insert("diskSizeGB".into(), json!(size));
    let (tier, iops, mbps) = match sku_tier(sku) {
        _ if fast => ("", 3000, 125),
        "Premium" => premium_tier(size),
        _ => (
            "",
            500,
            if sku.starts_with("StandardSSD") {
                100
            } else {
                60
            },
        ),
    };
    if is_disk {
        let number = |name: &str, default: u32| {
            let kept = if fast { kept(name) } else { None };
            given
                .get(name)
                .filter(|_| fast)
                .cloned()
                .or(kept)
                .unwrap_or(json!(default))
        };
        properties.insert(
            "diskIOPSReadWrite".into(),
            number("diskIOPSReadWrite", iops),
        );
        properties.insert(
            "diskMBpsReadWrite".into(),
            number("diskMBpsReadWrite", mbps),
        );
        if fast {
            properties.insert("readOnly".into(), json!(false));
            properties.insert("diskIOPSReadOnly".into(), number("diskIOPSReadOnly", 3000));
            properties.insert("diskMBpsReadOnly".into(), number("diskMBpsReadOnly", 125));
        }
    }
    let default = |name: &str, default: Value| {
        given
            .get(name)
            .cloned()
            .or_else(|| kept(name))
            .unwrap_or(default)
    };
    properties.insert(
        "encryption".into(),
        default(
            "encryption",
            json!({"type": "EncryptionAtRestWithPlatformKey"}),
        ),
    );
    if !is_disk {
        properties.insert("incremental".into(), json!(incremental));
    }
    if fast {
        properties.insert("maxShares".into(), default("maxShares", json!(1)));
    }
    properties.insert(
        "networkAccessPolicy".into(),
        default("networkAccessPolicy", json!("AllowAll")),
    );
    properties.insert(
        "publicNetworkAccess".into(),
        default("publicNetworkAccess", json!("Enabled")),
    );
    let shown = compute_time(world.now());
    properties.insert(
        "timeCreated".into(),
        kept("timeCreated").unwrap_or(json!(shown)),
    );
    properties.insert("provisioningState".into(), json!("Updating"));
    properties.insert(
        "diskState".into(),
        kept("diskState").unwrap_or(json!("Unattached")),
    );
    properties.insert("diskSizeBytes".into(), json!(size * GIB));
    properties.insert("uniqueId".into(), kept("uniqueId").unwrap_or(json!(unique)));
    if is_disk && !tier.is_empty() {
        properties.insert(
            "tier".into(),
            given.get("tier").cloned().unwrap_or(json!(tier)),
        );
    }
    if !is_disk && incremental {
        let inherited = kept("incrementalSnapshotFamilyId");
        properties.insert(
            "incrementalSnapshotFamilyId".into(),
            inherited.unwrap_or(json!(family_guid)),
        );
    }
    for name in [
        "burstingEnabled",
        "optimizedForFrequentAttach",
        "supportsHibernation",
        "diskAccessId",
        "dataAccessAuthMode",
        "securityProfile",
        "purchasePlan",
        "supportedCapabilities",
    ] {
        if let Some(value) = given.get(name).cloned().or_else(|| kept(name)) {
            properties.insert(name.into(), value);
        }
    }

    let mut body = head(write, spec);
    let old_body = write.existing.as_ref().map(|existing| &existing.body);
    if let Some(zones) = old_body.map_or(write.at("/zones"), |old| old.get("zones"))
        && zones.as_array().is_some_and(|zones| !zones.is_empty())
    {
        body.insert("zones".into(), zones.clone());
    }
    body.insert("sku".into(), json!({"name": sku, "tier": sku_tier(sku)}));
    body.insert("properties".into(), Value::Object(properties));
    Value::Object(body)
}

fn head(write: &Write, spec: &Spec) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("name".into(), json!(write.id.name()));
    body.insert("id".into(), json!(write.id.to_string()));
    body.insert("type".into(), json!(spec.resource_type));
    body.insert("location".into(), json!(write.location()));
    if let Some(tags) = write.at("/tags") {
        body.insert("tags".into(), tags.clone());
    }
    body
}

/// What the 202 shows: an echo, with little of what Azure adds.
pub(super) fn first_body(write: &Write, spec: &Spec) -> Value {
    let mut body = head(write, spec);
    let old = write.existing.as_ref().map(|existing| &existing.body);
    let sku = write.at("/sku").or_else(|| old?.get("sku"));
    if let Some(sku) = sku {
        body.insert("sku".into(), sku.clone());
    }
    let mut properties = write.properties();
    if spec.resource_type == DISK.resource_type
        && let Some(old) = old.and_then(|old| old.get("properties"))
    {
        for name in ["diskSizeBytes", "tier"] {
            if let Some(value) = old.get(name) {
                properties.insert(name.into(), value.clone());
            }
        }
    }
    properties.insert("provisioningState".into(), json!("Updating"));
    body.insert("properties".into(), Value::Object(properties));
    Value::Object(body)
}

/// Compute writes the offset out.
pub(super) fn compute_time(at: jiff::Timestamp) -> String {
    time(at).replace('Z', "+00:00")
}
