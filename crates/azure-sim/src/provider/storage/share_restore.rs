//! Restoring a share that was deleted softly.

use http::Method;
use serde_json::{Value, json};

use super::super::{Provider as _, check_group, check_parent, check_version};
use super::deleted_share::{is_leaving, restorable};
use super::file_share::{FileShares, SPEC, account};
use super::share_rule::check_name;
use super::{API_VERSIONS, file_service, refusal, share_snapshot};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::{Body, Reply};
use crate::request::ArmRequest;
use crate::shape::Shape;
use crate::store::{Resource, World};

const BODY: Shape = Shape::Object(&[
    ("deletedShareName", Shape::Text),
    ("deletedShareVersion", Shape::Text),
]);

/// Answers `POST …/shares/{share}/restore`: the deleted share of that name and version is `share` again, with the
/// snapshots that went with it.
pub(crate) fn restore_share(
    world: &mut World,
    request: &ArmRequest,
    id: &ResourceId,
) -> Result<Reply, ArmError> {
    check_version(
        SPEC.resource_type,
        API_VERSIONS,
        request.api_version()?,
        None,
    )?;
    check_group(world, id)?;
    request.must_be(&Method::POST)?;
    check_parent(world, id.parent(), &FileShares, "write")?;
    check_name(world, id.name())?;
    file_service::check_ready(world, &account(id))?;
    let body = BODY
        .read(&request.json()?)
        .map_err(|mismatch| FileShares.mismatch(&mismatch))?
        .unwrap_or_default();
    let wanted = |name: &str| {
        body.get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| {
                ArmError::plain(
                    400,
                    "InvalidValuesForRequestParameters",
                    format!("Values for request parameters are invalid: {name}."),
                )
            })
    };
    let (name, version) = (wanted("deletedShareName")?, wanted("deletedShareVersion")?);
    if world.exists(id) {
        return Err(refusal(
            world,
            409,
            "ShareAlreadyExists",
            "The specified share already exists.",
        ));
    }
    if is_leaving(world, id) {
        return Err(refusal(
            world,
            409,
            "ShareBeingDeleted",
            "The specified share is being deleted. Try operation later.",
        ));
    }
    let service = id.parent().unwrap_or_default();
    let graves = format!("{}/deletedshares/", service.key());
    let found = restorable(world, &graves)
        .find(|(deleted, share)| {
            *deleted == name && share.private.get("version") == Some(&json!(version))
        })
        .map(|(_, share)| share.id.clone());
    let Some(grave) = found else {
        return Err(refusal(
            world,
            404,
            "ShareNotFound",
            "The specified share does not exist.",
        ));
    };
    let snapshots: Vec<Resource> = share_snapshot::of(world, &grave)
        .into_iter()
        .cloned()
        .collect();
    let Some(share) = world.remove(&grave) else {
        return Err(FileShares.not_found(world, id));
    };
    let place = service.with_child("shares", id.name());
    world.insert(Resource {
        id: place.clone(),
        resource_type: SPEC.resource_type.to_owned(),
        private: json!({
            "etag": share.private.get("etag"),
            "tierChanged": share.private.get("tierChanged"),
        }),
        ..share
    });
    share_snapshot::follow(world, snapshots, &place);
    Ok(Reply::with(200, Body::EmptyText))
}
