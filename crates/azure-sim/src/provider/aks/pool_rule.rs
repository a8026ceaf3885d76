//! The rules of a pool: what is refused, and what AKS fills in.

use serde_json::{Map, Value, json};

use super::version::{check_pool_version, patch_version};
use super::{bad_request, change_not_allowed, refusal};
use crate::error::ArmError;
use crate::location;
use crate::store::World;

const SPOT_KEY: &str = "kubernetes.azure.com/scalesetpriority";

const SPOT_TAINT: &str = "kubernetes.azure.com/scalesetpriority=spot:NoSchedule";

/// What cannot change once a pool exists.
const IMMUTABLE: &[&str] = &[
    "vmSize",
    "osDiskSizeGB",
    "osDiskType",
    "osType",
    "availabilityZones",
    "scaleSetPriority",
    "maxPods",
    "type",
    "vnetSubnetID",
    "podSubnetID",
    "kubeletDiskType",
    "enableFIPS",
    "enableEncryptionAtHost",
    "enableUltraSSD",
    "gpuInstanceProfile",
    "nodePublicIPPrefixID",
    "proximityPlacementGroupID",
];

/// What cannot change of a spot pool, and is nothing to any other.
const SPOT_IMMUTABLE: &[&str] = &["scaleSetEvictionPolicy", "spotMaxPrice"];

/// Linux pools: one to twelve lower-case letters and digits, a letter first.
pub(super) fn check_pool_name(name: &str) -> Result<(), ArmError> {
    let good = (1..=12).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if good {
        return Ok(());
    }
    Err(refusal(
        400,
        "InvalidParameter",
        format!(
            "The value of parameter agentPoolProfile.name is invalid. Error details: Invalid agent pool name \
             '{name}': it must start with a lowercase letter and contain at most 12 lowercase letters and \
             digits. Please see https://aka.ms/aks-naming-rules for more details."
        ),
    )
    .with_target("agentPoolProfile.name"))
}

/// What a pool takes from its cluster.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings<'a> {
    /// The Kubernetes version.
    pub(super) version: &'a str,
    /// The region.
    pub(super) region: &'a str,
    /// The network, as the cluster shows it.
    pub(super) network: &'a Value,
}

impl Surroundings<'_> {
    /// How many pods a node has unless the pool says so: it depends on where pods get their addresses.
    fn max_pods(&self) -> u32 {
        let is = |name: &str, word: &str| self.network.get(name) == Some(&json!(word));
        if is("networkPlugin", "kubenet") {
            110
        } else if is("networkPlugin", "azure") && !is("networkPluginMode", "overlay") {
            30
        } else {
            250
        }
    }
}

