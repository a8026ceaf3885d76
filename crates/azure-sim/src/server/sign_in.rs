//! Who can sign in at a served simulator: one application from the command line, and a directory from a file.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::error::ServerError;
use super::once::read_or_make;
use crate::builder::SimulatorBuilder;
use crate::entra::{Access, Application};

/// The environment variable with the client secret.
const SECRET_VARIABLE: &str = "AZURE_SIM_CLIENT_SECRET";

/// The file in the state directory with the client secret that was made up.
const SECRET_FILE: &str = "client-secret";

/// The application there is unless another is given, and the caller that it is.
const CLIENT: &str = "c11e47a0-2f6b-4d8e-8a51-51ab01a7ed00";

/// The identity of the machine that the clients run on, and the object that it is.
const MACHINE: [&str; 2] = [
    "3ac41e00-71c9-4c15-8b0a-51ab01a7ed00",
    "3ac41e00-71c9-4c15-8b0b-51ab01a7ed00",
];

/// What is wanted of a federated assertion unless its credential says otherwise.
const AUDIENCE: &str = "api://AzureADTokenExchange";

/// What Resource Manager wants to see of a caller, as it is written on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Wanted {
    /// Tokens are not looked at
    Anonymous,
    /// Any bearer token will do
    Bearer,
    /// Only tokens of this simulator, for Resource Manager, that have not expired
    Verified,
}

impl From<Wanted> for Access {
    fn from(wanted: Wanted) -> Self {
        match wanted {
            Wanted::Anonymous => Self::Anonymous,
            Wanted::Bearer => Self::AnyBearer,
            Wanted::Verified => Self::Verified,
        }
    }
}

/// Who can sign in, and how.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Signing in")]
pub(super) struct SignInArgs {
    /// What Resource Manager wants to see of a caller
    #[arg(long, value_name = "WHAT", value_enum, default_value = "verified")]
    access: Wanted,
    /// An application (a GUID) that can sign in with a secret
    #[arg(long, value_name = "GUID", default_value = CLIENT)]
    client_id: String,
    /// The file with that secret, or AZURE_SIM_CLIENT_SECRET itself [default: one made up and kept with the state]
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// More applications, their secrets and federated credentials, trusted issuers and audiences: a YAML file
    #[arg(long, value_name = "FILE")]
    directory: Option<PathBuf>,
}

