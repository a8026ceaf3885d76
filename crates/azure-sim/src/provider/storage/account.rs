//! Storage accounts: created by a 202 without a body, in a name space that all of Azure shares.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::super::{
    Home, Provider, Spec, Write, Written, check_version, operation_path, store_now, time,
};
use super::{API_VERSIONS, account_key, file_service};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::location;
use crate::reply::{Body, Reply};
use crate::request::ArmRequest;
use crate::shape::Shape;
use crate::store::{Work, World};

const CREATE: Duration = Duration::from_secs(16);

const SKUS: &[&str] = &[
    "Standard_LRS",
    "Standard_GRS",
    "Standard_RAGRS",
    "Standard_ZRS",
    "Standard_GZRS",
    "Standard_RAGZRS",
    "Premium_LRS",
    "Premium_ZRS",
    "StandardV2_LRS",
    "StandardV2_GRS",
    "StandardV2_ZRS",
    "StandardV2_GZRS",
    "PremiumV2_LRS",
    "PremiumV2_ZRS",
];
const KINDS: &[&str] = &[
    "StorageV2",
    "Storage",
    "BlobStorage",
    "BlockBlobStorage",
    "FileStorage",
];
const SWITCH: Shape = Shape::Word(&["Enabled", "Disabled"]);

static SPEC: Spec = Spec {
    resource_type: "Microsoft.Storage/storageAccounts",
    api_versions: API_VERSIONS,
    home: Home::Group,
    located: true,
    tagged: true,
    shape: Shape::Object(&[
        ("location", Shape::Text),
        ("tags", Shape::TextMap),
        ("kind", Shape::Text),
        (
            "sku",
            Shape::Object(&[("name", Shape::Text), ("tier", Shape::ReadOnly)]),
        ),
        ("identity", Shape::Any),
        (
            "properties",
            Shape::Object(&[
                (
                    "minimumTlsVersion",
                    Shape::Word(&["TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3"]),
                ),
                ("allowBlobPublicAccess", Shape::Bool),
                ("allowSharedKeyAccess", Shape::Bool),
                ("allowCrossTenantReplication", Shape::Bool),
                ("defaultToOAuthAuthentication", Shape::Bool),
                ("supportsHttpsTrafficOnly", Shape::Bool),
                (
                    "accessTier",
                    Shape::Word(&["Hot", "Cool", "Premium", "Cold"]),
                ),
                ("publicNetworkAccess", SWITCH),
                ("largeFileSharesState", SWITCH),
                ("isHnsEnabled", Shape::Bool),
                ("isNfsV3Enabled", Shape::Bool),
                ("isSftpEnabled", Shape::Bool),
                ("isLocalUserEnabled", Shape::Bool),
                ("networkAcls", Shape::Map(&Shape::Any)),
                ("encryption", Shape::Map(&Shape::Any)),
                ("dnsEndpointType", Shape::Text),
                ("allowedCopyScope", Shape::Text),
                ("azureFilesIdentityBasedAuthentication", Shape::Any),
                ("sasPolicy", Shape::Any),
                ("keyPolicy", Shape::Any),
                ("routingPreference", Shape::Any),
                ("customDomain", Shape::Any),
            ]),
        ),
    ]),
};

/// `Microsoft.Storage/storageAccounts`.
pub(crate) struct StorageAccounts;

impl Provider for StorageAccounts {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        if good_name(id.name()) {
            return Ok(());
        }
        Err(ArmError::new(
            400,
            "AccountNameInvalid",
            invalid_name(id.name()),
        ))
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        let (sku, kind) = model(&write)?;
        let is_new = write.existing.is_none();
        if is_new && is_taken(world, write.id.name()) {
            return Err(ArmError::new(
                409,
                "StorageAccountAlreadyTaken",
                taken(write.id.name()),
            ));
        }
        let body = account(world, &write, sku, kind);
        let private = write
            .existing
            .as_ref()
            .map_or(Value::Null, |existing| existing.private.clone());
        let mut written = store_now(self, world, &write, body, private, 200);
        if is_new {
            file_service::open(world, &write.id, sku, kind);
            let ends = world.due(CREATE);
            let name = world.start(Work::Create, &write.id, ends);
            let path = operation_path(
                &write.id,
                "Microsoft.Storage",
                write.location(),
                "asyncoperations",
                &name,
                &write.api_version,
            );
            let mut query = vec![("monitor", "true".to_owned())];
            query.extend(path.query);
            let path = crate::reply::PollingPath { query, ..path };
            written.reply = Reply::with(202, Body::EmptyText)
                .location(path)
                .retry_after(17)
                .header("x-ms-request-id", name.clone());
            written.accepted.operation = Some(name);
            written.accepted.ready_at = ends;
        }
        Ok(written)
    }

    fn patch(
        &self,
        world: &mut World,
        id: &ResourceId,
        body: &Value,
        api_version: &str,
    ) -> Result<Reply, ArmError> {
        let kept = SPEC
            .shape
            .read(body)
            .map_err(|mismatch| self.mismatch(&mismatch))?;
        let Some(Value::Object(mut merged)) = kept else {
            return Ok(Reply::empty(200));
        };
        let Some(existing) = world.resource(id).cloned() else {
            return Ok(Reply::empty(404));
        };
        for key in ["location", "kind", "sku", "tags"] {
            if let Some(value) = existing.body.get(key)
                && (!merged.contains_key(key) || key == "location" || key == "kind")
            {
                merged.insert(key.into(), value.clone());
            }
        }
        let write = Write {
            id: id.clone(),
            existing: Some(existing),
            body: merged,
            api_version: api_version.to_owned(),
        };
        self.put(world, write).map(|written| written.reply)
    }

    fn body(&self, value: Value) -> Body {
        Body::Plain(value)
    }

    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        world.remove(id);
        Ok(Reply::with(200, Body::EmptyText))
    }

    fn post(
        &self,
        world: &mut World,
        id: &ResourceId,
        action: &str,
        body: &Value,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        account_key::act(world, id, action, body)
    }
}

