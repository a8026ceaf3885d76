//! The profiles of a cluster, completed as AKS completes them.

use serde_json::{Map, Value, json};

use super::super::{Write, managed_identity};
use super::{bad_request, refusal};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::store::World;

/// Add-ons that get an identity of their own in the node resource group.
const ADDON_IDENTITIES: &[(&str, &str)] = &[
    (
        "azureKeyvaultSecretsProvider",
        "azurekeyvaultsecretsprovider",
    ),
    ("azurepolicy", "azurepolicy"),
    ("omsagent", "omsagent"),
];

pub(super) fn identity(world: &mut World, write: &Write) -> Result<Value, ArmError> {
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

pub(super) fn check_addons(world: &World, given: &Map<String, Value>) -> Result<(), ArmError> {
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

pub(super) fn addons(given: &Map<String, Value>, old: Option<Value>) -> Value {
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

pub(super) fn network(given: &Map<String, Value>, old: Option<Value>) -> Value {
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

pub(super) fn upgrades(given: Value) -> Value {
    let mut given = given;
    if let Some(given) = given.as_object_mut() {
        given
            .entry("nodeOSUpgradeChannel")
            .or_insert(json!("NodeImage"));
    }
    given
}

pub(super) fn storage(given: Value) -> Value {
    let mut given = given;
    if let Some(given) = given.as_object_mut() {
        for name in ["diskCSIDriver", "fileCSIDriver", "snapshotController"] {
            given.entry(name).or_insert(json!({"enabled": true}));
        }
    }
    given
}

pub(super) fn issuer(world: &World, write: &Write, asked: &Value) -> Value {
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
pub(super) fn identities(world: &mut World, id: &ResourceId) {
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
