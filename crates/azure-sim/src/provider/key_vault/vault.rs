//! Vaults that are in use, or will be.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::{Home, Provider, Spec, Write, Written, envelope, store_now, time};
use super::deleted_vault::{deleted_id, recovered, soft_delete};
use super::name::{check_free, good_name};
use super::{API_VERSIONS, VAULT_TYPE};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::Reply;
use crate::shape::Shape;
use crate::store::{Accepted, Work, World};

const CREATE: Duration = Duration::from_secs(26);

const PERMISSIONS: Shape = Shape::Object(&[
    ("keys", Shape::Array(&Shape::Text)),
    ("secrets", Shape::Array(&Shape::Text)),
    ("certificates", Shape::Array(&Shape::Text)),
    ("storage", Shape::Array(&Shape::Text)),
]);

static SPEC: Spec = Spec {
    resource_type: VAULT_TYPE,
    api_versions: API_VERSIONS,
    home: Home::Group,
    located: true,
    tagged: true,
    shape: Shape::Object(&[
        ("location", Shape::Text),
        ("tags", Shape::TextMap),
        (
            "properties",
            Shape::Object(&[
                ("tenantId", Shape::Text),
                (
                    "sku",
                    Shape::Object(&[
                        ("family", Shape::Word(&["A"])),
                        ("name", Shape::Word(&["standard", "premium"])),
                    ]),
                ),
                (
                    "accessPolicies",
                    Shape::Array(&Shape::Object(&[
                        ("tenantId", Shape::Text),
                        ("objectId", Shape::Text),
                        ("applicationId", Shape::Text),
                        ("permissions", PERMISSIONS),
                    ])),
                ),
                ("enabledForDeployment", Shape::Bool),
                ("enabledForDiskEncryption", Shape::Bool),
                ("enabledForTemplateDeployment", Shape::Bool),
                ("enableSoftDelete", Shape::Bool),
                ("softDeleteRetentionInDays", Shape::Int),
                ("enableRbacAuthorization", Shape::Bool),
                ("enablePurgeProtection", Shape::Bool),
                (
                    "createMode",
                    Shape::Word(&["default", "recover", "createOrRecover"]),
                ),
                ("networkAcls", Shape::Any),
                ("publicNetworkAccess", Shape::Text),
                ("vaultUri", Shape::ReadOnly),
                ("provisioningState", Shape::ReadOnly),
            ]),
        ),
    ]),
};

/// `Microsoft.KeyVault/vaults`.
pub(crate) struct Vaults;

impl Provider for Vaults {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        if good_name(id.name()) {
            return Ok(());
        }
        Err(ArmError::new(
            400,
            "VaultNameNotValid",
            format!(
                "The vault name '{}' is invalid. A vault's name must be between 3-24 alphanumeric \
                 characters. The name must begin with a letter, end with a letter or digit, and not \
                 contain consecutive hyphens. Follow this link for more information: \
                 https://go.microsoft.com/fwlink/?linkid=2147742",
                id.name()
            ),
        ))
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        let deleted_id = deleted_id(&write.id, write.location());
        let recover = write
            .text("/properties/createMode")
            .is_some_and(|mode| mode != "default");
        if write.existing.is_none() {
            if recover && let Some(deleted) = world.resource(&deleted_id).cloned() {
                return recovered(self, world, &write, &deleted);
            }
            check_free(world, &write.id)?;
        }
        let properties = properties(&write)?;
        let mut body = envelope(&write.id, &SPEC);
        body.insert("location".into(), json!(write.location()));
        body.insert(
            "tags".into(),
            write.at("/tags").cloned().unwrap_or_else(|| json!({})),
        );
        let created = write
            .existing
            .as_ref()
            .map_or(world.now(), |existing| existing.created);
        let caller = world.caller();
        body.insert(
            "systemData".into(),
            json!({
                "createdBy": caller,
                "createdByType": "Application",
                "createdAt": time(created),
                "lastModifiedBy": caller,
                "lastModifiedByType": "Application",
                "lastModifiedAt": time(world.now()),
            }),
        );
        body.insert("properties".into(), properties);
        let is_new = write.existing.is_none();
        let mut written = store_now(self, world, &write, Value::Object(body), Value::Null, 200);
        if is_new {
            starts(world, &write.id, &mut written.accepted);
            // The slash at the end of the URI is only there from the first GET on.
            if let crate::reply::Body::Json(body) = &mut written.reply.body
                && let Some(uri) = body.pointer_mut("/properties/vaultUri")
                && let Some(text) = uri.as_str()
            {
                *uri = json!(text.trim_end_matches('/'));
            }
        }
        Ok(written)
    }

    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        soft_delete(world, id);
        Ok(Reply::empty(200))
    }
}

