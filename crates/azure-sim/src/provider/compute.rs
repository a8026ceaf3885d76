//! Managed disks and snapshots.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Home, Provider, Spec, Write, Written, stored, time};
use crate::clock::later;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::location;
use crate::reply::{PollingPath, Reply};
use crate::shape::{Mismatch, Shape};
use crate::store::{Accepted, Operation, OperationState, Resource, Work, World};

const API_VERSIONS: &[&str] = &[
    "2025-01-02",
    "2024-03-02",
    "2023-10-02",
    "2023-04-02",
    "2023-01-02",
    "2022-07-02",
    "2022-03-02",
    "2021-12-01",
    "2021-08-01",
    "2021-04-01",
    "2020-12-01",
    "2020-09-30",
    "2020-06-30",
    "2020-05-01",
    "2019-07-01",
];

const WRITE: Duration = Duration::from_millis(600);
/// How long the data of a background copy takes to arrive, after the operation has ended.
const HYDRATE: Duration = Duration::from_secs(90);
const GIB: u64 = 1 << 30;

const DISK_SKUS: &[&str] = &[
    "Standard_LRS",
    "StandardSSD_LRS",
    "StandardSSD_ZRS",
    "Premium_LRS",
    "Premium_ZRS",
    "PremiumV2_LRS",
    "UltraSSD_LRS",
];
const SNAPSHOT_SKUS: &[&str] = &["Standard_LRS", "Premium_LRS", "Standard_ZRS"];

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

const CREATION: Shape = Shape::Object(&[
    (
        "createOption",
        Shape::Word(&[
            "Empty",
            "Attach",
            "FromImage",
            "Import",
            "Copy",
            "Restore",
            "Upload",
            "CopyStart",
            "ImportSecure",
            "UploadPreparedSecure",
        ]),
    ),
    ("sourceResourceId", Shape::Text),
    ("sourceUri", Shape::Text),
    ("storageAccountId", Shape::Text),
    ("imageReference", Shape::Any),
    ("galleryImageReference", Shape::Any),
    ("uploadSizeBytes", Shape::Int),
    ("logicalSectorSize", Shape::Int),
    ("performancePlus", Shape::Bool),
    ("securityDataUri", Shape::Text),
    ("provisionedBandwidthCopySpeed", Shape::Text),
    ("sourceUniqueId", Shape::ReadOnly),
]);

const PROPERTIES: Shape = Shape::Object(&[
    ("creationData", CREATION),
    ("diskSizeGB", Shape::Int),
    ("osType", Shape::Word(&["Windows", "Linux"])),
    ("hyperVGeneration", Shape::Word(&["V1", "V2"])),
    ("diskIOPSReadWrite", Shape::Int),
    ("diskMBpsReadWrite", Shape::Int),
    ("diskIOPSReadOnly", Shape::Int),
    ("diskMBpsReadOnly", Shape::Int),
    (
        "encryption",
        Shape::Object(&[("type", Shape::Text), ("diskEncryptionSetId", Shape::Text)]),
    ),
    ("maxShares", Shape::Int),
    (
        "networkAccessPolicy",
        Shape::Word(&["AllowAll", "AllowPrivate", "DenyAll"]),
    ),
    ("publicNetworkAccess", Shape::Word(&["Enabled", "Disabled"])),
    ("dataAccessAuthMode", Shape::Text),
    ("diskAccessId", Shape::Text),
    ("tier", Shape::Text),
    ("burstingEnabled", Shape::Bool),
    ("optimizedForFrequentAttach", Shape::Bool),
    ("supportsHibernation", Shape::Bool),
    ("incremental", Shape::Bool),
    ("purchasePlan", Shape::Any),
    ("securityProfile", Shape::Any),
    ("supportedCapabilities", Shape::Any),
    ("encryptionSettingsCollection", Shape::Any),
]);

const BODY: Shape = Shape::Object(&[
    ("location", Shape::Text),
    ("tags", Shape::TextMap),
    ("zones", Shape::Array(&Shape::Text)),
    (
        "sku",
        Shape::Object(&[("name", Shape::Text), ("tier", Shape::ReadOnly)]),
    ),
    ("extendedLocation", Shape::Any),
    ("properties", PROPERTIES),
]);

