//! What Resource Manager makes of tokens.

use kompox_azure_sim::Access;

use super::*;
use crate::azure::{CALLER, SUBSCRIPTION};

fn verified() -> Azure {
    Azure::with(|builder| {
        builder
            .application(application())
            .system_assigned_identity(
                "dddddddd-0000-0000-0000-000000000001",
                "dddddddd-0000-0000-0000-000000000002",
            )
            .access(Access::Verified)
    })
}

fn refusal((status, body): (u16, Value)) -> String {
    assert_eq!(status, 401, "{body}");
    body["error"]["code"].as_str().unwrap().to_owned()
}

fn token_for(azure: &Azure, scope: &str) -> String {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("scope", scope),
    ];
    let (status, body) = ask(&azure.simulator, &v2(), &form);
    assert_eq!(status, 200, "{body}");
    body["access_token"].as_str().unwrap().to_owned()
}

/// Sends to Resource Manager with a token.
fn arm(azure: &Azure, token: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str())];
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    send(
        &azure.simulator,
        method,
        &format!("{ARM}{path}"),
        &headers,
        body,
    )
}

#[test]
fn a_token_for_resource_manager_lets_in_until_it_expires() {
    let azure = verified();
    for audience in [
        "https://management.azure.com/.default",
        "https://management.core.windows.net//.default",
        "https://management.usgovcloudapi.net/.default",
    ] {
        assert_eq!(call(&azure.simulator, &token_for(&azure, audience)).0, 404);
    }
    let token = arm_token(&azure.simulator);
    azure.pass(3598);
    assert_eq!(call(&azure.simulator, &token).0, 404);
    azure.pass(1);
    let (status, body) = call(&azure.simulator, &token);
    assert_eq!(
        body["error"]["message"],
        "The access token expiry UTC time '1/2/2026 4:04:04 AM' is earlier than current UTC time \
         '1/2/2026 4:04:04 AM'."
    );
    assert_eq!(refusal((status, body)), "ExpiredAuthenticationToken");
}

#[test]
fn tokens_for_others_of_others_and_changed_ones_are_refused() {
    let azure = verified();
    let of = |token: &str| refusal(call(&azure.simulator, token));
    let vault = token_for(&azure, "https://vault.azure.net/.default");
    assert_eq!(of(&vault), "InvalidAuthenticationTokenAudience");
    assert_eq!(
        of(&arm_token(&verified().simulator)),
        "InvalidAuthenticationToken"
    );
    assert_eq!(of("abc"), "InvalidAuthenticationToken");
    let token = arm_token(&azure.simulator);
    let mut parts: Vec<&str> = token.split('.').collect();
    let mut changed = claims(&token);
    changed["oid"] = json!(CALLER);
    let changed = URL_SAFE_NO_PAD.encode(changed.to_string());
    parts[1] = &changed;
    assert_eq!(of(&parts.join(".")), "InvalidAuthenticationToken");
    // The address of the simulator is an audience only there.
    let here = format!("https://127.0.0.1:8443/{}", v2());
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("grant_type", "client_credentials"),
            ("client_id", CLIENT),
            ("client_secret", SECRET),
            ("scope", "https://127.0.0.1:8443/.default"),
        ])
        .finish();
    let (_, body) = send(&azure.simulator, "POST", &here, &[], form);
    let local = body["access_token"].as_str().unwrap();
    assert_eq!(of(local), "InvalidAuthenticationTokenAudience");
    let authorization = format!("Bearer {local}");
    let url = format!("https://127.0.0.1:8443{}", group("g"));
    let headers = [("authorization", authorization.as_str())];
    assert_eq!(
        send(&azure.simulator, "GET", &url, &headers, String::new()).0,
        404
    );
}

#[test]
fn a_token_of_another_tenant_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let open = |tenant: &str| {
        Simulator::builder()
            .state_dir(directory.path())
            .tenant_id(tenant)
            .application(application())
            .access(Access::Verified)
            .build()
            .unwrap()
    };
    // The same key, since it is in the directory.
    let token = arm_token(&open(TENANT));
    assert_eq!(call(&open(TENANT), &token).0, 404);
    let other = open("eeeeeeee-0000-0000-0000-000000000001");
    assert_eq!(
        refusal(call(&other, &token)),
        "InvalidAuthenticationTokenTenant"
    );
}

#[test]
fn a_service_account_token_is_none_for_resource_manager() {
    let azure = verified();
    let admin = arm_token(&azure.simulator);
    let put = |path: &str, body: Value| {
        let (status, body) = arm(&azure, &admin, "PUT", path, &body);
        assert_eq!(status, 201, "{body}");
    };
    put(&group("g"), json!({"location": "westus2"}));
    let cluster = "Microsoft.ContainerService/managedClusters/c1";
    put(
        &url(cluster, "2025-07-01"),
        json!({
            "location": "westus2", "identity": {"type": "SystemAssigned"},
            "properties": {
                "dnsPrefix": "c1", "oidcIssuerProfile": {"enabled": true},
                "agentPoolProfiles": [{"name": "np", "mode": "System", "count": 1, "vmSize": "Standard_D2s_v5"}],
            },
        }),
    );
    let token = azure
        .simulator
        .service_account_token(&id(cluster), "n", "s", ARM)
        .unwrap();
    assert_eq!(
        refusal(call(&azure.simulator, token.secret())),
        "InvalidAuthenticationToken"
    );
}

