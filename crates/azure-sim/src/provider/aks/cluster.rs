//! Managed clusters.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::super::{
    Home, Provider, Spec, Write, Written, managed_identity, resource_group, stored,
};
use super::{
    API_VERSIONS, CLUSTER_TYPE, bad_request, change_not_allowed, check_idle, credential,
    delete_reply, pool, refusal, shapes, write_reply, wrong_type,
};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::{Body, Reply};
use crate::shape::Mismatch;
use crate::store::{Accepted, Operation, Resource, Work, World};

const CREATE: Duration = Duration::from_secs(270);
const UPDATE: Duration = Duration::from_secs(90);
const DELETE: Duration = Duration::from_secs(360);

/// Minor versions on offer with the patch each stands for; the default is marked.
const VERSIONS: &[(&str, &str, bool)] = &[
    ("1.32", "1.32.12", false),
    ("1.33", "1.33.10", false),
    ("1.34", "1.34.9", false),
    ("1.35", "1.35.7", true),
    ("1.36", "1.36.2", false),
];

/// Add-ons that get an identity of their own in the node resource group.
const ADDON_IDENTITIES: &[(&str, &str)] = &[
    (
        "azureKeyvaultSecretsProvider",
        "azurekeyvaultsecretsprovider",
    ),
    ("azurepolicy", "azurepolicy"),
    ("omsagent", "omsagent"),
];

static SPEC: Spec = Spec {
    resource_type: CLUSTER_TYPE,
    api_versions: API_VERSIONS,
    home: Home::Group,
    located: true,
    tagged: true,
    shape: shapes::CLUSTER,
};

/// `Microsoft.ContainerService/managedClusters`.
pub(crate) struct ManagedClusters;

