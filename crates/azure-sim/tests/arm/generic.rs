//! What Resource Manager says about any type.

use kompox_azure_sim::Access;
use serde_json::json;

use crate::azure::{Azure, SUBSCRIPTION, group, url};

#[test]
fn versions_namespaces_types_and_places_are_checked() {
    let azure = Azure::new();
    azure.group("westus");
    let code = |url: &str, status| azure.get(url).expect(status).code().to_owned();
    let disk = |version: &str| url(&format!("Microsoft.Compute/disks/d{version}"), "x");
    assert_eq!(
        code(&disk("").replace("?api-version=x", ""), 400),
        "MissingApiVersionParameter"
    );
    assert_eq!(code(&disk(""), 400), "InvalidApiVersionParameter");
    let unknown = azure
        .get(&url("Microsoft.Compute/disks/d", "2001-01-01"))
        .expect(400);
    assert_eq!(unknown.code(), "NoRegisteredProviderFound");
    assert!(unknown.message().contains("2024-03-02"));
    assert_eq!(
        code(&url("Microsoft.Nothing/x/y", "2024-03-02"), 404),
        "InvalidResourceNamespace"
    );
    assert_eq!(
        code(&url("Microsoft.Compute/x/y", "2024-03-02"), 404),
        "InvalidResourceType"
    );
    let missing = azure
        .get(&url("Microsoft.Compute/disks/d", "2024-03-02"))
        .expect(404);
    assert_eq!(missing.code(), "ResourceNotFound");
    assert_eq!(
        missing.message(),
        "The Resource 'Microsoft.Compute/disks/d' under resource group 'g' was not found. For more details please \
         go to https://aka.ms/ARMResourceNotFoundFix"
    );
    assert_eq!(missing.header("x-ms-failure-cause"), Some("gateway"));
    assert_eq!(
        missing.header("x-ms-request-id"),
        missing.header("x-ms-correlation-request-id")
    );
    let elsewhere = url("Microsoft.Compute/disks/d", "2024-03-02").replace("/g/", "/nowhere/");
    assert_eq!(code(&elsewhere, 404), "ResourceGroupNotFound");
}

#[test]
fn bodies_are_checked_before_providers_see_them() {
    let azure = Azure::new();
    azure.group("westus");
    let workspace = url(
        "Microsoft.OperationalInsights/workspaces/work",
        "2023-09-01",
    );
    let request = http::Request::put(format!("https://management.azure.com{workspace}"))
        .body(bytes::Bytes::from_static(b"{not json"))
        .unwrap();
    assert_eq!(azure.simulator.handle(request).status(), 400);
    let code = |body| azure.put(&workspace, &body).expect(400).code().to_owned();
    assert_eq!(code(json!([])), "InvalidRequestContent");
    assert_eq!(code(json!({})), "LocationRequired");
    assert_eq!(
        code(json!({"location": "x"})),
        "LocationNotAvailableForResourceType"
    );
    let typed = json!({"location": "westus", "properties": {"retentionInDays": "thirty"}});
    assert_eq!(code(typed), "InvalidRequestContent");
    azure
        .put(&workspace, &json!({"location": "westus"}))
        .expect(201);
    let moved = azure
        .put(&workspace, &json!({"location": "eastus"}))
        .expect(409);
    assert_eq!(moved.code(), "InvalidResourceLocation");
}

#[test]
fn subscriptions_are_any_guid_or_the_listed_ones() {
    let azure = Azure::new();
    let get = |azure: &Azure, subscription: &str| {
        azure.get(&format!(
            "/subscriptions/{subscription}?api-version=2022-12-01"
        ))
    };
    assert_eq!(
        get(&azure, SUBSCRIPTION).expect(200).body["subscriptionId"],
        SUBSCRIPTION
    );
    assert_eq!(
        get(&azure, "mine").expect(400).code(),
        "InvalidSubscriptionId"
    );
    let listed = Azure::with(|builder| builder.subscription(SUBSCRIPTION));
    get(&listed, SUBSCRIPTION).expect(200);
    let other = get(&listed, "22222222-2222-2222-2222-222222222222").expect(404);
    assert_eq!(other.code(), "SubscriptionNotFound");
    let all = listed
        .get("/subscriptions?api-version=2022-12-01")
        .expect(200);
    assert_eq!(all.body["value"].as_array().unwrap().len(), 1);
}

