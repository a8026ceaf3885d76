//! Deployments, resource groups, tags and roles.

use std::sync::Arc;
use std::time::Duration;

use kompox_azure::{DeploymentRequest, ProvisioningState, ResourceId, RoleAssignment};
use kompox_model::failure::Classify;
use serde_json::{Value, json};

use crate::script::{ARM, Reply, SUBSCRIPTION, Script, azure, group, subscription};

fn deployment() -> ResourceId {
    subscription().resource("Microsoft.Resources/deployments", "mock-deployment")
}

fn url(below: &str) -> String {
    format!("{}{below}?api-version=2025-04-01", deployment())
}

fn request() -> DeploymentRequest {
    DeploymentRequest {
        location: Some("eastus2".into()),
        tags: [("owner".to_owned(), "me".to_owned())].into(),
        template: json!({ "$schema": "x", "resources": [] }),
        parameters: [
            ("names".to_owned(), json!(["a"])),
            ("size".to_owned(), json!("1")),
        ]
        .into_iter()
        .collect(),
    }
}

fn record(state: &str) -> Value {
    json!({ "id": deployment(), "properties": { "provisioningState": state, "timestamp": "2025-06-23T22:15:35.6344778Z" } })
}

#[tokio::test(start_paused = true)]
async fn a_recorded_deployment_ends_with_outputs_by_upper_cased_name() {
    let script = Arc::new(Script::recorded(include_str!(
        "../data/deployment_create.json"
    )));
    let id: ResourceId = "/subscriptions/5ca082f3-38f2-4bb0-b0a4-c401184ae3a8/providers/Microsoft.Resources/deployments/azdtest-de281c2-1775754842"
        .parse()
        .unwrap();
    let deployment = azure(&script)
        .deployments
        .create_or_update(&id, &request())
        .await
        .unwrap();
    script.done();
    assert_eq!(
        script.seen()[0].body,
        Some(json!({
            "location": "eastus2",
            "tags": { "owner": "me" },
            "properties": {
                "mode": "Incremental",
                "template": { "$schema": "x", "resources": [] },
                "parameters": { "names": { "value": ["a"] }, "size": { "value": "1" } },
            },
        }))
    );
    assert_eq!(deployment.id, id);
    assert_eq!(deployment.state, ProvisioningState::Succeeded);
    assert_eq!(
        deployment.outputs["AZURE_STORAGE_ACCOUNT_NAME"],
        "stuctm7tqtpzvkw"
    );
    assert_eq!(deployment.outputs["ARRAY_INT"], json!([1, 2, 3]));
    assert_eq!(deployment.outputs["NULLABLEPARAMOUTPUT"], Value::Null);
    assert!(deployment.timestamp.is_some() && deployment.error.is_none());
}

#[tokio::test]
async fn a_deployment_in_a_group_has_no_location_and_no_empty_tags() {
    let id = group("rg").resource("Microsoft.Resources/deployments", "d");
    let body = json!({ "properties": { "mode": "Incremental", "template": {}, "parameters": {} } });
    let script = Arc::new(
        Script::new()
            .on(
                "PUT",
                &format!("{id}?api-version=2025-04-01"),
                Reply::status(201).json(&record("Succeeded")),
            )
            .with(body),
    );
    let request = DeploymentRequest {
        location: None,
        tags: [].into(),
        template: json!({}),
        parameters: serde_json::Map::new(),
    };
    azure(&script)
        .deployments
        .create_or_update(&id, &request)
        .await
        .unwrap();
    script.done();
}

#[tokio::test(start_paused = true)]
async fn a_failed_deployment_tells_the_cause_in_the_old_nesting_and_in_the_new() {
    let status = format!(
        "{ARM}{}/operationStatuses/1?api-version=2025-04-01&t=1&s=x",
        deployment()
    );
    for (body, expected) in [
        (
            include_str!("../data/deployment_failed_old.json"),
            vec![
                ("Conflict", "Website with given name devapi already exists."),
                ("Conflict", "Website with given name devweb already exists."),
            ],
        ),
        (
            include_str!("../data/deployment_failed_new.json"),
            vec![(
                "ResourceDeploymentFailure",
                "The resource write operation failed to complete successfully, because it reached terminal provisioning state 'Failed'.",
            )],
        ),
    ] {
        let script = Arc::new(
            Script::new()
                .on(
                    "PUT",
                    &url(""),
                    Reply::status(201)
                        .header("Azure-AsyncOperation", &status)
                        .json(&record("Accepted")),
                )
                .on("GET", &status, Reply::status(200).text(body)),
        );
        let error = azure(&script)
            .deployments
            .create_or_update(&deployment(), &request())
            .await
            .unwrap_err();
        let failure = error.failure().unwrap();
        assert_eq!(failure.code, "DeploymentFailed");
        let causes: Vec<_> = failure
            .causes()
            .iter()
            .map(|cause| (cause.code.as_str(), cause.message.as_str()))
            .collect();
        assert_eq!(causes, expected);
    }
}