impl Provider for ManagedClusters {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        let name = id.name();
        let edge = |c: char| c.is_ascii_alphanumeric();
        let good = (1..=63).contains(&name.len())
            && name.chars().all(|c| edge(c) || c == '-' || c == '_')
            && name.starts_with(edge)
            && name.ends_with(edge);
        if good {
            return Ok(());
        }
        Err(refusal(
            400,
            "InvalidParameter",
            format!(
                "The value of parameter resourceName is invalid. Error details: the cluster name '{name}' must \
                 be 1 to 63 letters, digits, '-' and '_', and start and end with a letter or digit. Please see \
                 https://aka.ms/aks-naming-rules for more details."
            ),
        )
        .with_target("resourceName"))
    }

    fn mismatch(&self, mismatch: &Mismatch) -> ArmError {
        wrong_type(mismatch)
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        check_idle(world, &write.id)?;
        let is_new = write.existing.is_none();
        let pools = pools(world, &write)?;
        let body = body(world, &write)?;
        let node_group = body
            .pointer("/properties/nodeResourceGroup")
            .and_then(Value::as_str)
            .map(|name| ResourceId::for_group(write.id.subscription().unwrap_or_default(), name))
            .unwrap_or_default();
        if is_new {
            if world.exists(&node_group) {
                return Err(bad_request(format!(
                    "The node resource group '{}' already exists: choose a name that is not in use.",
                    node_group.name()
                )));
            }
            resource_group::create_managed(
                world,
                &node_group,
                write.location(),
                &managed_identity::lower_group(&write.id),
            );
        }
        let mut resource = stored(world, &SPEC, &write, body, Value::Null);
        let state = if is_new { "Creating" } else { "Updating" };
        resource.set_state(state);
        world.insert(resource);
        for (name, mut properties) in pools {
            properties.insert("provisioningState".into(), json!(state));
            pool::insert(
                world,
                &write.id.with_child("agentPools", &name),
                &properties,
            );
        }
        let ends = world.due(if is_new { CREATE } else { UPDATE });
        let work = if is_new { Work::Create } else { Work::Update };
        let operation = world.start(work, &write.id, ends);
        let shown = world
            .resource(&write.id)
            .map(|resource| self.show(world, resource));
        let shown = shown.unwrap_or(Value::Null);
        let status = if is_new { 201 } else { 200 };
        let region = write.location();
        Ok(Written {
            reply: write_reply(status, shown.clone(), &write.id, region, &operation),
            accepted: Accepted {
                created: is_new,
                operation: Some(operation),
                ready_at: ends,
            },
        })
    }

    fn patch(
        &self,
        world: &mut World,
        id: &ResourceId,
        body: &Value,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        check_idle(world, id)?;
        super::super::patch_tags(&SPEC, world, id, body)?;
        let ends = world.due(UPDATE);
        let operation = world.start(Work::Update, id, ends);
        if let Some(cluster) = world.resource_mut(id) {
            cluster.set_state("Updating");
        }
        let Some(cluster) = world.resource(id) else {
            return Err(self.not_found(world, id));
        };
        Ok(write_reply(
            200,
            self.show(world, cluster),
            id,
            cluster.location(),
            &operation,
        ))
    }

    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        let region = world
            .resource(id)
            .map_or_else(String::new, |c| c.location().to_owned());
        let operation = match world
            .running(id)
            .filter(|running| running.work == Work::Delete)
        {
            Some(running) => running.name.clone(),
            None => {
                check_idle(world, id)?;
                let ends = world.due(DELETE);
                world.start(Work::Delete, id, ends)
            }
        };
        let under = format!("{}/agentpools/", id.key());
        let pools: Vec<ResourceId> = world.below(&under).map(|pool| pool.id.clone()).collect();
        for id in pools.iter().chain([id]) {
            if let Some(resource) = world.resource_mut(id) {
                resource.set_state("Deleting");
            }
        }
        Ok(delete_reply(id, &region, &operation))
    }

    fn show(&self, world: &World, resource: &Resource) -> Value {
        let mut body = resource.body.clone();
        if let Some(body) = body.as_object_mut() {
            body.insert(
                "id".into(),
                json!(managed_identity::lower_group(&resource.id)),
            );
            body.insert(
                "type".into(),
                json!("Microsoft.ContainerService/ManagedClusters"),
            );
        }
        let under = format!("{}/agentpools/", resource.id.key());
        let pools: Vec<Value> = world
            .below(&under)
            .map(|pool| {
                let mut profile = Map::new();
                profile.insert("name".into(), json!(pool.id.name()));
                if let Some(Value::Object(properties)) = pool.body.get("properties") {
                    profile.extend(properties.clone());
                }
                Value::Object(profile)
            })
            .collect();
        if let Some(place) = body.pointer_mut("/properties/agentPoolProfiles") {
            *place = Value::Array(pools);
        }
        body
    }

    fn body(&self, value: Value) -> Body {
        Body::Indented(value)
    }

    fn post(
        &self,
        world: &mut World,
        id: &ResourceId,
        action: &str,
        _body: &Value,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        let Some(cluster) = world.resource(id) else {
            return Err(self.not_found(world, id));
        };
        credential::list(world.settings(), cluster, action)
            .map(|body| Reply::with(200, Body::Indented(body)))
    }

    fn finish(&self, world: &mut World, operation: &Operation) -> Result<(), ArmError> {
        let id = &operation.resource;
        if operation.work == Work::Delete {
            remove_cluster(world, id);
            return Ok(());
        }
        identities(world, id);
        let tag = world.next_guid("etag").to_string();
        if let Some(cluster) = world.resource_mut(id) {
            cluster.set_state("Succeeded");
            if let Some(body) = cluster.body.as_object_mut() {
                body.insert("eTag".into(), json!(tag));
            }
        }
        let under = format!("{}/agentpools/", id.key());
        let pools: Vec<ResourceId> = world.below(&under).map(|pool| pool.id.clone()).collect();
        for id in pools {
            pool::ready(world, &id);
        }
        Ok(())
    }
}

/// The patch version behind a minor one; a full version is itself.
pub(super) fn patch_version(version: &str) -> String {
    VERSIONS
        .iter()
        .find(|(minor, ..)| *minor == version)
        .map_or_else(|| version.to_owned(), |(_, patch, _)| (*patch).to_owned())
}

