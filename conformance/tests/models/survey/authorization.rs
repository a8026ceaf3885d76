//! Role definitions and assignments.

use serde_json::json;

use super::{group, subscription};
use crate::azure::{Azure, PRINCIPAL};

const AUTHORIZATION: &str = "2022-04-01";

pub(super) async fn roles(azure: &Azure) {
    let definitions = |rest: &str| {
        subscription(
            &format!("/providers/Microsoft.Authorization/roleDefinitions{rest}"),
            AUTHORIZATION,
        )
    };
    let all = azure.list(&definitions("")).await;
    let role = all[0]["id"].as_str().unwrap();
    azure
        .get(&definitions(&format!(
            "/{}",
            all[0]["name"].as_str().unwrap()
        )))
        .await;
    azure
        .refused(
            "GET",
            &definitions("/none"),
            None,
            "RoleDefinitionDoesNotExist",
        )
        .await;
    let assignments = |rest: &str| {
        group(
            &format!("/providers/Microsoft.Authorization/roleAssignments{rest}"),
            AUTHORIZATION,
        )
    };
    let name = "/44444444-4444-4444-4444-444444444444";
    let body = |principal: &str| {
        json!({"properties": {
            "roleDefinitionId": role,
            "principalId": principal,
            "principalType": "ServicePrincipal",
            "description": "survey",
        }})
    };
    azure
        .done("PUT", &assignments(name), Some(body(PRINCIPAL)))
        .await;
    azure
        .done("PUT", &assignments(name), Some(body(PRINCIPAL)))
        .await;
    azure.get(&assignments(name)).await;
    azure.list(&assignments("")).await;
    azure
        .list(&format!("{}&$filter=atScope()", assignments("")))
        .await;
    let other = "/55555555-5555-5555-5555-555555555555";
    azure
        .refused(
            "PUT",
            &assignments(other),
            Some(body(PRINCIPAL)),
            "RoleAssignmentExists",
        )
        .await;
    azure
        .refused(
            "PUT",
            &assignments(other),
            Some(body(&other[1..])),
            "PrincipalNotFound",
        )
        .await;
    azure
        .refused("GET", &assignments(other), None, "RoleAssignmentNotFound")
        .await;
    azure.done("DELETE", &assignments(name), None).await;
    azure.send("DELETE", &assignments(name), None).await;
}
