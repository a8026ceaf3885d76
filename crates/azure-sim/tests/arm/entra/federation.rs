//! Assertions of other issuers: clusters of the simulator, and configured ones.

use kompox_azure_sim::ServiceAccountTokenError;

use super::*;

const CLUSTER: &str = "Microsoft.ContainerService/managedClusters/c1";

fn make_cluster(azure: &Azure, issuer: bool) -> String {
    let body = json!({
        "location": "westus2",
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "dnsPrefix": "c1",
            "oidcIssuerProfile": {"enabled": issuer},
            "agentPoolProfiles": [{
                "name": "npsystem", "mode": "System", "count": 1, "vmSize": "Standard_D2s_v5", "osType": "Linux",
                "type": "VirtualMachineScaleSets",
            }],
        },
    });
    let made = azure.put(&url(CLUSTER, "2025-07-01"), &body).expect(201);
    let issuer = &made.body["properties"]["oidcIssuerProfile"]["issuerURL"];
    issuer.as_str().unwrap_or_default().to_owned()
}

fn federate(azure: &Azure, issuer: &str, subject: &str, audience: &str) {
    let path =
        "Microsoft.ManagedIdentity/userAssignedIdentities/me1/federatedIdentityCredentials/fic1";
    let body =
        json!({"properties": {"issuer": issuer, "subject": subject, "audiences": [audience]}});
    let answer = azure.put(&url(path, "2023-01-31"), &body);
    assert!(answer.status < 300, "{}", answer.text);
}

fn present(azure: &Azure, client: &str, assertion: &str) -> (u16, Value) {
    ask(
        &azure.simulator,
        &v2(),
        &[
            ("grant_type", "client_credentials"),
            ("client_id", client),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion),
            ("scope", "https://vault.azure.net/.default"),
        ],
    )
}