fn check_version(version: &str) -> Result<(), ArmError> {
    let mut words = version.split('.');
    let minor = [words.next(), words.next()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(".");
    let known = VERSIONS.iter().any(|(offered, ..)| *offered == minor);
    let patch = words.next();
    let whole = patch.is_none_or(|p| !p.is_empty() && p.chars().all(|c| c.is_ascii_digit()));
    if known && whole && words.next().is_none() {
        return Ok(());
    }
    Err(refusal(
        400,
        "K8sVersionNotSupported",
        format!(
            "Managed cluster is on version {version} which is not supported in this region. Please use [az aks \
             get-versions] command to get the supported version list in this region. For more information, \
             please check https://aka.ms/supported-version-list"
        ),
    ))
}

/// A pool's name and its properties.
type NamedPool = (String, Map<String, Value>);

/// The pools of a PUT, completed.
fn pools(world: &mut World, write: &Write) -> Result<Vec<NamedPool>, ArmError> {
    let profiles = match write.at("/properties/agentPoolProfiles") {
        Some(Value::Array(profiles)) => profiles.clone(),
        _ => Vec::new(),
    };
    let version = version_of(write);
    let mut pools: Vec<NamedPool> = Vec::new();
    for profile in &profiles {
        let Some(mut given) = profile.as_object().cloned() else {
            continue;
        };
        let name = given
            .shift_remove("name")
            .and_then(|name| name.as_str().map(str::to_owned))
            .unwrap_or_default();
        if pools.iter().any(|(other, _)| *other == name) {
            return Err(bad_request(format!(
                "There is more than one agent pool named '{name}'."
            )));
        }
        let old = world
            .resource(&write.id.with_child("agentPools", &name))
            .and_then(|pool| pool.body.get("properties")?.as_object().cloned());
        if write.existing.is_some() && old.is_none() {
            return Err(bad_request(
                "A new agent pool was introduced. Adding agent pools to an existing cluster is not allowed \
                 through managed cluster operations. For agent pool specific change, please use per agent pool \
                 operations: https://aka.ms/agent-pool-rest-api",
            ));
        }
        let completed = pool::complete(
            world,
            &name,
            &given,
            old.as_ref(),
            &version,
            write.location(),
        )?;
        pools.push((name, completed));
    }
    if write.existing.is_none() {
        let system = |pool: &Map<String, Value>| pool.get("mode") == Some(&json!("System"));
        if pools.is_empty() {
            return Err(bad_request("There has to be at least one agent pool."));
        }
        if !pools.iter().any(|(_, pool)| system(pool)) {
            return Err(bad_request("Must define at least one system pool."));
        }
    }
    Ok(pools)
}

fn version_of(write: &Write) -> String {
    let default = VERSIONS
        .iter()
        .find(|(.., default)| *default)
        .map_or("", |(minor, ..)| minor);
    let old = write
        .existing
        .as_ref()
        .and_then(|e| e.body.pointer("/properties/kubernetesVersion")?.as_str());
    write
        .text("/properties/kubernetesVersion")
        .filter(|version| !version.is_empty())
        .or(old)
        .unwrap_or(default)
        .to_owned()
}

/// The cluster as a GET shows it before it is ready.
fn body(world: &mut World, write: &Write) -> Result<Value, ArmError> {
    let old = write
        .existing
        .as_ref()
        .map(|existing| existing.body.clone());
    let kept = |pointer: &str| old.as_ref().and_then(|old| old.pointer(pointer)).cloned();
    let given = write.properties();
    let region = write.location().to_owned();
    let version = version_of(write);
    check_version(&version)?;
    for name in ["dnsPrefix", "nodeResourceGroup", "fqdnSubdomain"] {
        if let (Some(before), Some(new)) = (kept(&format!("/properties/{name}")), given.get(name))
            && before.as_str().map(str::to_lowercase) != new.as_str().map(str::to_lowercase)
        {
            return Err(change_not_allowed(name));
        }
    }
    let text = |name: &str| {
        let old = kept(&format!("/properties/{name}")).and_then(|v| v.as_str().map(str::to_owned));
        given
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
            .or(old)
            .unwrap_or_default()
    };
    let prefix = text("dnsPrefix");
    let edge = |c: char| c.is_ascii_alphanumeric();
    let good = (1..=54).contains(&prefix.len())
        && prefix.chars().all(|c| edge(c) || c == '-')
        && prefix.starts_with(edge)
        && prefix.ends_with(edge);
    if !good {
        return Err(refusal(
            400,
            "InvalidParameter",
            format!(
                "The value of parameter dnsPrefix is invalid. Error details: DNS prefix '{prefix}' must be 1 to \
                 54 letters, digits and '-', and start and end with a letter or digit."
            ),
        )
        .with_target("dnsPrefix"));
    }
    let mut node_group = text("nodeResourceGroup");
    if node_group.is_empty() {
        node_group = format!(
            "MC_{}_{}_{region}",
            write.id.group().unwrap_or_default(),
            write.id.name()
        );
    }
    if node_group.chars().count() > 80 {
        return Err(refusal(
            400,
            "InvalidParameter",
            format!(
                "The value of parameter nodeResourceGroup is invalid. Error details: The length of the node \
                 resource group name is too long. The maximum length is 80 and the length of the value provided \
                 is {}. Please see https://aka.ms/aks-naming-rules for more details.",
                node_group.chars().count()
            ),
        )
        .with_target("nodeResourceGroup"));
    }
    check_addons(world, &given)?;
    let identity = identity(world, write)?;
    let unique = world
        .settings()
        .text(&format!("fqdn:{}", write.id.key()), 8)
        .to_lowercase();
    let unique: String = unique
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { 'x' })
        .collect();
    let host = format!("{prefix}-{unique}");

    let mut properties = Map::new();
    let mut set = |name: &str, value: Value| {
        if !value.is_null() {
            properties.insert(name.to_owned(), value);
        }
    };
    let get = |name: &str, default: Value| {
        given
            .get(name)
            .cloned()
            .or_else(|| kept(&format!("/properties/{name}")))
            .unwrap_or(default)
    };
    set("provisioningState", json!("Creating"));
    set("powerState", json!({"code": "Running"}));
    set("kubernetesVersion", json!(version));
    set("currentKubernetesVersion", json!(patch_version(&version)));
    set("dnsPrefix", json!(prefix));
    set(
        "fqdn",
        kept("/properties/fqdn").unwrap_or(json!(format!("{host}.hcp.{region}.azmk8s.io"))),
    );
    set(
        "azurePortalFQDN",
        kept("/properties/azurePortalFQDN")
            .unwrap_or(json!(format!("{host}.portal.hcp.{region}.azmk8s.io"))),
    );
    set("agentPoolProfiles", json!([]));
    for name in ["linuxProfile", "windowsProfile"] {
        set(name, get(name, Value::Null));
    }
    set(
        "servicePrincipalProfile",
        get("servicePrincipalProfile", json!({"clientId": "msi"})),
    );
    set(
        "addonProfiles",
        addons(&given, kept("/properties/addonProfiles")),
    );
    set("nodeResourceGroup", json!(node_group));
    set("enableRBAC", get("enableRBAC", json!(true)));
    set(
        "supportPlan",
        get("supportPlan", json!("KubernetesOfficial")),
    );
    set(
        "networkProfile",
        network(&given, kept("/properties/networkProfile")),
    );
    let aad = get("aadProfile", Value::Null);
    if let Value::Object(mut aad) = aad {
        if !aad.contains_key("tenantID") {
            aad.insert("tenantID".into(), json!(world.settings().tenant_id));
        }
        set("aadProfile", Value::Object(aad));
    }
    set("maxAgentPools", json!(100));
    set(
        "identityProfile",
        kept("/properties/identityProfile").unwrap_or(Value::Null),
    );
    set(
        "autoUpgradeProfile",
        upgrades(get("autoUpgradeProfile", json!({}))),
    );
    set(
        "disableLocalAccounts",
        get("disableLocalAccounts", Value::Null),
    );
    set("securityProfile", get("securityProfile", json!({})));
    set("storageProfile", storage(get("storageProfile", json!({}))));
    set(
        "oidcIssuerProfile",
        issuer(
            world,
            write,
            &get("oidcIssuerProfile", json!({"enabled": false})),
        ),
    );
    set(
        "workloadAutoScalerProfile",
        get("workloadAutoScalerProfile", json!({})),
    );
    let uid = world
        .settings()
        .guid(&format!("uid:{}:{}", write.id.key(), world.now()))
        .simple()
        .to_string();
    let uid = uid.get(..24).unwrap_or_default().to_owned();
    set(
        "resourceUID",
        kept("/properties/resourceUID").unwrap_or(json!(uid)),
    );
    set(
        "metricsProfile",
        get(
            "metricsProfile",
            json!({"costAnalysis": {"enabled": false}}),
        ),
    );
    set(
        "nodeProvisioningProfile",
        get("nodeProvisioningProfile", json!({"mode": "Manual"})),
    );
    set(
        "bootstrapProfile",
        get("bootstrapProfile", json!({"artifactSource": "Direct"})),
    );
    set(
        "hostedSystemProfile",
        get("hostedSystemProfile", json!({"enabled": false})),
    );
    for name in [
        "apiServerAccessProfile",
        "autoScalerProfile",
        "podIdentityProfile",
        "ingressProfile",
        "azureMonitorProfile",
        "serviceMeshProfile",
        "diskEncryptionSetID",
        "httpProxyConfig",
        "publicNetworkAccess",
        "nodeResourceGroupProfile",
        "upgradeSettings",
        "fqdnSubdomain",
    ] {
        set(name, get(name, Value::Null));
    }

    let mut body = Map::new();
    body.insert("id".into(), json!(write.id.to_string()));
    body.insert("location".into(), json!(region));
    body.insert("name".into(), json!(write.id.name()));
    if let Some(tags) = write.at("/tags").filter(|tags| **tags != json!({})) {
        body.insert("tags".into(), tags.clone());
    }
    body.insert("type".into(), json!(CLUSTER_TYPE));
    body.insert("kind".into(), json!("Base"));
    body.insert("properties".into(), Value::Object(properties));
    body.insert("identity".into(), identity);
    let mut sku = json!({"name": "Base", "tier": "Free"});
    if let (Some(sku), Some(Value::Object(given))) = (
        sku.as_object_mut(),
        write.at("/sku").cloned().or_else(|| kept("/sku")),
    ) {
        sku.extend(given);
    }
    body.insert("sku".into(), sku);
    Ok(Value::Object(body))
}

