//! Releases through the `helm` program, for there is no Helm library for Rust.
//!
//! ```no_run
//! use kompox_kube::program::HelmProgram;
//! use secrecy::SecretString;
//!
//! # async fn example(kubeconfig: SecretString) -> kompox_kube::Result<()> {
//! let helm = HelmProgram::from_environment(std::env::vars_os()).connect(&kubeconfig);
//! println!("Helm {}", helm.version().await?);
//! # Ok(())
//! # }
//! ```
//!
//! The program gets the kubeconfig through an anonymous memory file where the system has one, and else through a
//! file that nobody else can read and that is removed afterwards; it never stands in arguments or in the environment.
//! The user's own list of repositories and `HELM_…` settings that would change what is done do not reach it.

mod command;
mod handover;
mod output;
mod release;

use std::ffi::{OsStr, OsString};
use std::sync::Arc;

use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::OnceCell;

use self::release::HelmReleases;
use crate::Helm;

/// The `helm` program, and the environment that it runs in.
#[derive(Clone)]
#[must_use]
pub struct HelmProgram {
    program: OsString,
    environment: Vec<(OsString, OsString)>,
    memory_files: bool,
    now: fn() -> Timestamp,
}

impl std::fmt::Debug for HelmProgram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HelmProgram")
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

/// The variable that names the program.
const KOMPOX_HELM: &str = "KOMPOX_HELM";

/// Of Helm's own variables, those that say where things are and not what to do.
const PLACES: [&str; 4] = [
    "HELM_CACHE_HOME",
    "HELM_CONFIG_HOME",
    "HELM_DATA_HOME",
    "HELM_REGISTRY_CONFIG",
];

/// Whether Helm must not see a variable: it would choose another cluster, another storage, other repositories.
fn misleads(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    (name.starts_with("HELM_") && !PLACES.contains(&name.as_ref()))
        || name.starts_with("KUBE")
        || name.starts_with("KOMPOX_")
}

impl HelmProgram {
    /// The program that `KOMPOX_HELM` names, else the `helm` of `PATH`. These variables are all that the program sees.
    pub fn from_environment(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut program = OsString::from("helm");
        let mut environment = Vec::new();
        for (name, value) in variables {
            if name == KOMPOX_HELM && !value.is_empty() {
                program = value;
            } else if !misleads(&name) {
                environment.push((name, value));
            }
        }
        Self {
            program,
            environment,
            memory_files: true,
            now: Timestamp::now,
        }
    }

    /// Hands kubeconfigs over in private files even where the system has memory files: for a `helm` that may not read
    /// `/proc`.
    pub fn without_memory_files(mut self) -> Self {
        self.memory_files = false;
        self
    }

    /// The clock by which a release counts as abandoned.
    pub fn clock(mut self, now: fn() -> Timestamp) -> Self {
        self.now = now;
        self
    }

    /// The releases of the cluster of a kubeconfig's current context. Starts nothing.
    #[must_use]
    pub fn connect(&self, kubeconfig: &SecretString) -> Arc<dyn Helm> {
        Arc::new(HelmReleases {
            program: self.clone(),
            kubeconfig: kubeconfig.clone(),
            version: OnceCell::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(variables: &[(&str, &str)]) -> HelmProgram {
        HelmProgram::from_environment(
            variables
                .iter()
                .map(|(name, value)| (OsString::from(name), OsString::from(value))),
        )
    }

    #[test]
    fn the_program_is_the_named_one_else_that_of_the_path() {
        assert_eq!(program(&[("PATH", "/bin")]).program, "helm");
        assert_eq!(program(&[("KOMPOX_HELM", "")]).program, "helm");
        assert_eq!(
            program(&[("KOMPOX_HELM", "/opt/helm4")]).program,
            "/opt/helm4"
        );
    }

    #[test]
    fn nothing_ambient_chooses_a_cluster_or_a_repository() {
        let program = program(&[
            ("PATH", "/bin"),
            ("HELM_NAMESPACE", "other"),
            ("HELM_KUBETOKEN", "t"),
            ("HELM_DRIVER", "memory"),
            ("KUBECONFIG", "/home/me/.kube/config"),
            ("KUBERNETES_SERVICE_HOST", "10.0.0.1"),
            ("HELM_CACHE_HOME", "/cache"),
            ("HTTPS_PROXY", "http://proxy"),
        ]);
        let names: Vec<_> = program.environment.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["PATH", "HELM_CACHE_HOME", "HTTPS_PROXY"]);
    }
}
