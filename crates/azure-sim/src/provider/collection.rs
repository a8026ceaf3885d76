//! Lists, and their pages.

use serde_json::{Map, Value, json};

use super::verb::decorate;
use super::{Home, by_type, check_group, check_parent, check_version, unknown_type};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::{Bucket, Reply};
use crate::request::ArmRequest;
use crate::store::{Resource, World};

/// Answers a list of one type under a scope (a resource for child types; a group or subscription).
pub(crate) fn list(
    world: &World,
    scope: &ResourceId,
    resource_type: &str,
    request: &ArmRequest,
) -> Result<Reply, ArmError> {
    let api_version = request.api_version()?;
    let provider =
        by_type(resource_type).ok_or_else(|| unknown_type(resource_type, Some(api_version)))?;
    let spec = provider.spec();
    check_version(spec.resource_type, spec.api_versions, api_version, None)?;
    if *scope == ResourceId::tenant() && spec.home != Home::Extension {
        return Err(ArmError::gateway(
            404,
            "MissingSubscription",
            "The request did not have a subscription or a valid tenant level resource provider.",
        ));
    }
    check_group(world, scope)?;
    if !scope.parts().is_empty() && spec.home == Home::Parent {
        check_parent(world, Some(scope.clone()), provider, "read")?;
    }
    let under = if *scope == ResourceId::tenant() {
        "/".to_owned()
    } else {
        format!("{}/", scope.key())
    };
    let wanted = provider.list_filter(world, scope, request.parameter("$filter"))?;
    // A filter decides alone, and may look beyond the scope.
    let items = world
        .entries(if wanted.is_some() { "/" } else { &under })
        .filter(|(_, r)| r.resource_type.eq_ignore_ascii_case(spec.resource_type))
        .filter(|(_, r)| match &wanted {
            Some(wanted) => wanted(r),
            None => spec.home != Home::Extension || r.id.scope() == *scope,
        });
    let page = page(world, request, items, |resource| {
        let mut shown = provider.show(world, resource);
        provider.adapt(&mut shown, api_version);
        shown
    })?;
    Ok(decorate(
        Reply::with(200, provider.body(page)),
        spec,
        Bucket::HighCostGet,
    ))
}

/// One page of a list: `{value[, nextLink]}`. `$skiptoken` is the id after which the page starts, so that
/// changes between two pages neither repeat nor lose what was there all along.
pub(crate) fn page<'a>(
    world: &World,
    request: &ArmRequest,
    items: impl Iterator<Item = (&'a str, &'a Resource)>,
    show: impl Fn(&Resource) -> Value,
) -> Result<Value, ArmError> {
    page_by_key(request, page_size(world, request)?, items, show)
}

/// How many items a page has: as many as `$top` asks for, and never more than the simulator gives.
pub(crate) fn page_size(world: &World, request: &ArmRequest) -> Result<usize, ArmError> {
    let top = match request.parameter("$top") {
        None => usize::MAX,
        Some(text) => text
            .parse::<usize>()
            .ok()
            .filter(|top| *top > 0)
            .ok_or_else(|| {
                ArmError::gateway(
                    400,
                    "InvalidTopParameter",
                    format!("The value '{text}' of $top must be a positive number."),
                )
            })?,
    };
    Ok(top.min(world.settings().page_size))
}

/// The same of anything that has keys in ascending order.
pub(crate) fn page_by_key<K: AsRef<str>, T>(
    request: &ArmRequest,
    size: usize,
    items: impl Iterator<Item = (K, T)>,
    show: impl Fn(T) -> Value,
) -> Result<Value, ArmError> {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let after = match request.parameter("$skiptoken") {
        None => None,
        Some(token) => {
            let key = URL_SAFE_NO_PAD
                .decode(token)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok());
            Some(key.ok_or_else(|| {
                ArmError::gateway(
                    400,
                    "InvalidSkipToken",
                    "The skip token is not one that was handed out.",
                )
            })?)
        }
    };
    // Most of what a page leaves out is never looked at.
    let after = after.as_deref().unwrap_or_default();
    let mut rest = items.filter(|(key, _)| after.is_empty() || key.as_ref() > after);
    let mut value = Vec::new();
    let mut last = None;
    for (key, item) in rest.by_ref().take(size) {
        value.push(show(item));
        last = Some(key);
    }
    let mut page = Map::new();
    page.insert("value".into(), Value::Array(value));
    if let (Some(last), Some(_)) = (last, rest.next()) {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (key, value) in &request.query {
            if !key.eq_ignore_ascii_case("$skiptoken") {
                query.append_pair(key, value);
            }
        }
        query.append_pair("$skiptoken", &URL_SAFE_NO_PAD.encode(last.as_ref()));
        let path = request.path.replace('%', "%25").replace(' ', "%20");
        let link = format!("{}{path}?{}", request.origin, query.finish());
        page.insert("nextLink".into(), json!(link));
    }
    Ok(Value::Object(page))
}
