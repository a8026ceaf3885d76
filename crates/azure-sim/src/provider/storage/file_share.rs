//! File shares: written at once, read one by one with their metadata, deleted softly.

use http::Method;
use serde_json::{Map, Value, json};

use super::super::{
    self as provider, Home, Provider, Spec, Write, Written, envelope, missing, stored,
};
use super::share_rule::{Model, check_name};
use super::share_view::tag;
use super::{API_VERSIONS, deleted_share, file_service, refusal, share_snapshot, share_view};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::{Body, Reply};
use crate::request::ArmRequest;
use crate::shape::Shape;
use crate::store::{Accepted, Resource, World};

/// The quota of a share that asks for none, in GiB.
const QUOTA: i64 = 102_400;

/// .NET ticks at the Unix epoch.
const EPOCH_TICKS: i64 = 621_355_968_000_000_000;

pub(super) static SPEC: Spec = Spec {
    resource_type: "Microsoft.Storage/storageAccounts/fileServices/shares",
    api_versions: API_VERSIONS,
    home: Home::Parent,
    located: false,
    tagged: false,
    shape: Shape::Object(&[
        ("name", Shape::Text),
        (
            "properties",
            Shape::Object(&[
                ("metadata", Shape::TextMap),
                ("shareQuota", Shape::Int),
                (
                    "accessTier",
                    Shape::Word(&["TransactionOptimized", "Hot", "Cool", "Premium"]),
                ),
                ("enabledProtocols", Shape::Word(&["SMB", "NFS"])),
                (
                    "rootSquash",
                    Shape::Word(&["NoRootSquash", "RootSquash", "AllSquash"]),
                ),
                ("signedIdentifiers", Shape::Array(&Shape::Any)),
            ]),
        ),
    ]),
};

/// `Microsoft.Storage/storageAccounts/fileServices/shares`.
pub(crate) struct FileShares;

impl Provider for FileShares {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    /// The gateway looks for the account before the provider looks at the name.
    fn check_name(&self, _id: &ResourceId) -> Result<(), ArmError> {
        Ok(())
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        check_name(world, write.id.name())?;
        file_service::check_ready(world, &account(&write.id))?;
        if write.existing.is_none() && deleted_share::is_leaving(world, &write.id) {
            return Err(refusal(
                world,
                409,
                "ShareBeingDeleted",
                "The specified share is being deleted. Try operation later.",
            ));
        }
        let sent = write.properties();
        let share = changed(world, &write.id, write.existing.as_ref(), &sent)?;
        let tag = tag(&share.private);
        let created = write.existing.is_none();
        let resource = stored(world, &SPEC, &write, share.body, share.private);
        world.insert(resource);
        let status = if created { 201 } else { 200 };
        Ok(Written {
            accepted: Accepted {
                created,
                operation: None,
                ready_at: world.now(),
            },
            reply: echo(status, &write.id, &write.body).header("etag", tag),
        })
    }

    fn patch(
        &self,
        world: &mut World,
        id: &ResourceId,
        body: &Value,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        let kept = SPEC
            .shape
            .read(body)
            .map_err(|mismatch| self.mismatch(&mismatch))?;
        let Some(Value::Object(kept)) = kept else {
            return Ok(Reply::empty(200));
        };
        let sent = match kept.get("properties") {
            Some(Value::Object(sent)) => sent.clone(),
            _ => Map::new(),
        };
        let Some(existing) = world.resource(id).cloned() else {
            return Err(self.not_found(world, id));
        };
        let share = changed(world, id, Some(&existing), &sent)?;
        let tag = tag(&share.private);
        let changed = world.now();
        world.insert(Resource {
            body: share.body,
            private: share.private,
            changed,
            ..existing
        });
        Ok(echo(200, id, &kept).header("etag", tag))
    }

    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        deleted_share::bury(world, id);
        Ok(Reply::with(200, Body::EmptyText))
    }

    fn without_parent(&self, world: &World, parent: &ResourceId) -> Option<ArmError> {
        file_service::absent(world, parent)
    }

    fn not_found(&self, world: &World, id: &ResourceId) -> ArmError {
        let service = id.parent().unwrap_or_default();
        if !world.exists(&service) {
            return file_service::absent(world, &service).unwrap_or_else(|| missing(world, id));
        }
        let ready = file_service::check_ready(world, &account(id));
        match ready.and_then(|()| check_name(world, id.name())) {
            Err(error) => error,
            Ok(()) => refusal(
                world,
                404,
                "ShareNotFound",
                "The specified share does not exist.",
            ),
        }
    }

    fn show(&self, _world: &World, resource: &Resource) -> Value {
        share_view::single(resource)
    }

    fn body(&self, value: Value) -> Body {
        Body::Plain(value)
    }
}

