//! Credentials and tokens.

use std::sync::Arc;

use futures::future::join_all;
use kompox_azure::{Azure, Cloud, Connection, Connector, Credential, Error};
use kompox_azure_arm::ArmConnector;
use serde_json::json;

use crate::script::{Reply, Script, Tokens, connection, disk, disk_body, disk_url};

const TENANT: &str = "11111111-1111-1111-1111-111111111111";

fn signed_in(script: &Arc<Script>, tokens: &Arc<Tokens>) -> Azure {
    ArmConnector::builder()
        .transport(Arc::clone(script) as _)
        .credential(Arc::clone(tokens) as _)
        .build()
        .connect(&connection(Credential::AzureCli))
        .unwrap()
}

fn found() -> Reply {
    Reply::ok(&disk_body("d", "Succeeded"))
}

fn calls(number: usize) -> Arc<Script> {
    Arc::new((0..number).fold(Script::new(), |script, _| {
        script.on("GET", &disk_url("d"), found())
    }))
}

#[tokio::test(start_paused = true)]
async fn a_token_is_fetched_when_first_needed_and_once_for_all_who_wait() {
    let (script, tokens) = (calls(21), Tokens::living(3600));
    let azure = signed_in(&script, &tokens);
    assert_eq!(tokens.fetched(), 0);
    let clones: Vec<_> = (0..20).map(|_| azure.clone()).collect();
    for result in join_all(
        clones
            .iter()
            .map(|azure| async { azure.disks.get(&disk("d")).await }),
    )
    .await
    {
        assert!(result.unwrap().is_some());
    }
    azure.disks.get(&disk("d")).await.unwrap();
    assert_eq!(tokens.fetched(), 1);
    assert!(
        script
            .seen()
            .iter()
            .all(|call| call.header("authorization") == Some("Bearer token-1"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_runs_out() {
    let (script, tokens) = (calls(2), Tokens::living(240));
    let azure = signed_in(&script, &tokens);
    azure.disks.get(&disk("d")).await.unwrap();
    azure.disks.get(&disk("d")).await.unwrap();
    assert_eq!(tokens.fetched(), 2);
    assert_eq!(
        script.seen()[1].header("authorization"),
        Some("Bearer token-2")
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_that_azure_no_longer_takes_is_replaced_once() {
    let refused = || {
        Reply::status(401)
            .json(&json!({ "error": { "code": "ExpiredAuthenticationToken", "message": "old" } }))
    };
    let script = Arc::new(
        Script::new()
            .on("GET", &disk_url("d"), found())
            .on("GET", &disk_url("d"), refused())
            .on("GET", &disk_url("d"), found())
            .on("GET", &disk_url("d"), refused())
            .on("GET", &disk_url("d"), refused()),
    );
    let tokens = Tokens::living(3600);
    let azure = signed_in(&script, &tokens);
    azure.disks.get(&disk("d")).await.unwrap();
    azure.disks.get(&disk("d")).await.unwrap();
    assert_eq!(tokens.fetched(), 2);
    let error = azure.disks.get(&disk("d")).await.unwrap_err();
    assert_eq!((error.status(), tokens.fetched()), (Some(401), 3));
    script.done();
}

#[tokio::test(start_paused = true)]
async fn giving_up_while_a_token_is_fetched_leaves_the_next_one_in_peace() {
    let (script, tokens) = (calls(1), Tokens::living(3600));
    let azure = signed_in(&script, &tokens);
    let id = disk("d");
    let early =
        tokio::time::timeout(std::time::Duration::from_millis(10), azure.disks.get(&id)).await;
    assert!(early.is_err());
    assert!(azure.disks.get(&id).await.unwrap().is_some());
}

fn client_secret() -> Credential {
    Credential::ClientSecret {
        tenant_id: TENANT.into(),
        client_id: "client".into(),
        client_secret: "very-secret".to_owned().into(),
    }
}

#[tokio::test]
async fn every_cloud_has_its_own_authority_and_scope() {
    let custom = Cloud::custom(
        "https://arm.example",
        "https://login.example",
        Some("https://audience.example"),
    )
    .unwrap();
    for (cloud, authority, scope) in [
        (
            Cloud::named("AzurePublic").unwrap(),
            "https://login.microsoftonline.com",
            "https%3A%2F%2Fmanagement.azure.com%2F.default",
        ),
        (
            Cloud::named("AzureUSGovernment").unwrap(),
            "https://login.microsoftonline.us",
            "https%3A%2F%2Fmanagement.core.usgovcloudapi.net%2F.default",
        ),
        (
            Cloud::named("AzureChina").unwrap(),
            "https://login.chinacloudapi.cn",
            "https%3A%2F%2Fmanagement.core.chinacloudapi.cn%2F.default",
        ),
        (
            custom,
            "https://login.example",
            "https%3A%2F%2Faudience.example%2F.default",
        ),
    ] {
        let arm = format!(
            "{}{}?api-version=2024-03-02",
            cloud.resource_manager.as_str().trim_end_matches('/'),
            disk("d")
        );
        let token = json!({ "token_type": "Bearer", "expires_in": 3600, "access_token": "abc" });
        let script = Arc::new(
            Script::new()
                .on(
                    "POST",
                    &format!("{authority}/{TENANT}/oauth2/v2.0/token"),
                    Reply::ok(&token),
                )
                .on("GET", &arm, found()),
        );
        let connector = ArmConnector::builder()
            .transport(Arc::clone(&script) as _)
            .build();
        let azure = connector
            .connect(&Connection {
                cloud,
                credential: client_secret(),
            })
            .unwrap();
        assert!(script.seen().is_empty(), "connecting calls nobody");
        azure.disks.get(&disk("d")).await.unwrap();
        script.done();
        let asked = script.seen()[0]
            .body
            .as_ref()
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned();
        assert!(asked.contains(&format!("scope={scope}")), "{asked}");
        assert_eq!(script.seen()[1].header("authorization"), Some("Bearer abc"));
        assert!(
            script
                .seen()
                .iter()
                .all(|call| call.header("user-agent").unwrap().starts_with("kompoxops/"))
        );
    }
}

#[tokio::test]
async fn a_token_goes_to_a_loopback_over_http_too() {
    let cloud = Cloud::custom(
        "http://127.0.0.1:7000",
        "https://login.example",
        Some("https://management.azure.com"),
    )
    .unwrap();
    let url = format!("http://127.0.0.1:7000{}?api-version=2024-03-02", disk("d"));
    let script = Arc::new(Script::new().on("GET", &url, found()));
    let azure = ArmConnector::builder()
        .transport(Arc::clone(&script) as _)
        .credential(Tokens::living(3600))
        .build()
        .connect(&Connection {
            cloud,
            credential: Credential::AzureCli,
        })
        .unwrap();
    azure.disks.get(&disk("d")).await.unwrap();
    assert_eq!(
        script.seen()[0].header("authorization"),
        Some("Bearer token-1")
    );
}

#[tokio::test]
async fn a_refused_sign_in_says_why_and_what_to_check() {
    let refused = json!({ "error": "invalid_client", "error_codes": [7000215],
        "error_description": "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1" });
    let url = format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token");
    let script = Arc::new(Script::new().on("POST", &url, Reply::status(401).json(&refused)));
    let azure = ArmConnector::builder()
        .transport(Arc::clone(&script) as _)
        .build()
        .connect(&connection(client_secret()))
        .unwrap();
    let error = azure.disks.get(&disk("d")).await.unwrap_err();
    assert!(matches!(error, Error::NotSignedIn { .. }), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains("AADSTS7000215: Invalid client secret provided."),
        "{text}"
    );
    assert!(
        text.contains("check AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"),
        "{text}"
    );
    assert!(
        !text.contains('\n') && !text.contains("very-secret"),
        "{text}"
    );
    assert!(!format!("{error:?}").contains("very-secret"));
    script.done();
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_that_nobody_answers_says_why() {
    let url = format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token");
    let script = (0..9).fold(Script::new(), |script, _| {
        script.on("POST", &url, Reply::broken("reset by peer"))
    });
    let script = Arc::new(script);
    let azure = ArmConnector::builder()
        .transport(Arc::clone(&script) as _)
        .build()
        .connect(&connection(client_secret()))
        .unwrap();
    let error = azure.disks.get(&disk("d")).await.unwrap_err();
    assert!(matches!(error, Error::NotSignedIn { .. }), "{error:?}");
    assert!(error.to_string().contains("reset by peer"), "{error}");
    assert!(!format!("{error} {error:?}").contains("very-secret"));
    script.done();
}

#[tokio::test]
async fn a_workload_identity_sends_its_file_and_says_which_one_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let token_file = dir.path().join("token");
    let credential = Credential::WorkloadIdentity {
        tenant_id: TENANT.into(),
        client_id: "client".into(),
        token_file: token_file.clone(),
    };
    let token = json!({ "token_type": "Bearer", "expires_in": 3600, "access_token": "abc" });
    let url = format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token");
    let script = Arc::new(Script::new().on("POST", &url, Reply::ok(&token)).on(
        "GET",
        &disk_url("d"),
        found(),
    ));
    let connector = ArmConnector::builder()
        .transport(Arc::clone(&script) as _)
        .build();

    let error = connector
        .connect(&connection(credential.clone()))
        .unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::NotSignedIn { .. }));
    assert!(
        text.contains(&token_file.display().to_string())
            && text.contains("AZURE_FEDERATED_TOKEN_FILE"),
        "{text}"
    );

    std::fs::write(&token_file, "signed-by-kubernetes").unwrap();
    let azure = connector.connect(&connection(credential)).unwrap();
    azure.disks.get(&disk("d")).await.unwrap();
    let asked = script.seen()[0]
        .body
        .as_ref()
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        asked.contains("client_assertion=signed-by-kubernetes"),
        "{asked}"
    );
}

#[tokio::test]
async fn a_malformed_tenant_is_found_when_connecting() {
    let credential = Credential::ClientSecret {
        tenant_id: "not/a/tenant".into(),
        client_id: "client".into(),
        client_secret: "very-secret".to_owned().into(),
    };
    let error = ArmConnector::new()
        .connect(&connection(credential))
        .unwrap_err();
    assert!(error.to_string().contains("AZURE_TENANT_ID"), "{error}");
}

#[test]
fn the_command_lines_and_the_machine_are_not_asked_when_connecting() {
    let connector = ArmConnector::builder()
        .transport(Arc::new(Script::new()) as _)
        .build();
    for credential in [
        Credential::AzureCli,
        Credential::AzureDeveloperCli,
        Credential::ManagedIdentity { client_id: None },
        Credential::ManagedIdentity {
            client_id: Some("client".into()),
        },
    ] {
        connector.connect(&connection(credential)).unwrap();
    }
}