fn identity(world: &mut World, write: &Write) -> Result<Value, ArmError> {
    let old = write
        .existing
        .as_ref()
        .and_then(|existing| existing.body.get("identity"))
        .cloned();
    let kind = match write.text("/identity/type") {
        Some(kind) => kind.to_owned(),
        None => match old {
            Some(old) => return Ok(old),
            None if write.at("/properties/servicePrincipalProfile").is_some() => "None".to_owned(),
            None => {
                return Err(bad_request(
                    "Provisioning of resource failed: either identity or servicePrincipalProfile must be set.",
                ));
            }
        },
    };
    match kind.as_str() {
        "SystemAssigned" => {
            if let Some(old) = old.filter(|old| old.get("type") == Some(&json!("SystemAssigned"))) {
                return Ok(old);
            }
            let principal = world.next_guid("principal").to_string();
            Ok(json!({
                "type": "SystemAssigned",
                "principalId": principal,
                "tenantId": world.settings().tenant_id,
            }))
        }
        "UserAssigned" => {
            let mut shown = Map::new();
            let given = write
                .at("/identity/userAssignedIdentities")
                .and_then(Value::as_object);
            for key in given.into_iter().flat_map(Map::keys) {
                let found = ResourceId::parse(key).and_then(|id| world.resource(&id));
                let Some(found) = found else {
                    return Err(refusal(
                        400,
                        "InvalidIdentity",
                        format!("The user assigned identity '{key}' could not be found."),
                    ));
                };
                let property =
                    |name: &str| found.body.pointer(&format!("/properties/{name}")).cloned();
                shown.insert(
                    key.clone(),
                    json!({"clientId": property("clientId"), "principalId": property("principalId")}),
                );
            }
            if shown.len() != 1 {
                return Err(bad_request(
                    "Exactly one user assigned identity must be given.",
                ));
            }
            Ok(json!({"type": "UserAssigned", "userAssignedIdentities": shown}))
        }
        other => Ok(json!({"type": other})),
    }
}

