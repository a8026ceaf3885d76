//! `GET /subscriptions/{subscription}/tagNames`: every tag in use, with its values and how often each is used.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{by_type, check_version, page_by_key, page_size, resource_group};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::Reply;
use crate::request::ArmRequest;
use crate::store::{Resource, World};

/// A tag name as it was first met, and its values with their counts.
#[derive(Debug, Default)]
struct Usage {
    name: String,
    values: BTreeMap<String, u64>,
}

/// Answers with the tags that resource groups and resources of the subscription carry. Names are one in any case,
/// values are not.
pub(crate) fn tag_names(
    world: &World,
    request: &ArmRequest,
    subscription: &ResourceId,
) -> Result<Reply, ArmError> {
    check_version(
        "Microsoft.Resources/tags",
        resource_group::API_VERSIONS,
        request.api_version()?,
        None,
    )?;
    let mut names: BTreeMap<String, Usage> = BTreeMap::new();
    let under = format!("{}/", subscription.key());
    for resource in world.below(&under).filter(|resource| is_tagged(resource)) {
        let tags = resource.body.get("tags").and_then(Value::as_object);
        for (name, value) in tags.into_iter().flatten() {
            let usage = names.entry(name.to_lowercase()).or_default();
            if usage.name.is_empty() {
                name.clone_into(&mut usage.name);
            }
            let value = value.as_str().unwrap_or_default().to_owned();
            *usage.values.entry(value).or_default() += 1;
        }
    }
    let size = page_size(world, request)?;
    let page = page_by_key(request, size, names.into_iter(), |usage| {
        show(subscription, &usage)
    })?;
    Ok(Reply::json(200, page).by_gateway())
}

/// A soft-deleted vault remembers its tags, and does not use them.
fn is_tagged(resource: &Resource) -> bool {
    resource.id.is_group()
        || by_type(&resource.resource_type).is_some_and(|provider| provider.spec().tagged)
}

fn show(subscription: &ResourceId, usage: &Usage) -> Value {
    let count = |value: u64| json!({"type": "Total", "value": value});
    let id = format!("{subscription}/tagNames/{}", usage.name);
    let values: Vec<Value> = usage
        .values
        .iter()
        .map(|(value, used)| {
            json!({
                "id": format!("{id}/tagValues/{value}"),
                "tagValue": value,
                "count": count(*used),
            })
        })
        .collect();
    json!({
        "id": id,
        "tagName": usage.name,
        "count": count(usage.values.values().sum()),
        "values": values,
    })
}
