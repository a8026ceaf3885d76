//! Deployments as a client of the whole simulator meets them, in the shape of the driver's template.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::{Latency, ManualClock, Simulator};

const SUB: &str = "/subscriptions/00000000-0000-0000-0000-000000000001";
const API: &str = "api-version=2021-04-01";

struct Client {
    azure: Simulator,
    clock: Arc<ManualClock>,
}

struct Answer {
    status: u16,
    headers: http::HeaderMap,
    body: Value,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Client {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::new("2026-01-01T00:00:00Z".parse().unwrap()));
        let shared: Arc<ManualClock> = Arc::clone(&clock);
        let azure = Simulator::builder()
            .clock(shared)
            .latency(Latency::Fixed(Duration::from_secs(10)))
            .build()
            .unwrap();
        Self { azure, clock }
    }

    fn url(&self, method: &str, url: &str, body: &Value) -> Answer {
        let bytes = if body.is_null() {
            Bytes::new()
        } else {
            body.to_string().into()
        };
        let request = http::Request::builder()
            .method(method)
            .uri(url)
            .body(bytes)
            .unwrap();
        let response = self.azure.handle(request);
        let (parts, bytes) = response.into_parts();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.url(
            method,
            &format!("https://management.azure.com{SUB}{path}?{API}"),
            body,
        )
    }

    /// Polls until the end and returns every status that was seen, without repetitions.
    fn follow(&self, polling: &str) -> (Vec<String>, Value) {
        let mut seen: Vec<String> = Vec::new();
        loop {
            let answer = self.url("GET", polling, &Value::Null);
            assert_eq!(answer.status, 200);
            let status = answer.body["status"].as_str().unwrap().to_owned();
            if seen.last() != Some(&status) {
                seen.push(status.clone());
            }
            if !["Accepted", "Running"].contains(&status.as_str()) {
                return (seen, answer.body);
            }
            self.clock.advance(Duration::from_secs(5));
        }
    }
}

fn template() -> Value {
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {
            "location": {"type": "string"},
            "resourceGroupName": {"type": "string", "minLength": 1, "maxLength": 90},
            "tags": {"type": "object", "defaultValue": {}}
        },
        "variables": {
            "groupId": "[subscriptionResourceId('Microsoft.Resources/resourceGroups', parameters('resourceGroupName'))]"
        },
        "resources": [
            {
                "type": "Microsoft.Resources/resourceGroups", "apiVersion": "2021-04-01",
                "name": "[parameters('resourceGroupName')]", "location": "[parameters('location')]",
                "tags": "[union(parameters('tags'), createObject('made-by', 'test'))]"
            },
            {
                "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "resources",
                "resourceGroup": "[parameters('resourceGroupName')]", "dependsOn": ["[variables('groupId')]"],
                "properties": {
                    "mode": "Incremental",
                    "expressionEvaluationOptions": {"scope": "inner"},
                    "parameters": {"location": {"value": "[parameters('location')]"}},
                    "template": {
                        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                        "contentVersion": "1.0.0.0",
                        "parameters": {"location": {"type": "string"}},
                        "variables": {
                            "storage": "[concat('st', uniqueString(resourceGroup().id))]",
                            "identity": "[resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', 'ingress')]"
                        },
                        "resources": [
                            {
                                "type": "Microsoft.ManagedIdentity/userAssignedIdentities", "apiVersion": "2023-01-31",
                                "name": "ingress", "location": "[parameters('location')]"
                            },
                            {
                                "type": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
                                "apiVersion": "2023-01-31", "name": "ingress/kubernetes",
                                "dependsOn": ["[variables('identity')]"],
                                "properties": {
                                    "issuer": "https://issuer.example/abc/", "subject": "system:serviceaccount:traefik:traefik",
                                    "audiences": ["api://AzureADTokenExchange"]
                                }
                            },
                            {
                                "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01",
                                "name": "[variables('storage')]", "location": "[parameters('location')]",
                                "kind": "StorageV2", "sku": {"name": "Standard_LRS"},
                                "properties": {"minimumTlsVersion": "TLS1_2", "supportsHttpsTrafficOnly": true}
                            },
                            {
                                "type": "Microsoft.OperationalInsights/workspaces", "apiVersion": "2022-10-01",
                                "name": "logs", "location": "[parameters('location')]",
                                "properties": {"sku": {"name": "PerGB2018"}, "retentionInDays": 30}
                            }
                        ],
                        "outputs": {
                            "principalId": {"type": "string", "value": "[reference(variables('identity')).principalId]"},
                            "storageName": {"type": "string", "value": "[variables('storage')]"}
                        }
                    }
                }
            }
        ],
        "outputs": {
            "AZURE_PRINCIPAL_ID": {"type": "string", "value":
                "[reference(extensionResourceId(variables('groupId'), 'Microsoft.Resources/deployments', 'resources')).outputs.principalId.value]"},
            "AZURE_STORAGE_NAME": {"type": "string", "value":
                "[reference(extensionResourceId(variables('groupId'), 'Microsoft.Resources/deployments', 'resources'), '2022-09-01').outputs.storageName.value]"},
            "AZURE_TENANT_ID": {"type": "string", "value": "[tenant().tenantId]"}
        }
    })
}