fn good_name(name: &str) -> bool {
    (3..=24).contains(&name.len())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

fn invalid_name(name: &str) -> String {
    format!(
        "{name} is not a valid storage account name. Storage account name must be between 3 and 24 \
         characters in length and use numbers and lower-case letters only."
    )
}

fn taken(name: &str) -> String {
    format!("The storage account named {name} is already taken.")
}

fn is_taken(world: &World, name: &str) -> bool {
    world
        .of_type(SPEC.resource_type)
        .any(|account| account.id.name().eq_ignore_ascii_case(name))
}

/// SKU and kind, which must go together.
fn model(write: &Write) -> Result<(&'static str, &'static str), ArmError> {
    let old = write.existing.as_ref().map(|existing| &existing.body);
    let asked = |pointer: &str| {
        write
            .text(pointer)
            .or_else(|| {
                old.and_then(|body| body.pointer(pointer))
                    .and_then(Value::as_str)
            })
            .unwrap_or_default()
            .to_owned()
    };
    let missing = |name: &str| {
        ArmError::new(
            400,
            "InvalidRequestPropertyValue",
            format!("The value '' is not allowed for property {name}."),
        )
        .with_target(name)
    };
    let unknown = |name: &str, value: &str, allowed: &[&str]| {
        ArmError::new(
            400,
            "InvalidRequestPropertyValue",
            format!(
                "The value '{value}' is not allowed for property {name}. Allowed values are: {}.",
                allowed.join(", ")
            ),
        )
        .with_target(name)
    };
    let find = |name: &str, value: &str, allowed: &[&'static str]| {
        if value.is_empty() {
            return Err(missing(name));
        }
        allowed
            .iter()
            .find(|word| word.eq_ignore_ascii_case(value))
            .copied()
            .ok_or_else(|| unknown(name, value, allowed))
    };
    let sku = find("sku.name", &asked("/sku/name"), SKUS)?;
    let kind = find("kind", &asked("/kind"), KINDS)?;
    if let Some(old_kind) = old
        .and_then(|body| body.get("kind"))
        .and_then(Value::as_str)
        && old_kind != kind
        && !(old_kind == "Storage" && kind == "StorageV2")
    {
        return Err(ArmError::new(
            400,
            "AccountPropertyCannotBeUpdated",
            "The property 'kind' was specified in the input, but it cannot be updated.",
        )
        .with_target("kind"));
    }
    if let Some(old_sku) = old
        .and_then(|b| b.pointer("/sku/name"))
        .and_then(Value::as_str)
        && family(old_sku) != family(sku)
    {
        return Err(ArmError::new(
            400,
            "AccountPropertyCannotBeUpdated",
            "The property 'sku' was specified in the input, but it cannot be updated.",
        )
        .with_target("sku"));
    }
    let premium = sku.starts_with("Premium");
    let provisioned = sku.contains("V2_");
    let fits = match kind {
        "FileStorage" => premium || provisioned,
        _ if provisioned => false,
        "BlockBlobStorage" => premium,
        "StorageV2" | "Storage" => sku != "Premium_ZRS",
        _ => !premium,
    };
    if !fits {
        return Err(ArmError::new(
            400,
            "InvalidRequestPropertyValue",
            format!("The sku '{sku}' is not supported for accounts of kind '{kind}'."),
        )
        .with_target("sku.name"));
    }
    if sku.contains("ZRS") && !location::has_zones(write.location()) {
        return Err(ArmError::new(
            400,
            "SkuNotSupportedInRegion",
            format!(
                "The sku '{sku}' is not available in the location '{}'.",
                write.location()
            ),
        ));
    }
    Ok((sku, kind))
}

/// What an account cannot leave: `Standard`, `Premium`, `StandardV2` or `PremiumV2`.
fn family(sku: &str) -> &str {
    sku.split_once('_').map_or(sku, |(family, _)| family)
}

fn account(world: &World, write: &Write, sku: &str, kind: &str) -> Value {
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

/// `POST …/checkNameAvailability`.
pub(crate) fn check_account_name(world: &World, request: &ArmRequest) -> Result<Reply, ArmError> {
    check_version(
        SPEC.resource_type,
        API_VERSIONS,
        request.api_version()?,
        None,
    )?;
    let body = request.json()?;
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
    let answer = if !good_name(name) {
        json!({"nameAvailable": false, "reason": "AccountNameInvalid", "message": invalid_name(name)})
    } else if is_taken(world, name) {
        json!({"nameAvailable": false, "reason": "AlreadyExists", "message": taken(name)})
    } else {
        json!({"nameAvailable": true})
    };
    Ok(Reply::with(200, Body::Plain(answer)))
}