/// Checks the properties of a pool and fills in what AKS fills in.
pub(super) fn complete(
    world: &mut World,
    name: &str,
    given: &Map<String, Value>,
    old: Option<&Map<String, Value>>,
    cluster: Surroundings<'_>,
) -> Result<Map<String, Value>, ArmError> {
    let Surroundings {
        version, region, ..
    } = cluster;
    check_pool_name(name)?;
    let word = |key: &str| given.get(key).and_then(Value::as_str);
    if let Some(old) = old {
        check_unchanged(given, old)?;
    }
    // A PUT is a write of the whole resource, but what cannot change is kept when it is left out.
    let kept = |key: &str| old.and_then(|old| old.get(key)).cloned();
    let fixed = |key: &str, default: Value| {
        let new = given
            .get(key)
            .filter(|value| **value != json!(0) && **value != json!(""))
            .cloned();
        kept(key).or(new).unwrap_or(default)
    };
    let default = |key: &str, default: Value| {
        given
            .get(key)
            .cloned()
            .or_else(|| kept(key))
            .unwrap_or(default)
    };

    let mode =
        word("mode").map_or_else(|| kept("mode").unwrap_or(json!("User")), |mode| json!(mode));
    let spot = fixed("scaleSetPriority", json!("Regular")) == json!("Spot");
    check_zones(given, region)?;
    let counts = check_counts(name, given, old, mode == json!("System"))?;
    check_numbers(given)?;
    if spot && mode == json!("System") {
        return Err(bad_request(format!(
            "The pool {name} cannot be a spot pool: a system node pool must have priority Regular."
        )));
    }
    if word("osType") == Some("Windows") && (mode == json!("System") || name.len() > 6) {
        return Err(bad_request(format!(
            "The Windows pool {name} must have mode User and a name of at most 6 characters."
        )));
    }

    let mut spot_only = None;
    let mut out = Map::new();
    let mut set = |key: &str, value: Value| {
        if !value.is_null() {
            out.insert(key.to_owned(), value);
        }
    };
    set("count", json!(counts.count));
    set(
        "vmSize",
        fixed(
            "vmSize",
            json!(if spot {
                "Standard_D4plds_v5"
            } else {
                "Standard_D4ds_v4"
            }),
        ),
    );
    let chosen = old.is_none() && word("vmSize").unwrap_or_default().is_empty();
    set(
        "osDiskSizeGB",
        fixed("osDiskSizeGB", json!(if chosen { 150 } else { 128 })),
    );
    set(
        "osDiskType",
        fixed(
            "osDiskType",
            json!(if chosen { "Ephemeral" } else { "Managed" }),
        ),
    );
    set("kubeletDiskType", fixed("kubeletDiskType", json!("OS")));
    for key in ["vnetSubnetID", "podSubnetID", "workloadRuntime"] {
        set(key, fixed(key, Value::Null));
    }
    set("maxPods", fixed("maxPods", json!(cluster.max_pods())));
    set("type", fixed("type", json!("VirtualMachineScaleSets")));
    let zones = fixed("availabilityZones", Value::Null);
    set(
        "availabilityZones",
        if zones == json!([]) {
            Value::Null
        } else {
            zones
        },
    );
    if let Some((least, most)) = counts.limits {
        set("maxCount", json!(most));
        set("minCount", json!(least));
    }
    set("enableAutoScaling", json!(counts.limits.is_some()));
    if spot {
        let price = default("spotMaxPrice", json!(-1.0));
        if price
            .as_f64()
            .is_none_or(|price| price <= 0.0 && (price + 1.0).abs() > f64::EPSILON)
        {
            return Err(bad_request(format!(
                "The spotMaxPrice {price} of pool {name} is invalid: it must be -1 or greater than 0."
            )));
        }
        spot_only = Some((fixed("scaleSetEvictionPolicy", json!("Delete")), price));
    }
    set("scaleDownMode", default("scaleDownMode", json!("Delete")));
    set("provisioningState", json!("Creating"));
    set(
        "powerState",
        default("powerState", json!({"code": "Running"})),
    );
    let orchestrator = match default("orchestratorVersion", json!(version)) {
        Value::String(text) if text.is_empty() => json!(version),
        other => other,
    };
    if let Some(wanted) = orchestrator.as_str()
        && kept("orchestratorVersion").as_ref() != Some(&orchestrator)
    {
        check_pool_version(wanted, version)?;
    }
    let current = patch_version(orchestrator.as_str().unwrap_or(version));
    set("orchestratorVersion", orchestrator);
    set("currentOrchestratorVersion", json!(current));
    set(
        "enableNodePublicIP",
        default("enableNodePublicIP", json!(false)),
    );
    if let Some((eviction, price)) = spot_only {
        set("scaleSetPriority", json!("Spot"));
        set("scaleSetEvictionPolicy", eviction);
        set("spotMaxPrice", price);
    }
    set("tags", given.get("tags").cloned().unwrap_or(Value::Null));
    set("nodeLabels", labels(given, spot));
    set("nodeTaints", taints(given, old, spot)?);
    set("mode", mode);
    for key in ["enableEncryptionAtHost", "enableUltraSSD"] {
        set(key, default(key, Value::Null));
    }
    let os = fixed("osType", json!("Linux"));
    let windows = os == json!("Windows");
    set("osType", os);
    let sku = default(
        "osSKU",
        json!(if windows { "Windows2022" } else { "Ubuntu" }),
    );
    let image = match sku.as_str().unwrap_or_default() {
        "AzureLinux" => "AKSAzureLinux-V3gen2-202609.03.1",
        "AzureContainerLinux" => "AKSAzureLinux-aclgen2TL-202609.03.1",
        sku if sku.starts_with("Windows") => "AKSWindows-2022-containerd-gen2-20348.4171.260903",
        _ => "AKSUbuntu-2404gen2containerd-202609.03.1",
    };
    let sealed = sku == json!("AzureContainerLinux");
    set("osSKU", sku);
    set("nodeImageVersion", json!(image));
    let upgrade = default(
        "upgradeSettings",
        json!({"maxSurge": "10%", "maxUnavailable": "0"}),
    );
    set("upgradeSettings", upgrade);
    set("enableFIPS", fixed("enableFIPS", json!(false)));
    set(
        "securityProfile",
        default(
            "securityProfile",
            json!({"sshAccess": "LocalUser", "enableVTPM": sealed, "enableSecureBoot": sealed}),
        ),
    );
    for key in [
        "kubeletConfig",
        "linuxOSConfig",
        "gpuInstanceProfile",
        "creationData",
        "capacityReservationGroupID",
        "hostGroupID",
        "networkProfile",
        "windowsProfile",
        "proximityPlacementGroupID",
        "nodePublicIPPrefixID",
    ] {
        set(key, default(key, Value::Null));
    }
    set("eTag", json!(world.next_guid("etag").to_string()));
    Ok(out)
}

