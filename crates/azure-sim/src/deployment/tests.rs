//! Deployments as requests see them, over a world whose time the tests turn.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::handle;
use crate::builder::Settings;
use crate::clock::later;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::latency::Latency;
use crate::reply::Reply;
use crate::request::ArmRequest;
use crate::store::World;

const SUB: &str = "/subscriptions/00000000-0000-0000-0000-000000000001";
const SCHEMA: &str =
    "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#";
const IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";

/// A world in which every piece of work takes ten seconds.
struct Azure {
    world: World,
    now: Timestamp,
}

impl Azure {
    fn new() -> Self {
        Self::with(Latency::Fixed(Duration::from_secs(10)))
    }

    fn with(latency: Latency) -> Self {
        let settings = Settings {
            latency,
            ..Settings::default()
        };
        Self {
            world: World::new(Arc::new(settings)),
            now: "2026-01-01T00:00:00Z".parse().unwrap(),
        }
    }

    fn wait(&mut self, seconds: u64) {
        self.now = later(self.now, Duration::from_secs(seconds));
    }

    fn send(&mut self, method: &str, path: &str, body: &Value) -> Result<Reply, ArmError> {
        self.world.advance(self.now);
        let bytes = if body.is_null() {
            Bytes::new()
        } else {
            body.to_string().into()
        };
        let request = http::Request::builder()
            .method(method)
            .uri(format!("https://host{SUB}{path}?api-version=2021-04-01"))
            .body(bytes)
            .unwrap();
        handle(&mut self.world, &ArmRequest::read(request).unwrap())
    }

    fn get(&mut self, path: &str) -> Value {
        let reply = self.send("GET", path, &Value::Null).unwrap();
        assert_eq!(reply.status, 200);
        reply.body.into_value()
    }