/// A cluster, an identity that trusts its service account `n/s`, and a token of that.
fn scene() -> (Azure, String, String) {
    let azure = azure();
    let client = make_identity(&azure)["clientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let issuer = make_cluster(&azure, true);
    federate(&azure, &issuer, "system:serviceaccount:n:s", EXCHANGE);
    (azure, client, issuer)
}

fn account(azure: &Azure, namespace: &str, name: &str, audience: &str) -> String {
    let token = azure
        .simulator
        .service_account_token(&id(CLUSTER), namespace, name, audience)
        .unwrap();
    token.secret().to_owned()
}

#[test]
fn a_service_account_of_a_cluster_becomes_an_identity() {
    let (azure, client, issuer) = scene();
    let token = account(&azure, "n", "s", EXCHANGE);
    let (status, body) = present(&azure, &client, &token);
    assert_eq!(status, 200, "{body}");
    let claims = claims(body["access_token"].as_str().unwrap());
    assert_eq!(claims["appid"], client);
    assert_eq!(claims["appidacr"], "2");
    assert_eq!(claims["xms_mirid"], identity_id());
    let again = azure
        .simulator
        .service_account_token(&issuer, "n", "s", EXCHANGE)
        .unwrap();
    assert_eq!(again.secret(), token);
    assert!(!format!("{again:?}").contains(&token));
}

#[test]
fn the_cluster_publishes_the_key_of_its_tokens() {
    let (azure, _, issuer) = scene();
    let at = |path: &str| {
        let url = format!("{issuer}{path}");
        send(&azure.simulator, "GET", &url, &[], String::new())
    };
    let (status, configuration) = at(".well-known/openid-configuration");
    assert_eq!((status, &configuration["issuer"]), (200, &json!(issuer)));
    assert_eq!(configuration["jwks_uri"], format!("{issuer}openid/v1/jwks"));
    let (_, keys) = at("openid/v1/jwks");
    let token = account(&azure, "n", "s", EXCHANGE);
    assert_eq!(part(&token, 0)["kid"], keys["keys"][0]["kid"]);
    let other = format!("https://x/{TENANT}/{CLIENT}/.well-known/openid-configuration");
    assert_eq!(
        send(&azure.simulator, "GET", &other, &[], String::new()).0,
        404
    );
}

#[test]
fn what_matches_no_credential_is_refused() {
    let (azure, client, issuer) = scene();
    let token = |namespace, name, audience| account(&azure, namespace, name, audience);
    let refused = |token: &str| code(present(&azure, &client, token));
    assert_eq!(refused(&token("n", "S", EXCHANGE)), (401, 700_213));
    assert_eq!(refused(&token("m", "s", EXCHANGE)), (401, 700_213));
    assert_eq!(refused(&token("n", "s", "api://other")), (401, 700_212));
    let good = token("n", "s", EXCHANGE);
    federate(
        &azure,
        &issuer.to_ascii_uppercase().replace("HTTPS", "https"),
        "system:serviceaccount:n:s",
        EXCHANGE,
    );
    assert_eq!(refused(&good), (401, 700_211));
    assert_eq!(code(present(&azure, CLIENT, &good)), (401, 70025));
}

#[test]
fn an_assertion_is_good_for_an_hour_and_unchanged() {
    let (azure, client, _) = scene();
    let good = account(&azure, "n", "s", EXCHANGE);
    let (head, signature) = good.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { "B" } else { "A" };
    let forged = format!("{head}.{first}{}", &signature[1..]);
    assert_eq!(code(present(&azure, &client, &forged)), (401, 50013));
    assert_eq!(code(present(&azure, &client, "nonsense")), (400, 50027));
    azure.pass(3600 + 299);
    assert_eq!(present(&azure, &client, &good).0, 200);
    azure.pass(2);
    assert_eq!(code(present(&azure, &client, &good)), (401, 700_024));
}

#[test]
fn an_identity_has_no_secret_and_nobody_has_a_certificate() {
    let (azure, client, _) = scene();
    let secret = [
        ("grant_type", "client_credentials"),
        ("client_id", client.as_str()),
        ("client_secret", "x"),
        ("scope", "https://vault.azure.net/.default"),
    ];
    assert_eq!(
        code(ask(&azure.simulator, &v2(), &secret)),
        (401, 7_000_215)
    );
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let own = format!(
        "{}.{}.AAAA",
        part(json!({"alg": "RS256", "x5t": "dGh1bWI"})),
        part(json!({"iss": CLIENT, "sub": CLIENT, "aud": "x"}))
    );
    let (status, body) = present(&azure, CLIENT, &own);
    assert!(
        body["error_description"]
            .as_str()
            .unwrap()
            .contains("'dGh1bWI'")
    );
    assert_eq!(code((status, body)), (401, 700_027));
}

#[test]
fn a_configured_issuer_is_trusted_by_its_keys() {
    // One simulator's cluster is a stranger's issuer for another simulator.
    let (other, _, issuer) = scene();
    let keys = send(
        &other.simulator,
        "GET",
        &format!("{issuer}openid/v1/jwks"),
        &[],
        String::new(),
    );
    let subject = "system:serviceaccount:n:s";
    let federated = || application().federated(issuer.as_str(), subject, EXCHANGE);
    let trusting = Azure::with(|builder| {
        builder
            .application(federated())
            .issuer(issuer.as_str(), keys.1.to_string())
    });
    let token = account(&other, "n", "s", EXCHANGE);
    let (status, body) = present(&trusting, CLIENT, &token);
    assert_eq!(status, 200, "{body}");
    assert_eq!(
        claims(body["access_token"].as_str().unwrap())["oid"],
        OBJECT
    );
    // Without its keys nothing can be said about the signature.
    let ignorant = Azure::with(|builder| builder.application(federated()));
    assert_eq!(code(present(&ignorant, CLIENT, &token)), (400, 50166));
    let nonsense = Simulator::builder().issuer("https://x", "{}").build();
    assert!(nonsense.unwrap_err().to_string().contains("https://x"));
}

#[test]
fn only_clusters_with_an_issuer_give_tokens() {
    let azure = azure();
    azure.group("westus2");
    let of = |cluster: &str| {
        azure
            .simulator
            .service_account_token(cluster, "n", "s", EXCHANGE)
            .unwrap_err()
    };
    assert!(matches!(
        of(&id(CLUSTER)),
        ServiceAccountTokenError::NoSuchCluster(_)
    ));
    assert!(matches!(
        of("https://x/"),
        ServiceAccountTokenError::NoSuchCluster(_)
    ));
    make_cluster(&azure, false);
    assert!(matches!(
        of(&id(CLUSTER)),
        ServiceAccountTokenError::NoIssuer(_)
    ));
}