#[tokio::test]
async fn a_deployment_that_still_runs_is_a_conflict_with_its_code() {
    let body = json!({ "error": { "code": "DeploymentActive", "message": "still active" } });
    let script = Arc::new(Script::new().on("PUT", &url(""), Reply::status(409).json(&body)));
    let error = azure(&script)
        .deployments
        .create_or_update(&deployment(), &request())
        .await
        .unwrap_err();
    assert_eq!(
        (error.status(), error.has_code("DeploymentActive")),
        (Some(409), true)
    );
}

#[tokio::test(start_paused = true)]
async fn waiting_for_somebody_elses_deployment_asks_at_once_and_returns_any_end() {
    let mut failed = record("Failed");
    failed["properties"]["error"] = json!({ "code": "DeploymentFailed", "message": "no" });
    let script = Arc::new(
        Script::new()
            .on("GET", &url(""), Reply::ok(&record("Accepted")))
            .on("GET", &url(""), Reply::ok(&record("Running")))
            .on("GET", &url(""), Reply::ok(&failed)),
    );
    let start = tokio::time::Instant::now();
    let deployment = azure(&script)
        .deployments
        .wait(&deployment())
        .await
        .unwrap()
        .unwrap();
    assert!(script.seen()[0].at - start < Duration::from_millis(5));
    assert_eq!(deployment.state, ProvisioningState::Failed);
    assert_eq!(deployment.error.unwrap().code, "DeploymentFailed");
    script.done();
}

