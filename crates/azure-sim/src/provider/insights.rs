//! Diagnostic settings: extension resources whose errors come without a wrapper.

use serde_json::{Value, json};

use super::{Home, Provider, Spec, Write, Written, store_now};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::reply::{Body, Reply};
use crate::shape::{Mismatch, Shape};
use crate::store::{Resource, World};

const RETENTION: Shape = Shape::Object(&[("enabled", Shape::Bool), ("days", Shape::Int)]);

static SPEC: Spec = Spec {
    resource_type: "Microsoft.Insights/diagnosticSettings",
    api_versions: &[
        "2021-05-01-preview",
        "2020-01-01-preview",
        "2017-05-01-preview",
        "2016-09-01",
    ],
    home: Home::Extension,
    located: false,
    tagged: false,
    shape: Shape::Object(&[(
        "properties",
        Shape::Object(&[
            ("storageAccountId", Shape::Text),
            ("serviceBusRuleId", Shape::Text),
            ("workspaceId", Shape::Text),
            ("eventHubAuthorizationRuleId", Shape::Text),
            ("eventHubName", Shape::Text),
            ("marketplacePartnerId", Shape::Text),
            ("logAnalyticsDestinationType", Shape::Text),
            (
                "metrics",
                Shape::Array(&Shape::Object(&[
                    ("category", Shape::Text),
                    ("enabled", Shape::Bool),
                    ("timeGrain", Shape::Text),
                    ("retentionPolicy", RETENTION),
                ])),
            ),
            (
                "logs",
                Shape::Array(&Shape::Object(&[
                    ("category", Shape::Text),
                    ("categoryGroup", Shape::Text),
                    ("enabled", Shape::Bool),
                    ("retentionPolicy", RETENTION),
                ])),
            ),
        ]),
    )]),
};

/// What a managed cluster can log.
const CLUSTER_LOGS: &[&str] = &[
    "kube-apiserver",
    "kube-audit",
    "kube-audit-admin",
    "kube-controller-manager",
    "kube-scheduler",
    "cluster-autoscaler",
    "cloud-controller-manager",
    "guard",
    "csi-azuredisk-controller",
    "csi-azurefile-controller",
    "csi-snapshot-controller",
];

/// `Microsoft.Insights/diagnosticSettings`.
pub(crate) struct DiagnosticSettings;

impl Provider for DiagnosticSettings {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError> {
        let name = id.name();
        if name.is_empty()
            || name.len() > 260
            || name.contains(['<', '>', '*', '%', '&', ':', '\\', '?', '+'])
        {
            return Err(bad_request(format!(
                "The diagnostic setting name '{name}' is invalid."
            )));
        }
        Ok(())
    }

