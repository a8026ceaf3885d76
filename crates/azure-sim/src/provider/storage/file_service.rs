//! The file service of an account, which comes and goes with it.

use serde_json::{Map, Value, json};

use super::super::{Home, Provider, Spec, Write, Written, envelope, missing, stored};
use super::API_VERSIONS;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::{Body, Reply};
use crate::shape::Shape;
use crate::store::{Accepted, Resource, World};

static SPEC: Spec = Spec {
    resource_type: "Microsoft.Storage/storageAccounts/fileServices",
    api_versions: API_VERSIONS,
    home: Home::Parent,
    located: false,
    tagged: false,
    shape: Shape::Object(&[
        ("name", Shape::Text),
        (
            "properties",
            Shape::Object(&[
                ("protocolSettings", Shape::Map(&Shape::Any)),
                ("cors", Shape::Map(&Shape::Any)),
                (
                    "shareDeleteRetentionPolicy",
                    Shape::Object(&[
                        ("enabled", Shape::Bool),
                        ("days", Shape::Int),
                        ("allowPermanentDelete", Shape::Bool),
                    ]),
                ),
            ]),
        ),
    ]),
};

/// `Microsoft.Storage/storageAccounts/fileServices`.
pub(crate) struct FileServices;

impl Provider for FileServices {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        if id.name().eq_ignore_ascii_case("default") {
            return Ok(());
        }
        Err(ArmError::plain(
            400,
            "InvalidRequestPropertyValue",
            format!(
                "The file service '{}' cannot exist: the only name is 'default'.",
                id.name()
            ),
        ))
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        let account = write.id.parent().unwrap_or_default();
        check_ready(world, &account)?;
        let Some(existing) = &write.existing else {
            return Err(unsupported(world, &account));
        };
        let mut properties = match existing.body.get("properties") {
            Some(Value::Object(properties)) => properties.clone(),
            _ => Map::new(),
        };
        // What is left out is left alone.
        for (name, value) in write.properties() {
            match (properties.get_mut(&name), value) {
                (Some(Value::Object(old)), Value::Object(new)) => old.extend(new),
                (_, value) => {
                    properties.insert(name, value);
                }
            }
        }
        check_retention(&properties)?;
        let body = json!({"properties": properties});
        let resource = stored(world, &SPEC, &write, body, Value::Null);
        world.insert(resource);
        Ok(Written {
            accepted: Accepted {
                created: false,
                operation: None,
                ready_at: world.now(),
            },
            reply: Reply::with(200, Body::Plain(Value::Object(write.body))),
        })
    }

    fn delete(
        &self,
        _world: &mut World,
        id: &ResourceId,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        Err(ArmError::method_not_allowed("DELETE", &id.to_string()))
    }

    fn without_parent(&self, world: &World, parent: &ResourceId) -> Option<ArmError> {
        absent(world, parent)
    }

    fn not_found(&self, world: &World, id: &ResourceId) -> ArmError {
        absent(world, id).unwrap_or_else(|| missing(world, id))
    }

    fn show(&self, world: &World, resource: &Resource) -> Value {
        let account = resource.id.parent().and_then(|id| world.resource(&id));
        let mut body = Map::new();
        if let Some(sku) = account.and_then(|account| account.body.get("sku")) {
            body.insert("sku".into(), sku.clone());
        }
        body.extend(envelope(&resource.id, &SPEC));
        if let Some(properties) = resource.body.get("properties") {
            body.insert("properties".into(), properties.clone());
        }
        Value::Object(body)
    }

    fn body(&self, value: Value) -> Body {
        Body::Plain(value)
    }
}

/// Opens the file service of a new account, if its kind has one. Deleted shares are kept for seven days.
pub(super) fn open(world: &mut World, account: &ResourceId, sku: &str, kind: &str) {
    // A premium general-purpose account holds page blobs only.
    let files = match kind {
        "FileStorage" => true,
        "StorageV2" | "Storage" => !sku.starts_with("Premium"),
        _ => false,
    };
    if !files {
        return;
    }
    let now = world.now();
    world.insert(Resource {
        id: account.with_child("fileServices", "default"),
        resource_type: SPEC.resource_type.to_owned(),
        body: json!({"properties": {
            "protocolSettings": {"smb": {}},
            "cors": {"corsRules": []},
            "shareDeleteRetentionPolicy": {"enabled": true, "days": 7},
        }}),
        private: Value::Null,
        created: now,
        changed: now,
        operation: None,
    });
}

/// For how many days the deleted shares of a file service can be restored.
pub(super) fn retention(service: &Resource) -> Option<i64> {
    let policy = service
        .body
        .pointer("/properties/shareDeleteRetentionPolicy")?;
    if policy.get("enabled")? != &json!(true) {
        return None;
    }
    policy.get("days")?.as_i64()
}

fn check_retention(properties: &Map<String, Value>) -> Result<(), ArmError> {
    let policy = properties.get("shareDeleteRetentionPolicy");
    let value = |name: &str| policy.and_then(|policy| policy.get(name));
    let days = value("days").and_then(Value::as_i64);
    if value("enabled") != Some(&json!(true)) || days.is_some_and(|days| (1..=365).contains(&days))
    {
        return Ok(());
    }
    Err(ArmError::plain(
        400,
        "InvalidRequestPropertyValue",
        "The value of shareDeleteRetentionPolicy.days must be between 1 and 365 when the policy is enabled.",
    )
    .with_target("properties.shareDeleteRetentionPolicy.days"))
}

/// The answer when the file service of an account that exists is not there: such an account has none.
pub(super) fn absent(world: &World, service: &ResourceId) -> Option<ArmError> {
    let account = service.parent()?;
    let default = service.name().eq_ignore_ascii_case("default");
    (default && world.exists(&account)).then(|| unsupported(world, &account))
}

fn unsupported(world: &World, account: &ResourceId) -> ArmError {
    check_ready(world, account).err().unwrap_or_else(|| {
        ArmError::plain(
            409,
            "FeatureNotSupportedForAccount",
            "File is not supported for the account.",
        )
    })
}

/// Refuses to work in an account that is not ready.
pub(super) fn check_ready(world: &World, account: &ResourceId) -> Result<(), ArmError> {
    match world.provisioning_state(account) {
        None | Some("Succeeded") => Ok(()),
        Some(_) => Err(ArmError::plain(
            409,
            "StorageAccountIsNotProvisioned",
            "The storage account provisioning state must be 'Succeeded' before executing the operation.",
        )),
    }
}