/// Requests on one share whose options matter: the rest is nothing special.
pub(crate) fn file_share(
    world: &mut World,
    request: &ArmRequest,
    id: &ResourceId,
) -> Result<Option<Reply>, ArmError> {
    let expand = request.parameter("$expand").unwrap_or_default();
    let include = request.parameter("$include").unwrap_or_default();
    match request.method {
        Method::GET => {
            if !expand.is_empty() && !expand.eq_ignore_ascii_case("stats") {
                return Err(invalid_parameter(world, "$expand", expand, "stats"));
            }
            let mut reply = match request.header(share_snapshot::HEADER) {
                Some(time) => share_snapshot::read(world, request, id, time)?,
                None => {
                    let reply = provider::read(world, id, request.api_version()?)?;
                    match world.resource(id) {
                        Some(share) => reply.header("etag", tag(&share.private)),
                        None => reply,
                    }
                }
            };
            if let (false, Body::Plain(body)) = (expand.is_empty(), &mut reply.body)
                && let Some(Value::Object(properties)) = body.get_mut("properties")
            {
                properties.insert("shareUsageBytes".into(), json!(0));
            }
            Ok(Some(reply))
        }
        Method::PUT if expand.eq_ignore_ascii_case("snapshots") => {
            share_snapshot::take(world, request, id).map(Some)
        }
        Method::PUT if !expand.is_empty() => {
            Err(invalid_parameter(world, "$expand", expand, "snapshots"))
        }
        Method::DELETE => {
            let include = include.to_ascii_lowercase();
            let known = ["", "none", "snapshots", "leased-snapshots"];
            if !known.contains(&include.as_str()) {
                let known = "none, snapshots, leased-snapshots";
                return Err(invalid_parameter(world, "$include", &include, known));
            }
            if let Some(time) = request.header(share_snapshot::HEADER) {
                if include.ends_with("snapshots") {
                    return Err(invalid_parameter(world, "$include", &include, "none"));
                }
                return share_snapshot::delete(world, request, id, time).map(Some);
            }
            // Unless it says otherwise, a share takes its snapshots along.
            if include == "none" {
                share_snapshot::check_none(world, id)?;
            }
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// A query parameter that is not understood.
pub(super) fn invalid_parameter(world: &World, name: &str, value: &str, known: &str) -> ArmError {
    refusal(
        world,
        400,
        "InvalidQueryParameterValue",
        &format!(
            "Value for one of the query parameters specified in the request URI is invalid: '{value}' of {name} is \
             none of: {known}."
        ),
    )
}

/// What a write makes of a share.
struct Share {
    body: Value,
    private: Value,
}

/// The share after a write. What is left out is left alone; metadata is replaced as a whole.
fn changed(
    world: &World,
    id: &ResourceId,
    existing: Option<&Resource>,
    sent: &Map<String, Value>,
) -> Result<Share, ArmError> {
    let model = Model::of(world, id);
    model.check(world, sent)?;
    let mut properties = match existing.and_then(|share| share.body.get("properties")) {
        Some(Value::Object(properties)) => properties.clone(),
        _ => Map::new(),
    };
    let protocol = properties.get("enabledProtocols");
    if let (Some(before), Some(asked)) = (protocol, sent.get("enabledProtocols"))
        && before != asked
    {
        return Err(refusal(
            world,
            409,
            "ShareAlreadyExists",
            "The specified share already exists.",
        )
        .with_target("enabledProtocols"));
    }
    let now = world.now();
    let old = existing.map(|share| &share.private);
    let mut tier_changed = old.and_then(|old| old.get("tierChanged")).cloned();
    if tier_changed.is_none()
        || sent
            .get("accessTier")
            .is_some_and(|t| Some(t) != properties.get("accessTier"))
    {
        tier_changed = Some(json!(now));
    }
    properties.extend(sent.clone());
    for (name, default) in [
        ("shareQuota", json!(QUOTA)),
        ("accessTier", json!(model.tier())),
        ("enabledProtocols", json!("SMB")),
    ] {
        properties.entry(name).or_insert(default);
    }
    if let Some(Value::Object(metadata)) = properties.shift_remove("metadata")
        && !metadata.is_empty()
    {
        let lower: Map<String, Value> = metadata
            .into_iter()
            .map(|(key, value)| (key.to_ascii_lowercase(), value))
            .collect();
        properties.insert("metadata".into(), Value::Object(lower));
    }
    let ticks = i64::try_from(now.as_nanosecond() / 100).unwrap_or_default() + EPOCH_TICKS;
    let last = old.and_then(|old| old.get("etag")?.as_i64()).unwrap_or(0);
    Ok(Share {
        body: json!({"properties": properties}),
        private: json!({"etag": ticks.max(last + 1), "tierChanged": tier_changed}),
    })
}

/// The answer to a write: no more than was sent, in Azure's order.
fn echo(status: u16, id: &ResourceId, sent: &Map<String, Value>) -> Reply {
    let mut body = envelope(id, &SPEC);
    let properties = sent.get("properties");
    if !sent.is_empty() {
        let mut shown = Map::new();
        for name in [
            "accessTier",
            "metadata",
            "shareQuota",
            "enabledProtocols",
            "rootSquash",
            "signedIdentifiers",
        ] {
            if let Some(value) = properties.and_then(|properties| properties.get(name)) {
                shown.insert(name.into(), value.clone());
            }
        }
        body.insert("properties".into(), Value::Object(shown));
    }
    Reply::with(status, Body::Plain(Value::Object(body)))
}

pub(super) fn account(share: &ResourceId) -> ResourceId {
    share
        .parent()
        .and_then(|service| service.parent())
        .unwrap_or_default()
}
