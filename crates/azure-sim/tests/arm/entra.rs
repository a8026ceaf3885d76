//! Signing in: tokens, who gets none, and what Resource Manager makes of them.

mod access;
mod credential;
mod discovery;
mod federation;
mod identity;
mod token;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use kompox_azure_sim::{Application, Simulator};
use serde_json::{Value, json};

use crate::azure::{Azure, group, id, url};

const TENANT: &str = "5ee5aded-7e1a-4a11-9f0e-51ab01a7ed00";
const CLIENT: &str = "aaaaaaaa-0000-0000-0000-000000000001";
const OBJECT: &str = "aaaaaaaa-0000-0000-0000-000000000002";
const SECRET: &str = "p+w/d=&%";
const ARM: &str = "https://management.azure.com";
const EXCHANGE: &str = "api://AzureADTokenExchange";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn application() -> Application {
    Application::new(CLIENT, OBJECT).secret(SECRET)
}

fn azure() -> Azure {
    Azure::with(|builder| builder.application(application()))
}

/// Status and body of a request to an absolute URL.
fn send(
    azure: &Simulator,
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: String,
) -> (u16, Value) {
    let mut request = http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (parts, body) = azure
        .handle(request.body(Bytes::from(body)).unwrap())
        .into_parts();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    (parts.status.as_u16(), body)
}

/// Posts a form to a token endpoint below the tenant.
fn ask(azure: &Simulator, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let url = format!("https://login.microsoftonline.com/{path}");
    send(azure, "POST", &url, &[kind], body)
}

/// The AADSTS number of a refusal.
fn code((status, body): (u16, Value)) -> (u16, u64) {
    let code = body["error_codes"][0].as_u64().unwrap();
    let text = body["error_description"].as_str().unwrap();
    assert!(text.starts_with(&format!("AADSTS{code}: ")), "{text}");
    (status, code)
}

fn v2() -> String {
    format!("{TENANT}/oauth2/v2.0/token")
}

/// A token of the application for Resource Manager.
fn arm_token(azure: &Simulator) -> String {
    let scope = format!("{ARM}/.default");
    let (status, body) = ask(
        azure,
        &v2(),
        &[
            ("grant_type", "client_credentials"),
            ("client_id", CLIENT),
            ("client_secret", SECRET),
            ("scope", &scope),
        ],
    );
    assert_eq!(status, 200, "{body}");
    body["access_token"].as_str().unwrap().to_owned()
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn claims(token: &str) -> Value {
    part(token, 1)
}

/// A GET of the group `g` with a token.
fn call(azure: &Simulator, token: &str) -> (u16, Value) {
    let authorization = format!("Bearer {token}");
    let url = format!("{ARM}{}", group("g"));
    send(
        azure,
        "GET",
        &url,
        &[("authorization", &authorization)],
        String::new(),
    )
}

/// Makes the group `g` with the user-assigned identity `me1`, and returns its properties.
fn make_identity(azure: &Azure) -> Value {
    azure.group("westus2");
    let path = "Microsoft.ManagedIdentity/userAssignedIdentities/me1";
    azure
        .put(&url(path, "2023-01-31"), &json!({"location": "westus2"}))
        .expect(201)
        .body["properties"]
        .clone()
}

fn identity_id() -> String {
    id("Microsoft.ManagedIdentity/userAssignedIdentities/me1")
}