#[test]
fn a_token_of_tomorrow_is_not_valid_yet() {
    let directory = tempfile::tempdir().unwrap();
    let at = |seconds: u64| {
        let azure = Azure::with(|builder| {
            builder
                .application(application())
                .access(Access::Verified)
                .state_dir(directory.path())
        });
        azure.pass(seconds);
        azure
    };
    // The state is the same, and so is the key; the clock went back.
    let (before, near, later) = (at(0), at(600), at(3000));
    let token = arm_token(&near.simulator);
    assert_eq!(call(&near.simulator, &token).0, 404);
    assert_eq!(
        call(&at(300).simulator, &token).0,
        404,
        "clocks differ a little"
    );
    assert_eq!(call(&later.simulator, &token).0, 404);
    let refused = call(&before.simulator, &token);
    assert_eq!(refusal(refused), "InvalidAuthenticationToken");
}

#[test]
fn a_refusal_says_where_to_sign_in() {
    let azure = verified();
    let answer = azure.get(&group("g")).expect(401);
    assert_eq!(answer.code(), "AuthenticationFailed");
    let challenge = answer.header("www-authenticate").unwrap();
    let place = format!("Bearer authorization_uri=\"{ARM}/{TENANT}\", error=\"invalid_token\", ");
    assert!(challenge.starts_with(&place), "{challenge}");
    for authorization in ["Basic abc", "Bearer", "Bearer "] {
        let url = format!("{ARM}{}", group("g"));
        let headers = [("authorization", authorization)];
        let refused = send(&azure.simulator, "GET", &url, &headers, String::new());
        assert_eq!(refusal(refused), "AuthenticationFailedInvalidHeader");
    }
    let good = format!("Bearer {}", arm_token(&azure.simulator));
    let url = format!("{ARM}{}", group("g"));
    let twice = [("authorization", good.as_str()); 2];
    let refused = send(&azure.simulator, "GET", &url, &twice, String::new());
    assert_eq!(refusal(refused), "AuthenticationFailedInvalidHeader");
}

#[test]
fn the_caller_is_whom_the_token_names() {
    let azure = verified();
    let token = arm_token(&azure.simulator);
    let put = |path: &str, body: &Value| {
        let (status, body) = arm(&azure, &token, "PUT", path, body);
        assert!(status == 200 || status == 201, "{body}");
    };
    put(&group("g"), &json!({"location": "westus2"}));
    let role = format!(
        "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"
    );
    let assignment = "Microsoft.Authorization/roleAssignments/00000000-0000-0000-0000-00000000000a";
    let assignment = url(assignment, "2022-04-01");
    // The service principal is in the directory.
    put(
        &assignment,
        &json!({"properties": {"roleDefinitionId": role, "principalId": OBJECT}}),
    );
    let (_, body) = arm(&azure, &token, "GET", &assignment, &Value::Null);
    assert_eq!(body["properties"]["createdBy"], OBJECT);
    let (_, other) = send(
        &azure.simulator,
        "GET",
        "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com",
        &[("Metadata", "true")],
        String::new(),
    );
    let other = other["access_token"].as_str().unwrap();
    let (_, body) = arm(
        &azure,
        other,
        "PUT",
        &assignment,
        &json!({"properties": {"roleDefinitionId": role, "principalId": OBJECT}}),
    );
    assert_eq!(
        body["properties"]["updatedBy"],
        "dddddddd-0000-0000-0000-000000000002"
    );
}

#[test]
fn a_deployment_goes_on_in_the_name_of_its_deployer() {
    let azure = Azure::with(|builder| {
        builder
            .application(application())
            .access(Access::Verified)
            .latency(kompox_azure_sim::Latency::Fixed(
                std::time::Duration::from_secs(10),
            ))
    });
    let token = arm_token(&azure.simulator);
    assert_eq!(
        arm(
            &azure,
            &token,
            "PUT",
            &group("g"),
            &json!({"location": "westus2"})
        )
        .0,
        201
    );
    let name = "00000000-0000-0000-0000-00000000000b";
    let nested = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [{
            "type": "Microsoft.Authorization/roleAssignments", "apiVersion": "2022-04-01", "name": name,
            "properties": {
                "roleDefinitionId": "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'b24988ac-6180-42a0-ab88-20f7382dd24c')]",
                "principalId": "[deployer().objectId]",
            },
        }],
    });
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [{
            "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "inner",
            "properties": {"mode": "Incremental", "expressionEvaluationOptions": {"scope": "inner"}, "template": nested},
        }],
        "outputs": {"who": {"type": "string", "value": "[deployer().objectId]"}},
    });
    let deployment = url("Microsoft.Resources/deployments/d", "2022-09-01");
    let body = json!({"properties": {"mode": "Incremental", "template": template}});
    let (status, body) = arm(&azure, &token, "PUT", &deployment, &body);
    assert_eq!(status, 201, "{body}");
    for _ in 0..6 {
        azure.pass(10);
        arm(&azure, &token, "GET", &group("g"), &Value::Null);
    }
    let (_, body) = arm(&azure, &token, "GET", &deployment, &Value::Null);
    assert_eq!(
        body["properties"]["provisioningState"], "Succeeded",
        "{body}"
    );
    assert_eq!(body["properties"]["outputs"]["who"]["value"], OBJECT);
    let assignment = url(
        &format!("Microsoft.Authorization/roleAssignments/{name}"),
        "2022-04-01",
    );
    let (_, body) = arm(&azure, &token, "GET", &assignment, &Value::Null);
    assert_eq!(body["properties"]["createdBy"], OBJECT, "{body}");
    assert_eq!(body["properties"]["principalId"], OBJECT);
}