static DISK: Spec = Spec {
    resource_type: "Microsoft.Compute/disks",
    api_versions: API_VERSIONS,
    home: Home::Group,
    located: true,
    tagged: true,
    shape: BODY,
};

static SNAPSHOT: Spec = Spec {
    resource_type: "Microsoft.Compute/snapshots",
    api_versions: API_VERSIONS,
    home: Home::Group,
    located: true,
    tagged: true,
    shape: BODY,
};

/// `Microsoft.Compute/disks`.
pub(crate) struct Disks;

/// `Microsoft.Compute/snapshots`.
pub(crate) struct Snapshots;

impl Provider for Disks {
    fn spec(&self) -> &'static Spec {
        &DISK
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        check_name(id, "disk.name")
    }

    fn mismatch(&self, mismatch: &Mismatch) -> ArmError {
        wrong_type(mismatch)
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        put(world, &DISK, &write)
    }

    fn finish(&self, world: &mut World, operation: &Operation) -> Result<(), ArmError> {
        finish(world, operation)
    }

    fn patch(
        &self,
        world: &mut World,
        id: &ResourceId,
        body: &Value,
        api_version: &str,
    ) -> Result<Reply, ArmError> {
        patch(self, world, id, body, api_version)
    }

    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        api_version: &str,
    ) -> Result<Reply, ArmError> {
        delete(world, id, api_version)
    }
}

impl Provider for Snapshots {
    fn spec(&self) -> &'static Spec {
        &SNAPSHOT
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        check_name(id, "snapshot.name")
    }

    fn mismatch(&self, mismatch: &Mismatch) -> ArmError {
        wrong_type(mismatch)
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        put(world, &SNAPSHOT, &write)
    }

    fn finish(&self, world: &mut World, operation: &Operation) -> Result<(), ArmError> {
        finish(world, operation)
    }

    fn patch(
        &self,
        world: &mut World,
        id: &ResourceId,
        body: &Value,
        api_version: &str,
    ) -> Result<Reply, ArmError> {
        patch(self, world, id, body, api_version)
    }

    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        api_version: &str,
    ) -> Result<Reply, ArmError> {
        delete(world, id, api_version)
    }

    fn show(&self, world: &World, resource: &Resource) -> Value {
        let mut body = resource.body.clone();
        if let Some(percent) = completion(world, resource)
            && let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut)
        {
            properties.insert("completionPercent".into(), json!(percent));
        }
        body
    }
}

/// How much of a background copy has arrived, in percent; none where there is no such copy.
fn completion(world: &World, resource: &Resource) -> Option<f64> {
    let at = |name: &str| -> Option<jiff::Timestamp> {
        resource.private.get(name)?.as_str()?.parse().ok()
    };
    let (from, until) = (at("copyFrom")?, at("copyUntil")?);
    let now = world.now();
    if now >= until {
        return Some(100.0);
    }
    if now <= from {
        return Some(0.0);
    }
    let done = now.duration_since(from).as_secs_f64() / until.duration_since(from).as_secs_f64();
    Some((done * 100.0).floor().clamp(0.0, 99.0))
}

fn invalid(target: &str, message: impl Into<String>) -> ArmError {
    ArmError::new(400, "InvalidParameter", message).with_target(target)
}

fn wrong_type(mismatch: &Mismatch) -> ArmError {
    let Mismatch {
        path,
        wanted,
        found,
        unknown_word,
    } = mismatch;
    let target = path.strip_prefix("properties.").unwrap_or(path);
    if *unknown_word {
        return invalid(
            target,
            format!(
                "The value '{found}' of parameter {target} is invalid. Allowed values are: {wanted}."
            ),
        );
    }
    ArmError::new(
        400,
        "BadRequest",
        format!("Could not convert {found} to {wanted}. Path '{path}'."),
    )
}

fn check_name(id: &ResourceId, target: &str) -> Result<(), ArmError> {
    let name = id.name();
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let good = name.starts_with(char::is_alphanumeric)
        && name.chars().all(|c| word(c) || c == '-' || c == '.')
        && !name.ends_with(['-', '.'])
        && name.chars().count() <= 80;
    if good {
        return Ok(());
    }
    Err(invalid(
        target,
        format!(
            "The entity name '{target}' is invalid according to its validation rule: \
             ^[^_\\W][\\w-._]{{0,79}}(?<![-.])$."
        ),
    ))
}

