//! A node pool as an agent pool, and back.

use kompox_azure::{AgentPool, AgentPoolProperties};
use kompox_model::NodePool;
use kompox_model::node_pool::{Autoscaling, NodePoolStatus};
use kompox_naming::AvailabilityZone;
use kompox_provider::Problem;

use crate::scale::Present;
use crate::{label, scale};

/// AKS's word for a pool that hosts the cluster's own pods.
pub(crate) const SYSTEM: &str = "System";
const USER: &str = "User";
const REGULAR: &str = "Regular";
pub(crate) const SPOT: &str = "Spot";
/// The machine size where none is given: that of the pools which a cluster begins with.
const DEFAULT_SIZE: &str = "Standard_D2lds_v6";
/// Largest OS disk in GiB.
///
/// Source: <https://learn.microsoft.com/rest/api/aks/agent-pools/create-or-update#request-body>
const LARGEST_DISK: u32 = 2048;

/// The agent pool that a node pool asks for.
///
/// What is absent is the driver's default: a regular user pool of one node without autoscaling, in no zone, of size
/// `Standard_D2lds_v6`. The OS disk is left to AKS, which knows what fits the size. Labels of AKS itself are not
/// taken: it sets them.
///
/// Everything that is wrong is told at once.
///
/// Spec: §13.1, §13.3, §13.4.2.
pub(crate) fn to_azure(
    pool: &NodePool,
    location: &str,
) -> Result<AgentPoolProperties, Vec<Problem>> {
    let mut problems = Vec::new();
    let mode = choice("mode", pool.mode.as_deref(), [SYSTEM, USER], &mut problems);
    let vm_size = pool
        .instance_type
        .as_deref()
        .map_or(DEFAULT_SIZE, str::trim);
    if vm_size.is_empty()
        || !vm_size
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
    {
        problems.push(Problem::new(
            "instanceType",
            vm_size,
            format!("is no machine size of Azure; expected one like {DEFAULT_SIZE}"),
        ));
    }
    let mut result = AgentPoolProperties {
        mode: Some(mode.unwrap_or(USER).to_owned()),
        vm_size: Some(vm_size.to_owned()),
        ..AgentPoolProperties::default()
    };
    let disk_type = pool.os_disk_type.as_deref();
    result.os_disk_type = choice(
        "osDiskType",
        disk_type,
        ["Managed", "Ephemeral"],
        &mut problems,
    )
    .map(str::to_owned);
    result.os_disk_size_gb = pool.os_disk_size_gib;
    if let Some(size) = pool.os_disk_size_gib
        && !(1..=LARGEST_DISK).contains(&size)
    {
        problems.push(Problem::new(
            "osDiskSizeGiB",
            size.to_string(),
            format!("expected 1 to {LARGEST_DISK}; leave it out for AKS's default"),
        ));
    }
    let priority = pool.priority.as_deref();
    if choice("priority", priority, [REGULAR, SPOT], &mut problems) == Some(SPOT) {
        if result.mode.as_deref() == Some(SYSTEM) {
            problems.push(Problem::new(
                "priority",
                "spot",
                "a system pool cannot be evicted; make it a user pool, or regular",
            ));
        }
        result.scale_set_priority = Some(SPOT.to_owned());
        result.scale_set_eviction_policy = Some("Delete".to_owned());
        result.spot_max_price = Some(-1.0);
    }
    for zone in pool.zones.iter().flatten() {
        match AvailabilityZone::parse(zone, location) {
            Ok(zone) => result.availability_zones.push(zone.azure_form()),
            Err(error) => problems.push(Problem::sentence(format!("zones: {error}"))),
        }
    }
    result.availability_zones.sort();
    result.availability_zones.dedup();
    let labels = pool.labels.clone().unwrap_or_default();
    label::check(&labels, &mut problems);
    label::merge(&mut result, &labels, location);
    let wanted = pool.autoscaling.unwrap_or_default();
    scale::apply(&mut result, wanted, Present::Nothing, &mut problems);
    if problems.is_empty() {
        Ok(result)
    } else {
        Err(problems)
    }
}

/// An agent pool as a node pool, with its name, which is the same on AKS, and its status.
///
/// Spec: §13.1, §13.3, §13.4.1.
pub(crate) fn to_model(pool: &AgentPool, location: &str) -> NodePool {
    NodePool {
        name: Some(pool.id.name().to_owned()),
        provider_name: Some(pool.id.name().to_owned()),
        status: Some(NodePoolStatus {
            provisioning_state: pool.state.to_string(),
            current_node_count: pool.properties.count,
        }),
        ..declared(&pool.properties, location)
    }
}

/// What a node pool would have to say to get this agent pool.
pub(crate) fn declared(pool: &AgentPoolProperties, location: &str) -> NodePool {
    let lower = |text: &String| text.to_ascii_lowercase();
    NodePool {
        mode: pool.mode.as_ref().map(lower),
        labels: (!pool.node_labels.is_empty()).then(|| {
            pool.node_labels
                .iter()
                .map(|(key, value)| (key.clone(), Some(value.clone())))
                .collect()
        }),
        zones: (!pool.availability_zones.is_empty()).then(|| {
            let mut zones: Vec<_> = pool
                .availability_zones
                .iter()
                .map(|zone| label::kompox_zone(zone, location))
                .collect();
            zones.sort();
            zones
        }),
        instance_type: pool.vm_size.clone(),
        os_disk_type: pool.os_disk_type.clone(),
        os_disk_size_gib: pool.os_disk_size_gb,
        priority: Some(
            pool.scale_set_priority
                .as_ref()
                .map_or_else(|| REGULAR.to_ascii_lowercase(), lower),
        ),
        autoscaling: Some(if pool.enable_auto_scaling {
            Autoscaling {
                enabled: true,
                min: pool.min_count,
                max: pool.max_count,
                desired: None,
            }
        } else {
            Autoscaling {
                enabled: false,
                min: None,
                max: None,
                desired: pool.count,
            }
        }),
        ..NodePool::default()
    }
}

/// One of two words in any case, as AKS writes it.
fn choice(
    field: &str,
    value: Option<&str>,
    words: [&'static str; 2],
    problems: &mut Vec<Problem>,
) -> Option<&'static str> {
    let value = value?;
    let found = words
        .into_iter()
        .find(|word| word.eq_ignore_ascii_case(value.trim()));
    if found.is_none() {
        let [one, other] = words;
        problems.push(Problem::new(
            field,
            value,
            format!("expected {one} or {other}, in any case"),
        ));
    }
    found
}
