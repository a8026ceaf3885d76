//! Resource groups, and the list of all resources in them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::{Map, Value, json};

use super::{
    Home, ListFilter, Provider, Spec, Write, Written, aks, by_type, invalid_filter, key_vault,
    page, store_now, time,
};
use crate::error::ArmError;
use crate::filter::Filter;
use crate::id::ResourceId;
use crate::reply::{PollingPath, Reply};
use crate::request::ArmRequest;
use crate::shape::Shape;
use crate::store::{Operation, Resource, Work, World};

pub(super) const API_VERSIONS: &[&str] = &[
    "2025-04-01",
    "2025-03-01",
    "2024-11-01",
    "2024-07-01",
    "2024-03-01",
    "2023-07-01",
    "2022-12-01",
    "2022-09-01",
    "2022-01-01",
    "2021-04-01",
    "2021-01-01",
    "2020-10-01",
    "2020-08-01",
    "2020-06-01",
    "2019-10-01",
    "2019-08-01",
    "2019-05-01",
    "2018-05-01",
    "2018-02-01",
    "2017-05-10",
    "2016-09-01",
    "2016-07-01",
    "2016-02-01",
    "2015-11-01",
    "2015-01-01",
];

/// How long Azure takes to delete a group whose contents go quickly, and one with a cluster.
const DELETE: Duration = Duration::from_secs(75);
const DELETE_WITH_CLUSTER: Duration = Duration::from_secs(420);

static SPEC: Spec = Spec {
    resource_type: "Microsoft.Resources/resourceGroups",
    api_versions: API_VERSIONS,
    home: Home::Group,
    located: true,
    tagged: true,
    shape: Shape::Object(&[
        ("location", Shape::Text),
        ("managedBy", Shape::Text),
        ("tags", Shape::TextMap),
    ]),
};

/// `Microsoft.Resources/resourceGroups`.
pub(crate) struct ResourceGroups;

impl Provider for ResourceGroups {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        let name = id.name();
        let bad: Vec<String> = name
            .chars()
            .filter(|c| !(c.is_alphanumeric() || "-._()".contains(*c)))
            .map(String::from)
            .collect();
        if !bad.is_empty() {
            return Err(ArmError::gateway(
                400,
                "InvalidResourceGroup",
                format!(
                    "The provided resource group name '{name}' has these invalid characters: '{}'. The \
                     name can only be a letter, digit, '-', '.', '(', ')' or '_'.",
                    bad.concat()
                ),
            ));
        }
        if name.ends_with('.') {
            return Err(ArmError::gateway(
                400,
                "InvalidResourceGroup",
                format!("The provided resource group name '{name}' must not end with a period."),
            ));
        }
        if name.chars().count() > 90 {
            return Err(ArmError::gateway(
                400,
                "InvalidResourceGroup",
                format!("The provided resource group name '{name}' is longer than 90 characters."),
            ));
        }
        Ok(())
    }

    fn adapt(&self, body: &mut Value, api_version: &str) {
        if api_version < "2018-05-01"
            && let Some(body) = body.as_object_mut()
        {
            body.remove("type");
        }
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        let status = if write.existing.is_some() { 200 } else { 201 };
        let body = group_body(
            &write.id,
            write.location(),
            write.at("/managedBy").cloned(),
            write.at("/tags").cloned(),
        );
        let mut written = store_now(self, world, &write, body, Value::Null, status);
        written.reply.gateway = true;
        Ok(written)
    }

    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        api_version: &str,
    ) -> Result<Reply, ArmError> {
        let location = world
            .resource(id)
            .map_or_else(String::new, |g| g.location().to_owned());
        let token = delete_token(id.name(), &location);
        if world.running(id).is_none() {
            let under = format!("{}/", id.key());
            let has_cluster = world
                .below(&under)
                .any(|resource| resource.resource_type == aks::CLUSTER_TYPE);
            let ends = world.due(if has_cluster {
                DELETE_WITH_CLUSTER
            } else {
                DELETE
            });
            world.start_named(token.clone(), Work::Delete, id, ends);
            if let Some(group) = world.resource_mut(id) {
                group.set_state("Deleting");
            }
        }
        let path = format!(
            "/subscriptions/{}/operationresults/{token}",
            id.subscription().unwrap_or_default()
        );
        Ok(Reply::empty(202)
            .location(PollingPath::new(path, api_version))
            .retry_after(15)
            .by_gateway())
    }

    fn not_found(&self, _world: &World, id: &ResourceId) -> ArmError {
        ArmError::resource_group_not_found(id.name())
    }

    fn finish(&self, world: &mut World, operation: &Operation) -> Result<(), ArmError> {
        if operation.work == Work::Delete {
            remove(world, &operation.resource);
        }
        Ok(())
    }

    fn list_filter(
        &self,
        _world: &World,
        scope: &ResourceId,
        filter: Option<&str>,
    ) -> Result<Option<ListFilter>, ArmError> {
        let Some(text) = filter else { return Ok(None) };
        let filter = Filter::parse(text).ok_or_else(|| invalid_filter(text))?;
        let under = format!("{}/", scope.key());
        Ok(Some(Box::new(move |group| {
            group.id.key().starts_with(&under) && filter.matches(group)
        })))
    }
}

/// The body of a group.
pub(super) fn group_body(
    id: &ResourceId,
    location: &str,
    managed_by: Option<Value>,
    tags: Option<Value>,
) -> Value {
    let mut body = Map::new();
    body.insert("id".into(), json!(id.to_string()));
    body.insert("name".into(), json!(id.name()));
    body.insert("type".into(), json!(SPEC.resource_type));
    body.insert("location".into(), json!(location));
    if let Some(managed_by) = managed_by {
        body.insert("managedBy".into(), managed_by);
    }
    if let Some(tags) = tags {
        body.insert("tags".into(), tags);
    }
    body.insert(
        "properties".into(),
        json!({"provisioningState": "Succeeded"}),
    );
    Value::Object(body)
}