/// Where a copy comes from.
struct Source {
    body: Value,
    percent: Option<f64>,
    is_snapshot: bool,
    id: ResourceId,
}

fn find_source(
    world: &World,
    write: &Write,
    region: &str,
    remote: bool,
) -> Result<Source, ArmError> {
    const TARGET: &str = "creationData.sourceResourceId";
    let text = write
        .text("/properties/creationData/sourceResourceId")
        .unwrap_or_default();
    if text.is_empty() {
        return Err(invalid(
            TARGET,
            format!("Required parameter '{TARGET}' is missing (null)."),
        ));
    }
    let is = |id: &ResourceId, spec: &Spec| {
        id.resource_type()
            .is_some_and(|kind| kind.eq_ignore_ascii_case(spec.resource_type))
    };
    let id = ResourceId::parse(text).filter(|id| is(id, &DISK) || is(id, &SNAPSHOT));
    let Some(id) = id else {
        return Err(invalid(
            TARGET,
            format!(
                "The value '{text}' of parameter {TARGET} is not the id of a disk or a snapshot."
            ),
        ));
    };
    let Some(source) = world.resource(&id) else {
        return Err(ArmError::new(
            404,
            "ResourceNotFound",
            format!(
                "The Resource '{}' under resource group '{}' was not found.",
                id.type_and_names(),
                id.group().unwrap_or_default()
            ),
        )
        .with_target(TARGET));
    };
    if source.location() != region && !remote {
        return Err(invalid(
            TARGET,
            format!(
                "The source resource {id} is in region {}, which is not the target region {region}: a copy \
                 to another region is made by a snapshot with createOption CopyStart.",
                source.location()
            ),
        ));
    }
    Ok(Source {
        body: source.body.clone(),
        percent: completion(world, source),
        is_snapshot: is(&id, &SNAPSHOT),
        id,
    })
}

fn text<'a>(body: &'a Value, pointer: &str) -> &'a str {
    body.pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The SKU asked for, or the one there was, or the cheapest.
fn sku_of(write: &Write, spec: &Spec, incremental: bool) -> Result<&'static str, ArmError> {
    let old = write
        .existing
        .as_ref()
        .map_or("", |existing| text(&existing.body, "/sku/name"));
    let asked =
        write
            .text("/sku/name")
            .unwrap_or(if old.is_empty() { "Standard_LRS" } else { old });
    let is_disk = spec.resource_type == DISK.resource_type;
    let zoned = location::has_zones(write.location());
    let known: &[&'static str] = if is_disk { DISK_SKUS } else { SNAPSHOT_SKUS };
    let offered: Vec<&'static str> = known
        .iter()
        .copied()
        .filter(|sku| zoned || !sku.ends_with("_ZRS"))
        .filter(|sku| is_disk || !incremental || !sku.starts_with("Premium"))
        .collect();
    offered.iter().copied().find(|sku| sku.eq_ignore_ascii_case(asked)).ok_or_else(|| {
        let kind = match (is_disk, incremental) {
            (true, _) => "Disk",
            (false, true) => "IncrementalSnapshot",
            (false, false) => "Snapshot",
        };
        invalid(
            "sku",
            format!(
                "SKU {asked} is not supported for resource type {kind} in this region. Supported SKUs for \
                 this region are {}",
                offered.join(",")
            ),
        )
    })
}

fn check_zones(write: &Write, spec: &Spec, sku: &str) -> Result<(), ArmError> {
    let given: Vec<&str> = write
        .at("/zones")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if let Some(existing) = &write.existing {
        let old = existing.body.get("zones");
        if write
            .at("/zones")
            .is_some_and(|zones| Some(zones) != old && !(given.is_empty() && old.is_none()))
        {
            return Err(not_allowed("zones"));
        }
        return Ok(());
    }
    let region = write.location();
    if given.is_empty() {
        if sku == "UltraSSD_LRS" && location::has_zones(region) {
            return Err(invalid(
                "zones",
                format!("SKU UltraSSD_LRS needs an availability zone in region {region}."),
            ));
        }
        return Ok(());
    }
    if spec.resource_type != DISK.resource_type {
        return Err(invalid(
            "zones",
            "Snapshots are regional: zones cannot be specified.",
        ));
    }
    if sku.ends_with("_ZRS") {
        return Err(invalid(
            "zones",
            format!("Availability zones cannot be specified for the zone redundant SKU {sku}."),
        ));
    }
    let supported = if location::has_zones(region) {
        "1,2,3"
    } else {
        ""
    };
    if given.len() != 1
        || !given
            .iter()
            .all(|zone| supported.split(',').any(|z| z == *zone && !z.is_empty()))
    {
        return Err(ArmError::new(
            400,
            "AvailabilityZoneNotSupported",
            format!(
                "The zone(s) '{}' for resource '{}/{}' is not supported. The supported zones for location \
                 '{region}' are '{supported}'",
                given.join(","),
                spec.resource_type,
                write.id.name()
            ),
        ));
    }
    Ok(())
}

