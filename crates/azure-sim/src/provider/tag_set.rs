//! `Microsoft.Resources/tags/default`: the tags of a subscription, group or resource on their own.

use http::Method;
use serde_json::{Map, Value, json};

use super::{check_group, check_version, resource_group};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::Reply;
use crate::request::ArmRequest;
use crate::store::World;
use crate::tags;

/// Answers every verb on a tag set. `id` is that of the set.
pub(crate) fn tags(
    world: &mut World,
    request: &ArmRequest,
    id: &ResourceId,
) -> Result<Reply, ArmError> {
    let version = request.api_version()?;
    check_version(
        "Microsoft.Resources/tags",
        resource_group::API_VERSIONS,
        version,
        None,
    )?;
    if !id.name().eq_ignore_ascii_case("default") {
        return Err(ArmError::gateway(
            400,
            "InvalidTagsResourceName",
            format!(
                "The tags resource name '{}' is invalid: it must be 'default'.",
                id.name()
            ),
        ));
    }
    let scope = id.scope();
    check_group(world, &scope)?;
    if !scope.parts().is_empty() && !world.exists(&scope) {
        return Err(ArmError::resource_not_found(
            &scope.type_and_names(),
            scope.group(),
        ));
    }
    let present = read(world, &scope);
    let next = match request.method {
        Method::GET => return Ok(answer(&scope, &present)),
        Method::DELETE => {
            write(world, &scope, Map::new());
            return Ok(Reply::empty(200).by_gateway());
        }
        Method::PUT => given(&request.json()?)?,
        Method::PATCH => patched(present, &request.json()?)?,
        _ => {
            return Err(request.not_allowed());
        }
    };
    let owner = world
        .resource(&scope)
        .map(|r| r.resource_type.clone())
        .unwrap_or_default();
    tags::check(&Value::Object(next.clone()), &owner)?;
    write(world, &scope, next.clone());
    Ok(answer(&scope, &next))
}

fn patched(mut present: Map<String, Value>, body: &Value) -> Result<Map<String, Value>, ArmError> {
    let tags = given(body)?;
    let operation = body
        .get("operation")
        .and_then(Value::as_str)
        .unwrap_or_default();
    match operation.to_ascii_lowercase().as_str() {
        "replace" => return Ok(tags),
        "merge" => {
            for (name, value) in tags {
                remove(&mut present, &name);
                present.insert(name, value);
            }
        }
        "delete" => {
            for (name, value) in tags {
                let same = present
                    .iter()
                    .any(|(key, had)| key.eq_ignore_ascii_case(&name) && *had == value);
                if same {
                    remove(&mut present, &name);
                }
            }
        }
        _ => {
            return Err(ArmError::invalid_request_content(format!(
                "the operation '{operation}' is none of Merge, Replace and Delete"
            )));
        }
    }
    Ok(present)
}

fn remove(tags: &mut Map<String, Value>, name: &str) {
    tags.retain(|key, _| !key.eq_ignore_ascii_case(name));
}

fn given(body: &Value) -> Result<Map<String, Value>, ArmError> {
    match body.pointer("/properties/tags") {
        Some(Value::Object(tags)) => Ok(tags.clone()),
        Some(Value::Null) | None => Ok(Map::new()),
        Some(_) => Err(ArmError::invalid_request_content(
            "properties.tags must be an object",
        )),
    }
}

fn key(scope: &ResourceId) -> String {
    format!("tags:{}", scope.key())
}

fn read(world: &World, scope: &ResourceId) -> Map<String, Value> {
    let tags = match world.resource(scope) {
        Some(resource) => resource.body.get("tags"),
        None => world.document(&key(scope)),
    };
    tags.and_then(Value::as_object).cloned().unwrap_or_default()
}

fn write(world: &mut World, scope: &ResourceId, tags: Map<String, Value>) {
    let now = world.now();
    match world.resource_mut(scope) {
        Some(resource) => {
            resource.changed = now;
            if let Some(body) = resource.body.as_object_mut() {
                body.insert("tags".into(), Value::Object(tags));
            }
        }
        None => {
            let value = (!tags.is_empty()).then_some(Value::Object(tags));
            world.set_document(&key(scope), value);
        }
    }
}

fn answer(scope: &ResourceId, tags: &Map<String, Value>) -> Reply {
    let scope = if *scope == ResourceId::tenant() {
        String::new()
    } else {
        scope.to_string()
    };
    let body = json!({
        "id": format!("{scope}/providers/Microsoft.Resources/tags/default"),
        "name": "default",
        "type": "Microsoft.Resources/tags",
        "properties": {"tags": tags},
    });
    Reply::json(200, body).by_gateway()
}
