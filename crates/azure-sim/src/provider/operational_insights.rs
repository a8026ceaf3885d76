//! Log Analytics workspaces.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Home, Provider, Spec, Write, Written, operation_path, store_now, time};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::{PollingPath, Reply};
use crate::shape::Shape;
use crate::store::{Operation, OperationState, Resource, Work, World};

/// Versions whose ids come in lower case.
const OLD_IDS: &str = "2021-06-01";
/// Versions from which on a deletion takes time.
const SLOW_DELETION: &str = "2025-02-01";
/// The api-version of its status.
const STATUS_VERSION: &str = "2015-11-01-preview";
const CREATE: Duration = Duration::from_secs(20);
const DELETE: Duration = Duration::from_secs(5);

static SPEC: Spec = Spec {
    resource_type: "Microsoft.OperationalInsights/workspaces",
    api_versions: &[
        "2025-07-01",
        "2025-02-01",
        "2023-09-01",
        "2022-10-01",
        "2021-12-01-preview",
        "2021-06-01",
        "2020-10-01",
        "2020-08-01",
        "2015-11-01-preview",
    ],
    home: Home::Group,
    located: true,
    tagged: true,
    shape: Shape::Object(&[
        ("location", Shape::Text),
        ("tags", Shape::TextMap),
        ("identity", Shape::Any),
        (
            "properties",
            Shape::Object(&[
                (
                    "sku",
                    Shape::Object(&[
                        ("name", Shape::Text),
                        ("capacityReservationLevel", Shape::Int),
                    ]),
                ),
                ("retentionInDays", Shape::Int),
                (
                    "workspaceCapping",
                    Shape::Object(&[("dailyQuotaGb", Shape::Number)]),
                ),
                (
                    "publicNetworkAccessForIngestion",
                    Shape::Word(&["Enabled", "Disabled", "SecuredByPerimeter"]),
                ),
                (
                    "publicNetworkAccessForQuery",
                    Shape::Word(&["Enabled", "Disabled", "SecuredByPerimeter"]),
                ),
                ("forceCmkForQuery", Shape::Bool),
                ("features", Shape::Map(&Shape::Any)),
                ("defaultDataCollectionRuleResourceId", Shape::Text),
            ]),
        ),
    ]),
};

const SKUS: &[&str] = &[
    "Free",
    "Standard",
    "Premium",
    "PerNode",
    "PerGB2018",
    "Standalone",
    "CapacityReservation",
];

/// `Microsoft.OperationalInsights/workspaces`.
pub(crate) struct Workspaces;

