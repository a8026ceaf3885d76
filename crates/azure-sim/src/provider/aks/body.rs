//! A cluster as a GET shows it.

use serde_json::{Map, Value, json};

use super::super::Write;
use super::cluster::version_of;
use super::profile::{addons, check_addons, identity, issuer, network, storage, upgrades};
use super::version::{check_version, patch_version};
use super::{CLUSTER_TYPE, change_not_allowed, refusal};
use crate::error::ArmError;
use crate::store::World;

/// The cluster as a GET shows it before it is ready.
pub(super) fn body(world: &mut World, write: &Write) -> Result<Value, ArmError> {
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