fn starts(world: &mut World, id: &ResourceId, accepted: &mut Accepted) {
    let ends = world.due(CREATE);
    accepted.operation = Some(world.start(Work::Create, id, ends));
    accepted.ready_at = ends;
}

/// The checked and completed properties.
fn properties(write: &Write) -> Result<Value, ArmError> {
    let bad = |message: &str| Err(ArmError::new(400, "BadRequest", message));
    let old = write
        .existing
        .as_ref()
        .and_then(|existing| existing.body.get("properties"));
    let mut given = write.properties();
    given.remove("createMode");
    let get = |name: &str| given.get(name).cloned().filter(|value| !value.is_null());
    let kept = |name: &str| old.and_then(|old| old.get(name)).cloned();
    let Some(sku) = get("sku").or_else(|| kept("sku")) else {
        return bad("The parameter sku is not specified.");
    };
    if sku.get("name").is_none() || sku.get("family").is_none() {
        return bad("The parameter sku must have a family and a name.");
    }
    let Some(tenant) = get("tenantId").or_else(|| kept("tenantId")) else {
        return bad("The parameter tenantId is not specified.");
    };
    if !tenant.as_str().is_some_and(crate::builder::is_guid) {
        return bad("The parameter tenantId has an invalid value.");
    }
    let rbac = get("enableRbacAuthorization").or_else(|| kept("enableRbacAuthorization"));
    let policies = get("accessPolicies").or_else(|| kept("accessPolicies"));
    if policies.is_none() && rbac != Some(json!(true)) {
        return bad("The parameter accessPolicies is not specified.");
    }
    if get("enablePurgeProtection") == Some(json!(false)) {
        return bad(
            "The property \"enablePurgeProtection\" cannot be set to false. Enabling the purge \
             protection for a vault is an irreversible action.",
        );
    }
    let retention = get("softDeleteRetentionInDays")
        .or_else(|| kept("softDeleteRetentionInDays"))
        .unwrap_or(json!(90));
    if !retention
        .as_i64()
        .is_some_and(|days| (7..=90).contains(&days))
    {
        return bad("The property \"softDeleteRetentionInDays\" must be between 7 and 90.");
    }
    if kept("softDeleteRetentionInDays").is_some_and(|kept| kept != retention) {
        return bad(
            "The property \"softDeleteRetentionInDays\" has been set already and it can't be modified.",
        );
    }
    let mut properties = serde_json::Map::new();
    properties.insert("sku".into(), sku);
    properties.insert("tenantId".into(), tenant);
    if let Some(rules) = get("networkAcls") {
        properties.insert("networkAcls".into(), rules);
    }
    properties.insert(
        "accessPolicies".into(),
        policies.unwrap_or_else(|| json!([])),
    );
    properties.insert(
        "enabledForDeployment".into(),
        get("enabledForDeployment").unwrap_or(json!(false)),
    );
    for name in ["enabledForDiskEncryption", "enabledForTemplateDeployment"] {
        if let Some(value) = get(name) {
            properties.insert(name.into(), value);
        }
    }
    properties.insert("enableSoftDelete".into(), json!(true));
    properties.insert("softDeleteRetentionInDays".into(), retention);
    if let Some(rbac) = rbac {
        properties.insert("enableRbacAuthorization".into(), rbac);
    }
    if let Some(protected) = get("enablePurgeProtection").or_else(|| kept("enablePurgeProtection"))
    {
        properties.insert("enablePurgeProtection".into(), protected);
    }
    let name = write.id.name();
    let suffix = if write.location().starts_with("china") {
        "vault.azure.cn"
    } else if write.location().starts_with("usgov") {
        "vault.usgovcloudapi.net"
    } else {
        "vault.azure.net"
    };
    properties.insert(
        "vaultUri".into(),
        json!(format!("https://{}.{suffix}/", name.to_lowercase())),
    );
    let state = if write.existing.is_some() {
        "Succeeded"
    } else {
        "RegisteringDns"
    };
    properties.insert("provisioningState".into(), json!(state));
    let access = get("publicNetworkAccess").unwrap_or(json!("Enabled"));
    properties.insert("publicNetworkAccess".into(), access);
    Ok(Value::Object(properties))
}