fn check_addons(world: &World, given: &Map<String, Value>) -> Result<(), ArmError> {
    let addons = given.get("addonProfiles").and_then(Value::as_object);
    for (name, addon) in addons.into_iter().flatten() {
        let Some(enabled) = addon.get("enabled").and_then(Value::as_bool) else {
            return Err(bad_request(format!(
                "The add-on '{name}' needs the property 'enabled'."
            )));
        };
        if !name.eq_ignore_ascii_case("omsagent") || !enabled {
            continue;
        }
        let config = addon.get("config").and_then(Value::as_object);
        let workspace = config
            .into_iter()
            .flatten()
            .find(|(key, _)| key.eq_ignore_ascii_case("logAnalyticsWorkspaceResourceID"))
            .and_then(|(_, value)| value.as_str())
            .unwrap_or_default();
        if !ResourceId::parse(workspace).is_some_and(|id| world.exists(&id)) {
            return Err(bad_request(format!(
                "The Log Analytics workspace '{workspace}' of the add-on omsagent could not be found."
            )));
        }
    }
    Ok(())
}

fn addons(given: &Map<String, Value>, old: Option<Value>) -> Value {
    let Some(Value::Object(given)) = given.get("addonProfiles") else {
        return old.unwrap_or(Value::Null);
    };
    let mut merged = Map::new();
    for (name, addon) in given {
        let mut addon = addon.clone();
        if let Some(addon) = addon.as_object_mut() {
            addon.entry("config").or_insert(Value::Null);
            // An add-on keeps its identity through updates.
            if let Some(identity) = old.as_ref().and_then(|old| old.get(name)?.get("identity")) {
                addon.insert("identity".into(), identity.clone());
            }
        }
        merged.insert(name.clone(), addon);
    }
    Value::Object(merged)
}

