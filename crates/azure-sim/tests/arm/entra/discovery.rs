//! What clients read before they sign in.

use super::*;

const HERE: &str = "https://127.0.0.1:8443";

fn read(azure: &Azure, path: &str) -> (u16, Value) {
    send(
        &azure.simulator,
        "GET",
        &format!("{HERE}{path}"),
        &[],
        String::new(),
    )
}

#[test]
fn the_configuration_leads_to_where_the_client_is() {
    let azure = azure();
    let (status, first) = read(
        &azure,
        &format!("/{TENANT}/.well-known/openid-configuration"),
    );
    assert_eq!(status, 200);
    assert_eq!(
        first["issuer"],
        format!("https://sts.windows.net/{TENANT}/")
    );
    assert_eq!(
        first["token_endpoint"],
        format!("{HERE}/{TENANT}/oauth2/token")
    );
    let (_, second) = read(
        &azure,
        &format!("/{TENANT}/v2.0/.well-known/openid-configuration"),
    );
    assert_eq!(second["issuer"], format!("{HERE}/{TENANT}/v2.0"));
    assert_eq!(
        second["token_endpoint"],
        format!("{HERE}/{TENANT}/oauth2/v2.0/token")
    );
    let (_, any) = read(
        &azure,
        "/organizations/v2.0/.well-known/openid-configuration",
    );
    assert_eq!(any["issuer"], format!("{HERE}/{{tenantid}}/v2.0"));
    assert_eq!(
        any["token_endpoint"],
        format!("{HERE}/organizations/oauth2/v2.0/token")
    );
    for configuration in [&first, &second, &any] {
        let path = configuration["jwks_uri"]
            .as_str()
            .unwrap()
            .replace(HERE, "");
        let (status, keys) = read(&azure, &path);
        assert_eq!((status, &keys["keys"][0]["kty"]), (200, &json!("RSA")));
    }
    let unknown = read(
        &azure,
        "/aaaaaaaa-0000-0000-0000-00000000000f/v2.0/.well-known/openid-configuration",
    );
    assert_eq!(code(unknown), (400, 90002));
}

#[test]
fn an_instance_is_discovered() {
    let azure = azure();
    let at = |authority: &str| {
        read(
            &azure,
            &format!(
                "/common/discovery/instance?api-version=1.1&authorization_endpoint={authority}"
            ),
        )
    };
    let (status, body) = at(&format!("{HERE}/{TENANT}/oauth2/v2.0/authorize"));
    assert_eq!(status, 200);
    let next = body["tenant_discovery_endpoint"]
        .as_str()
        .unwrap()
        .replace(HERE, "");
    assert_eq!(read(&azure, &next).0, 200);
    assert_eq!(body["metadata"][0]["preferred_network"], "127.0.0.1:8443");
    let (status, body) = at("https://example.org/common");
    assert_eq!((status, &body["error"]), (400, &json!("invalid_instance")));
}

#[test]
fn resource_manager_says_where_everything_is_without_a_token() {
    let azure = Azure::with(|builder| builder.access(kompox_azure_sim::Access::Verified));
    let at = |version: &str| {
        read(
            &azure,
            &format!("/metadata/endpoints?api-version={version}"),
        )
    };
    let (status, newest) = at("2022-09-01");
    assert_eq!(status, 200);
    assert_eq!(newest["resourceManager"], format!("{HERE}/"));
    assert_eq!(newest["authentication"]["loginEndpoint"], HERE);
    let (_, clouds) = at("2020-06-01");
    assert_eq!(clouds, json!([newest]));
    let (_, oldest) = at("2015-01-01");
    assert_eq!(
        oldest["authentication"]["loginEndpoint"],
        format!("{HERE}/")
    );
    assert_eq!(
        oldest["authentication"]["audiences"][0],
        "https://management.core.windows.net/"
    );
    let (status, refused) = at("2000-01-01");
    assert_eq!(
        (status, &refused["error"]["code"]),
        (400, &json!("InvalidApiVersionParameter"))
    );
    let (_, missing) = read(&azure, "/metadata/endpoints");
    assert_eq!(missing["error"]["code"], "MissingApiVersionParameter");
}

#[test]
fn subscriptions_are_listed_in_which_something_exists() {
    let azure = azure();
    let list = || {
        azure
            .get("/subscriptions?api-version=2022-12-01")
            .expect(200)
            .body
    };
    assert_eq!(list()["value"], json!([]));
    azure.group("westus");
    let body = list();
    assert_eq!(
        body["value"][0]["subscriptionId"],
        crate::azure::SUBSCRIPTION
    );
    assert_eq!(body["count"]["value"], 1);
    for path in ["/subscriptions", "/tenants"] {
        let refused = azure
            .get(&format!("{path}?api-version=2001-01-01"))
            .expect(400);
        assert_eq!(refused.code(), "InvalidApiVersionParameter");
        assert_eq!(
            azure.get(path).expect(400).code(),
            "MissingApiVersionParameter"
        );
    }
}