/// The file of `--directory`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Directory {
    #[serde(default)]
    applications: Vec<ApplicationEntry>,
    #[serde(default)]
    issuers: Vec<IssuerEntry>,
    /// Resources that tokens can be for, by their application ID URIs.
    #[serde(default)]
    audiences: Vec<String>,
    /// Users, groups and others that roles can be given to: object ids.
    #[serde(default)]
    principals: Vec<String>,
    system_assigned_identity: Option<IdentityEntry>,
    identity_header: Option<SecretString>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ApplicationEntry {
    client_id: String,
    object_id: String,
    #[serde(default)]
    secrets: Vec<SecretString>,
    #[serde(default)]
    federated: Vec<FederatedEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FederatedEntry {
    issuer: String,
    subject: String,
    #[serde(default = "audience")]
    audience: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct IssuerEntry {
    issuer: String,
    /// A file, from the directory of this one.
    jwks: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct IdentityEntry {
    client_id: String,
    object_id: String,
}

fn audience() -> String {
    AUDIENCE.to_owned()
}

impl SignInArgs {
    /// Sets up who can sign in; adds what there is to know about it to `notes`.
    pub(super) fn apply(
        &self,
        mut builder: SimulatorBuilder,
        state: Option<&Path>,
        notes: &mut Vec<String>,
    ) -> Result<SimulatorBuilder, ServerError> {
        builder = builder.access(self.access.into());
        let mut application = Application::new(&self.client_id, crate::builder::CALLER);
        notes.push(format!("client id: {}", self.client_id));
        match self.secret(state)? {
            Some((secret, place)) => {
                application = application.secret(secret.expose_secret());
                notes.push(format!("client secret: {place}"));
            }
            None => notes.push(format!(
                "client secret: none, so nobody can sign in with one: give {SECRET_VARIABLE}, --client-secret-file or --state"
            )),
        }
        builder = builder.application(application);
        let [mut client_id, mut object_id] = MACHINE.map(str::to_owned);
        if let Some(path) = &self.directory {
            let directory = Directory::read(path)?;
            if let Some(identity) = &directory.system_assigned_identity {
                (client_id, object_id) = (identity.client_id.clone(), identity.object_id.clone());
            }
            builder = directory.apply(builder, path)?;
        }
        Ok(builder.system_assigned_identity(client_id, object_id))
    }

    /// The client secret, and where it comes from.
    fn secret(&self, state: Option<&Path>) -> Result<Option<(SecretString, String)>, ServerError> {
        if let Some(path) = &self.client_secret_file {
            return Ok(Some((read_secret(path)?, format!("in {}", path.display()))));
        }
        if let Some(secret) = std::env::var_os(SECRET_VARIABLE) {
            let secret = secret.into_string().ok().filter(|text| !text.is_empty());
            let secret = secret.ok_or_else(|| ServerError::Usage {
                option: SECRET_VARIABLE,
                problem: "must be a text that is not empty".to_owned(),
            })?;
            return Ok(Some((secret.into(), format!("in {SECRET_VARIABLE}"))));
        }
        let Some(state) = state else {
            return Ok(None);
        };
        let path = state.join(SECRET_FILE);
        fs::create_dir_all(state).map_err(|error| ServerError::file(state, error))?;
        let text = read_or_make(&path, 0o600, || {
            let mut random = [0; 30];
            aws_lc_rs::rand::fill(&mut random)
                .map_err(|_| ServerError::file(&path, "the system gives no random numbers"))?;
            Ok(URL_SAFE_NO_PAD.encode(random))
        })?;
        let secret = trimmed(&path, &text)?;
        Ok(Some((secret, format!("in {}", path.display()))))
    }
}

impl Directory {
    fn read(path: &Path) -> Result<Self, ServerError> {
        let text = fs::read_to_string(path).map_err(|error| ServerError::file(path, error))?;
        // Without the lines of the file: there are secrets in them.
        let options = serde_saphyr::options! { with_snippet: false };
        serde_saphyr::from_str_with_options(&text, options)
            .map_err(|error| ServerError::file(path, error))
    }

    fn apply(
        &self,
        mut builder: SimulatorBuilder,
        path: &Path,
    ) -> Result<SimulatorBuilder, ServerError> {
        for entry in &self.applications {
            let mut application = Application::new(&entry.client_id, &entry.object_id);
            for secret in &entry.secrets {
                application = application.secret(secret.expose_secret());
            }
            for credential in &entry.federated {
                application = application.federated(
                    &credential.issuer,
                    &credential.subject,
                    &credential.audience,
                );
            }
            builder = builder.application(application);
        }
        for entry in &self.issuers {
            let jwks = path.with_file_name("").join(&entry.jwks);
            let text =
                fs::read_to_string(&jwks).map_err(|error| ServerError::file(&jwks, error))?;
            builder = builder.issuer(&entry.issuer, text);
        }
        for audience in &self.audiences {
            builder = builder.audience(audience);
        }
        for principal in &self.principals {
            builder = builder.principal(principal);
        }
        if let Some(secret) = &self.identity_header {
            builder = builder.identity_header(secret.expose_secret());
        }
        Ok(builder)
    }
}

fn read_secret(path: &Path) -> Result<SecretString, ServerError> {
    let text = fs::read_to_string(path).map_err(|error| ServerError::file(path, error))?;
    trimmed(path, &text)
}

/// The secret in a file: the end of its line does not belong to it.
fn trimmed(path: &Path, text: &str) -> Result<SecretString, ServerError> {
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(ServerError::file(path, "the secret is empty")),
        secret => Ok(secret.into()),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use clap::Parser;

    use super::*;
    use crate::Simulator;

    const TENANT: &str = crate::builder::TENANT;

    #[derive(Debug, Parser)]
    struct Program {
        #[command(flatten)]
        args: SignInArgs,
    }

    fn apply(words: &[&str], state: Option<&Path>) -> Result<(Simulator, String), ServerError> {
        let mut notes = Vec::new();
        let args = Program::parse_from(["sim"].iter().chain(words)).args;
        let builder = args.apply(Simulator::builder(), state, &mut notes)?;
        Ok((builder.build()?, notes.join("\n")))
    }

    /// The status of signing in with a secret.
    fn sign_in(azure: &Simulator, client_id: &str, secret: &str) -> u16 {
        let body = format!(
            "grant_type=client_credentials&client_id={client_id}&client_secret={secret}&scope=https%3A%2F%2Fmanagement.azure.com%2F.default"
        );
        let request = http::Request::post(format!("https://sim.test/{TENANT}/oauth2/v2.0/token"))
            .body(Bytes::from(body))
            .unwrap();
        azure.handle(request).status().as_u16()
    }

    #[test]
    fn without_a_secret_one_is_made_up_beside_the_state_and_stays() {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().join("state");
        let (azure, notes) = apply(&[], Some(&state)).unwrap();
        let secret = fs::read_to_string(state.join(SECRET_FILE)).unwrap();
        assert_eq!(secret.len(), 40);
        assert_eq!(sign_in(&azure, CLIENT, &secret), 200);
        assert_eq!(sign_in(&azure, CLIENT, "guessed"), 401);
        assert!(
            notes.contains(SECRET_FILE) && !notes.contains(&secret),
            "{notes}"
        );
        let (again, _) = apply(&[], Some(&state)).unwrap();
        assert_eq!(sign_in(&again, CLIENT, &secret), 200);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(state.join(SECRET_FILE))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let (_, notes) = apply(&[], None).unwrap();
        assert!(notes.contains("nobody can sign in"), "{notes}");
    }

    #[test]
    fn a_given_secret_is_the_text_of_its_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        fs::write(&path, "hunter2\n").unwrap();
        let words = ["--client-secret-file", path.to_str().unwrap()];
        let (azure, _) = apply(&words, None).unwrap();
        assert_eq!(sign_in(&azure, CLIENT, "hunter2"), 200);
        fs::write(&path, "\n").unwrap();
        assert!(
            apply(&words, None)
                .unwrap_err()
                .to_string()
                .contains("empty")
        );
    }

    #[test]
    fn a_directory_adds_applications_and_never_shows_their_secrets() {
        const OTHER: &str = "aaaaaaaa-0000-0000-0000-000000000001";
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("directory.yml");
        let text = format!(
            "applications:\n- clientId: {OTHER}\n  objectId: aaaaaaaa-0000-0000-0000-000000000002\n  secrets: [hunter2]\n  \
             federated:\n  - issuer: https://issuer.test\n    subject: repo\nissuers:\n- issuer: https://issuer.test\n  \
             jwks: keys.json\nprincipals: [aaaaaaaa-0000-0000-0000-000000000003]\nidentityHeader: hunter3\n"
        );
        fs::write(&path, &text).unwrap();
        let words = ["--directory", path.to_str().unwrap()];
        let error = apply(&words, None).unwrap_err().to_string();
        assert!(error.contains("keys.json"), "{error}");

        fs::write(directory.path().join("keys.json"), r#"{"keys":[]}"#).unwrap();
        let error = apply(&words, None).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("issuer.test"), "{error}");

        let text = text.replace(
            "issuers:\n- issuer: https://issuer.test\n  jwks: keys.json\n",
            "",
        );
        fs::write(&path, &text).unwrap();
        let (azure, _) = apply(&words, None).unwrap();
        assert_eq!(sign_in(&azure, OTHER, "hunter2"), 200);
        let shown = format!("{azure:?} {:?}", Directory::read(&path).unwrap());
        assert!(!shown.contains("hunter"), "{shown}");

        fs::write(&path, text.replace("secrets:", "secret:")).unwrap();
        let error = apply(&words, None).unwrap_err().to_string();
        assert!(
            error.contains("secret") && !error.contains("hunter"),
            "{error}"
        );
    }
}
