//! Which Kubernetes versions there are, and which a cluster or a pool can go to.

use http::Method;
use serde_json::{Map, Value, json};

use super::super::{by_type, check_version, managed_identity, unknown_type};
use super::version;
use super::{API_VERSIONS, CLUSTER_TYPE, POOL_TYPE};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::location;
use crate::reply::{Body, Reply};
use crate::request::ArmRequest;
use crate::store::{Resource, World};

/// A pool may be this many minor versions behind its control plane.
const SKEW: u32 = 3;

/// Answers `GET …/upgradeProfiles/default` of a cluster or of a pool. `id` is that of the profile.
pub(crate) fn upgrade_profile(
    world: &World,
    request: &ArmRequest,
    id: &ResourceId,
) -> Result<Reply, ArmError> {
    let owner = id.parent().unwrap_or_default();
    let resource = find(world, request, &owner, id)?;
    if !id.name().eq_ignore_ascii_case("default") {
        return Err(ArmError::resource_not_found(
            &id.type_and_names(),
            id.group(),
        ));
    }
    let (word, properties) = if resource.resource_type == CLUSTER_TYPE {
        ("upgradeprofiles", of_cluster(world, resource))
    } else {
        ("upgradeProfiles", of_pool(world, resource))
    };
    let owner = managed_identity::lower_group(&resource.id);
    Ok(indented(json!({
        "id": format!("{owner}/{word}/default"),
        "name": "default",
        "type": format!("{}/{word}", resource.resource_type),
        "properties": properties,
    })))
}

/// Answers `GET …/managedClusters/{cluster}/availableAgentPoolVersions`: what a new pool can run.
pub(crate) fn pool_versions(
    world: &World,
    request: &ArmRequest,
    cluster: &ResourceId,
) -> Result<Reply, ArmError> {
    let resource = find(world, request, cluster, cluster)?;
    let top = current(resource, "currentKubernetesVersion");
    let versions: Vec<Value> = version::offered()
        .filter(|release| release.version <= top && release.version.minor + SKEW >= top.minor)
        .map(|release| {
            let mut entry = json!({"kubernetesVersion": release.version.to_string()});
            if release.version.minor == top.minor {
                entry["default"] = json!(true);
            }
            entry
        })
        .collect();
    let owner = managed_identity::lower_group(&resource.id);
    Ok(indented(json!({
        "id": format!("{owner}/availableagentpoolversions/default"),
        "name": "default",
        "type": format!("{CLUSTER_TYPE}/availableAgentpoolVersions"),
        "properties": {"agentPoolVersions": versions},
    })))
}

/// Answers `GET …/locations/{location}/kubernetesVersions`.
pub(crate) fn kubernetes_versions(
    request: &ArmRequest,
    location: &ResourceId,
) -> Result<Reply, ArmError> {
    let region = location::normalise(location.name());
    check_version(
        "Microsoft.ContainerService/locations/kubernetesVersions",
        API_VERSIONS,
        request.api_version()?,
        Some(&region),
    )?;
    if !location::exists(&region) {
        return Err(ArmError::gateway(
            400,
            "LocationNotAvailableForResourceType",
            format!(
                "The provided location '{}' is not available for resource type \
                 'Microsoft.ContainerService/locations/kubernetesVersions'. List of available regions for the resource \
                 type is '{}'.",
                location.name(),
                location::names()
            ),
        ));
    }
    let values: Vec<Value> = version::offered()
        .map(|release| {
            let mut value = json!({
                "version": release.minor,
                "capabilities": {"supportPlan": ["KubernetesOfficial", "AKSLongTermSupport"]},
                "patchVersions": {
                    release.version.to_string(): {"upgrades": words(&release.upgrades())},
                },
            });
            if release.is_default {
                value["isDefault"] = json!(true);
            }
            value
        })
        .collect();
    Ok(indented(json!({ "values": values })))
}

/// The cluster or pool `owner` that was asked for; `asked` is what the path names.
fn find<'a>(
    world: &'a World,
    request: &ArmRequest,
    owner: &ResourceId,
    asked: &ResourceId,
) -> Result<&'a Resource, ArmError> {
    let kind = owner.resource_type().unwrap_or_default();
    let known = [CLUSTER_TYPE, POOL_TYPE]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(&kind));
    let provider = by_type(&kind)
        .filter(|_| known)
        .ok_or_else(|| unknown_type(&asked.resource_type().unwrap_or_default(), None))?;
    let spec = provider.spec();
    check_version(
        spec.resource_type,
        spec.api_versions,
        request.api_version()?,
        None,
    )?;
    request.must_be(&Method::GET)?;
    world
        .resource(owner)
        .ok_or_else(|| provider.not_found(world, owner))
}

fn of_cluster(world: &World, cluster: &Resource) -> Value {
    let now = current(cluster, "currentKubernetesVersion");
    let under = format!("{}/agentpools/", cluster.id.key());
    let pools: Vec<Value> = world
        .below(&under)
        .filter(|pool| pool.resource_type == POOL_TYPE)
        .map(|pool| {
            let now = current(pool, "currentOrchestratorVersion");
            let mut profile = profile(now, text(pool, "osType"), &now.upgrades());
            profile.insert("name".into(), json!(pool.id.name()));
            profile.into()
        })
        .collect();
    json!({
        "controlPlaneProfile": profile(now, "Linux", &now.upgrades()),
        "agentPoolProfiles": pools,
    })
}

/// A pool goes no further than its control plane.
fn of_pool(world: &World, pool: &Resource) -> Value {
    let top = pool
        .id
        .parent()
        .and_then(|cluster| world.resource(&cluster))
        .map(|cluster| current(cluster, "currentKubernetesVersion"))
        .unwrap_or_default();
    let now = current(pool, "currentOrchestratorVersion");
    let upgrades: Vec<version::Version> = version::offered()
        .map(|release| release.version)
        .chain([top])
        .filter(|version| *version > now && *version <= top)
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    let mut profile = profile(now, text(pool, "osType"), &upgrades);
    profile.insert(
        "latestNodeImageVersion".into(),
        json!(text(pool, "nodeImageVersion")),
    );
    profile.into()
}

fn profile(now: version::Version, os: &str, upgrades: &[version::Version]) -> Map<String, Value> {
    let mut profile = Map::new();
    profile.insert("kubernetesVersion".into(), json!(now.to_string()));
    profile.insert("osType".into(), json!(os));
    if !upgrades.is_empty() {
        let upgrades: Vec<Value> = upgrades
            .iter()
            .map(|version| json!({"kubernetesVersion": version.to_string()}))
            .collect();
        profile.insert("upgrades".into(), upgrades.into());
    }
    profile
}

fn words(versions: &[version::Version]) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}

fn current(resource: &Resource, member: &str) -> version::Version {
    version::Version::parse(text(resource, member)).unwrap_or_default()
}

fn text<'a>(resource: &'a Resource, member: &str) -> &'a str {
    resource
        .body
        .pointer(&format!("/properties/{member}"))
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn indented(body: Value) -> Reply {
    Reply::with(200, Body::Indented(body))
}
