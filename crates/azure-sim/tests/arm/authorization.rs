//! Role assignments and role definitions.

use std::time::Duration;

use serde_json::{Value, json};

use crate::azure::{Azure, CALLER, SUBSCRIPTION, url};

const NAME: &str = "ed3c9f84-ae20-5aea-8602-58ed2eeffef1";
const OTHER: &str = "fd3c9f84-ae20-5aea-8602-58ed2eeffef1";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";

fn assignment(name: &str) -> String {
    url(
        &format!("Microsoft.Authorization/roleAssignments/{name}"),
        "2022-04-01",
    )
}

fn body(principal: &str, role: &str) -> Value {
    let role = format!(
        "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    );
    json!({"properties": {"principalId": principal, "roleDefinitionId": role}})
}

#[test]
fn an_assignment_is_made_once_and_deleted_with_its_body() {
    let azure = Azure::new();
    azure.group("westus2");
    let missing = azure.get(&assignment(NAME)).expect(404);
    assert_eq!(missing.code(), "RoleAssignmentNotFound");
    assert_eq!(
        missing.message(),
        format!("The role assignment '{NAME}' is not found.")
    );
    let made = azure
        .put(&assignment(NAME), &body(CALLER, READER))
        .expect(201);
    assert_eq!(made.keys(), ["properties", "id", "type", "name"]);
    assert_eq!(made.body["properties"]["createdBy"], Value::Null);
    assert_eq!(
        made.body["properties"]["scope"],
        format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/g")
    );
    assert_eq!(
        azure.get(&assignment(NAME)).expect(200).body["properties"]["createdBy"],
        CALLER
    );
    azure
        .put(&assignment(NAME), &body(CALLER, READER))
        .expect(200);
    let again = azure
        .put(&assignment(OTHER), &body(CALLER, READER))
        .expect(409);
    assert_eq!(again.code(), "RoleAssignmentExists");
    let changed = azure
        .put(&assignment(NAME), &body(CALLER, CONTRIBUTOR))
        .expect(400);
    assert_eq!(changed.code(), "RoleAssignmentUpdateNotPermitted");
    assert_eq!(
        azure.delete(&assignment(NAME)).expect(200).body["name"],
        NAME
    );
    azure.delete(&assignment(NAME)).expect(204);
}

#[test]
fn principals_and_roles_must_exist() {
    let azure = Azure::new();
    azure.group("westus2");
    let code = |name: &str, body: &Value| {
        azure
            .put(&assignment(name), body)
            .expect(400)
            .code()
            .to_owned()
    };
    assert_eq!(code(NAME, &body(OTHER, READER)), "PrincipalNotFound");
    assert_eq!(
        code(NAME, &body(CALLER, OTHER)),
        "RoleDefinitionDoesNotExist"
    );
    assert_eq!(
        code("not-a-guid", &body(CALLER, READER)),
        "InvalidRoleAssignmentId"
    );
    assert_eq!(code(NAME, &json!({"properties": {}})), "InvalidPrincipalId");
    let known = Azure::with(|builder| builder.principal(OTHER));
    known.group("westus2");
    known
        .put(&assignment(NAME), &body(OTHER, READER))
        .expect(201);
}

#[test]
fn a_new_identity_is_seen_after_a_while_or_when_its_type_is_told() {
    let azure = Azure::with(|builder| builder.replication_lag(Duration::from_secs(30)));
    azure.group("westus2");
    let identity = url(
        "Microsoft.ManagedIdentity/userAssignedIdentities/me1",
        "2023-01-31",
    );
    let made = azure
        .put(&identity, &json!({"location": "westus2"}))
        .expect(201);
    let principal = made.body["properties"]["principalId"].as_str().unwrap();
    let early = azure
        .put(&assignment(NAME), &body(principal, READER))
        .expect(400);
    assert_eq!(early.code(), "PrincipalNotFound");
    assert!(early.message().contains(&principal.replace('-', "")));
    let mut typed = body(principal, CONTRIBUTOR);
    typed["properties"]["principalType"] = json!("ServicePrincipal");
    azure.put(&assignment(OTHER), &typed).expect(201);
    azure.pass(30);
    azure
        .put(&assignment(NAME), &body(principal, READER))
        .expect(201);
}

#[test]
fn lists_look_up_down_and_by_principal() {
    let azure = Azure::with(|builder| builder.principal(OTHER));
    azure.group("westus2");
    let above = assignment(NAME).replace("/resourceGroups/g", "");
    azure.put(&above, &body(CALLER, READER)).expect(201);
    azure
        .put(&assignment(OTHER), &body(OTHER, READER))
        .expect(201);
    let count = |scope: &str, filter: &str| {
        let list = format!(
            "/subscriptions/{SUBSCRIPTION}{scope}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01{filter}"
        );
        azure.get(&list).expect(200).body["value"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(count("/resourceGroups/g", ""), 2);
    assert_eq!(count("", ""), 2);
    assert_eq!(count("", "&$filter=atScope()"), 1);
    assert_eq!(count("/resourceGroups/g", "&$filter=atScope()"), 2);
    assert_eq!(count("", &format!("&$filter=assignedTo('{OTHER}')")), 1);
    assert_eq!(
        count("", &format!("&$filter=principalId%20eq%20'{CALLER}'")),
        1
    );
}

#[test]
fn role_definitions_are_found_by_id_and_name() {
    let azure = Azure::new();
    let base =
        format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions");
    let one = azure
        .get(&format!("{base}/{READER}?api-version=2022-04-01"))
        .expect(200);
    assert_eq!(one.body["properties"]["roleName"], "Reader");
    let named = azure.get(&format!(
        "{base}?$filter=roleName%20eq%20%27reader%27&api-version=2022-04-01"
    ));
    assert_eq!(named.expect(200).body["value"][0]["name"], READER);
    azure
        .get(&format!("{base}/{OTHER}?api-version=2022-04-01"))
        .expect(404);
}

#[test]
fn an_assignment_on_a_secret_needs_its_vault_only() {
    let azure = Azure::new();
    azure.group("westus2");
    let on_secret = url(
        &format!(
            "Microsoft.KeyVault/vaults/vault1/secrets/s/providers/Microsoft.Authorization/roleAssignments/{NAME}"
        ),
        "2022-04-01",
    );
    azure.put(&on_secret, &body(CALLER, READER)).expect(404);
    let vault = url("Microsoft.KeyVault/vaults/vault1", "2023-07-01");
    azure.put(&vault, &crate::vault::body()).expect(200);
    azure.put(&on_secret, &body(CALLER, READER)).expect(201);
}