fn check_unchanged(given: &Map<String, Value>, old: &Map<String, Value>) -> Result<(), ArmError> {
    let spot = old.get("scaleSetPriority") == Some(&json!("Spot"));
    let of_spot: &[&str] = if spot { SPOT_IMMUTABLE } else { &[] };
    for key in IMMUTABLE.iter().chain(of_spot) {
        let (Some(new), before) = (given.get(*key), old.get(*key)) else {
            continue;
        };
        let unset = [json!(0), json!(""), json!([])].contains(new);
        let same = match before {
            Some(before) => {
                // A price may be written as 1 or as 1.0.
                let equal = match (new.as_f64(), before.as_f64()) {
                    (Some(new), Some(before)) => (new - before).abs() < f64::EPSILON,
                    _ => new == before,
                };
                equal || (unset && *key != "availabilityZones")
            }
            // Azure's way of saying "regular" or "no" is to say nothing.
            None => unset || [json!(false), json!("Regular")].contains(new),
        };
        if !same {
            return Err(change_not_allowed(&format!("properties.{key}")));
        }
    }
    Ok(())
}

fn labels(given: &Map<String, Value>, spot: bool) -> Value {
    let mut labels = given.get("nodeLabels").cloned().unwrap_or(Value::Null);
    if spot {
        if labels.is_null() {
            labels = json!({});
        }
        if let Some(labels) = labels.as_object_mut() {
            labels.insert(SPOT_KEY.to_owned(), json!("spot"));
        }
    }
    labels
}

fn taints(
    given: &Map<String, Value>,
    old: Option<&Map<String, Value>>,
    spot: bool,
) -> Result<Value, ArmError> {
    let mut taints: Vec<Value> = given
        .get("nodeTaints")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    if spot && !taints.contains(&json!(SPOT_TAINT)) {
        if old.is_some() {
            return Err(change_not_allowed("properties.nodeTaints"));
        }
        taints.push(json!(SPOT_TAINT));
    }
    Ok(if taints.is_empty() {
        Value::Null
    } else {
        Value::Array(taints)
    })
}

