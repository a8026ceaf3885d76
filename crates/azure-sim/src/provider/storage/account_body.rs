//! A storage account as Azure shows it: what was asked for, with what Azure adds.

use serde_json::{Map, Value, json};

use super::super::{Write, time};
use super::account::SPEC;
use crate::location;
use crate::store::World;

pub(super) fn account(world: &World, write: &Write, sku: &str, kind: &str) -> Value {
    let old = write.existing.as_ref().map(|existing| &existing.body);
    let given = write.properties();
    let created = write
        .existing
        .as_ref()
        .map_or(world.now(), |existing| existing.created);
    let stamp = time(created);
    let name = write.id.name();
    let premium = sku.starts_with("Premium");
    let get = |name: &str, default: Value| {
        given
            .get(name)
            .cloned()
            .or_else(|| {
                old.and_then(|body| body.pointer(&format!("/properties/{name}")))
                    .cloned()
            })
            .unwrap_or(default)
    };
    let mut properties = Map::new();
    properties.insert(
        "keyCreationTime".into(),
        json!({"key1": stamp, "key2": stamp}),
    );
    properties.insert(
        "allowCrossTenantReplication".into(),
        get("allowCrossTenantReplication", json!(false)),
    );
    properties.insert("privateEndpointConnections".into(), json!([]));
    properties.insert(
        "minimumTlsVersion".into(),
        get("minimumTlsVersion", json!("TLS1_2")),
    );
    properties.insert(
        "allowBlobPublicAccess".into(),
        get("allowBlobPublicAccess", json!(true)),
    );
    for optional in [
        "allowSharedKeyAccess",
        "defaultToOAuthAuthentication",
        "publicNetworkAccess",
        "largeFileSharesState",
        "isHnsEnabled",
        "isNfsV3Enabled",
        "isSftpEnabled",
        "isLocalUserEnabled",
        "dnsEndpointType",
        "allowedCopyScope",
        "azureFilesIdentityBasedAuthentication",
        "sasPolicy",
        "keyPolicy",
        "routingPreference",
        "customDomain",
    ] {
        let value = get(optional, Value::Null);
        if !value.is_null() {
            properties.insert(optional.into(), value);
        }
    }
    let mut rules = json!({
        "ipv6Rules": [],
        "bypass": "AzureServices",
        "virtualNetworkRules": [],
        "ipRules": [],
        "defaultAction": "Allow",
    });
    if let (Some(rules), Value::Object(given)) =
        (rules.as_object_mut(), get("networkAcls", Value::Null))
    {
        rules.extend(given);
    }
    properties.insert("networkAcls".into(), rules);
    properties.insert(
        "supportsHttpsTrafficOnly".into(),
        get("supportsHttpsTrafficOnly", json!(true)),
    );
    let service = json!({"keyType": "Account", "enabled": true, "lastEnabledTime": stamp});
    properties.insert(
        "encryption".into(),
        json!({"services": {"file": service, "blob": service}, "keySource": "Microsoft.Storage"}),
    );
    if kind != "Storage" {
        let tier = if premium { "Premium" } else { "Hot" };
        properties.insert("accessTier".into(), get("accessTier", json!(tier)));
    }
    let state = if old.is_some() {
        "Succeeded"
    } else {
        "Creating"
    };
    properties.insert("provisioningState".into(), json!(state));
    properties.insert("creationTime".into(), json!(stamp));
    let services: &[&str] = match kind {
        "Storage" => &["blob", "queue", "table", "file"],
        "FileStorage" => &["file"],
        "BlockBlobStorage" => &["dfs", "web", "blob"],
        "BlobStorage" => &["dfs", "blob", "table"],
        _ => &["dfs", "web", "blob", "queue", "table", "file"],
    };
    let endpoints: Map<String, Value> = services
        .iter()
        .map(|service| {
            let zone = match (*service, write.location()) {
                ("web", "westus") => "z22.",
                ("web", "westus2") => "z5.",
                ("web", _) => "z6.",
                _ => "",
            };
            let url = format!("https://{name}.{zone}{service}.core.windows.net/");
            ((*service).to_owned(), json!(url))
        })
        .collect();
    properties.insert("primaryEndpoints".into(), Value::Object(endpoints));
    properties.insert("primaryLocation".into(), json!(write.location()));
    properties.insert("statusOfPrimary".into(), json!("available"));
    if ["GRS", "GZRS"].iter().any(|copied| sku.ends_with(copied))
        && let Some(secondary) = location::partner(write.location())
    {
        properties.insert("secondaryLocation".into(), json!(secondary));
        properties.insert("statusOfSecondary".into(), json!("available"));
    }
    let mut body = Map::new();
    body.insert(
        "sku".into(),
        json!({"name": sku, "tier": if premium { "Premium" } else { "Standard" }}),
    );
    body.insert("kind".into(), json!(kind));
    body.insert("id".into(), json!(write.id.to_string()));
    body.insert("name".into(), json!(name));
    body.insert("type".into(), json!(SPEC.resource_type));
    body.insert("location".into(), json!(write.location()));
    let tags = write
        .at("/tags")
        .or_else(|| old.and_then(|body| body.get("tags")))
        .cloned();
    body.insert("tags".into(), tags.unwrap_or_else(|| json!({})));
    if let Some(identity) = write.at("/identity") {
        body.insert("identity".into(), identity.clone());
    }
    body.insert("properties".into(), Value::Object(properties));
    Value::Object(body)
}