#[test]
fn a_token_is_asked_for_only_where_it_was_wanted() {
    let azure = Azure::with(|builder| builder.access(Access::AnyBearer));
    let refused = azure.get(&group("g")).expect(401);
    assert_eq!(refused.code(), "AuthenticationFailed");
    assert!(
        refused
            .header("www-authenticate")
            .unwrap()
            .starts_with("Bearer ")
    );
    let request = http::Request::get(format!("https://management.azure.com{}", group("g")))
        .header("authorization", "Bearer abc")
        .body(bytes::Bytes::new())
        .unwrap();
    assert_eq!(azure.simulator.handle(request).status(), 404);
}

#[test]
fn every_answer_carries_the_usual_headers() {
    let azure = Azure::new();
    let request = http::Request::put(format!("https://management.azure.com{}", group("g")))
        .header("x-ms-correlation-request-id", "abc")
        .header("x-ms-client-request-id", "mine")
        .header("x-ms-return-client-request-id", "true")
        .body(bytes::Bytes::from_static(br#"{"location":"westus"}"#))
        .unwrap();
    let answer = azure.simulator.handle(request);
    assert_eq!(answer.headers()["x-ms-correlation-request-id"], "abc");
    assert_eq!(answer.headers()["x-ms-client-request-id"], "mine");
    assert!(answer.headers().contains_key("x-ms-request-id"));
    assert_eq!(
        answer.headers()["x-ms-ratelimit-remaining-subscription-writes"],
        "799"
    );
    assert_eq!(answer.headers()["date"], "Fri, 02 Jan 2026 03:04:05 GMT");
    let records = azure.simulator.requests();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].client_request_id.as_deref(), Some("mine"));
    assert_eq!(
        (records[0].method.as_str(), records[0].status),
        ("PUT", 201)
    );
    assert_eq!(records[0].api_version.as_deref(), Some("2024-11-01"));
}

#[test]
fn polling_urls_cannot_be_altered_or_made_up() {
    let azure = Azure::fixed(60);
    azure.group("westus");
    let location = azure
        .delete(&group("g"))
        .expect(202)
        .header("location")
        .unwrap()
        .to_owned();
    azure.get(&location).expect(202);
    azure.get(&format!("{location}&x=y")).expect(403);
    azure
        .get(&location.replace("2024-11-01", "2024-07-01"))
        .expect(403);
    azure.get(location.split("&t=").next().unwrap()).expect(403);
    azure.delete(&location).expect(405);
}

#[test]
fn resources_are_listed_by_type_and_tag() {
    let azure = Azure::new();
    azure.group("westus");
    let body = json!({"location": "westus", "tags": {"env": "dev"}});
    azure
        .put(
            &url(
                "Microsoft.OperationalInsights/workspaces/work",
                "2023-09-01",
            ),
            &body,
        )
        .expect(201);
    let identity = "Microsoft.ManagedIdentity/userAssignedIdentities/me1";
    azure
        .put(&url(identity, "2023-01-31"), &json!({"location": "westus"}))
        .expect(201);
    for scope in ["", "/resourceGroups/g"] {
        let list = format!("/subscriptions/{SUBSCRIPTION}{scope}/resources?api-version=2021-04-01");
        let names = |filter: &str| -> Vec<String> {
            let filter = filter.replace(' ', "%20").replace('\'', "%27");
            azure
                .get(&format!("{list}&$filter={filter}"))
                .expect(200)
                .body["value"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["name"].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(
            names("resourceType eq 'Microsoft.OperationalInsights/workspaces'"),
            ["work"]
        );
        assert_eq!(names("tagName eq 'env' and tagValue eq 'dev'"), ["work"]);
        assert!(names("resourceType eq 'Microsoft.KeyVault/vaults'").is_empty());
        let top = azure.get(&format!("{list}&$top=1")).expect(200);
        assert!(
            top.body["nextLink"]
                .as_str()
                .unwrap()
                .contains("%24skiptoken=")
        );
        azure
            .get(&format!("{list}&$filter=color%20eq%20%27red%27"))
            .expect(400);
    }
}

#[test]
fn a_tenant_has_no_list_of_what_is_in_subscriptions() {
    let azure = Azure::new();
    azure.group("westus");
    for list in [
        "Microsoft.Compute/disks?api-version=2024-03-02",
        "Microsoft.KeyVault/vaults?api-version=2023-07-01",
        "Microsoft.Network/dnsZones?api-version=2018-05-01",
    ] {
        let refused = azure.get(&format!("/providers/{list}")).expect(404);
        assert_eq!(refused.code(), "MissingSubscription", "{list}");
    }
    // Roles are assigned at any scope.
    azure
        .get("/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01")
        .expect(200);
}
