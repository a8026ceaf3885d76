//! Deployments.

use std::time::Duration;

use kompox_model::failure::Classify;
use serde_json::{Map, Value, json};

use super::stage::{Environment, deployment_id, identity, request, tags};
use crate::{Azure, ProvisioningState, ResourceId};

/// A storage account for a template: it takes Azure a while to make one.
fn slow() -> Value {
    json!({
        "type": "Microsoft.Storage/storageAccounts",
        "apiVersion": "2023-01-01",
        "name": "[format('st{0}', uniqueString(resourceGroup().id))]",
        "location": "[resourceGroup().location]",
        "sku": { "name": "Standard_LRS" },
        "kind": "StorageV2",
        "properties": { "minimumTlsVersion": "TLS1_2" },
    })
}

/// Deployments: absence is `None`; parameters go in and outputs come out by upper-cased names, in a group and at
/// the subscription; the steps can be listed; the same again is fine; a finished one is waited for and
/// cancelled in vain; deleting the record leaves what it made.
///
/// # Panics
/// At the first broken promise.
pub async fn deployments(azure: &Azure, environment: &Environment) {
    let group = environment.empty_group(azure, "deployments").await;
    let id = deployment_id(&group, "simple");
    let deployments = &azure.deployments;
    assert_eq!(deployments.get(&id).await.unwrap(), None);
    assert_eq!(deployments.wait(&id).await.unwrap(), None);
    assert_eq!(deployments.operations(&id).await.unwrap(), []);
    deployments.cancel(&id).await.unwrap();
    deployments.delete(&id).await.unwrap();

    let outputs = json!({
        "AZURE_NAME": { "type": "string", "value": "[parameters('name')]" },
        "COUNT": { "type": "int", "value": "[length(parameters('list'))]" },
        "mixedCase": { "type": "object", "value": { "Kept": ["As", "it", 1, null, true] } },
        "AZURE_PRINCIPAL_ID": {
            "type": "string",
            "value": "[reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', parameters('name')), '2023-01-31').principalId]",
        },
    });
    let mut simple = request(json!([identity("[parameters('name')]")]), outputs);
    simple.template["parameters"] =
        json!({ "name": { "type": "string" }, "list": { "type": "array", "defaultValue": [] } });
    simple.parameters = Map::from_iter([
        ("name".to_owned(), json!("made")),
        ("list".to_owned(), json!(["a", "b"])),
    ]);
    simple.tags = tags([("a", "1")]);
    let made = deployments.create_or_update(&id, &simple).await.unwrap();
    assert_eq!(made.id, id);
    assert_eq!(made.state, ProvisioningState::Succeeded);
    assert_eq!(made.error, None);
    assert!(made.timestamp.is_some());
    assert_eq!(made.outputs["AZURE_NAME"], "made");
    assert_eq!(made.outputs["COUNT"], 2);
    assert_eq!(
        made.outputs["MIXEDCASE"],
        json!({ "Kept": ["As", "it", 1, null, true] })
    );
    assert!(made.outputs["AZURE_PRINCIPAL_ID"].is_string());

    let read = deployments
        .get(&id)
        .await
        .unwrap()
        .expect("the record is kept");
    assert_eq!(read.outputs, made.outputs);
    let waited = deployments
        .wait(&id)
        .await
        .unwrap()
        .expect("the record is kept");
    assert_eq!(waited.state, ProvisioningState::Succeeded);
    deployments.cancel(&id).await.unwrap();

    let target = group.resource("Microsoft.ManagedIdentity/userAssignedIdentities", "made");
    let operations = deployments.operations(&id).await.unwrap();
    let step = operations
        .iter()
        .find(|operation| operation.target.as_ref() == Some(&target))
        .expect("a step for the resource");
    assert_eq!(
        (step.operation.as_str(), &step.state),
        ("Create", &ProvisioningState::Succeeded)
    );
    assert!(step.timestamp.is_some() && step.duration.is_some() && step.error.is_none());

    let again = deployments.create_or_update(&id, &simple).await.unwrap();
    assert_eq!(again.outputs, made.outputs);
    deployments.delete(&id).await.unwrap();
    assert_eq!(deployments.get(&id).await.unwrap(), None);
    deployments.delete(&id).await.unwrap();
    assert_eq!(
        azure.resources.list(&group).await.unwrap().len(),
        1,
        "what it made stays"
    );

    at_subscription(azure, environment, &group).await;
    azure.resource_groups.delete(&group).await.unwrap();
}

async fn at_subscription(azure: &Azure, environment: &Environment, group: &ResourceId) {
    let id = deployment_id(
        &environment.subscription(),
        &format!("{}-nested", environment.prefix),
    );
    azure.deployments.delete(&id).await.unwrap();
    let mut inner = request(
        json!([identity("nested")]),
        json!({ "INNER": { "type": "string", "value": "deep" } }),
    )
    .template;
    inner["parameters"] = json!({});
    let resources = json!([{
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inner",
        "resourceGroup": group.name(),
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": { "scope": "inner" },
            "template": inner,
        },
    }]);
    let outputs = json!({ "OUTER": {
        "type": "string",
        "value": format!(
            "[reference(resourceId(subscription().subscriptionId, '{}', 'Microsoft.Resources/deployments', 'inner'), '2022-09-01').outputs.INNER.value]",
            group.name()
        ),
    }});
    let mut outer = request(resources, outputs);
    outer.template["$schema"] =
        "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#".into();
    outer.location = Some(environment.location.clone());
    let made = azure
        .deployments
        .create_or_update(&id, &outer)
        .await
        .unwrap();
    assert_eq!(made.outputs["OUTER"], "deep");
    let nested = deployment_id(group, "inner");
    let operations = azure.deployments.operations(&id).await.unwrap();
    assert!(
        operations
            .iter()
            .any(|operation| operation.target.as_ref() == Some(&nested))
    );
    assert!(azure.deployments.get(&nested).await.unwrap().is_some());
    azure.deployments.delete(&id).await.unwrap();
}