fn not_allowed(property: &str) -> ArmError {
    ArmError::new(
        409,
        "PropertyChangeNotAllowed",
        format!("Changing property '{property}' is not allowed."),
    )
    .with_target(property)
}

/// Which SKUs a disk may change between.
fn family(sku: &str) -> &str {
    match sku {
        "Standard_LRS" | "StandardSSD_LRS" | "Premium_LRS" => "LRS",
        "StandardSSD_ZRS" | "Premium_ZRS" | "Standard_ZRS" => "ZRS",
        other => other,
    }
}

fn put(world: &mut World, spec: &'static Spec, write: &Write) -> Result<Written, ArmError> {
    let is_disk = spec.resource_type == DISK.resource_type;
    if let Some(existing) = &write.existing
        && existing.state() == "Deleting"
    {
        return Err(busy(existing));
    }
    let old = write.existing.as_ref().map(|existing| &existing.body);
    let option = write
        .text("/properties/creationData/createOption")
        .unwrap_or_else(|| {
            old.map_or("", |body| {
                text(body, "/properties/creationData/createOption")
            })
        });
    if option.is_empty() {
        return Err(invalid(
            "creationData.createOption",
            "Required parameter 'creationData.createOption' is missing (null).",
        ));
    }
    let incremental = match old {
        Some(body) => body.pointer("/properties/incremental") == Some(&json!(true)),
        None => write.at("/properties/incremental") == Some(&json!(true)),
    };
    let sku = sku_of(write, spec, incremental)?;
    if let Some(old) = old {
        if family(text(old, "/sku/name")) != family(sku) {
            return Err(not_allowed("sku.name"));
        }
        for name in ["createOption", "sourceResourceId", "sourceUri"] {
            let pointer = format!("/properties/creationData/{name}");
            if let Some(given) = write.text(&pointer)
                && !given.eq_ignore_ascii_case(text(old, &pointer))
            {
                return Err(not_allowed(&format!("creationData.{name}")));
            }
        }
        if write
            .at("/properties/incremental")
            .is_some_and(|value| *value != json!(incremental))
            && !is_disk
        {
            return Err(not_allowed("incremental"));
        }
    }
    check_zones(write, spec, sku)?;
    let source = match (old, option) {
        (None, "Copy" | "CopyStart" | "Restore") => Some(find_source(
            world,
            write,
            write.location(),
            option == "CopyStart" && !is_disk,
        )?),
        _ => None,
    };
    check_option(write, option, is_disk, incremental, source.as_ref())?;
    let size = size_of(write, source.as_ref(), is_disk, sku)?;
    check_performance(write, sku, is_disk)?;

    let body = full_body(world, spec, write, sku, size, source.as_ref(), incremental);
    let mut private = write
        .existing
        .as_ref()
        .map_or(Value::Null, |existing| existing.private.clone());
    let ends = world.due(WRITE);
    let slow_source = source.as_ref().is_some_and(|source| {
        ["PremiumV2_LRS", "UltraSSD_LRS"].contains(&text(&source.body, "/sku/name"))
    });
    if !is_disk && old.is_none() && (option == "CopyStart" || slow_source) {
        let once = world.settings().latency.duration(HYDRATE);
        let until = later(
            ends,
            once.saturating_mul(if once == HYDRATE { 1 } else { 3 }),
        );
        private = json!({"copyFrom": ends, "copyUntil": until});
    }
    let resource = stored(world, spec, write, body, private);
    let first = first_body(write, spec);
    world.insert(resource);
    let work = if old.is_none() {
        Work::Create
    } else {
        Work::Update
    };
    let name = world.start(work, &write.id, ends);
    let bucket = if option == "CopyStart" {
        "HighCostSnapshotCreateHydrate"
    } else {
        "CreateUpdateDisks"
    };
    let reply = accepted(
        202,
        Some(first),
        &write.id,
        write.location(),
        &name,
        &write.api_version,
    );
    Ok(Written {
        accepted: Accepted {
            created: write.existing.is_none(),
            operation: Some(name),
            ready_at: ends,
        },
        reply: count(reply.retry_after(2), bucket, (2999, 24999)),
    })
}