fn network(given: &Map<String, Value>, old: Option<Value>) -> Value {
    if let Some(old) = old {
        let mut merged = old;
        if let (Some(merged), Some(Value::Object(given))) =
            (merged.as_object_mut(), given.get("networkProfile"))
        {
            merged.extend(given.clone());
        }
        return merged;
    }
    let asked = given
        .get("networkProfile")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let text = |name: &str, default: &str| {
        asked
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or(default)
            .to_owned()
    };
    let plugin = text("networkPlugin", "azure");
    let overlay = match asked.get("networkPluginMode") {
        Some(_) => true,
        None => plugin == "azure" && !asked.contains_key("networkPlugin"),
    };
    let pods = plugin == "kubenet" || overlay;
    let mut out = Map::new();
    out.insert("networkPlugin".into(), json!(plugin));
    if overlay {
        out.insert("networkPluginMode".into(), json!("overlay"));
    }
    out.insert("networkPolicy".into(), json!(text("networkPolicy", "none")));
    out.insert(
        "networkDataplane".into(),
        json!(text("networkDataplane", "azure")),
    );
    out.insert(
        "loadBalancerSku".into(),
        json!(text("loadBalancerSku", "standard")),
    );
    let outbound = text("outboundType", "loadBalancer");
    if outbound == "loadBalancer" {
        let mut profile = json!({
            "managedOutboundIPs": {"count": 1},
            "backendPoolType": "nodeIPConfiguration",
        });
        if let (Some(profile), Some(Value::Object(given))) =
            (profile.as_object_mut(), asked.get("loadBalancerProfile"))
        {
            profile.extend(given.clone());
        }
        out.insert("loadBalancerProfile".into(), profile);
    }
    let service = text("serviceCidr", "10.0.0.0/16");
    let pod = text("podCidr", "10.244.0.0/16");
    if pods {
        out.insert("podCidr".into(), json!(pod));
    }
    out.insert("serviceCidr".into(), json!(service));
    out.insert(
        "dnsServiceIP".into(),
        json!(text("dnsServiceIP", "10.0.0.10")),
    );
    out.insert("outboundType".into(), json!(outbound));
    if pods {
        out.insert("podCidrs".into(), json!([pod]));
    }
    out.insert("serviceCidrs".into(), json!([service]));
    out.insert("ipFamilies".into(), json!(["IPv4"]));
    for (key, value) in asked {
        out.entry(key).or_insert(value);
    }
    Value::Object(out)
}

