//! Azure's own credentials for Rust, unchanged, over the transport.

use std::sync::Arc;

use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{ClientMethodOptions, ClientOptions, Transport};
use azure_identity::{
    ClientAssertion, ClientAssertionCredential, ClientAssertionCredentialOptions,
    ClientSecretCredential, ClientSecretCredentialOptions, ManagedIdentityCredential,
    ManagedIdentityCredentialOptions, UserAssignedId, WorkloadIdentityCredential,
    WorkloadIdentityCredentialOptions,
};
use kompox_azure_sim::Access;

use super::*;

const SCOPES: &[&str] = &["https://management.azure.com/.default"];

fn options(simulator: &Simulator) -> ClientOptions {
    ClientOptions {
        transport: Some(Transport::new(simulator.transport())),
        ..ClientOptions::default()
    }
}

/// On the machine's clock, as the credentials are.
fn simulator() -> Simulator {
    Simulator::builder()
        .application(application())
        .system_assigned_identity(
            "dddddddd-0000-0000-0000-000000000001",
            "dddddddd-0000-0000-0000-000000000002",
        )
        .build()
        .unwrap()
}

async fn oid(credential: &dyn TokenCredential) -> String {
    let token = credential.get_token(SCOPES, None).await.unwrap();
    claims(token.token.secret())["oid"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_client_secret_credential_gets_in() {
    let simulator = Simulator::builder()
        .application(application())
        .access(Access::Verified)
        .build()
        .unwrap();
    let sign_in = |secret: &'static str| {
        let options = ClientSecretCredentialOptions {
            client_options: options(&simulator),
        };
        ClientSecretCredential::new(TENANT, CLIENT.into(), Secret::new(secret), Some(options))
            .unwrap()
    };
    let token = sign_in(SECRET).get_token(SCOPES, None).await.unwrap();
    assert_eq!(call(&simulator, token.token.secret()).0, 404);
    let error = sign_in("wrong").get_token(SCOPES, None).await.unwrap_err();
    assert!(format!("{error:?}").contains("7000215"), "{error:?}");
}

#[derive(Debug)]
struct Fixed(Secret);

#[async_trait::async_trait]
impl ClientAssertion for Fixed {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        Ok(self.0.secret().to_owned())
    }
}

#[tokio::test]
async fn a_workload_in_a_simulated_cluster_gets_in() {
    let azure = Azure {
        simulator: simulator(),
        clock: Arc::new(kompox_azure_sim::ManualClock::new(
            jiff::Timestamp::UNIX_EPOCH,
        )),
    };
    let identity = make_identity(&azure);
    let cluster = "Microsoft.ContainerService/managedClusters/c1";
    let body = json!({
        "location": "westus2", "identity": {"type": "SystemAssigned"},
        "properties": {
            "dnsPrefix": "c1", "oidcIssuerProfile": {"enabled": true},
            "agentPoolProfiles": [{"name": "np", "mode": "System", "count": 1, "vmSize": "Standard_D2s_v5"}],
        },
    });
    let made = azure.put(&url(cluster, "2025-07-01"), &body).expect(201);
    let issuer = &made.body["properties"]["oidcIssuerProfile"]["issuerURL"];
    let credential =
        "Microsoft.ManagedIdentity/userAssignedIdentities/me1/federatedIdentityCredentials/fic1";
    let body = json!({"properties": {
        "issuer": issuer, "subject": "system:serviceaccount:n:s", "audiences": [EXCHANGE],
    }});
    azure.put(&url(credential, "2023-01-31"), &body).expect(201);
    let token = azure
        .simulator
        .service_account_token(&id(cluster), "n", "s", EXCHANGE)
        .unwrap();
    let client = identity["clientId"].as_str().unwrap();
    let credential_options = || ClientAssertionCredentialOptions {
        client_options: options(&azure.simulator),
    };

    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), token.secret()).unwrap();
    let workload = WorkloadIdentityCredential::new(Some(WorkloadIdentityCredentialOptions {
        credential_options: credential_options(),
        client_id: Some(client.to_owned()),
        tenant_id: Some(TENANT.to_owned()),
        token_file_path: Some(file.path().to_owned()),
    }))
    .unwrap();
    assert_eq!(json!(oid(&*workload).await), identity["principalId"]);

    let assertion = ClientAssertionCredential::new(
        TENANT.to_owned(),
        client.to_owned(),
        Fixed(token),
        Some(credential_options()),
    )
    .unwrap();
    assert_eq!(json!(oid(&*assertion).await), identity["principalId"]);
}

#[tokio::test]
async fn a_managed_identity_credential_gets_in() {
    let azure = Azure {
        simulator: simulator(),
        clock: Arc::new(kompox_azure_sim::ManualClock::new(
            jiff::Timestamp::UNIX_EPOCH,
        )),
    };
    let identity = make_identity(&azure);
    let of = |id: Option<UserAssignedId>| {
        let options = ManagedIdentityCredentialOptions {
            user_assigned_id: id,
            client_options: options(&azure.simulator),
        };
        ManagedIdentityCredential::new(Some(options)).unwrap()
    };
    assert_eq!(
        oid(&*of(None)).await,
        "dddddddd-0000-0000-0000-000000000002"
    );
    let text = |name: &str| identity[name].as_str().unwrap().to_owned();
    for id in [
        UserAssignedId::ClientId(text("clientId")),
        UserAssignedId::ObjectId(text("principalId")),
        UserAssignedId::ResourceId(identity_id()),
    ] {
        assert_eq!(oid(&*of(Some(id))).await, text("principalId"));
    }
    let unknown = of(Some(UserAssignedId::ClientId(CLIENT.to_owned())));
    let error = unknown.get_token(SCOPES, None).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("The requested identity has not been assigned"),
        "{text}"
    );
}
