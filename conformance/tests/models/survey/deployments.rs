//! Deployments: of what works, of what is refused before and while it is tried, cancelled ones.

use serde_json::{Value, json};

use super::{group, subscription};
use crate::azure::{Azure, LOCATION};

const RESOURCES: &str = "2021-04-01";
const STORAGE: &str = "2023-01-01";
const AUTHORIZATION: &str = "2022-04-01";

pub(super) async fn deployments(azure: &Azure) {
    let account = |name: &str| {
        json!({
            "type": "Microsoft.Storage/storageAccounts",
            "apiVersion": STORAGE,
            "name": name,
            "location": LOCATION,
            "sku": {"name": "Standard_LRS"},
            "kind": "StorageV2",
        })
    };
    let body = |resources: Value| {
        json!({
            "properties": {
                "mode": "Incremental",
                "template": {
                    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                    "contentVersion": "1.0.0.0",
                    "parameters": {"note": {"type": "string", "defaultValue": "a"}},
                    "resources": resources,
                    "outputs": {"note": {"type": "string", "value": "[parameters('note')]"}},
                },
                "parameters": {"note": {"value": "b"}},
            },
            "tags": {"a": "1"},
        })
    };
    let path = |rest: &str| {
        group(
            &format!("/providers/Microsoft.Resources/deployments{rest}"),
            RESOURCES,
        )
    };
    azure
        .done(
            "POST",
            &path("/one/validate"),
            Some(body(json!([account("survey1")]))),
        )
        .await;
    let wrong = body(json!([account("UPPER")]));
    azure
        .send("POST", &path("/one/validate"), Some(wrong.clone()))
        .await;
    azure
        .done(
            "PUT",
            &path("/one"),
            Some(body(json!([account("survey1")]))),
        )
        .await;
    azure
        .refused(
            "PUT",
            &path("/wrong"),
            Some(wrong),
            "InvalidTemplateDeployment",
        )
        .await;
    // What only shows when it is tried.
    let nobody = json!([{
        "type": "Microsoft.Authorization/roleAssignments",
        "apiVersion": AUTHORIZATION,
        "name": "66666666-6666-6666-6666-666666666666",
        "properties": {
            "roleDefinitionId": "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'acdd72a7-3385-48ef-bd42-f606fba81ae7')]",
            "principalId": "77777777-7777-7777-7777-777777777777",
            "principalType": "ServicePrincipal",
        },
    }]);
    azure
        .done("PUT", &path("/refused"), Some(body(nobody)))
        .await;
    azure
        .done("PUT", &path("/three"), Some(body(json!([]))))
        .await;
    azure.get(&path("/one")).await;
    azure.send("HEAD", &path("/one"), None).await;
    azure.list(&path("")).await;
    azure
        .list(&subscription(
            "/providers/Microsoft.Resources/deployments",
            RESOURCES,
        ))
        .await;
    for name in ["one", "refused"] {
        for operation in azure.list(&path(&format!("/{name}/operations"))).await {
            let id = operation["operationId"].as_str().unwrap();
            azure.get(&path(&format!("/{name}/operations/{id}"))).await;
        }
    }
    azure.list(&format!("{}&$top=1", path(""))).await;
    azure
        .list(&format!("{}&$top=1", path("/one/operations")))
        .await;
    azure
        .list(&format!(
            "{}&$filter=provisioningState eq 'Succeeded'",
            path("")
        ))
        .await;
    let exported = azure.done("POST", &path("/one/exportTemplate"), None).await;
    assert_eq!(exported["template"]["contentVersion"], "1.0.0.0");
    let whole = |rest: &str| {
        subscription(
            &format!("/providers/Microsoft.Resources/deployments/survey{rest}"),
            RESOURCES,
        )
    };
    let mut wide = body(json!([]));
    wide["location"] = json!(LOCATION);
    azure.done("PUT", &whole(""), Some(wide)).await;
    azure.get(&whole("")).await;
    azure.done("POST", &whole("/exportTemplate"), None).await;
    azure
        .refused(
            "POST",
            &path("/none/exportTemplate"),
            None,
            "DeploymentNotFound",
        )
        .await;
    azure.done("DELETE", &whole(""), None).await;
    let slow = azure
        .send(
            "PUT",
            &path("/slow"),
            Some(body(json!([account("survey2")]))),
        )
        .await;
    azure.done("POST", &path("/slow/cancel"), None).await;
    for poll in &slow.polls {
        azure.get(poll).await;
    }
    azure.get(&path("/slow")).await;
    azure
        .refused(
            "POST",
            &path("/one/cancel"),
            None,
            "DeploymentCannotBeCancelled",
        )
        .await;
    azure
        .refused("GET", &path("/none"), None, "DeploymentNotFound")
        .await;
    azure
        .refused(
            "PUT",
            &path("/none"),
            Some(json!({"properties": {"mode": "Incremental", "template": {}}})),
            "InvalidTemplate",
        )
        .await;
    azure.done("DELETE", &path("/three"), None).await;
}