fn check_option(
    write: &Write,
    option: &str,
    is_disk: bool,
    incremental: bool,
    source: Option<&Source>,
) -> Result<(), ArmError> {
    if write.existing.is_some() {
        return Ok(());
    }
    let target = "creationData.createOption";
    match option {
        "Empty" if is_disk => {}
        "Copy" | "Restore" => {}
        "CopyStart" if is_disk => {}
        "CopyStart" => {
            let whole = source.is_none_or(|source| {
                !source.is_snapshot
                    || source.body.pointer("/properties/incremental") != Some(&json!(true))
            });
            if !incremental || whole {
                return Err(invalid(
                    target,
                    "CopyStart is only supported for incremental snapshots of incremental snapshots.",
                ));
            }
        }
        "Import" => {
            for name in ["sourceUri", "storageAccountId"] {
                if write
                    .text(&format!("/properties/creationData/{name}"))
                    .is_none()
                {
                    return Err(invalid(
                        &format!("creationData.{name}"),
                        format!("Required parameter 'creationData.{name}' is missing (null)."),
                    ));
                }
            }
        }
        "Upload" if is_disk => {
            if write
                .at("/properties/creationData/uploadSizeBytes")
                .is_none()
            {
                return Err(invalid(
                    "creationData.uploadSizeBytes",
                    "Required parameter 'creationData.uploadSizeBytes' is missing (null).",
                ));
            }
        }
        "FromImage" if is_disk => {}
        other => {
            let kind = if is_disk { "disk" } else { "snapshot" };
            return Err(invalid(
                target,
                format!("The create option {other} is not valid for a {kind}."),
            ));
        }
    }
    let Some(source) = source else { return Ok(()) };
    let source_sku = text(&source.body, "/sku/name");
    if !is_disk && ["PremiumV2_LRS", "UltraSSD_LRS"].contains(&source_sku) && !incremental {
        return Err(invalid(
            "incremental",
            format!("Only incremental snapshots are supported for disks of SKU {source_sku}."),
        ));
    }
    if text(&source.body, "/properties/provisioningState") == "Deleting" {
        return Err(ArmError::new(
            409,
            "Conflict",
            format!("The source {} is being deleted.", source.id),
        ));
    }
    if let Some(percent) = source.percent
        && percent < 100.0
        && (is_disk || option == "CopyStart")
    {
        return Err(ArmError::new(
            409,
            "OperationNotAllowed",
            format!(
                "The source snapshot '{}' cannot be used because its background data copy is not complete: \
                 CompletionPercent is {percent}. Wait until it is 100.",
                source.id.name()
            ),
        ));
    }
    Ok(())
}

/// The size in GiB.
fn size_of(
    write: &Write,
    source: Option<&Source>,
    is_disk: bool,
    sku: &str,
) -> Result<u64, ArmError> {
    let of = |body: &Value| {
        body.pointer("/properties/diskSizeGB")
            .and_then(Value::as_u64)
    };
    let given = write.at("/properties/diskSizeGB");
    let old = write
        .existing
        .as_ref()
        .and_then(|existing| of(&existing.body));
    let inherited = source.and_then(|source| of(&source.body));
    let uploaded = write
        .at("/properties/creationData/uploadSizeBytes")
        .and_then(Value::as_u64)
        .map(|bytes| bytes.div_ceil(GIB));
    let largest = match sku {
        "PremiumV2_LRS" | "UltraSSD_LRS" => 65_536,
        _ => 32_767,
    };
    let size = match given {
        Some(given) => given.as_u64().filter(|size| (1..=largest).contains(size)).ok_or_else(|| {
            invalid(
                if is_disk { "disk.diskSizeGB" } else { "snapshot.diskSizeGB" },
                format!(
                    "The value '{given}' of parameter diskSizeGB is out of range. Value must be between '1' \
                     and '{largest}', inclusive."
                ),
            )
        })?,
        None => old.or(inherited).or(uploaded).unwrap_or(0),
    };
    if size == 0 {
        let option = write
            .text("/properties/creationData/createOption")
            .unwrap_or_default();
        if option == "Empty" {
            return Err(invalid(
                "diskSizeGB",
                "Required parameter 'diskSizeGB' is missing (null).",
            ));
        }
        return Ok(1);
    }
    if let Some(least) = old.or(inherited)
        && size < least
    {
        return Err(invalid(
            "diskSizeGB",
            format!(
                "Disk size reduction is not supported: {size} GB were asked for, there are {least} GB."
            ),
        ));
    }
    Ok(size)
}