fn upgrades(given: Value) -> Value {
    let mut given = given;
    if let Some(given) = given.as_object_mut() {
        given
            .entry("nodeOSUpgradeChannel")
            .or_insert(json!("NodeImage"));
    }
    given
}

fn storage(given: Value) -> Value {
    let mut given = given;
    if let Some(given) = given.as_object_mut() {
        for name in ["diskCSIDriver", "fileCSIDriver", "snapshotController"] {
            given.entry(name).or_insert(json!({"enabled": true}));
        }
    }
    given
}

fn issuer(world: &World, write: &Write, asked: &Value) -> Value {
    if asked.get("enabled") != Some(&json!(true)) {
        return json!({"enabled": false});
    }
    let settings = world.settings();
    let unique = settings.guid(&format!("issuer:{}", write.id.key()));
    json!({
        "enabled": true,
        "issuerURL": format!(
            "https://{}.oic.prod-aks.azure.com/{}/{unique}/",
            write.location(),
            settings.tenant_id
        ),
    })
}

/// What only exists once the cluster is there: the identities in the node resource group and
/// the outbound address.
fn identities(world: &mut World, id: &ResourceId) {
    let Some(cluster) = world.resource(id).cloned() else {
        return;
    };
    let region = cluster.location().to_owned();
    let node_group = cluster
        .body
        .pointer("/properties/nodeResourceGroup")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let group = ResourceId::for_group(id.subscription().unwrap_or_default(), &node_group);
    let make = |world: &mut World, name: &str| {
        let home = group
            .with_resource("Microsoft.ManagedIdentity/userAssignedIdentities", &[name])
            .unwrap_or_default();
        let properties = match world.resource(&home) {
            Some(found) => found.body.get("properties").cloned().unwrap_or(Value::Null),
            None => managed_identity::create(world, &home, &region),
        };
        json!({
            "resourceId": managed_identity::lower_group(&home),
            "clientId": properties.get("clientId"),
            "objectId": properties.get("principalId"),
        })
    };
    let kubelet = make(world, &format!("{}-agentpool", id.name()));
    let mut addons = cluster.body.pointer("/properties/addonProfiles").cloned();
    for (addon, name) in ADDON_IDENTITIES {
        let entries = addons.as_mut().and_then(Value::as_object_mut);
        let entry = entries
            .into_iter()
            .flatten()
            .find(|(key, value)| {
                key.eq_ignore_ascii_case(addon) && value.get("enabled") == Some(&json!(true))
            })
            .and_then(|(_, value)| value.as_object_mut());
        if let Some(entry) = entry {
            entry.insert(
                "identity".into(),
                make(world, &format!("{name}-{}", id.name())),
            );
        }
    }
    let address = world.settings().guid(&format!("address:{}", id.key()));
    let Some(cluster) = world.resource_mut(id) else {
        return;
    };
    let Some(properties) = cluster
        .body
        .get_mut("properties")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    properties.insert(
        "identityProfile".into(),
        json!({"kubeletidentity": kubelet}),
    );
    if let Some(addons) = addons {
        properties.insert("addonProfiles".into(), addons);
    }
    if let Some(balancer) = properties
        .get_mut("networkProfile")
        .and_then(|network| network.get_mut("loadBalancerProfile"))
        .and_then(Value::as_object_mut)
    {
        balancer.insert(
            "effectiveOutboundIPs".into(),
            json!([{"id": format!("{group}/providers/Microsoft.Network/publicIPAddresses/{address}")}]),
        );
    }
}

/// Removes a cluster, its pools and its node resource group.
pub(in crate::provider) fn remove_cluster(world: &mut World, id: &ResourceId) {
    let Some(cluster) = world.remove(id) else {
        return;
    };
    if let Some(name) = cluster
        .body
        .pointer("/properties/nodeResourceGroup")
        .and_then(Value::as_str)
    {
        let group = ResourceId::for_group(id.subscription().unwrap_or_default(), name);
        resource_group::remove(world, &group);
    }
}