/// Deployments that fail: a template that cannot be is refused before anything happens; one whose resource is refused
/// ends in an error with its cause, which the record and its steps tell as well.
///
/// # Panics
/// At the first broken promise.
pub async fn failing_deployments(azure: &Azure, environment: &Environment) {
    let group = environment.empty_group(azure, "failing").await;
    let deployments = &azure.deployments;

    let unknown = request(json!([identity("[parameters('nobody')]")]), json!({}));
    let id = deployment_id(&group, "invalid");
    let error = deployments
        .create_or_update(&id, &unknown)
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(400), "{error}");
    assert!(error.has_code("InvalidTemplate"), "{error}");
    assert_eq!(deployments.get(&id).await.unwrap(), None);

    let missing = environment.group("failing-nowhere");
    let error = deployments
        .create_or_update(
            &deployment_id(&missing, "nowhere"),
            &request(json!([]), json!({})),
        )
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(404), "{error}");

    // The source of a copy is not looked for before its turn comes.
    let copy = json!({
        "type": "Microsoft.Compute/disks",
        "apiVersion": "2024-03-02",
        "name": "copy",
        "location": "[resourceGroup().location]",
        "sku": { "name": "Premium_LRS" },
        "properties": { "creationData": {
            "createOption": "Copy",
            "sourceResourceId": "[resourceId('Microsoft.Compute/snapshots', 'missing')]",
        }},
    });
    let id = deployment_id(&group, "failing");
    let error = deployments
        .create_or_update(&id, &request(json!([copy]), json!({})))
        .await
        .unwrap_err();
    assert!(error.has_code("DeploymentFailed"), "{error}");
    let causes = error.failure().map(|failure| failure.causes().len());
    assert!(causes.is_some_and(|number| number > 0), "{error}");
    assert!(
        !error.to_string().contains("{\\"),
        "a cause is unpacked: {error}"
    );

    let record = deployments
        .get(&id)
        .await
        .unwrap()
        .expect("the record is kept");
    assert_eq!(record.state, ProvisioningState::Failed);
    assert!(
        record
            .error
            .is_some_and(|failure| failure.has_code("DeploymentFailed"))
    );
    let waited = deployments
        .wait(&id)
        .await
        .unwrap()
        .expect("the record is kept");
    assert_eq!(
        waited.state,
        ProvisioningState::Failed,
        "waiting for a failure is no failure"
    );
    let target = group.resource("Microsoft.Compute/disks", "copy");
    let operations = deployments.operations(&id).await.unwrap();
    let step = operations
        .iter()
        .find(|operation| operation.target.as_ref() == Some(&target))
        .expect("a step for the resource");
    assert_eq!(step.state, ProvisioningState::Failed);
    assert!(
        step.error
            .as_ref()
            .is_some_and(|failure| !failure.code.is_empty()),
        "{step:?}"
    );

    azure.resource_groups.delete(&group).await.unwrap();
}

/// Deployments that run: another one of that name is refused, somebody else can wait for them, and
/// they can be cancelled. Holds where making a storage account takes at least some seconds.
///
/// # Panics
/// At the first broken promise.
pub async fn running_deployments(azure: &Azure, environment: &Environment) {
    let group = environment.empty_group(azure, "running").await;
    let id = deployment_id(&group, "slow");
    let slow = request(json!([slow()]), json!({}));
    let deployments = &azure.deployments;

    let (made, ()) = tokio::join!(deployments.create_or_update(&id, &slow), async {
        started(azure, &id).await;
        let error = deployments.create_or_update(&id, &slow).await.unwrap_err();
        assert_eq!(error.status(), Some(409), "{error}");
        assert!(error.has_code("DeploymentActive"), "{error}");
        let waited = deployments
            .wait(&id)
            .await
            .unwrap()
            .expect("the record is kept");
        assert_eq!(waited.state, ProvisioningState::Succeeded);
    });
    assert_eq!(made.unwrap().state, ProvisioningState::Succeeded);

    let fresh = environment.empty_group(azure, "running-2").await;
    let cancelled = deployment_id(&fresh, "cancelled");
    let (made, ()) = tokio::join!(deployments.create_or_update(&cancelled, &slow), async {
        started(azure, &cancelled).await;
        deployments.cancel(&cancelled).await.unwrap();
    });
    made.unwrap_err();
    let waited = deployments
        .wait(&cancelled)
        .await
        .unwrap()
        .expect("the record is kept");
    assert_eq!(waited.state, ProvisioningState::Canceled);

    azure.resource_groups.delete(&group).await.unwrap();
    azure.resource_groups.delete(&fresh).await.unwrap();
}

/// Returns as soon as a deployment has a record that is not at its end.
async fn started(azure: &Azure, id: &ResourceId) {
    loop {
        match azure
            .deployments
            .get(id)
            .await
            .unwrap()
            .map(|record| record.state)
        {
            Some(ProvisioningState::Running(_)) => return,
            Some(ended) => panic!("the deployment is {ended} before anybody could look"),
            None => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}
