//! How to sign in.

use std::path::PathBuf;

use secrecy::SecretString;

/// A way of signing in to Azure, with what it needs. `Debug` does not show the secret.
///
/// Spec: §1.5.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A service principal with a secret.
    ClientSecret {
        /// Directory.
        tenant_id: String,
        /// Application.
        client_id: String,
        /// The application's secret.
        client_secret: SecretString,
    },
    /// The identity of the machine, or a user-assigned one.
    ManagedIdentity {
        /// Client id of the user-assigned identity; the machine's own when absent.
        client_id: Option<String>,
    },
    /// A token that somebody else (a Kubernetes cluster) signed, exchanged for one of Azure's.
    WorkloadIdentity {
        /// Directory.
        tenant_id: String,
        /// Application or identity.
        client_id: String,
        /// File with the other token; read again whenever a new token is needed.
        token_file: PathBuf,
    },
    /// Whoever is signed in to the Azure CLI.
    AzureCli,
    /// Whoever is signed in to the Azure Developer CLI.
    AzureDeveloperCli,
}