#[tokio::test]
async fn waiting_for_a_deployment_that_is_gone_ends() {
    let body = json!({ "error": { "code": "DeploymentNotFound", "message": "gone" } });
    let script = Arc::new(Script::new().on("GET", &url(""), Reply::status(404).json(&body)));
    assert_eq!(
        azure(&script)
            .deployments
            .wait(&deployment())
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn operations_have_their_target_and_their_time_and_the_last_one_has_no_target() {
    let script = Arc::new(Script::recorded(include_str!(
        "../data/deployment_operations.json"
    )));
    let operations = azure(&script)
        .deployments
        .operations(&deployment())
        .await
        .unwrap();
    assert_eq!(operations.len(), 5);
    assert_eq!(operations[0].operation, "Create");
    assert!(
        operations[0]
            .target
            .as_ref()
            .unwrap()
            .is_type("Microsoft.Resources/deployments")
    );
    assert_eq!(operations[0].duration, Some(Duration::new(30, 533_639_700)));
    assert_eq!(
        (operations[4].operation.as_str(), &operations[4].target),
        ("EvaluateDeploymentOutput", &None)
    );
    assert!(operations.iter().all(|operation| operation.error.is_none()));
}

#[tokio::test]
async fn a_failed_operation_carries_its_error_and_pages_are_followed() {
    let next = format!("{ARM}{}&%24skiptoken=x", url("/operations"));
    let operation = |id: &str, state: &str, message: Value| {
        json!({ "operationId": id, "properties": {
            "provisioningOperation": "Create", "provisioningState": state, "statusCode": "Conflict", "statusMessage": message } })
    };
    let first = json!({ "value": [
        operation("1", "Failed", json!({ "status": "Failed", "error": { "code": "A", "message": "a" } })),
        operation("2", "Failed", json!({ "error": { "code": "B", "message": "b" } })),
    ], "nextLink": next });
    let second = json!({ "value": [
        operation("3", "Failed", json!("{\"error\":{\"code\":\"C\",\"message\":\"c\"}}")),
        operation("4", "Running", Value::Null),
        operation("5", "Succeeded", json!({ "id": "/x", "code": "fine" })),
    ]});
    let script = Arc::new(
        Script::new()
            .on("GET", &url("/operations"), Reply::ok(&first))
            .on("GET", &next, Reply::ok(&second)),
    );
    let operations = azure(&script)
        .deployments
        .operations(&deployment())
        .await
        .unwrap();
    let codes: Vec<_> = operations
        .iter()
        .map(|operation| {
            operation
                .error
                .as_ref()
                .map_or("", |error| error.code.as_str())
        })
        .collect();
    assert_eq!(codes, ["A", "B", "C", "", ""]);
}

#[tokio::test]
async fn cancelling_what_does_not_run_does_nothing() {
    let script = Arc::new(Script::recorded(include_str!(
        "../data/deployment_cancel.json"
    )));
    azure(&script)
        .deployments
        .cancel(&deployment())
        .await
        .unwrap();
    assert_eq!(script.seen()[0].header("content-length"), Some("0"));
    for (status, code) in [
        (409, "DeploymentCannotBeCancelled"),
        (404, "DeploymentNotFound"),
    ] {
        let body = json!({ "error": { "code": code, "message": "no" } });
        let script =
            Arc::new(Script::new().on("POST", &url("/cancel"), Reply::status(status).json(&body)));
        azure(&script)
            .deployments
            .cancel(&deployment())
            .await
            .unwrap();
    }
    let body = json!({ "error": { "code": "AuthorizationFailed", "message": "no" } });
    let script =
        Arc::new(Script::new().on("POST", &url("/cancel"), Reply::status(403).json(&body)));
    assert!(
        azure(&script)
            .deployments
            .cancel(&deployment())
            .await
            .is_err()
    );
}

#[tokio::test(start_paused = true)]
async fn a_record_is_deleted_to_its_204() {
    let script = Arc::new(Script::recorded(include_str!(
        "../data/deployment_delete.json"
    )));
    azure(&script)
        .deployments
        .delete(&deployment())
        .await
        .unwrap();
    script.done();
}

#[tokio::test]
async fn a_group_is_made_and_read_with_its_tags() {
    let url = format!("{SUBSCRIPTION}/resourceGroups/rg?api-version=2025-04-01");
    let body = json!({ "id": group("RG"), "name": "rg", "type": "Microsoft.Resources/resourceGroups",
        "location": "West US", "tags": { "a": "b" }, "properties": { "provisioningState": "Deleting" } });
    let script = Arc::new(
        Script::new()
            .on(
                "PUT",
                &url,
                Reply::status(201).json(&json!({ "id": group("rg"), "location": "westus" })),
            )
            .with(json!({ "location": "westus", "tags": { "a": "b" } }))
            .on("GET", &url, Reply::ok(&body)),
    );
    let azure = azure(&script);
    let tags = [("a".to_owned(), "b".to_owned())].into();
    let made = azure
        .resource_groups
        .create_or_update(&group("rg"), "westus", &tags)
        .await
        .unwrap();
    assert_eq!(made.state, ProvisioningState::Succeeded);
    let read = azure
        .resource_groups
        .get(&group("rg"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((read.location.as_str(), read.tags), ("westus", tags));
    assert_eq!(read.state, ProvisioningState::Running("Deleting".into()));
    script.done();
}

#[tokio::test]
async fn tags_are_merged_and_a_missing_scope_is_an_error() {
    let url = format!(
        "{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Resources/tags/default?api-version=2021-04-01"
    );
    let gone = json!({ "error": { "code": "ResourceGroupNotFound", "message": "no" } });
    let script = Arc::new(
        Script::new()
            .on(
                "PATCH",
                &url,
                Reply::ok(&json!({ "properties": { "tags": { "a": "b", "c": "d" } } })),
            )
            .with(json!({ "operation": "Merge", "properties": { "tags": { "a": "b" } } }))
            .on("PATCH", &url, Reply::status(404).json(&gone)),
    );
    let azure = azure(&script);
    let tags = [("a".to_owned(), "b".to_owned())].into();
    azure
        .resources
        .merge_tags(&group("rg"), &tags)
        .await
        .unwrap();
    let error = azure
        .resources
        .merge_tags(&group("rg"), &tags)
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(404));
}

#[tokio::test]
async fn a_role_is_assigned_in_the_subscription_of_its_scope_and_refusals_are_told() {
    let script = Arc::new(Script::recorded(include_str!(
        "../data/role_assignment.json"
    )));
    let azure = azure(&script);
    let assignment = RoleAssignment {
        scope: group("asotest-rg-mnlufu"),
        role: "b24988ac-6180-42a0-ab88-20f7382dd24c".into(),
        principal_id: "cfb2fee4-724f-455e-9bd7-d180bd9332a0".into(),
    };
    let name = "ed3c9f84-ae20-5aea-8602-58ed2eeffef1";
    let error = azure
        .role_assignments
        .create(name, &assignment)
        .await
        .unwrap_err();
    assert_eq!(
        (error.status(), error.has_code("PrincipalNotFound")),
        (Some(400), true)
    );
    azure
        .role_assignments
        .create(name, &assignment)
        .await
        .unwrap();
    script.done();
    assert_eq!(
        script.seen()[1].body,
        Some(json!({ "properties": {
            "roleDefinitionId": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"),
            "principalId": "cfb2fee4-724f-455e-9bd7-d180bd9332a0",
            "principalType": "ServicePrincipal",
        }}))
    );
}

#[tokio::test]
async fn an_assignment_under_another_name_is_reported() {
    let scope: ResourceId =
        "/subscriptions/other/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v/secrets/s"
            .parse()
            .unwrap();
    let body = json!({ "error": { "code": "RoleAssignmentExists", "message": "The role assignment already exists." } });
    let url = format!(
        "{scope}/providers/Microsoft.Authorization/roleAssignments/n?api-version=2022-04-01"
    );
    let script = Arc::new(Script::new().on("PUT", &url, Reply::status(409).json(&body)));
    let assignment = RoleAssignment {
        scope,
        role: "r".into(),
        principal_id: "p".into(),
    };
    let error = azure(&script)
        .role_assignments
        .create("n", &assignment)
        .await
        .unwrap_err();
    assert!(error.has_code("RoleAssignmentExists"));
    let sent = script.seen()[0].body.clone().unwrap();
    assert_eq!(
        sent["properties"]["roleDefinitionId"],
        "/subscriptions/other/providers/Microsoft.Authorization/roleDefinitions/r"
    );
}