fn body(template: &Value) -> Value {
    json!({
        "location": "japaneast",
        "tags": {"managed": "yes"},
        "properties": {
            "mode": "Incremental",
            "template": template,
            "parameters": {
                "location": {"value": "japaneast"},
                "resourceGroupName": {"value": "group1"}
            }
        }
    })
}

const MAIN: &str = "/providers/Microsoft.Resources/deployments/group1";

#[test]
fn a_template_is_deployed_watched_repeated_and_deleted() {
    let client = Client::new();
    let created = client.send("PUT", MAIN, &body(&template()));
    assert_eq!(created.status, 201, "{}", created.body);
    assert!(created.header("retry-after").is_none() && created.header("location").is_none());
    assert!(created.header("x-ms-deployment-engine-version").is_some());
    let polling = created.header("azure-asyncoperation").unwrap().to_owned();
    assert!(polling.len() > 3000);
    let again = client.send("PUT", MAIN, &body(&template()));
    assert_eq!(
        (again.status, again.body["error"]["code"].as_str()),
        (409, Some("DeploymentActive"))
    );
    let (seen, last) = client.follow(&polling);
    assert_eq!(seen, ["Accepted", "Running", "Succeeded"]);
    assert_eq!(last, json!({"status": "Succeeded"}));
    let done = client.send("GET", MAIN, &Value::Null);
    let outputs = &done.body["properties"]["outputs"];
    let identity = client.url(
        "GET",
        &format!(
            "https://management.azure.com{SUB}/resourceGroups/group1/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ingress?api-version=2023-01-31"
        ),
        &Value::Null,
    );
    assert_eq!(identity.status, 200);
    assert_eq!(
        outputs["azurE_PRINCIPAL_ID"]["value"],
        identity.body["properties"]["principalId"]
    );
    assert!(
        outputs["azurE_STORAGE_NAME"]["value"]
            .as_str()
            .unwrap()
            .starts_with("st")
    );
    assert_eq!(
        done.body["properties"]["outputResources"]
            .as_array()
            .unwrap()
            .len(),
        5
    );
    let operations = client.send("GET", &format!("{MAIN}/operations"), &Value::Null);
    assert_eq!(operations.body["value"].as_array().unwrap().len(), 3);
    let again = client.send("PUT", MAIN, &body(&template()));
    assert_eq!(again.status, 200);
    client.follow(again.header("azure-asyncoperation").unwrap());
    let second = client.send("GET", MAIN, &Value::Null);
    assert_eq!(second.body["properties"]["outputs"], *outputs);
    let deleted = client.send("DELETE", MAIN, &Value::Null);
    assert_eq!(deleted.status, 202);
    let mut location = deleted.header("location").unwrap().to_owned();
    let mut polls = 0;
    loop {
        let answer = client.url("GET", &location, &Value::Null);
        if answer.status == 204 {
            break;
        }
        assert_eq!(answer.status, 202);
        location = answer.header("location").unwrap().to_owned();
        polls += 1;
        assert!(polls < 100);
        client.clock.advance(Duration::from_secs(5));
    }
    let gone = client.send("GET", MAIN, &Value::Null);
    assert_eq!(
        (gone.status, gone.body["error"]["code"].as_str()),
        (404, Some("DeploymentNotFound"))
    );
    let nested = "/resourceGroups/group1/providers/Microsoft.Resources/deployments";
    let nested = client.send("GET", nested, &Value::Null);
    assert_eq!(
        nested.body["value"].as_array().unwrap().len(),
        1,
        "only its own record goes"
    );
}