fn check_zones(given: &Map<String, Value>, region: &str) -> Result<(), ArmError> {
    let zones = given.get("availabilityZones").and_then(Value::as_array);
    for zone in zones.into_iter().flatten().filter_map(Value::as_str) {
        let supported = location::has_zones(region) && ["1", "2", "3"].contains(&zone);
        if !supported {
            let list = if location::has_zones(region) {
                "1,2,3"
            } else {
                ""
            };
            return Err(refusal(
                400,
                "AvailabilityZoneNotSupported",
                format!(
                    "The zone(s) '{zone}' for resource 'agentPoolProfile' is not supported. The supported \
                     zones for location '{region}' are '{list}'"
                ),
            )
            .with_target("agentPoolProfile.availabilityZones"));
        }
    }
    Ok(())
}

fn check_numbers(given: &Map<String, Value>) -> Result<(), ArmError> {
    for (key, range, zero) in [
        ("maxPods", 10..=250, true),
        ("osDiskSizeGB", 30..=2048, true),
    ] {
        let Some(value) = given.get(key).and_then(Value::as_i64) else {
            continue;
        };
        if !(range.contains(&value) || (zero && value == 0)) {
            return Err(refusal(
                400,
                "InvalidParameter",
                format!(
                    "The value of parameter agentPoolProfile.{key} is invalid. Error details: {value} is not \
                     between {} and {}.",
                    range.start(),
                    range.end()
                ),
            )
            .with_target(format!("agentPoolProfile.{key}")));
        }
    }
    Ok(())
}

struct Counts {
    count: i64,
    limits: Option<(i64, i64)>,
}

/// Count and limits: 0 to 1000, at least 1 for system pools; limits only with autoscaling.
fn check_counts(
    name: &str,
    given: &Map<String, Value>,
    old: Option<&Map<String, Value>>,
    system: bool,
) -> Result<Counts, ArmError> {
    let number = |key: &str| given.get(key).and_then(Value::as_i64);
    let was = |key: &str| old.and_then(|old| old.get(key)).and_then(Value::as_i64);
    let least_ever = i64::from(system);
    let autoscaling = given
        .get("enableAutoScaling")
        .and_then(Value::as_bool)
        .or_else(|| old?.get("enableAutoScaling")?.as_bool())
        .unwrap_or(false);
    let invalid = |key: &str, message: String| {
        refusal(400, "InvalidParameter", message).with_target(format!("agentPoolProfile.{key}"))
    };
    if !autoscaling {
        if number("minCount").is_some() || number("maxCount").is_some() {
            return Err(invalid(
                "minCount",
                format!(
                    "The pool {name} has minCount or maxCount, which are only allowed when enableAutoScaling \
                     is true."
                ),
            ));
        }
        let count = number("count").or_else(|| was("count")).unwrap_or(1);
        if !(least_ever..=1000).contains(&count) {
            return Err(invalid(
                "count",
                format!(
                    "agentPoolProfile.count was {count}. It must be greater or equal to {least_ever} and less \
                     than or equal to 1000."
                ),
            ));
        }
        return Ok(Counts {
            count,
            limits: None,
        });
    }
    let least = number("minCount").or_else(|| was("minCount"));
    let most = number("maxCount").or_else(|| was("maxCount"));
    let (Some(least), Some(most)) = (least, most) else {
        return Err(invalid(
            "minCount",
            format!(
                "The pool {name} needs minCount and maxCount because enableAutoScaling is true."
            ),
        ));
    };
    if !(least_ever..=1000).contains(&least) || !(1..=1000).contains(&most) || least > most {
        return Err(invalid(
            "minCount",
            format!(
                "The limits of the pool {name} are invalid: minCount {least} and maxCount {most} must satisfy \
                 {least_ever} <= minCount <= maxCount <= 1000."
            ),
        ));
    }
    let count = match number("count") {
        Some(count) if old.is_none() && !(least..=most).contains(&count) => {
            return Err(invalid(
                "count",
                format!(
                    "agentPoolProfile.count was {count}. It must be greater or equal to minCount:{least} and \
                     less than or equal to maxCount:{most}."
                ),
            ));
        }
        Some(count) => count,
        None => was("count").unwrap_or(least),
    };
    Ok(Counts {
        count,
        limits: Some((least, most)),
    })
}
