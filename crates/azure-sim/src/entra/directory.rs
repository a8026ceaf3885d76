//! Who is in the directory: configured applications, and the user-assigned identities of the world.

use serde_json::Value;

use super::application::{Application, FederatedCredential};
use crate::builder::Settings;
use crate::id::ResourceId;
use crate::store::{Resource, World};

const IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";
const CREDENTIAL: &str =
    "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials";

/// Whom a token speaks of.
#[derive(Clone, Debug)]
pub(super) struct Principal {
    pub(super) client_id: String,
    pub(super) object_id: String,
    /// The resource of a managed identity.
    pub(super) resource: Option<String>,
}

impl From<&Application> for Principal {
    fn from(application: &Application) -> Self {
        Self {
            client_id: application.client_id.clone(),
            object_id: application.object_id.clone(),
            resource: None,
        }
    }
}

/// The configured application with this client id.
pub(super) fn application<'a>(settings: &'a Settings, client_id: &str) -> Option<&'a Application> {
    settings
        .applications
        .iter()
        .find(|application| application.client_id.eq_ignore_ascii_case(client_id))
}

/// By what a user-assigned identity is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdentityId<'a> {
    Client(&'a str),
    Object(&'a str),
    Resource(&'a str),
}

/// The user-assigned identity, if it exists.
pub(super) fn identity<'a>(world: &'a World, id: IdentityId<'_>) -> Option<&'a Resource> {
    match id {
        IdentityId::Resource(id) => ResourceId::parse(id)
            .and_then(|id| world.resource(&id))
            .filter(|resource| resource.resource_type.eq_ignore_ascii_case(IDENTITY)),
        IdentityId::Client(id) => with_property(world, "clientId", id),
        IdentityId::Object(id) => with_property(world, "principalId", id),
    }
}

fn with_property<'a>(world: &'a World, name: &str, value: &str) -> Option<&'a Resource> {
    world
        .of_type(IDENTITY)
        .find(|resource| property(resource, name).eq_ignore_ascii_case(value))
}

fn property<'a>(resource: &'a Resource, name: &str) -> &'a str {
    resource
        .body
        .get("properties")
        .and_then(|properties| properties.get(name))
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The principal of a user-assigned identity.
pub(super) fn principal(identity: &Resource) -> Principal {
    Principal {
        client_id: property(identity, "clientId").to_owned(),
        object_id: property(identity, "principalId").to_owned(),
        resource: Some(identity.id.to_string()),
    }
}

/// The `federatedIdentityCredentials` of a user-assigned identity.
pub(super) fn credentials(world: &World, identity: &Resource) -> Vec<FederatedCredential> {
    let below = format!("{}/", identity.id.key());
    world
        .below(&below)
        .filter(|resource| resource.resource_type.eq_ignore_ascii_case(CREDENTIAL))
        .flat_map(|resource| {
            let audiences = resource.body.pointer("/properties/audiences");
            audiences
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(|audience| FederatedCredential {
                    issuer: property(resource, "issuer").to_owned(),
                    subject: property(resource, "subject").to_owned(),
                    audience: audience.to_owned(),
                })
        })
        .collect()
}
