//! Client credentials with a secret.

use base64::engine::general_purpose::STANDARD;

use super::*;

fn wanted<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("scope", "https://management.azure.com/.default"),
        ("resource", "https://management.azure.com/"),
    ];
    for (name, value) in changes {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    form
}

#[test]
fn a_secret_gets_a_token_for_resource_manager() {
    let azure = azure();
    let (status, body) = ask(&azure.simulator, &v2(), &wanted(&[]));
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 3599);
    assert_eq!(body["ext_expires_in"], 3599);
    let token = body["access_token"].as_str().unwrap();
    let claims = claims(token);
    assert_eq!(claims["aud"], ARM);
    assert_eq!(claims["iss"], format!("https://sts.windows.net/{TENANT}/"));
    let now = 1_767_323_045;
    assert_eq!(
        (&claims["iat"], &claims["nbf"], &claims["exp"]),
        (&json!(now), &json!(now), &json!(now + 3599))
    );
    for (name, value) in [
        ("appid", CLIENT),
        ("appidacr", "1"),
        ("oid", OBJECT),
        ("sub", OBJECT),
        ("tid", TENANT),
        ("idtyp", "app"),
        ("ver", "1.0"),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    assert_eq!(claims.get("xms_mirid"), None);
    let (_, keys) = send(
        &azure.simulator,
        "GET",
        &format!("https://login.microsoftonline.com/{TENANT}/discovery/v2.0/keys"),
        &[],
        String::new(),
    );
    assert_eq!(part(token, 0)["kid"], keys["keys"][0]["kid"]);
    assert_eq!(part(token, 0)["alg"], "RS256");
    let again = arm_token(&azure.simulator);
    assert_ne!(super::claims(&again)["uti"], claims["uti"]);
}

#[test]
fn the_first_version_names_a_resource_and_answers_in_strings() {
    let azure = azure();
    let path = format!("{TENANT}/oauth2/token");
    let (status, body) = ask(&azure.simulator, &path, &wanted(&[]));
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["expires_in"], "3599");
    assert_eq!(body["expires_on"], "1767326644");
    assert_eq!(body["resource"], "https://management.azure.com/");
    let claims = claims(body["access_token"].as_str().unwrap());
    assert_eq!(claims["aud"], "https://management.azure.com/");
}

#[test]
fn a_resource_of_ones_own_gets_the_token_of_the_endpoint() {
    let azure = Azure::with(|builder| builder.application(application()).audience("api://mine"));
    let of = |path: &str| {
        let form = wanted(&[("scope", "api://mine/.default"), ("resource", "api://mine")]);
        let (status, body) = ask(&azure.simulator, path, &form);
        assert_eq!(status, 200, "{body}");
        claims(body["access_token"].as_str().unwrap())
    };
    let second = of(&v2());
    assert_eq!(
        second["iss"],
        format!("https://login.microsoftonline.com/{TENANT}/v2.0")
    );
    assert_eq!(
        (&second["azp"], &second["ver"]),
        (&json!(CLIENT), &json!("2.0"))
    );
    let first = of(&format!("{TENANT}/oauth2/token"));
    assert_eq!(
        (&first["appid"], &first["ver"]),
        (&json!(CLIENT), &json!("1.0"))
    );
}

#[test]
fn the_client_may_use_http_basic() {
    let azure = azure();
    let encode =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let of = |secret: &str| {
        let basic = format!(
            "Basic {}",
            STANDARD.encode(format!("{CLIENT}:{}", encode(secret)))
        );
        send(
            &azure.simulator,
            "POST",
            &format!("https://login.microsoftonline.com/{}", v2()),
            &[("authorization", &basic)],
            format!("grant_type=client_credentials&scope={ARM}/.default"),
        )
    };
    assert_eq!(of(SECRET).0, 200);
    assert_eq!(code(of("wrong")), (401, 7_000_215));
}

#[test]
fn refusals_are_those_of_entra_id() {
    let azure = azure();
    let other = "bbbbbbbb-0000-0000-0000-000000000001";
    for (name, value, expected) in [
        ("client_secret", "wrong", (401, 7_000_215)),
        ("client_secret", "", (401, 7_000_216)),
        ("client_assertion", "a", (400, 900_144)),
        ("client_id", other, (400, 700_016)),
        ("client_id", "", (400, 900_144)),
        ("grant_type", "", (400, 900_144)),
        ("grant_type", "password", (400, 70003)),
        ("scope", "", (400, 900_144)),
        ("scope", ARM, (400, 1_002_012)),
        ("scope", "a b", (400, 70011)),
        ("scope", "https://example.org/.default", (400, 500_011)),
    ] {
        let mut changes = vec![(name, value)];
        if name == "client_assertion" {
            changes.push(("client_secret", ""));
        }
        let refused = code(ask(&azure.simulator, &v2(), &wanted(&changes)));
        assert_eq!(refused, expected, "{name}={value}");
    }
    let v1 = |resource| {
        let path = format!("{TENANT}/oauth2/token");
        code(ask(
            &azure.simulator,
            &path,
            &wanted(&[("resource", resource)]),
        ))
    };
    assert_eq!(v1("https://example.org"), (400, 500_011));
    assert_eq!(v1(""), (400, 900_144));
    for (tenant, expected) in [
        (other, 90002),
        ("example.org", 90002),
        ("nobody", 900_023),
        ("common", 50059),
    ] {
        let path = format!("{tenant}/oauth2/v2.0/token");
        let refused = code(ask(&azure.simulator, &path, &wanted(&[])));
        assert_eq!(refused, (400, expected), "{tenant}");
    }
    let domain = "simulated.onmicrosoft.com/oauth2/v2.0/token";
    assert_eq!(ask(&azure.simulator, domain, &wanted(&[])).0, 200);
}

#[test]
fn a_refusal_can_be_traced_and_tells_no_secret() {
    let azure = azure();
    let request = "cccccccc-0000-0000-0000-000000000001";
    let (status, body) = send(
        &azure.simulator,
        "POST",
        &format!("https://127.0.0.1:8443/{}", v2()),
        &[("client-request-id", request)],
        format!(
            "grant_type=client_credentials&client_id={CLIENT}&client_secret=hunter2&scope={ARM}/.default"
        ),
    );
    assert_eq!((status, &body["error"]), (401, &json!("invalid_client")));
    assert_eq!(body["correlation_id"], request);
    assert_eq!(body["timestamp"], "2026-01-02 03:04:05Z");
    assert_eq!(
        body["error_uri"],
        "https://127.0.0.1:8443/error?code=7000215"
    );
    let text = body["error_description"].as_str().unwrap();
    let trace = body["trace_id"].as_str().unwrap();
    assert!(
        text.ends_with(&format!(
            "Trace ID: {trace} Correlation ID: {request} Timestamp: 2026-01-02 03:04:05Z"
        )),
        "{text}"
    );
    assert!(!body.to_string().contains("hunter2"));
    let shown = format!("{:?} {:?}", azure.simulator, azure.simulator.requests());
    assert!(
        !shown.contains("hunter2") && !shown.contains(SECRET),
        "{shown}"
    );
}

#[test]
fn a_token_is_posted_for() {
    let azure = azure();
    let url = format!("https://login.microsoftonline.com/{}", v2());
    let got = send(&azure.simulator, "GET", &url, &[], String::new());
    assert_eq!(code(got), (400, 900_561));
}