/// Stores a group that a provider makes for itself, such as a cluster's node resource group.
pub(super) fn create_managed(world: &mut World, id: &ResourceId, location: &str, managed_by: &str) {
    let body = group_body(id, location, Some(json!(managed_by)), None);
    world.insert(Resource {
        id: id.clone(),
        resource_type: SPEC.resource_type.to_owned(),
        body,
        private: Value::Null,
        created: world.now(),
        changed: world.now(),
        operation: None,
    });
}

/// Removes a group with everything in it: vaults into their soft-deleted state, clusters together with
/// their node resource groups.
pub(super) fn remove(world: &mut World, group: &ResourceId) {
    let under = format!("{}/", group.key());
    let ids: Vec<(ResourceId, String)> = world
        .below(&under)
        .map(|resource| (resource.id.clone(), resource.resource_type.clone()))
        .collect();
    for (id, resource_type) in ids {
        match resource_type.as_str() {
            key_vault::VAULT_TYPE => key_vault::soft_delete(world, &id),
            aks::CLUSTER_TYPE => aks::remove_cluster(world, &id),
            _ => {}
        }
    }
    world.remove(group);
    crate::deployment::forget_group(world, group);
}

/// A write into a group that is being deleted.
pub(crate) fn deleting_error(group: &str) -> ArmError {
    ArmError::gateway(
        409,
        "ResourceGroupBeingDeleted",
        format!(
            "The resource group '{group}' is in deprovisioning state and cannot perform this operation."
        ),
    )
}

/// The name of a deletion: unpadded base64 of the job that does it.
fn delete_token(name: &str, location: &str) -> String {
    let escaped = job_name(name);
    let region = location.to_uppercase();
    job_token(
        &format!("RESOURCEGROUPDELETIONJOB-{escaped}-{region}"),
        location,
    )
}

/// A name as jobs have it.
pub(crate) fn job_name(name: &str) -> String {
    let mut escaped = String::new();
    for c in name.to_uppercase().chars() {
        match c {
            '-' => escaped.push_str(":2D"),
            '_' => escaped.push_str(":5F"),
            '.' => escaped.push_str(":2E"),
            '(' => escaped.push_str(":28"),
            ')' => escaped.push_str(":29"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// What a job is polled by.
pub(crate) fn job_token(id: &str, location: &str) -> String {
    let job = json!({"jobId": id, "jobLocation": location});
    // The standard alphabet has a slash, which cannot stand in a path.
    STANDARD_NO_PAD
        .encode(job.to_string())
        .replace('/', "_")
        .replace('+', "-")
}

/// Checks the api-version of what Resource Manager itself knows of resources and providers.
pub(crate) fn check_resources_version(api_version: &str) -> Result<(), ArmError> {
    super::check_version(SPEC.resource_type, API_VERSIONS, api_version, None)
}

/// `GET {subscription or group}/resources`.
pub(crate) fn resources(
    world: &World,
    request: &ArmRequest,
    scope: &ResourceId,
) -> Result<Reply, ArmError> {
    check_resources_version(request.api_version()?)?;
    super::check_group(world, scope)?;
    let filter = match request.parameter("$filter") {
        // The Azure CLI sends an empty one when it wants everything.
        None | Some("") => None,
        Some(text) => Some(Filter::parse(text).ok_or_else(|| invalid_filter(text))?),
    };
    let expand = request
        .parameter("$expand")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let under = format!("{}/", scope.key());
    let items = world
        .entries(&under)
        .filter(|(_, resource)| {
            !resource.id.is_group()
                && by_type(&resource.resource_type).is_some_and(|provider| provider.spec().located)
        })
        .filter(|(_, resource)| {
            filter
                .as_ref()
                .is_none_or(|filter| filter.matches(resource))
        });
    let body = page(world, request, items, |resource| {
        let mut item = Map::new();
        item.insert("id".into(), json!(resource.id.to_string()));
        item.insert("name".into(), json!(resource.id.name()));
        item.insert("type".into(), json!(resource.resource_type));
        for key in [
            "sku",
            "kind",
            "managedBy",
            "location",
            "identity",
            "zones",
            "tags",
        ] {
            if let Some(value) = resource.body.get(key) {
                item.insert(key.into(), value.clone());
            }
        }
        if expand.contains("createdtime") {
            item.insert("createdTime".into(), json!(time(resource.created)));
        }
        if expand.contains("changedtime") {
            item.insert("changedTime".into(), json!(time(resource.changed)));
        }
        if expand.contains("provisioningstate") {
            item.insert("provisioningState".into(), json!(resource.state()));
        }
        Value::Object(item)
    })?;
    Ok(Reply::json(200, body).by_gateway())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str) -> bool {
        ResourceGroups
            .check_name(&ResourceId::for_group("s", name))
            .is_err()
    }

    #[test]
    fn group_names_follow_azures_rule() {
        assert!(!refused("k4x-32kff1_cls_(x).y"));
        assert!(refused("ends."));
        assert!(refused("a b"));
        assert!(refused(&"x".repeat(91)));
    }

    #[test]
    fn the_deletion_is_named_after_its_job() {
        let token = delete_token("my-rg_1", "westus2");
        let json = STANDARD_NO_PAD.decode(token).unwrap();
        assert_eq!(
            String::from_utf8(json).unwrap(),
            r#"{"jobId":"RESOURCEGROUPDELETIONJOB-MY:2DRG:5F1-WESTUS2","jobLocation":"westus2"}"#
        );
    }
}