    fn state(&mut self, name: &str) -> String {
        let body = self.get(&format!("{DEPLOYMENTS}/{name}"));
        body["properties"]["provisioningState"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// PUTs a subscription-scope deployment.
    fn deploy(&mut self, name: &str, template: &Value) -> Result<Reply, ArmError> {
        self.send(
            "PUT",
            &format!("{DEPLOYMENTS}/{name}"),
            &request(template, &json!({})),
        )
    }
}

const DEPLOYMENTS: &str = "/providers/Microsoft.Resources/deployments";

fn request(template: &Value, parameters: &Value) -> Value {
    json!({
        "location": "East US",
        "properties": {"mode": "Incremental", "template": template, "parameters": parameters},
    })
}

fn template(resources: &Value, outputs: &Value) -> Value {
    json!({
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "resources": resources,
        "outputs": outputs,
    })
}

fn group(name: &str) -> Value {
    json!({
        "type": "Microsoft.Resources/resourceGroups", "apiVersion": "2021-04-01",
        "name": name, "location": "eastus"
    })
}

fn nested(resources: &Value, outputs: &Value) -> Value {
    json!({
        "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "inside",
        "resourceGroup": "g1", "dependsOn": ["g1"],
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "parameters": {"prefix": {"value": "[parameters('prefix')]"}},
            "template": {
                "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                "contentVersion": "1.0.0.0",
                "parameters": {"prefix": {"type": "string"}},
                "resources": resources,
                "outputs": outputs
            }
        }
    })
}

fn identity(name: &str, needs: &Value) -> Value {
    json!({
        "type": IDENTITY, "apiVersion": "2023-01-31", "name": name,
        "location": "[resourceGroup().location]", "dependsOn": needs
    })
}

/// Takes ten seconds, unlike an identity.
fn account(name: &str, needs: &Value) -> Value {
    json!({
        "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01", "name": name,
        "location": "eastus", "kind": "StorageV2", "sku": {"name": "Standard_LRS"},
        "properties": {}, "dependsOn": needs
    })
}

fn federation(name: &str, needs: &Value) -> Value {
    json!({
        "type": format!("{IDENTITY}/federatedIdentityCredentials"), "apiVersion": "2023-01-31",
        "name": name, "dependsOn": needs,
        "properties": {
            "issuer": "https://issuer.example/", "subject": "system:serviceaccount:n:s",
            "audiences": ["api://AzureADTokenExchange"]
        }
    })
}

/// A group and, in it, two identities of which the second waits for the first.
fn realistic() -> Value {
    let mut template = template(
        &json!([
            group("g1"),
            nested(
                &json!([
                    identity("[concat(parameters('prefix'), '-a')]", &json!([])),
                    identity("second", &json!(["[concat(parameters('prefix'), '-a')]"]))
                ]),
                &json!({
                    "PRINCIPAL_ID": {"type": "string", "value":
                        "[reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', 'second')).principalId]"},
                    "secret": {"type": "securestring", "value": "hunter2"}
                }),
            )
        ]),
        &json!({
            "AZURE_PRINCIPAL_ID": {"type": "string", "value":
                "[reference(extensionResourceId(format('/subscriptions/{0}/resourceGroups/{1}', subscription().subscriptionId, 'g1'), 'Microsoft.Resources/deployments', 'inside')).outputs.PRINCIPAL_ID.value]"},
            "byName": {"type": "string", "value": "[reference('inside', '2022-09-01').outputs.principal_id.value]"},
            "never": {"type": "string", "condition": "[equals(1, 2)]", "value": "[fail('x')]"},
            "group": {"type": "object", "value": "[reference(subscriptionResourceId('Microsoft.Resources/resourceGroups', 'g1'), '2021-04-01', 'Full').location]"}
        }),
    );
    template["outputs"]["group"]["type"] = json!("string");
    template["parameters"] = json!({
        "prefix": {"type": "string", "defaultValue": "id"},
        "password": {"type": "securestring", "defaultValue": "s3cret"}
    });
    template
}

#[test]
fn a_deployment_is_accepted_runs_and_ends_with_its_outputs() {
    let mut azure = Azure::new();
    let path = format!("{DEPLOYMENTS}/main");
    let mut body = request(&realistic(), &json!({}));
    body["tags"] = json!({"a": "b"});
    let reply = azure.send("PUT", &path, &body).unwrap();
    assert_eq!(reply.status, 201);
    assert!(reply.location.is_none() && reply.retry_after.is_none());
    let polling = reply.async_operation.unwrap().path;
    let poll = polling.strip_prefix(SUB).unwrap().to_owned();
    let accepted = reply.body.into_value();
    assert_eq!(accepted["properties"]["provisioningState"], "Accepted");
    assert_eq!(accepted["location"], "eastus");
    assert_eq!(accepted["tags"], json!({"a": "b"}));
    assert_eq!(
        accepted["properties"]["parameters"],
        json!({"prefix": {"type": "String", "value": "id"}, "password": {"type": "SecureString"}})
    );
    assert_eq!(
        accepted["properties"]["dependencies"][0]["dependsOn"][0]["resourceName"],
        "g1"
    );
    assert_eq!(azure.get(&poll), json!({"status": "Accepted"}));
    azure.wait(11);
    assert_eq!(azure.get(&poll), json!({"status": "Running"}));
    azure.wait(600);
    assert_eq!(azure.get(&poll), json!({"status": "Succeeded"}));
    let done = azure.get(&path);
    let group = format!("{SUB}/resourceGroups/g1");
    let properties = &done["properties"];
    let principal = properties["outputs"]["azurE_PRINCIPAL_ID"]["value"].clone();
    assert!(principal.is_string());
    assert_eq!(
        properties["outputs"],
        json!({
            "azurE_PRINCIPAL_ID": {"type": "String", "value": principal},
            "byName": {"type": "String", "value": principal},
            "group": {"type": "String", "value": "eastus"},
        })
    );
    assert_eq!(
        properties["outputResources"],
        json!([
            {"id": group},
            {"id": format!("{group}/providers/{IDENTITY}/id-a")},
            {"id": format!("{group}/providers/{IDENTITY}/second")},
        ])
    );
    let inner = azure.get(&format!("/resourcegroups/g1{DEPLOYMENTS}/inside"));
    assert_eq!(
        inner["id"],
        format!("{group}/providers/Microsoft.Resources/deployments/inside")
    );
    assert_eq!(
        inner["properties"]["outputs"]["secret"],
        json!({"type": "SecureString"})
    );
    assert!(inner.get("location").is_none());
    assert!(!done.to_string().contains("s3cret"));
    let stored: Vec<String> = azure
        .world
        .documents("")
        .map(|(_, v)| v.to_string())
        .collect();
    assert!(
        stored.iter().all(|s| !s.contains("s3cret")),
        "an ended deployment keeps no secret"
    );
}

#[test]
fn operations_show_each_resource_and_the_outputs() {
    let mut azure = Azure::new();
    azure.deploy("main", &realistic()).unwrap();
    azure.wait(15);
    let running = azure.get(&format!("{DEPLOYMENTS}/main/operations"));
    let states: Vec<(&str, &str)> = running["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| {
            let p = &o["properties"];
            (
                p["targetResource"]["resourceName"].as_str().unwrap(),
                p["provisioningState"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(states, [("g1", "Succeeded"), ("inside", "Running")]);
    azure.wait(600);
    let done = azure.get(&format!("{DEPLOYMENTS}/main/operations"));
    let done = done["value"].as_array().unwrap();
    assert_eq!(done.len(), 3);
    assert_eq!(done[0]["properties"]["statusCode"], "Created");
    assert_eq!(done[1]["properties"]["provisioningState"], "Succeeded");
    assert_eq!(
        done[2]["properties"]["provisioningOperation"],
        "EvaluateDeploymentOutput"
    );
    assert!(done[2]["properties"].get("targetResource").is_none());
    let id = done[0]["operationId"].as_str().unwrap();
    let one = azure.get(&format!("{DEPLOYMENTS}/main/operations/{id}"));
    assert!(one["properties"]["serviceRequestId"].is_string());
    assert!(done[0]["properties"].get("serviceRequestId").is_none());
    let error = azure.send(
        "GET",
        &format!("{DEPLOYMENTS}/main/operations/nine"),
        &Value::Null,
    );
    assert_eq!(error.unwrap_err().status, 404);
}

#[test]
fn everything_happens_at_once_when_time_does_not_count() {
    let mut azure = Azure::with(Latency::None);
    azure.deploy("main", &realistic()).unwrap();
    assert_eq!(azure.state("main"), "Succeeded");
}

#[test]
fn a_second_put_waits_its_turn_and_then_replaces() {
    let mut azure = Azure::new();
    azure.deploy("main", &realistic()).unwrap();
    let error = azure.deploy("main", &realistic()).unwrap_err();
    assert_eq!(
        (error.status, error.code.as_str()),
        (409, "DeploymentActive")
    );
    let error = azure
        .send("DELETE", &format!("{DEPLOYMENTS}/main"), &Value::Null)
        .unwrap_err();
    assert_eq!(error.code, "DeploymentActive");
    azure.wait(600);
    assert_eq!(azure.state("main"), "Succeeded");
    let mut moved = request(&realistic(), &json!({}));
    moved["location"] = json!("westus2");
    let error = azure
        .send("PUT", &format!("{DEPLOYMENTS}/main"), &moved)
        .unwrap_err();
    assert_eq!(
        (error.status, error.code.as_str()),
        (409, "InvalidDeploymentLocation")
    );
    assert_eq!(azure.deploy("main", &realistic()).unwrap().status, 200);
    azure.wait(600);
    assert_eq!(azure.state("main"), "Succeeded");
}

#[test]
fn a_failing_resource_fails_what_is_round_it_with_both_levels_told() {
    let mut azure = Azure::new();
    let mut template = realistic();
    // The parent is made at the same time, so that it is not there yet.
    template["resources"][1]["properties"]["template"]["resources"] = json!([
        account("one11", &json!([])),
        federation("missing/fed", &json!([])),
        account("never", &json!(["one11"]))
    ]);
    template["resources"][1]["properties"]["template"]["outputs"] = json!({});
    template["outputs"] = json!({});
    azure.deploy("main", &template).unwrap();
    azure.wait(600);
    let main = azure.get(&format!("{DEPLOYMENTS}/main"));
    assert_eq!(main["properties"]["provisioningState"], "Failed");
    assert!(main["properties"].get("outputs").is_none());
    let error = &main["properties"]["error"];
    let inside =
        format!("{SUB}/resourceGroups/g1/providers/Microsoft.Resources/deployments/inside");
    assert_eq!(error["code"], "DeploymentFailed");
    assert_eq!(error["target"], format!("{SUB}{DEPLOYMENTS}/main"));
    let level = &error["details"][0];
    assert_eq!(level["code"], "ResourceDeploymentFailure");
    assert_eq!(level["target"], inside);
    let level = &level["details"][0];
    assert_eq!(level["code"], "DeploymentFailed");
    assert_eq!(level["target"], inside);
    assert_eq!(level["details"].as_array().unwrap().len(), 1);
    assert_eq!(level["details"][0]["code"], "ParentResourceNotFound");
    assert!(
        level["details"][0]["target"]
            .as_str()
            .unwrap()
            .ends_with("/missing/federatedIdentityCredentials/fed")
    );
    let operations = azure.get(&format!(
        "/resourceGroups/g1{DEPLOYMENTS}/inside/operations"
    ));
    let by_name: HashMap<&str, &Value> = operations["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| {
            (
                o["properties"]["targetResource"]["resourceName"]
                    .as_str()
                    .unwrap(),
                &o["properties"],
            )
        })
        .collect();
    assert_eq!(
        by_name["one11"]["provisioningState"], "Succeeded",
        "what runs is let to its end"
    );
    assert_eq!(by_name["missing/fed"]["statusCode"], "NotFound");
    assert_eq!(
        by_name["missing/fed"]["statusMessage"]["error"]["code"],
        "ParentResourceNotFound"
    );
    assert!(
        !by_name.contains_key("never"),
        "nothing starts after a failure"
    );
    let outer = azure.get(&format!("{DEPLOYMENTS}/main/operations"));
    let message = &outer["value"][1]["properties"]["statusMessage"];
    assert_eq!(message["status"], "Failed");
    assert_eq!(message["error"]["code"], "ResourceDeploymentFailure");
}

#[test]
fn outputs_that_cannot_be_evaluated_fail_the_deployment() {
    let mut azure = Azure::with(Latency::None);
    let template = template(
        &json!([group("g1")]),
        &json!({
            "good": {"type": "string", "value": "x"},
            "bad": {"type": "string", "value": "[reference('g1').nine]"},
            "typed": {"type": "int", "value": "x"}
        }),
    );
    azure.deploy("main", &template).unwrap();
    let body = azure.get(&format!("{DEPLOYMENTS}/main"));
    let error = &body["properties"]["error"];
    assert_eq!(error["code"], "DeploymentOutputEvaluationFailed");
    assert!(error["message"].as_str().unwrap().contains("'bad,typed'"));
    assert_eq!(error["details"][0]["target"], "bad");
    assert!(
        error["details"][0]["message"]
            .as_str()
            .unwrap()
            .contains("'nine'")
    );
}

#[test]
fn a_reference_to_what_is_not_there_is_the_deployments_own_error() {
    let mut azure = Azure::with(Latency::None);
    let mut group = group("g1");
    group["tags"] = json!({"x": "[reference(resourceId('Microsoft.Resources/deployments', 'nine'), '2022-09-01').outputs.y.value]"});
    azure
        .deploy("main", &template(&json!([group]), &json!({})))
        .unwrap();
    let body = azure.get(&format!("{DEPLOYMENTS}/main"));
    assert_eq!(
        body["properties"]["error"],
        json!({"code": "DeploymentNotFound", "message": "Deployment 'nine' could not be found."})
    );
}

#[test]
fn bad_requests_are_refused_before_anything_happens() {
    let mut azure = Azure::new();
    let good = template(&json!([group("g1")]), &json!({}));
    let path = format!("{DEPLOYMENTS}/main");
    let change = |pointer: &str, value: Value| {
        let mut body = request(&good, &json!({}));
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    for (body, status, code) in [
        (Value::Null, 400, "InvalidRequestContent"),
        (json!({"location": "eastus"}), 400, "InvalidRequestContent"),
        (change("/location", Value::Null), 400, "InvalidDeployment"),
        (
            change("/location", json!("atlantis")),
            400,
            "LocationNotAvailableForDeployment",
        ),
        (
            change("/properties/mode", json!("Complete")),
            400,
            "InvalidDeployment",
        ),
        (
            change("/properties/mode", json!("Sideways")),
            400,
            "InvalidRequestContent",
        ),
        (
            change("/properties/template", Value::Null),
            400,
            "InvalidTemplate",
        ),
        (
            change("/properties/parameters", json!({"x": {"value": 1}})),
            400,
            "InvalidTemplate",
        ),
        (
            change("/properties/parameters", json!({"x": 1})),
            400,
            "InvalidRequestContent",
        ),
        (
            change("/properties/template/resources/0/name", json!("[nosuch()]")),
            400,
            "InvalidTemplate",
        ),
    ] {
        let error = azure.send("PUT", &path, &body).unwrap_err();
        assert_eq!(
            (error.status, error.code.as_str()),
            (status, code),
            "{body}: {}",
            error.message
        );
    }
    let error = azure
        .send(
            "PUT",
            &path,
            &change("/properties/template/resources/0/name", json!("[nosuch()]")),
        )
        .unwrap_err();
    assert_eq!(error.additional_info[0]["type"], "TemplateViolation");
    assert_eq!(
        error.additional_info[0]["info"]["path"],
        "properties.template.resources[0].name"
    );
    let long = "x".repeat(65);
    for name in [long.as_str(), "a!", "a@b", "ends."] {
        let error = azure.deploy(name, &good).unwrap_err();
        assert_eq!(
            (error.status, error.code.as_str()),
            (400, "InvalidDeploymentName"),
            "{name}"
        );
    }
    assert!(azure.deploy(&"x".repeat(64), &good).is_ok());
    let in_group = format!("/resourceGroups/nine{DEPLOYMENTS}/x");
    let error = azure
        .send("PUT", &in_group, &request(&good, &json!({})))
        .unwrap_err();
    assert_eq!(error.code, "ResourceGroupNotFound");
    let error = azure.send("GET", &path, &Value::Null).unwrap_err();
    assert_eq!(
        (error.status, error.code.as_str()),
        (404, "DeploymentNotFound")
    );
    assert_eq!(error.message, "Deployment 'main' could not be found.");
}

#[test]
fn preflight_tells_what_a_provider_already_knows() {
    let mut azure = Azure::new();
    let mut template = realistic();
    template["resources"][1]["properties"]["template"]["resources"][1]["location"] =
        json!("nowhere");
    for path in [
        format!("{DEPLOYMENTS}/main"),
        format!("{DEPLOYMENTS}/main/validate"),
    ] {
        let method = if path.ends_with("validate") {
            "POST"
        } else {
            "PUT"
        };
        let error = azure
            .send(method, &path, &request(&template, &json!({})))
            .unwrap_err();
        assert_eq!(
            (error.status, error.code.as_str()),
            (400, "InvalidTemplateDeployment")
        );
        assert_eq!(
            error.details[0]["code"],
            "LocationNotAvailableForResourceType"
        );
        assert!(
            error.details[0]["target"]
                .as_str()
                .unwrap()
                .ends_with("/second")
        );
    }
}

#[test]
fn validation_lists_what_would_be_deployed_and_does_nothing() {
    let mut azure = Azure::new();
    let path = format!("{DEPLOYMENTS}/main/validate");
    let body = request(
        &realistic(),
        &json!({"prefix": {"value": "p", "reference": null}}),
    );
    let reply = azure.send("POST", &path, &body).unwrap();
    assert_eq!(reply.status, 200);
    let body = reply.body.into_value();
    assert_eq!(body["properties"]["provisioningState"], "Succeeded");
    assert_eq!(body["properties"]["duration"], "PT0S");
    let ids: Vec<&str> = body["properties"]["validatedResources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["id"].as_str().unwrap().rsplit('/').next().unwrap())
        .collect();
    assert_eq!(ids, ["g1", "inside", "p-a", "second"]);
    assert!(
        azure
            .send("GET", &format!("{DEPLOYMENTS}/main"), &Value::Null)
            .is_err()
    );
}

#[test]
fn cancelling_stops_a_running_deployment_only() {
    let mut azure = Azure::new();
    azure.deploy("main", &realistic()).unwrap();
    azure.wait(15);
    let path = format!("{DEPLOYMENTS}/main/cancel");
    assert_eq!(azure.send("POST", &path, &Value::Null).unwrap().status, 204);
    assert_eq!(azure.state("main"), "Canceled");
    let inner = azure.get(&format!("/resourceGroups/g1{DEPLOYMENTS}/inside"));
    assert_eq!(inner["properties"]["provisioningState"], "Canceled");
    assert_eq!(
        azure.send("POST", &path, &Value::Null).unwrap_err().status,
        409
    );
    azure.wait(600);
    assert_eq!(azure.state("main"), "Canceled");
}

#[test]
fn deleting_takes_the_record_and_leaves_the_resources() {
    let mut azure = Azure::new();
    azure
        .deploy("main", &template(&json!([group("g1")]), &json!({})))
        .unwrap();
    azure.wait(600);
    let path = format!("{DEPLOYMENTS}/main");
    assert_eq!(azure.send("HEAD", &path, &Value::Null).unwrap().status, 204);
    let reply = azure.send("DELETE", &path, &Value::Null).unwrap();
    assert_eq!(reply.status, 202);
    assert!(
        reply
            .location
            .unwrap()
            .path
            .starts_with(&format!("{SUB}/operationresults/"))
    );
    azure.wait(60);
    assert_eq!(azure.send("HEAD", &path, &Value::Null).unwrap().status, 404);
    assert_eq!(
        azure.send("DELETE", &path, &Value::Null).unwrap().status,
        204
    );
    let id = ResourceId::parse(&format!("{SUB}/resourceGroups/g1")).unwrap();
    assert!(azure.world.exists(&id));
}

#[test]
fn lists_are_by_scope_and_state() {
    let mut azure = Azure::new();
    assert_eq!(azure.get(DEPLOYMENTS), json!({"value": []}));
    azure.deploy("main", &realistic()).unwrap();
    azure.wait(600);
    azure.wait(1);
    let names = |body: &Value| -> Vec<String> {
        body["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|d| d["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&azure.get(DEPLOYMENTS)), ["main"]);
    assert_eq!(
        names(&azure.get(&format!("/resourceGroups/G1{DEPLOYMENTS}"))),
        ["inside"]
    );
}

#[test]
fn a_group_takes_its_deployments_along() {
    let mut azure = Azure::with(Latency::None);
    azure.deploy("main", &realistic()).unwrap();
    assert_eq!(azure.state("main"), "Succeeded");
    let group = ResourceId::parse(&format!("{SUB}/resourceGroups/g1")).unwrap();
    super::forget_group(&mut azure.world, &group);
    assert_eq!(
        azure.get(&format!("/resourceGroups/g1{DEPLOYMENTS}")),
        json!({"value": []})
    );
    assert_eq!(azure.state("main"), "Succeeded");
}

#[test]
fn the_outer_scope_evaluates_a_nested_template() {
    let mut azure = Azure::with(Latency::None);
    let mut nested = nested(
        &json!([identity("[variables('name')]", &json!([]))]),
        &json!({}),
    );
    nested["properties"]["expressionEvaluationOptions"]["scope"] = json!("outer");
    nested["properties"]["parameters"] = json!({});
    nested["properties"]["template"]["parameters"] = json!({});
    nested["properties"]["template"]["resources"][0]["location"] = json!("eastus");
    nested["properties"]["template"]["resources"][0]["tags"] = json!({"literal": "[[x]"});
    let mut template = template(&json!([group("g1"), nested]), &json!({}));
    template["variables"] = json!({"name": "from-outside"});
    azure.deploy("main", &template).unwrap();
    assert_eq!(azure.state("main"), "Succeeded");
    let id = format!("{SUB}/resourceGroups/g1/providers/{IDENTITY}/from-outside");
    let made = azure
        .world
        .get(&ResourceId::parse(&id).unwrap(), "2023-01-31")
        .unwrap();
    assert_eq!(made["tags"], json!({"literal": "[x]"}));
}

#[test]
fn another_process_carries_on() {
    let mut azure = Azure::new();
    azure.deploy("main", &realistic()).unwrap();
    azure.wait(15);
    assert_eq!(azure.state("main"), "Running");
    let records = azure.world.take_changes();
    let bytes = serde_json::to_vec(&records).unwrap();
    let mut other = Azure::new();
    other.now = azure.now;
    for record in serde_json::from_slice::<Vec<crate::store::Record>>(&bytes).unwrap() {
        other.world.apply(record);
    }
    other.wait(600);
    assert_eq!(other.state("main"), "Succeeded");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the order of dependencies, nothing starts before what it needs has ended, and
    /// everything is deployed in the end.
    #[test]
    fn dependencies_are_kept(
        edges in proptest::collection::vec(proptest::collection::vec(any::<prop::sample::Index>(), 0..3), 1..9)
    ) {
        let needs: Vec<Vec<usize>> = edges
            .iter()
            .enumerate()
            .map(|(n, e)| if n == 0 { vec![] } else { e.iter().map(|i| i.index(n)).collect() })
            .collect();
        let mut resources: Vec<Value> = needs
            .iter()
            .enumerate()
            .map(|(n, needs)| {
                let needs: Vec<String> = needs.iter().map(|n| format!("account{n}")).collect();
                account(&format!("account{n}"), &json!(needs))
            })
            .collect();
        // The order in which a template lists its resources means nothing.
        resources.reverse();
        let mut azure = Azure::new();
        azure.deploy("groups", &template(&json!([group("g1")]), &json!({}))).unwrap();
        azure.wait(100);
        let path = format!("/resourceGroups/g1{DEPLOYMENTS}/main");
        let mut body = request(&template(&json!(resources), &json!({})), &json!({}));
        body.as_object_mut().unwrap().remove("location");
        azure.send("PUT", &path, &body).unwrap();
        let mut began = HashMap::new();
        let mut ended = HashMap::new();
        for second in 0..30_u64 {
            azure.wait(5);
            let operations = azure.get(&format!("{path}/operations"));
            for operation in operations["value"].as_array().unwrap() {
                let properties = &operation["properties"];
                let Some(name) = properties["targetResource"]["resourceName"].as_str() else { continue };
                began.entry(name.to_owned()).or_insert(second);
                if properties["provisioningState"] == "Succeeded" {
                    ended.entry(name.to_owned()).or_insert(second);
                }
            }
        }
        prop_assert_eq!(ended.len(), needs.len());
        for (n, needs) in needs.iter().enumerate() {
            for need in needs {
                let (before, after) = (format!("account{need}"), format!("account{n}"));
                prop_assert!(ended[&before] <= began[&after]);
            }
        }
    }

    /// A circle anywhere is refused at once.
    #[test]
    fn circles_are_refused(length in 1_usize..6, extra in 0_usize..4) {
        let mut resources: Vec<Value> = (0..length)
            .map(|n| identity(&format!("identity{n}"), &json!([format!("identity{}", (n + 1) % length)])))
            .collect();
        resources.extend((0..extra).map(|n| identity(&format!("other{n}"), &json!(["identity0"]))));
        let mut azure = Azure::new();
        azure.deploy("groups", &template(&json!([group("g1")]), &json!({}))).unwrap();
        azure.wait(100);
        let mut body = request(&template(&json!(resources), &json!({})), &json!({}));
        body.as_object_mut().unwrap().remove("location");
        let error = azure.send("PUT", &format!("/resourceGroups/g1{DEPLOYMENTS}/main"), &body).unwrap_err();
        prop_assert_eq!(error.code, "InvalidTemplate");
        prop_assert!(error.message.contains("Circular dependency"));
    }
}
