//! The list of an account's shares.

use std::borrow::Cow;

use super::super::{Provider as _, check_group, check_parent, check_version, page_by_key};
use super::deleted_share::restorable;
use super::file_share::{FileShares, SPEC, invalid_parameter};
use super::share_view::listed;
use super::{API_VERSIONS, file_service, refusal, share_snapshot};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::Reply;
use crate::request::ArmRequest;
use crate::store::{Resource, World};

/// Most shares that a page may be asked for.
const LARGEST_PAGE: usize = 5000;

/// `GET …/fileServices/default/shares`: by name, never with metadata.
pub(crate) fn file_shares(
    world: &World,
    request: &ArmRequest,
    service: &ResourceId,
) -> Result<Reply, ArmError> {
    let api_version = request.api_version()?;
    check_version(SPEC.resource_type, API_VERSIONS, api_version, None)?;
    check_group(world, service)?;
    check_parent(world, Some(service.clone()), &FileShares, "read")?;
    file_service::check_ready(world, &service.parent().unwrap_or_default())?;

    let expand = request.parameter("$expand").unwrap_or_default();
    let (mut deleted, mut snapshots) = (false, false);
    for word in expand.split(',').map(str::trim).filter(|w| !w.is_empty()) {
        match word.to_ascii_lowercase().as_str() {
            "deleted" => deleted = true,
            "snapshots" => snapshots = true,
            // No documented option, but not refused either.
            "metadata" => {}
            _ => {
                let known = "deleted, snapshots";
                return Err(invalid_parameter(world, "$expand", word, known));
            }
        }
    }
    let prefix = match request.parameter("$filter").map(str::trim) {
        None | Some("") => "",
        Some(filter) => prefix(filter).ok_or_else(|| {
            let known = "startswith(name, <prefix>)";
            invalid_parameter(world, "$filter", filter, known)
        })?,
    };
    let size = match request.parameter("$maxpagesize") {
        None => LARGEST_PAGE,
        Some(text) => text
            .parse()
            .ok()
            .filter(|size| (1..=LARGEST_PAGE).contains(size))
            .ok_or_else(|| {
                refusal(
                    world,
                    400,
                    "OutOfRangeQueryParameterValue",
                    "A query parameter specified in the request URI is outside the permissible range.",
                )
            })?,
    };

    let live = format!("{}/shares/", service.key());
    let graves = format!("{}/deletedshares/", service.key());
    let mut shares: Vec<(Cow<'_, str>, (&str, &Resource))> = world
        .below(&live)
        .filter(|share| share.resource_type == SPEC.resource_type)
        .map(|share| (Cow::from(share.id.name()), (share.id.name(), share)))
        .collect();
    if deleted {
        // A share comes before the deleted ones of its name, and all of them before the next name.
        shares.extend(restorable(world, &graves).map(|(name, share)| {
            let key = format!("{name}\0{}", share.id.name());
            (Cow::from(key), (name, share))
        }));
    }
    if snapshots {
        let taken: Vec<_> = world
            .below(&live)
            .filter(|share| share.resource_type == SPEC.resource_type)
            .flat_map(|share| {
                share_snapshot::of(world, &share.id)
                    .into_iter()
                    .map(move |snapshot| {
                        let key = format!("{}\0\0{}", share.id.name(), snapshot.id.name());
                        (Cow::from(key), (share.id.name(), snapshot))
                    })
            })
            .collect();
        shares.extend(taken);
    }
    shares.sort_by(|a, b| a.0.cmp(&b.0));
    shares.retain(|(key, _)| key.starts_with(prefix));
    let page = page_by_key(
        request,
        size.min(world.settings().page_size),
        shares.into_iter(),
        |(name, share)| {
            if share.private.get("snapshot").is_none() {
                listed(world, share, name)
            } else {
                share_snapshot::shown(world, share)
            }
        },
    )?;
    Ok(Reply::with(200, FileShares.body(page)))
}

/// The prefix in `startswith(name, prefix)`, with or without quotes.
fn prefix(filter: &str) -> Option<&str> {
    let (function, rest) = filter.split_once('(')?;
    let (property, value) = rest.strip_suffix(')')?.split_once(',')?;
    let known = function.trim().eq_ignore_ascii_case("startswith")
        && property.trim().eq_ignore_ascii_case("name");
    let value = value.trim();
    let inner = value
        .strip_prefix('\'')
        .and_then(|value| value.strip_suffix('\''));
    let value = inner.unwrap_or(value);
    (known && !value.contains(['\'', '(', ')', ','])).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_says_how_names_start() {
        for filter in [
            "startswith(name, a-b)",
            "startswith(name,'a-b')",
            "StartsWith( Name , a-b )",
        ] {
            assert_eq!(prefix(filter), Some("a-b"), "{filter}");
        }
        for filter in [
            "name eq 'a'",
            "startswith(tier, a)",
            "startswith(name)",
            "startswith(name, a) and startswith(name, b)",
            "endswith(name, a)",
            "startswith(name, 'a)",
        ] {
            assert_eq!(prefix(filter), None, "{filter}");
        }
    }
}
