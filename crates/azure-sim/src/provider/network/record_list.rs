//! Lists of record sets: of one type, and of all types of a zone.

use crate::error::ArmError;
use crate::id::ResourceId;
use crate::provider::check::check_parent;
use crate::provider::{by_type, check_group, check_version, page_by_key, page_size};
use crate::reply::Reply;
use crate::request::ArmRequest;
use crate::store::{Resource, World};

/// Answers `GET …/dnsZones/{zone}/{word}`, where `word` is `recordsets`, `all` or a record type; `None` if it is none
/// of these.
///
/// `$recordsetnamesuffix` keeps the sets whose name ends in a dot and the suffix, as
/// [the API](https://learn.microsoft.com/rest/api/dns/record-sets/list-by-dns-zone) has it.
pub(crate) fn record_sets(
    world: &World,
    request: &ArmRequest,
    zone: &ResourceId,
    word: &str,
) -> Result<Option<Reply>, ArmError> {
    let all = ["recordsets", "all"]
        .iter()
        .any(|collection| collection.eq_ignore_ascii_case(word));
    // Every type has the versions and the parent of the others.
    let kind = if all { "A" } else { word };
    let Some(provider) = by_type(&format!("{}/{kind}", super::ZONE_TYPE)) else {
        return Ok(None);
    };
    let spec = provider.spec();
    check_version(
        spec.resource_type,
        spec.api_versions,
        request.api_version()?,
        None,
    )?;
    check_group(world, zone)?;
    check_parent(world, Some(zone.clone()), provider, "read")?;
    let suffix = request
        .parameter("$recordsetnamesuffix")
        .filter(|suffix| !suffix.is_empty())
        .map(|suffix| format!(".{}", suffix.to_ascii_lowercase()));
    let under = format!("{}/", zone.key());
    let items = world.entries(&under).filter(|(_, set)| {
        let of_type = if all {
            is_record_set(&set.resource_type)
        } else {
            set.resource_type.eq_ignore_ascii_case(spec.resource_type)
        };
        of_type
            && suffix
                .as_ref()
                .is_none_or(|suffix| set.id.name().to_ascii_lowercase().ends_with(suffix))
    });
    // The apex first: a zone file begins with its SOA, and the Azure CLI writes one in the order of this list.
    let mut sets: Vec<(String, &Resource)> = items
        .map(|(_, set)| {
            let name = set.id.name().to_ascii_lowercase();
            let place = u8::from(name != "@");
            (format!("{place}{name}\u{0}{}", set.resource_type), set)
        })
        .collect();
    sets.sort_by(|one, other| one.0.cmp(&other.0));
    let size = page_size(world, request)?;
    let page = page_by_key(request, size, sets.into_iter(), |set| {
        provider.show(world, set)
    })?;
    Ok(Some(Reply::json(200, page)))
}

/// Whether a type is one of record sets: something else may hang on a zone, such as a role assignment.
fn is_record_set(resource_type: &str) -> bool {
    resource_type
        .strip_prefix(super::ZONE_TYPE)
        .is_some_and(|kind| kind.starts_with('/'))
}
