//! Who may sign in with a credential of its own: applications and what they prove themselves with.

use sha2::{Digest as _, Sha256};

/// An application of the directory together with its service principal.
///
/// Of its secrets only digests are kept, so that nothing can show them.
///
/// See <https://learn.microsoft.com/entra/identity-platform/app-objects-and-service-principals>.
///
/// ```
/// use kompox_azure_sim::{Application, Simulator};
///
/// let azure = Simulator::builder()
///     .application(
///         Application::new(
///             "aaaaaaaa-0000-0000-0000-000000000001",
///             "aaaaaaaa-0000-0000-0000-000000000002",
///         )
///         .secret("a secret"),
///     )
///     .build()?;
/// let request = http::Request::post(
///     "https://login.microsoftonline.com/5ee5aded-7e1a-4a11-9f0e-51ab01a7ed00/oauth2/v2.0/token",
/// )
/// .body(bytes::Bytes::from_static(
///     b"grant_type=client_credentials&client_id=aaaaaaaa-0000-0000-0000-000000000001\
///       &client_secret=a%20secret&scope=https%3A%2F%2Fmanagement.azure.com%2F.default",
/// ))?;
/// assert_eq!(azure.handle(request).status(), 200);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Application {
    pub(super) client_id: String,
    pub(super) object_id: String,
    secrets: Vec<SecretDigest>,
    pub(super) federated: Vec<FederatedCredential>,
}

impl Application {
    /// An application by its client id, and the object id of its service principal: two GUIDs.
    pub fn new(client_id: impl Into<String>, object_id: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into().to_ascii_lowercase(),
            object_id: object_id.into().to_ascii_lowercase(),
            secrets: Vec::new(),
            federated: Vec::new(),
        }
    }

    /// Adds a client secret. An application may have several.
    pub fn secret(mut self, secret: impl AsRef<str>) -> Self {
        self.secrets.push(SecretDigest::of(secret.as_ref()));
        self
    }

    /// Adds a federated identity credential: assertions of this issuer about this subject for this audience are the
    /// application's. All three are compared exactly.
    pub fn federated(
        mut self,
        issuer: impl Into<String>,
        subject: impl Into<String>,
        audience: impl Into<String>,
    ) -> Self {
        self.federated.push(FederatedCredential {
            issuer: issuer.into(),
            subject: subject.into(),
            audience: audience.into(),
        });
        self
    }

    pub(super) fn has_secret(&self, secret: &str) -> bool {
        let given = SecretDigest::of(secret);
        self.secrets.contains(&given)
    }

    /// The ids, which must be GUIDs, with their names.
    pub(crate) fn ids(&self) -> [(&'static str, &String); 2] {
        [
            ("client id", &self.client_id),
            ("object id", &self.object_id),
        ]
    }

    pub(crate) fn is_object(&self, object_id: &str) -> bool {
        self.object_id.eq_ignore_ascii_case(object_id)
    }
}

/// What an assertion must say to stand for an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FederatedCredential {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) audience: String,
}

/// The SHA-256 of a secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SecretDigest([u8; 32]);

impl SecretDigest {
    pub(crate) fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }
}

impl std::fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretDigest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_an_application_leaves_out_its_secrets() {
        let application = Application::new("c", "o").secret("hunter2");
        let digest: String = Sha256::digest(b"hunter2")
            .iter()
            .map(|byte| format!("{byte}, "))
            .collect();
        let shown = format!("{application:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(!shown.contains(digest.get(..12).unwrap()), "{shown}");
        assert!(application.has_secret("hunter2"));
        assert!(!application.has_secret("hunter") && !application.has_secret(""));
    }
}