#[test]
fn a_missing_parent_fails_the_deployment_and_a_better_template_repairs_it() {
    let client = Client::new();
    let mut broken = template();
    broken["resources"][1]["properties"]["template"]["resources"][1]["name"] =
        json!("nobody/kubernetes");
    let created = client.send("PUT", MAIN, &body(&broken));
    assert_eq!(created.status, 201, "{}", created.body);
    let (seen, last) = client.follow(created.header("azure-asyncoperation").unwrap());
    assert_eq!(seen.last().map(String::as_str), Some("Failed"));
    let leaf = &last["error"]["details"][0]["details"][0]["details"][0];
    assert_eq!(last["error"]["code"], "DeploymentFailed");
    assert_eq!(leaf["code"], "ParentResourceNotFound", "{last}");
    assert!(leaf["target"].as_str().unwrap().contains("nobody"));
    let repaired = client.send("PUT", MAIN, &body(&template()));
    assert_eq!(repaired.status, 200);
    let (seen, _) = client.follow(repaired.header("azure-asyncoperation").unwrap());
    assert_eq!(seen.last().map(String::as_str), Some("Succeeded"));
}

#[test]
fn a_deleted_group_takes_its_deployments_along() {
    let client = Client::new();
    let created = client.send("PUT", MAIN, &body(&template()));
    client.follow(created.header("azure-asyncoperation").unwrap());
    assert_eq!(
        client
            .send("DELETE", "/resourceGroups/group1", &Value::Null)
            .status,
        202
    );
    client.clock.advance(Duration::from_secs(3600));
    assert_eq!(
        client
            .send("GET", "/resourceGroups/group1", &Value::Null)
            .status,
        404
    );
    client.send(
        "PUT",
        "/resourceGroups/group1",
        &json!({"location": "japaneast"}),
    );
    let nested = "/resourceGroups/group1/providers/Microsoft.Resources/deployments";
    assert_eq!(
        client.send("GET", nested, &Value::Null).body,
        json!({"value": []})
    );
    assert_eq!(client.send("GET", MAIN, &Value::Null).status, 200);
}

#[test]
fn a_group_that_is_deleted_under_a_running_deployment_fails_it() {
    let client = Client::new();
    let created = client.send("PUT", MAIN, &body(&template()));
    client.clock.advance(Duration::from_secs(12));
    let polling = created.header("azure-asyncoperation").unwrap();
    assert_eq!(
        client.url("GET", polling, &Value::Null).body["status"],
        "Running"
    );
    client.send("DELETE", "/resourceGroups/group1", &Value::Null);
    let (seen, _) = client.follow(polling);
    assert_eq!(seen.last().map(String::as_str), Some("Failed"));
}

#[test]
fn azure_cli_may_send_its_loose_json() {
    let client = Client::new();
    let strict = body(&template()).to_string();
    let loose = strict.replace("\"template\":{", "template:{ // from a file\n");
    assert_ne!(strict, loose);
    let request = http::Request::post(format!(
        "https://management.azure.com{SUB}{MAIN}/validate?{API}"
    ))
    .body(Bytes::from(loose))
    .unwrap();
    assert_eq!(client.azure.handle(request).status(), 200);
}
