//! User-assigned identities and their federated credentials: all synchronous, ids with
//! `resourcegroups` in lower case.

use serde_json::{Map, Value, json};

use super::{Home, Provider, Spec, Write, Written, store_now};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::Reply;
use crate::shape::Shape;
use crate::store::{Resource, World};

const API_VERSIONS: &[&str] = &[
    "2025-05-31-preview",
    "2025-01-31-preview",
    "2024-11-30",
    "2023-07-31-preview",
    "2023-01-31",
    "2022-01-31-preview",
    "2021-09-30-preview",
    "2018-11-30",
    "2015-08-31-preview",
];

/// How many credentials an identity can have.
const MOST_CREDENTIALS: usize = 20;

static IDENTITY: Spec = Spec {
    resource_type: "Microsoft.ManagedIdentity/userAssignedIdentities",
    api_versions: API_VERSIONS,
    home: Home::Group,
    located: true,
    tagged: true,
    shape: Shape::Object(&[
        ("location", Shape::Text),
        ("tags", Shape::TextMap),
        (
            "properties",
            Shape::Object(&[("isolationScope", Shape::Word(&["None", "Regional"]))]),
        ),
    ]),
};

static CREDENTIAL: Spec = Spec {
    resource_type: "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
    api_versions: API_VERSIONS,
    home: Home::Parent,
    located: false,
    tagged: false,
    shape: Shape::Object(&[(
        "properties",
        Shape::Object(&[
            ("issuer", Shape::Text),
            ("subject", Shape::Text),
            ("audiences", Shape::Array(&Shape::Text)),
        ]),
    )]),
};

/// `Microsoft.ManagedIdentity/userAssignedIdentities`.
pub(crate) struct UserAssignedIdentities;

impl Provider for UserAssignedIdentities {
    fn spec(&self) -> &'static Spec {
        &IDENTITY
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        check_name(id, 3..=128)
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        let kept = write
            .existing
            .as_ref()
            .map(|existing| existing.body.clone());
        let properties = match kept.as_ref().and_then(|body| body.get("properties")) {
            Some(properties) => properties.clone(),
            None => new_identity(world),
        };
        let status = if kept.is_some() { 200 } else { 201 };
        let body = identity_body(
            &write.id,
            write.location(),
            write.at("/tags").cloned().unwrap_or_else(|| json!({})),
            &properties,
        );
        let mut written = store_now(self, world, &write, body, Value::Null, status);
        if status == 201 {
            written.reply = written.reply.header("location", lower_group(&write.id));
        }
        Ok(written)
    }

    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        world.remove(id);
        Ok(Reply::empty(200))
    }

    fn show(&self, _world: &World, resource: &Resource) -> Value {
        shown(resource)
    }
}

/// `Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials`.
pub(crate) struct FederatedIdentityCredentials;

impl Provider for FederatedIdentityCredentials {
    fn spec(&self) -> &'static Spec {
        &CREDENTIAL
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        check_name(id, 3..=120)
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        let properties = write.properties();
        let text = |name: &str| {
            properties
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        for name in ["issuer", "subject"] {
            if text(name).is_empty() {
                return Err(bad_request(format!("The property '{name}' is required.")));
            }
        }
        let audiences = properties.get("audiences").and_then(Value::as_array);
        if audiences.is_none_or(|audiences| audiences.len() != 1) {
            return Err(bad_request(
                "The property 'audiences' must hold exactly one audience.",
            ));
        }
        if !text("issuer").starts_with("https://") {
            return Err(bad_request(format!(
                "The issuer '{}' is not an https URL.",
                text("issuer")
            )));
        }
        let parent = write.id.parent().unwrap_or_default();
        let under = format!("{}/", parent.key());
        let others: Vec<&Resource> = world
            .below(&under)
            .filter(|other| other.resource_type == CREDENTIAL.resource_type && other.id != write.id)
            .collect();
        if write.existing.is_none() && others.len() >= MOST_CREDENTIALS {
            return Err(bad_request(format!(
                "An identity can have at most {MOST_CREDENTIALS} federated identity credentials."
            )));
        }
        let same = |other: &&Resource| {
            ["issuer", "subject"].iter().all(|name| {
                other
                    .body
                    .pointer(&format!("/properties/{name}"))
                    .and_then(Value::as_str)
                    == Some(text(name))
            })
        };
        if others.iter().any(same) {
            return Err(ArmError::new(
                409,
                "Conflict",
                "Issuer and subject combination already exists for this Managed Identity.",
            ));
        }
        let status = if write.existing.is_some() { 200 } else { 201 };
        let body = json!({
            "id": write.id.to_string(),
            "name": write.id.name(),
            "type": CREDENTIAL.resource_type,
            "properties": {
                "issuer": text("issuer"),
                "subject": text("subject"),
                "audiences": audiences,
            },
        });
        let mut written = store_now(self, world, &write, body, Value::Null, status);
        if status == 201 {
            written.reply = written.reply.header("location", lower_group(&write.id));
        }
        Ok(written)
    }

    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        world.remove(id);
        Ok(Reply::empty(200))
    }

    fn show(&self, _world: &World, resource: &Resource) -> Value {
        shown(resource)
    }
}

/// Fresh principal and client ids.
fn new_identity(world: &mut World) -> Value {
    let principal = world.next_guid("principal");
    let client = world.next_guid("client");
    json!({
        "tenantId": world.settings().tenant_id,
        "principalId": principal.to_string(),
        "clientId": client.to_string(),
    })
}

fn identity_body(id: &ResourceId, location: &str, tags: Value, properties: &Value) -> Value {
    let mut body = Map::new();
    body.insert("location".into(), json!(location));
    body.insert("tags".into(), tags);
    body.insert("id".into(), json!(id.to_string()));
    body.insert("name".into(), json!(id.name()));
    body.insert("type".into(), json!(IDENTITY.resource_type));
    body.insert("properties".into(), properties.clone());
    Value::Object(body)
}

/// Stores an identity that another provider makes for itself, and returns its properties.
pub(super) fn create(world: &mut World, id: &ResourceId, location: &str) -> Value {
    let properties = new_identity(world);
    let body = identity_body(id, location, json!({}), &properties);
    world.insert(Resource {
        id: id.clone(),
        resource_type: IDENTITY.resource_type.to_owned(),
        body,
        private: Value::Null,
        created: world.now(),
        changed: world.now(),
        operation: None,
    });
    properties
}

/// An id as this provider (and AKS) writes it.
pub(super) fn lower_group(id: &ResourceId) -> String {
    id.to_string()
        .replacen("/resourceGroups/", "/resourcegroups/", 1)
}

fn shown(resource: &Resource) -> Value {
    let mut body = resource.body.clone();
    if let Some(body) = body.as_object_mut() {
        body.insert("id".into(), json!(lower_group(&resource.id)));
    }
    body
}

fn check_name(id: &ResourceId, length: std::ops::RangeInclusive<usize>) -> Result<(), ArmError> {
    let name = id.name();
    let good = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        && length.contains(&name.len());
    if good {
        return Ok(());
    }
    Err(ArmError::new(
        400,
        "InvalidResourceName",
        format!(
            "The resource name '{name}' is invalid: it must be {} to {} letters, digits, '-' and '_', and \
             start with a letter or digit.",
            length.start(),
            length.end()
        ),
    ))
}

fn bad_request(message: impl Into<String>) -> ArmError {
    ArmError::new(400, "BadRequest", message)
}
