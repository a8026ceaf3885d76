//! What a deployment leaves behind: its template, its place in lists, its operations.

use serde_json::{Value, json};

use crate::azure::{Azure, SUBSCRIPTION, group, url};

const VERSION: &str = "2024-11-01";

fn deployments(rest: &str) -> String {
    url(&format!("Microsoft.Resources/deployments{rest}"), VERSION)
}

fn at_subscription(rest: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Resources/deployments{rest}?api-version={VERSION}"
    )
}

fn template() -> Value {
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {
            "name": {"type": "string", "defaultValue": "plain"},
            "password": {"type": "securestring", "defaultValue": "opensesame"},
        },
        "resources": [
            {
                "type": "Microsoft.ManagedIdentity/userAssignedIdentities", "apiVersion": "2023-01-31",
                "name": "[parameters('name')]", "location": "westus",
            },
            {
                "type": "Microsoft.ManagedIdentity/userAssignedIdentities", "apiVersion": "2023-01-31",
                "name": "second", "location": "westus",
            },
        ],
    })
}

fn body(template: &Value) -> Value {
    json!({"properties": {
        "mode": "Incremental", "template": template,
        "parameters": {"password": {"value": "swordfish"}},
    }})
}

fn deployed(names: &[&str]) -> Azure {
    let azure = Azure::new();
    azure.group("westus");
    for name in names {
        azure
            .put(&deployments(&format!("/{name}")), &body(&template()))
            .expect(201);
        azure.pass(30);
        azure.get(&group("g")).expect(200);
    }
    azure
}

#[test]
fn a_template_is_exported_as_it_was_sent_but_for_secrets() {
    let azure = deployed(&["d"]);
    let exported = azure
        .post(&deployments("/D/exportTemplate"), &Value::Null)
        .expect(200);
    let mut expected = template();
    expected["parameters"]["password"] = json!({"type": "securestring"});
    assert_eq!(exported.body, json!({"template": expected}));
    assert!(!exported.text.contains("opensesame") && !exported.text.contains("swordfish"));
    let missing = azure.post(&deployments("/x/exportTemplate"), &Value::Null);
    assert_eq!(missing.expect(404).code(), "DeploymentNotFound");
}

#[test]
fn a_template_is_gone_with_its_deployment() {
    let azure = deployed(&["d"]);
    azure.delete(&deployments("/d")).expect(202);
    azure.pass(60);
    let gone = azure.post(&deployments("/d/exportTemplate"), &Value::Null);
    assert_eq!(gone.expect(404).code(), "DeploymentNotFound");
}

#[test]
fn a_nested_template_is_exported_unless_it_was_evaluated_outside() {
    let azure = Azure::new();
    azure.group("westus");
    let nested = |name: &str, scope: &str, parameters: Value| {
        json!({
            "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": name, "resourceGroup": "g",
            "properties": {
                "mode": "Incremental", "expressionEvaluationOptions": {"scope": scope},
                "parameters": parameters,
                "template": {
                    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                    "contentVersion": "1.0.0.0",
                    "parameters": if scope == "inner" { json!({"key": {"type": "securestring"}}) } else { json!({}) },
                    "resources": [],
                    "outputs": {"key": {"type": "securestring", "value": "[parameters('key')]"}},
                },
            },
        })
    };
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"key": {"type": "securestring"}},
        "resources": [
            nested("inside", "inner", json!({"key": {"value": "[parameters('key')]"}})),
            nested("outside", "outer", json!({})),
        ],
    });
    let body = json!({"location": "westus", "properties": {
        "mode": "Incremental", "template": template, "parameters": {"key": {"value": "swordfish"}},
    }});
    azure.put(&at_subscription("/top"), &body).expect(201);
    for _ in 0..5 {
        azure.pass(30);
        azure.get(&at_subscription("/top")).expect(200);
    }
    let top = azure.get(&at_subscription("/top")).expect(200);
    assert_eq!(top.body["properties"]["provisioningState"], "Succeeded");
    let top = azure
        .post(&at_subscription("/top/exportTemplate"), &Value::Null)
        .expect(200);
    assert_eq!(top.body["template"], template);
    let inside = azure
        .post(&deployments("/inside/exportTemplate"), &Value::Null)
        .expect(200);
    assert!(inside.text.contains("[parameters('key')]") && !inside.text.contains("swordfish"));
    let outside = azure.post(&deployments("/outside/exportTemplate"), &Value::Null);
    let outside = outside.expect(501);
    assert!(!outside.text.contains("swordfish"));
}

