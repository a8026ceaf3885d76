//! From the port's ways of signing in to those of `azure_identity`.

use std::sync::Arc;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{ClientOptions, Transport};
use azure_identity::{
    AzureCliCredential, AzureDeveloperCliCredential, ClientAssertionCredentialOptions,
    ClientSecretCredential, ClientSecretCredentialOptions, ManagedIdentityCredential,
    ManagedIdentityCredentialOptions, UserAssignedId, WorkloadIdentityCredential,
    WorkloadIdentityCredentialOptions,
};
use kompox_azure::{Connection, Credential, Error, Result};
use secrecy::ExposeSecret;

use crate::failure::not_signed_in;
use crate::user_agent::UserAgent;

/// A credential of `azure_identity`. It asks nobody for anything yet.
pub(crate) fn token_credential(
    connection: &Connection,
    transport: Transport,
) -> Result<Arc<dyn TokenCredential>> {
    let mut cloud = CustomConfiguration::default();
    cloud.authority_host = connection.cloud.authority_host.to_string();
    let client_options = ClientOptions {
        cloud: Some(Arc::new(CloudConfiguration::Custom(cloud))),
        transport: Some(transport),
        per_try_policies: vec![Arc::new(UserAgent)],
        ..ClientOptions::default()
    };
    let hint = hint(&connection.credential);
    let credential: azure_core::Result<Arc<dyn TokenCredential>> = match &connection.credential {
        Credential::ClientSecret {
            tenant_id,
            client_id,
            client_secret,
        } => ClientSecretCredential::new(
            tenant_id,
            client_id.clone(),
            Secret::new(client_secret.expose_secret().to_owned()),
            Some(ClientSecretCredentialOptions { client_options }),
        )
        .map(|credential| credential as _),
        Credential::ManagedIdentity { client_id } => {
            ManagedIdentityCredential::new(Some(ManagedIdentityCredentialOptions {
                user_assigned_id: client_id.clone().map(UserAssignedId::ClientId),
                client_options,
            }))
            .map(|credential| credential as _)
        }
        Credential::WorkloadIdentity {
            tenant_id,
            client_id,
            token_file,
        } => {
            if let Err(error) = std::fs::read(token_file) {
                return Err(Error::NotSignedIn {
                    message: format!(
                        "cannot read the federated token file {} (AZURE_FEDERATED_TOKEN_FILE): {error}",
                        token_file.display()
                    ),
                    source: error.into(),
                });
            }
            WorkloadIdentityCredential::new(Some(WorkloadIdentityCredentialOptions {
                credential_options: ClientAssertionCredentialOptions { client_options },
                client_id: Some(client_id.clone()),
                tenant_id: Some(tenant_id.clone()),
                token_file_path: Some(token_file.clone()),
            }))
            .map(|credential| credential as _)
        }
        Credential::AzureCli => AzureCliCredential::new(None).map(|credential| credential as _),
        Credential::AzureDeveloperCli => {
            AzureDeveloperCliCredential::new(None).map(|credential| credential as _)
        }
    };
    credential.map_err(|error| not_signed_in(&error, hint))
}

/// What to do when signing in fails.
pub(crate) fn hint(credential: &Credential) -> &'static str {
    match credential {
        Credential::ClientSecret { .. } => {
            "check AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"
        }
        Credential::ManagedIdentity { .. } => {
            "check that a managed identity is assigned to this machine and, for a user-assigned one, AZURE_CLIENT_ID"
        }
        Credential::WorkloadIdentity { .. } => {
            "check AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE and the identity's federated credential"
        }
        Credential::AzureCli => "install the Azure CLI if it is missing and run `az login`",
        Credential::AzureDeveloperCli => {
            "install the Azure Developer CLI if it is missing and run `azd auth login`"
        }
    }
}
