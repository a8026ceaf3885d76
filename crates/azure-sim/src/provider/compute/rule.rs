//! What compute refuses of a disk or a snapshot.

use serde_json::{Value, json};

use super::super::{Spec, Write};
use super::body::GIB;
use super::disk::DISK;
use super::snapshot::{SNAPSHOT, completion};
use super::text;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::location;
use crate::shape::Mismatch;
use crate::store::World;

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

pub(super) fn invalid(target: &str, message: impl Into<String>) -> ArmError {
    ArmError::new(400, "InvalidParameter", message).with_target(target)
}

pub(super) fn wrong_type(mismatch: &Mismatch) -> ArmError {
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

pub(super) fn check_name(id: &ResourceId, target: &str) -> Result<(), ArmError> {
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
pub(super) struct Source {
    pub(super) body: Value,
    pub(super) percent: Option<f64>,
    pub(super) is_snapshot: bool,
    pub(super) id: ResourceId,
}

pub(super) fn find_source(
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

/// The SKU asked for, or the one there was, or the cheapest.
pub(super) fn sku_of(
    write: &Write,
    spec: &Spec,
    incremental: bool,
) -> Result<&'static str, ArmError> {
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

pub(super) fn check_zones(write: &Write, spec: &Spec, sku: &str) -> Result<(), ArmError> {
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

pub(super) fn not_allowed(property: &str) -> ArmError {
    ArmError::new(
        409,
        "PropertyChangeNotAllowed",
        format!("Changing property '{property}' is not allowed."),
    )
    .with_target(property)
}

/// Which SKUs a disk may change between.
pub(super) fn family(sku: &str) -> &str {
    match sku {
        "Standard_LRS" | "StandardSSD_LRS" | "Premium_LRS" => "LRS",
        "StandardSSD_ZRS" | "Premium_ZRS" | "Standard_ZRS" => "ZRS",
        other => other,
    }
}

pub(super) fn check_option(
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
        "Empty" => {}
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
pub(super) fn size_of(
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

pub(super) fn check_performance(write: &Write, sku: &str, is_disk: bool) -> Result<(), ArmError> {
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
