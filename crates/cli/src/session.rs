//! What every command that talks to a cloud has: the project, a driver, somebody to tell, and a way to wait.

use std::future::Future;
use std::sync::Arc;

use kompox_aks::{AksFactory, DRIVER_NAME};
use kompox_azure_arm::ArmConnector;
use kompox_kube::client::ApiServerConnector;
use kompox_kube::program::HelmProgram;
use kompox_kube::{KubernetesConnector, RealConnector};
use kompox_provider::{Driver, DriverContext, Error, Registry};

use crate::console::Console;
use crate::exit::Result;
use crate::interrupt;
use crate::progress::Reporter;
use crate::project::{Project, Selection};
use crate::simulate::SimulateArgs;

#[derive(Debug)]
pub(crate) struct Session<'a> {
    pub(crate) console: Console,
    pub(crate) project: Project,
    pub(crate) simulate: &'a SimulateArgs,
    pub(crate) reporter: Arc<Reporter>,
}

/// What to tell somebody who stops waiting.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Farewell<'a> {
    /// Nothing was begun.
    Nothing,
    /// The same command goes on where this one stopped.
    Again,
    /// The same command would begin something new; this one shows how far it came.
    Look(&'a str),
}

impl Session<'_> {
    /// The driver of the selected provider. Checks the settings and calls nobody.
    pub(crate) fn driver(&self, selection: &Selection) -> Result<Arc<dyn Driver>> {
        let azure = if self.simulate.is_on() {
            let directory = self.project.dir();
            self.console.line(format_args!(
                "simulating Azure in {}: nothing is created in the cloud",
                directory.join("sim").display()
            ));
            self.simulate.connector(directory)?
        } else {
            ArmConnector::new()
        };
        let aks = AksFactory::new(Arc::new(azure), self.clusters(), |key| {
            std::env::var(key).ok()
        });
        let driver = Registry::default()
            .with(DRIVER_NAME, aks)
            .create(DriverContext {
                workspace: selection.workspace.clone(),
                provider: selection.provider.clone(),
                progress: Arc::clone(&self.reporter) as _,
            })?;
        Ok(driver)
    }

    /// How to reach what runs in a cluster.
    pub(crate) fn clusters(&self) -> Arc<dyn KubernetesConnector> {
        if self.simulate.is_on() {
            return Arc::new(self.simulate.clusters(self.project.dir()));
        }
        // Helm has no business with the secret that we sign in to Azure with.
        let environment = std::env::vars_os().filter(|(name, _)| name != "AZURE_CLIENT_SECRET");
        Arc::new(RealConnector {
            api_server: ApiServerConnector::new(),
            helm: HelmProgram::from_environment(environment),
        })
    }

    /// Waits for a call to the driver.
    pub(crate) fn wait<T>(
        &self,
        farewell: Farewell<'_>,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T> {
        self.wait_for(farewell, async { Ok(call.await?) })
    }

    /// Waits for several calls to the driver and what is between them.
    pub(crate) fn wait_for<T>(
        &self,
        farewell: Farewell<'_>,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        interrupt::run(&self.reporter, || farewell.text(std::env::args()), work)
    }
}

impl Farewell<'_> {
    fn text(self, command: impl Iterator<Item = String>) -> String {
        let command = match self {
            Self::Nothing => return "interrupted".to_owned(),
            Self::Again => {
                let words: Vec<_> = command.map(|word| quoted(&word)).collect();
                format!("To go on waiting, run:\n  {}", words.join(" "))
            }
            Self::Look(command) => format!("To see how far it came, run:\n  {command}"),
        };
        format!("interrupted: Azure goes on with what it has begun. {command}")
    }
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain =
        |character: char| character.is_ascii_alphanumeric() || "-_./:=,@%+~".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_to_go_on_with_can_be_pasted() {
        let words = ["kompoxops", "-C", "my project", "cluster", "provision"];
        assert_eq!(
            Farewell::Again.text(words.iter().map(ToString::to_string)),
            "interrupted: Azure goes on with what it has begun. To go on waiting, run:\n  kompoxops -C 'my project' cluster provision"
        );
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