fn check_performance(write: &Write, sku: &str, is_disk: bool) -> Result<(), ArmError> {
    let settable = matches!(sku, "PremiumV2_LRS" | "UltraSSD_LRS") && is_disk;
    for (name, range) in [
        ("diskIOPSReadWrite", 100..=400_000),
        ("diskMBpsReadWrite", 1..=10_000),
        ("diskIOPSReadOnly", 100..=400_000),
        ("diskMBpsReadOnly", 1..=10_000),
    ] {
        let Some(value) = write.at(&format!("/properties/{name}")) else {
            continue;
        };
        if !settable {
            // What Azure itself reported may be sent back unchanged.
            let old = write
                .existing
                .as_ref()
                .and_then(|e| e.body.pointer(&format!("/properties/{name}")));
            if old == Some(value) {
                continue;
            }
            return Err(invalid(
                name,
                format!(
                    "Parameter {name} can only be set for SKUs PremiumV2_LRS and UltraSSD_LRS, not {sku}."
                ),
            ));
        }
        if !value.as_i64().is_some_and(|value| range.contains(&value)) {
            return Err(invalid(
                name,
                format!(
                    "The value '{value}' of parameter {name} is out of range. Value must be between '{}' and \
                     '{}', inclusive.",
                    range.start(),
                    range.end()
                ),
            ));
        }
    }
    Ok(())
}

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
fn full_body(
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
fn first_body(write: &Write, spec: &Spec) -> Value {
    let mut body = head(write, spec);
    if let Some(sku) = write.at("/sku") {
        body.insert("sku".into(), sku.clone());
    }
    let mut properties = write.properties();
    if let Some(old) = write
        .existing
        .as_ref()
        .and_then(|e| e.body.get("properties"))
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

fn patch(
    provider: &dyn Provider,
    world: &mut World,
    id: &ResourceId,
    body: &Value,
    api_version: &str,
) -> Result<Reply, ArmError> {
    let kept = BODY.read(body).map_err(|mismatch| wrong_type(&mismatch))?;
    let mut merged = match kept {
        Some(Value::Object(kept)) => kept,
        _ => Map::new(),
    };
    let Some(existing) = world.resource(id).cloned() else {
        return Err(provider.not_found(world, id));
    };
    merged.insert("location".into(), json!(existing.location()));
    if !merged.contains_key("tags")
        && let Some(tags) = existing.body.get("tags")
    {
        merged.insert("tags".into(), tags.clone());
    }
    let echo = existing.body.clone();
    let write = Write {
        id: existing.id.clone(),
        existing: Some(existing),
        body: merged.clone(),
        api_version: api_version.to_owned(),
    };
    let written = put(world, provider.spec(), &write)?;
    // The echo of a PATCH is the old resource with the new values, before Azure has worked them out.
    let mut shown = echo;
    for (key, value) in merged {
        match (shown.get_mut(&key), value) {
            (Some(Value::Object(old)), Value::Object(new)) if key != "tags" => old.extend(new),
            (_, value) => {
                if let Some(shown) = shown.as_object_mut() {
                    shown.insert(key, value);
                }
            }
        }
    }
    if let Some(properties) = shown.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("provisioningState".into(), json!("Updating"));
    }
    let mut reply = written.reply;
    reply.body = crate::reply::Body::Json(shown);
    Ok(reply)
}

/// A copy whose source disappeared while it was made has nothing to hold.
fn finish(world: &mut World, operation: &Operation) -> Result<(), ArmError> {
    let id = &operation.resource;
    if operation.work == Work::Delete {
        world.remove(id);
        return Ok(());
    }
    if operation.work == Work::Create {
        let source = world.resource(id).map(|resource| {
            text(&resource.body, "/properties/creationData/sourceResourceId").to_owned()
        });
        if let Some(source) = source.as_deref().and_then(ResourceId::parse)
            && !world.exists(&source)
        {
            return Err(ArmError::new(
                404,
                "NotFound",
                format!("The source resource {source} was not found."),
            ));
        }
    }
    if let Some(resource) = world.resource_mut(id) {
        resource.set_state("Succeeded");
    }
    Ok(())
}

fn busy(resource: &Resource) -> ArmError {
    ArmError::new(
        409,
        "OperationNotAllowed",
        format!("The resource '{}' is being deleted.", resource.id.name()),
    )
}

fn delete(world: &mut World, id: &ResourceId, api_version: &str) -> Result<Reply, ArmError> {
    let Some(resource) = world.resource(id).cloned() else {
        return Ok(Reply::empty(204));
    };
    let attached = resource
        .body
        .get("managedBy")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !attached.is_empty() {
        return Err(ArmError::new(
            409,
            "OperationNotAllowed",
            format!("Disk {} is attached to VM {attached}.", resource.id.name()),
        ));
    }
    let name = match world
        .running(id)
        .filter(|running| running.work == Work::Delete)
    {
        Some(running) => running.name.clone(),
        None => {
            let ends = world.due(WRITE);
            world.start(Work::Delete, id, ends)
        }
    };
    if let Some(resource) = world.resource_mut(id) {
        resource.set_state("Deleting");
    }
    let reply = accepted(202, None, id, resource.location(), &name, api_version);
    Ok(count(reply, "DeleteDisks", (2999, 23999)))
}

fn accepted(
    status: u16,
    body: Option<Value>,
    id: &ResourceId,
    region: &str,
    name: &str,
    api_version: &str,
) -> Reply {
    let path = format!(
        "/subscriptions/{}/providers/Microsoft.Compute/locations/{region}/DiskOperations/{name}",
        id.subscription().unwrap_or_default()
    );
    let version = ("api-version", api_version.to_owned());
    let partition = (
        "p",
        uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, region.as_bytes()).to_string(),
    );
    let status_path = PollingPath {
        path: path.clone(),
        query: vec![partition.clone(), version.clone()],
    };
    let result_path = PollingPath {
        path,
        query: vec![partition, ("monitor", "true".to_owned()), version],
    };
    let reply = match body {
        Some(body) => Reply::json(status, body),
        None => Reply::empty(status),
    };
    reply
        .async_operation(status_path)
        .location(result_path)
        .header("x-ms-request-id", name.to_owned())
}