#[test]
fn deployments_are_listed_in_pages_the_last_first() {
    let azure = deployed(&["one", "two", "three"]);
    let names = |url: &str| -> (Vec<String>, Option<String>) {
        let page = azure.get(url).expect(200).body;
        let names = page["value"].as_array().unwrap().iter();
        (
            names
                .map(|one| one["name"].as_str().unwrap().to_owned())
                .collect(),
            page["nextLink"].as_str().map(str::to_owned),
        )
    };
    assert_eq!(
        names(&deployments("")),
        (vec!["three".into(), "two".into(), "one".into()], None)
    );
    let (first, next) = names(&format!("{}&$top=2", deployments("")));
    assert_eq!(first, ["three", "two"]);
    assert_eq!(names(&next.unwrap()), (vec!["one".into()], None));
    let top = azure.get(&format!("{}&$top=many", deployments("")));
    assert_eq!(top.expect(400).code(), "InvalidTopParameter");
}

#[test]
fn deployments_are_filtered_by_how_they_stand_and_by_nothing_else() {
    let azure = deployed(&["good"]);
    let mut failing = template();
    failing["resources"][0]["name"] = json!("third");
    failing["resources"]
        .as_array_mut()
        .unwrap()
        .push(json!({
            "type": "Microsoft.Authorization/roleAssignments", "apiVersion": "2022-04-01",
            "name": "[guid('x')]",
            "properties": {"principalId": "99999999-9999-9999-9999-999999999999", "principalType": "User",
                "roleDefinitionId": "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'b24988ac-6180-42a0-ab88-20f7382dd24c')]"},
        }));
    azure.put(&deployments("/bad"), &body(&failing)).expect(201);
    azure.pass(60);
    let wanted = |filter: &str| azure.get(&format!("{}&$filter={filter}", deployments("")));
    let names = |filter: &str| -> Vec<Value> {
        let list = wanted(filter).expect(200).body;
        let list = list["value"].as_array().unwrap();
        list.iter().map(|one| one["name"].clone()).collect()
    };
    assert_eq!(names("provisioningState%20eq%20'Succeeded'"), ["good"]);
    assert_eq!(names("ProvisioningState%20eq%20'failed'"), ["bad"]);
    assert!(names("provisioningState%20eq%20'Running'").is_empty());
    assert_eq!(names(""), ["bad", "good"]);
    for filter in [
        "name%20eq%20'good'",
        "provisioningState%20eq%20Succeeded",
        "provisioningState%20ne%20'Failed'",
        "provisioningState%20eq%20'Failed'%20or%20true",
    ] {
        assert_eq!(
            wanted(filter).expect(400).code(),
            "InvalidFilterInQueryString"
        );
    }
}

#[test]
fn operations_come_in_pages_too() {
    let azure = deployed(&["d"]);
    let all = azure.get(&deployments("/d/operations")).expect(200).body;
    let all = all["value"].as_array().unwrap();
    assert!(all.len() >= 2);
    let first = azure
        .get(&format!("{}&$top=1", deployments("/d/operations")))
        .expect(200)
        .body;
    assert_eq!(first["value"], json!([all[0]]));
    let next = azure.get(first["nextLink"].as_str().unwrap()).expect(200);
    assert_eq!(next.body["value"], json!([all[1]]));
}
