//! Storage accounts: created by a 202 without a body, in a name space that all of Azure shares.

use std::time::Duration;

use serde_json::Value;

use super::super::{Home, Provider, Spec, Write, Written, operation_path, store_now};
use super::account_body::account;
use super::account_name::{good_name, invalid_name, is_taken, taken};
use super::{API_VERSIONS, account_key, file_service};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::location;
use crate::reply::{Body, Reply};
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

pub(super) static SPEC: Spec = Spec {
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