/// Adds compute's own count of requests.
pub(super) fn count(reply: Reply, bucket: &str, left: (u32, u32)) -> Reply {
    reply.header(
        "x-ms-ratelimit-remaining-resource",
        format!(
            "Microsoft.Compute/{bucket}3Min;{},Microsoft.Compute/{bucket}30Min;{}",
            left.0, left.1
        ),
    )
}

/// The body of a polled operation.
pub(crate) fn disk_operation(
    world: &World,
    operation: &Operation,
    failed: Option<&ArmError>,
) -> Reply {
    let mut body = Map::new();
    body.insert("startTime".into(), json!(compute_time(operation.started)));
    if operation.state != OperationState::Running {
        body.insert("endTime".into(), json!(compute_time(operation.ends)));
    }
    let status = match &operation.state {
        OperationState::Running => "InProgress",
        OperationState::Succeeded => "Succeeded",
        OperationState::Failed(_) => "Failed",
    };
    body.insert("status".into(), json!(status));
    if operation.state == OperationState::Succeeded
        && operation.work != Work::Delete
        && let Some(resource) = world.resource(&operation.resource)
    {
        body.insert("properties".into(), json!({"output": resource.body}));
    }
    if let Some(error) = failed {
        body.insert("error".into(), error.to_object());
    }
    body.insert("name".into(), json!(operation.name));
    count(
        Reply::json(200, Value::Object(body)),
        "GetOperation",
        (49999, 399_999),
    )
}

/// Compute writes the offset out.
fn compute_time(at: jiff::Timestamp) -> String {
    time(at).replace('Z', "+00:00")
}