impl Provider for Workspaces {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        let name = id.name();
        let good = (4..=63).contains(&name.len())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !name.starts_with('-')
            && !name.ends_with('-');
        if good {
            return Ok(());
        }
        Err(ArmError::new(
            400,
            "InvalidResourceName",
            format!(
                "The workspace name '{name}' is invalid: it must be 4 to 63 letters, digits and '-', and \
                 must not start or end with '-'."
            ),
        ))
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        let asked = write.text("/properties/sku/name").unwrap_or("PerGB2018");
        let Some(sku) = SKUS.iter().find(|sku| sku.eq_ignore_ascii_case(asked)) else {
            return Err(ArmError::new(
                400,
                "InvalidParameter",
                format!(
                    "The workspace SKU '{asked}' is none of {}.",
                    SKUS.join(", ")
                ),
            )
            .with_target("properties.sku.name"));
        };
        // The old per-node SKU is sold as the new one.
        let sku = if *sku == "Standalone" {
            "PerGB2018"
        } else {
            sku
        };
        let old = write.existing.as_ref().map(|existing| &existing.body);
        let kept = |pointer: &str| old.and_then(|body| body.pointer(pointer)).cloned();
        let retention = write
            .at("/properties/retentionInDays")
            .cloned()
            .or_else(|| kept("/properties/retentionInDays"))
            .unwrap_or(json!(30));
        let days = retention.as_i64().unwrap_or_default();
        if !(days == 7 || days == -1 || (30..=730).contains(&days)) {
            return Err(ArmError::new(
                400,
                "InvalidParameter",
                format!("'RetentionInDays' value {days} is invalid. Valid values are 30 to 730."),
            )
            .with_target("properties.retentionInDays"));
        }
        let customer = kept("/properties/customerId")
            .unwrap_or_else(|| json!(world.next_guid("workspace").to_string()));
        let now = time(world.now());
        let created = kept("/properties/createdDate").unwrap_or_else(|| json!(now));
        let etag = format!("\"{}\"", world.next_guid("etag"));
        let is_new = write.existing.is_none();
        let get = |name: &str, default: Value| {
            write
                .at(&format!("/properties/{name}"))
                .cloned()
                .unwrap_or(default)
        };
        let mut features = json!({
            "legacy": 0,
            "searchVersion": 1,
            "enableLogAccessUsingOnlyResourcePermissions": true,
        });
        if let (Some(features), Some(Value::Object(given))) =
            (features.as_object_mut(), write.at("/properties/features"))
        {
            features.extend(given.clone());
        }
        let mut body = Map::new();
        body.insert(
            "properties".into(),
            json!({
                "customerId": customer,
                "provisioningState": if is_new { "Creating" } else { "Succeeded" },
                "sku": {"name": sku, "lastSkuUpdate": created},
                "retentionInDays": retention,
                "features": features,
                "workspaceCapping": {
                    "dailyQuotaGb": write.at("/properties/workspaceCapping/dailyQuotaGb").cloned().unwrap_or(json!(-1.0)),
                    "quotaNextResetTime": now,
                    "dataIngestionStatus": "RespectQuota",
                },
                "publicNetworkAccessForIngestion": get("publicNetworkAccessForIngestion", json!("Enabled")),
                "publicNetworkAccessForQuery": get("publicNetworkAccessForQuery", json!("Enabled")),
                "createdDate": created,
                "modifiedDate": now,
            }),
        );
        body.insert("location".into(), json!(write.location()));
        if let Some(tags) = write.at("/tags") {
            body.insert("tags".into(), tags.clone());
        }
        let id = if write.api_version.as_str() <= OLD_IDS {
            lower_id(&write.id)
        } else {
            write.id.to_string()
        };
        body.insert("id".into(), json!(id));
        body.insert("name".into(), json!(write.id.name()));
        body.insert("type".into(), json!(SPEC.resource_type));
        body.insert("etag".into(), json!(etag));
        let status = if is_new { 201 } else { 200 };
        let mut written = store_now(
            self,
            world,
            &write,
            Value::Object(body),
            Value::Null,
            status,
        );
        if is_new {
            let ends = world.due(CREATE);
            written.accepted.operation = Some(world.start(Work::Create, &write.id, ends));
            written.accepted.ready_at = ends;
        }
        Ok(written)
    }

    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        api_version: &str,
    ) -> Result<Reply, ArmError> {
        if api_version < SLOW_DELETION {
            world.remove(id);
            return Ok(Reply::empty(200));
        }
        let location = world
            .resource(id)
            .map_or_else(String::new, |workspace| workspace.location().to_owned());
        let running = world.running(id).map(|operation| operation.name.clone());
        let name = running.unwrap_or_else(|| {
            let ends = world.due(DELETE);
            world.start(Work::Delete, id, ends)
        });
        let status = operation_path(
            id,
            "Microsoft.OperationalInsights",
            &location,
            "operationstatuses",
            &name,
            STATUS_VERSION,
        );
        let result = PollingPath::new(format!("{id}/operationresults/{name}"), api_version);
        Ok(Reply::empty(202)
            .async_operation(status)
            .location(result)
            .retry_after(5))
    }

    fn show(&self, _world: &World, resource: &Resource) -> Value {
        resource.body.clone()
    }

    fn post(
        &self,
        world: &mut World,
        id: &ResourceId,
        action: &str,
        _body: &Value,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        if !action.eq_ignore_ascii_case("sharedKeys") && !action.eq_ignore_ascii_case("listKeys") {
            return Err(super::unknown_action(id, action));
        }
        let key = |name: &str| {
            let text = world.settings().text(&format!("{name}:{}", id.key()), 86);
            format!("{}==", text.replace('-', "+").replace('_', "/"))
        };
        Ok(Reply::json(
            200,
            json!({"primarySharedKey": key("primary"), "secondarySharedKey": key("secondary")}),
        ))
    }
}

/// The status document of a deletion, which was asked for at `path`.
pub(crate) fn deletion_status(operation: &Operation, path: &str) -> Value {
    let mut body = json!({
        "id": path,
        "name": operation.name,
        "status": operation.state.word(),
        "startTime": time(operation.started),
        "properties": {},
    });
    if operation.state != OperationState::Running {
        body["endTime"] = json!(time(operation.ends));
    }
    if let Some(error) = operation.state.error() {
        body["error"] = error.to_object();
    }
    body
}

/// Group, namespace and type in lower case, names as they are.
fn lower_id(id: &ResourceId) -> String {
    id.to_string()
        .replacen("/resourceGroups/", "/resourcegroups/", 1)
        .replacen(
            "/Microsoft.OperationalInsights/",
            "/microsoft.operationalinsights/",
            1,
        )
}
