//! Managed identities: the metadata service and App Service.

use super::*;

const SYSTEM_CLIENT: &str = "dddddddd-0000-0000-0000-000000000001";
const SYSTEM_OBJECT: &str = "dddddddd-0000-0000-0000-000000000002";

fn azure() -> Azure {
    Azure::with(|builder| {
        builder
            .system_assigned_identity(SYSTEM_CLIENT, SYSTEM_OBJECT)
            .identity_header("site secret")
    })
}

fn imds(azure: &Azure, query: &str) -> (u16, Value) {
    let url = format!("http://169.254.169.254/metadata/identity/oauth2/token?{query}");
    send(
        &azure.simulator,
        "GET",
        &url,
        &[("Metadata", "true")],
        String::new(),
    )
}

fn site(azure: &Azure, header: &str, query: &str) -> (u16, Value) {
    let url = format!("http://127.0.0.1:41741/msi/token?{query}");
    send(
        &azure.simulator,
        "GET",
        &url,
        &[("X-IDENTITY-HEADER", header)],
        String::new(),
    )
}

const ASK: &str = "api-version=2018-02-01&resource=https://management.azure.com/";
const SITE: &str = "api-version=2019-08-01&resource=https://vault.azure.net";

#[test]
fn the_metadata_service_gives_a_token_for_a_day() {
    let azure = azure();
    let (status, body) = imds(&azure, ASK);
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["client_id"], SYSTEM_CLIENT);
    assert_eq!(body["expires_in"], "86399");
    assert_eq!(body["expires_on"], "1767409444");
    assert_eq!(body["token_type"], "Bearer");
    let claims = claims(body["access_token"].as_str().unwrap());
    assert_eq!(claims["oid"], SYSTEM_OBJECT);
    assert_eq!(claims["appidacr"], "2");
}

#[test]
fn a_user_assigned_identity_is_named_in_any_of_three_ways() {
    let azure = azure();
    let identity = make_identity(&azure);
    let client = identity["clientId"].as_str().unwrap();
    let object = identity["principalId"].as_str().unwrap();
    for (name, value) in [
        ("client_id", client),
        ("object_id", object),
        ("msi_res_id", &identity_id()),
        ("mi_res_id", &identity_id().to_ascii_uppercase()),
    ] {
        let (status, body) = imds(&azure, &format!("{ASK}&{name}={value}"));
        assert_eq!(status, 200, "{name}: {body}");
        let claims = claims(body["access_token"].as_str().unwrap());
        assert_eq!(
            (&claims["oid"], &claims["appid"]),
            (&json!(object), &json!(client))
        );
        let resource = claims["xms_mirid"].as_str().unwrap();
        assert!(resource.eq_ignore_ascii_case(&identity_id()), "{resource}");
        let (_, body) = site(&azure, "site secret", &format!("{SITE}&{name}={value}"));
        assert_eq!(body["client_id"], client, "{body}");
    }
}

#[test]
fn the_metadata_service_refuses_in_its_own_words() {
    let azure = azure();
    let url = format!("http://169.254.169.254/metadata/identity/oauth2/token?{ASK}");
    let (status, body) = send(&azure.simulator, "GET", &url, &[], String::new());
    assert_eq!(
        (status, &body),
        (
            400,
            &json!({"error": "invalid_request", "error_description": "Required metadata header not specified"})
        )
    );
    let proxied = [("Metadata", "true"), ("X-Forwarded-For", "10.0.0.1")];
    assert_eq!(
        send(&azure.simulator, "GET", &url, &proxied, String::new()).0,
        400
    );
    let of = |query: &str| {
        let (status, body) = imds(&azure, query);
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        (status, text("error"), text("error_description"))
    };
    let unknown = of(&format!("{ASK}&client_id={CLIENT}"));
    assert_eq!(
        unknown,
        (400, "invalid_request".into(), "Identity not found".into())
    );
    let (status, error, text) = of("api-version=2018-02-01&resource=https://example.org");
    assert_eq!((status, error.as_str()), (400, "invalid_resource"));
    assert!(text.starts_with("AADSTS500011: "), "{text}");
    for query in [
        "resource=https://management.azure.com/".to_owned(),
        "api-version=2000-01-01&resource=https://management.azure.com/".to_owned(),
        "api-version=2018-02-01".to_owned(),
        format!("{ASK}&client_id={CLIENT}&object_id={OBJECT}"),
    ] {
        let (status, error, _) = of(&query);
        assert_eq!(
            (status, error.as_str()),
            (400, "invalid_request"),
            "{query}"
        );
    }
    let (status, body) = imds(&Azure::new(), ASK);
    assert_eq!(
        (status, &body["error_description"]),
        (400, &json!("Identity not found"))
    );
}

#[test]
fn app_service_wants_its_secret_back() {
    let azure = azure();
    let (status, body) = site(&azure, "site secret", SITE);
    assert_eq!(
        (status, &body["resource"]),
        (200, &json!("https://vault.azure.net"))
    );
    assert_eq!(body["expires_on"], "1767409444");
    assert_eq!(site(&azure, "wrong", SITE).0, 403);
    assert_eq!(site(&Azure::new(), "", SITE).0, 403);
    let url = format!("http://127.0.0.1:41741/msi/token?{SITE}");
    assert_eq!(
        send(&azure.simulator, "GET", &url, &[], String::new()).0,
        401
    );
    let (status, body) = site(&azure, "site secret", &format!("{SITE}&client_id={CLIENT}"));
    assert_eq!((status, &body["statusCode"]), (400, &json!(400)));
    assert_eq!(
        body["message"],
        "No User Assigned or Delegated Managed Identity found for specified \
         ClientId/ResourceId/PrincipalId."
    );
    let wrong = "api-version=2019-08-01&resource=https://example.org";
    assert_eq!(site(&azure, "site secret", wrong).0, 500);
}