    fn mismatch(&self, mismatch: &Mismatch) -> ArmError {
        bad_request(format!(
            "Could not convert {} to {}. Path '{}'.",
            mismatch.found, mismatch.wanted, mismatch.path
        ))
    }

    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError> {
        let scope = write.id.scope();
        let properties = write.properties();
        let storage = check_target(
            world,
            &write,
            "storageAccountId",
            "Microsoft.Storage/storageAccounts",
        )?;
        let workspace = check_target(
            world,
            &write,
            "workspaceId",
            "Microsoft.OperationalInsights/workspaces",
        )?;
        if !storage && !workspace && !properties.contains_key("eventHubAuthorizationRuleId") {
            return Err(bad_request("At least one data sink needs to be specified."));
        }
        let cluster = scope
            .resource_type()
            .is_some_and(|t| t.eq_ignore_ascii_case(super::aks::CLUSTER_TYPE));
        let mut logs = Vec::new();
        for log in properties
            .get("logs")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let category = log.get("category").and_then(Value::as_str);
            let group = log.get("categoryGroup").and_then(Value::as_str);
            match (category, group) {
                (None, None) | (Some(_), Some(_)) => {
                    return Err(bad_request(
                        "Each log setting must name either a category or a categoryGroup.",
                    ));
                }
                (Some(category), None) if cluster && !CLUSTER_LOGS.contains(&category) => {
                    return Err(bad_request(format!(
                        "Category '{category}' is not supported."
                    )));
                }
                _ => {}
            }
            logs.push(json!({
                "category": category,
                "categoryGroup": group,
                "enabled": log.get("enabled").and_then(Value::as_bool).unwrap_or(false),
                "retentionPolicy": retention(log),
            }));
        }
        let metrics: Vec<Value> = properties
            .get("metrics")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|metric| {
                json!({
                    "category": metric.get("category"),
                    "enabled": metric.get("enabled").and_then(Value::as_bool).unwrap_or(false),
                    "retentionPolicy": retention(metric),
                })
            })
            .collect();
        let get = |name: &str| properties.get(name).cloned().unwrap_or(Value::Null);
        let body = json!({
            "id": format!(
                "{}/providers/microsoft.insights/diagnosticSettings/{}",
                scope.key(),
                write.id.name()
            ),
            "type": SPEC.resource_type,
            "name": write.id.name(),
            "location": null,
            "kind": null,
            "tags": null,
            "properties": {
                "storageAccountId": get("storageAccountId"),
                "serviceBusRuleId": get("serviceBusRuleId"),
                "workspaceId": get("workspaceId"),
                "eventHubAuthorizationRuleId": get("eventHubAuthorizationRuleId"),
                "eventHubName": get("eventHubName"),
                "metrics": metrics,
                "logs": logs,
                "logAnalyticsDestinationType": get("logAnalyticsDestinationType"),
            },
            "identity": null,
        });
        let mut written = store_now(self, world, &write, body.clone(), Value::Null, 200);
        // The first answer knows neither the region nor the metrics that are off.
        written.reply.body = Body::Json(body);
        Ok(written)
    }

    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        world.remove(id);
        Ok(Reply::empty(200))
    }

    fn not_found(&self, world: &World, id: &ResourceId) -> ArmError {
        if let Err(error) = super::check_scope(world, &id.scope()) {
            return error;
        }
        ArmError::bare(
            404,
            "ResourceNotFound",
            format!("The diagnostic setting '{}' doesn't exist.", id.name()),
        )
    }

    fn show(&self, world: &World, resource: &Resource) -> Value {
        let mut body = resource.body.clone();
        let region = world
            .resource(&resource.id.scope())
            .map(|scope| scope.location().to_owned());
        if let Some(body) = body.as_object_mut() {
            body.insert("location".into(), json!(region));
        }
        if let Some(metrics) = body.pointer_mut("/properties/metrics")
            && metrics.as_array().is_some_and(Vec::is_empty)
        {
            *metrics = json!([{
                "category": "AllMetrics",
                "enabled": false,
                "retentionPolicy": {"enabled": false, "days": 0},
            }]);
        }
        body
    }
}

fn retention(setting: &Value) -> Value {
    let given = setting.get("retentionPolicy");
    let get = |name: &str| given.and_then(|policy| policy.get(name)).cloned();
    json!({
        "enabled": get("enabled").unwrap_or(json!(false)),
        "days": get("days").unwrap_or(json!(0)),
    })
}

/// Whether a target is named; one that is named must exist.
fn check_target(
    world: &World,
    write: &Write,
    name: &str,
    resource_type: &str,
) -> Result<bool, ArmError> {
    let Some(text) = write.text(&format!("/properties/{name}")) else {
        return Ok(false);
    };
    let id = ResourceId::parse(text).filter(|id| {
        id.resource_type()
            .is_some_and(|kind| kind.eq_ignore_ascii_case(resource_type))
    });
    let Some(id) = id else {
        return Err(bad_request(format!(
            "The value '{text}' of '{name}' is not the id of a {resource_type}."
        )));
    };
    if !world.exists(&id) {
        return Err(ArmError::bare(
            404,
            "ResourceNotFound",
            format!(
                "The Resource '{}' under resource group '{}' was not found.",
                id.type_and_names(),
                id.group().unwrap_or_default()
            ),
        ));
    }
    Ok(true)
}

fn bad_request(message: impl Into<String>) -> ArmError {
    ArmError::bare(400, "BadRequest", message)
}
