//! Tokens of the service accounts of simulated clusters, which have no API server to ask.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use super::error::ServerError;
use crate::simulator::Simulator;

/// Which token. The programs `azure-sim` and `kompoxops sim` have these options in common.
#[derive(Clone, Debug, clap::Args)]
pub struct TokenArgs {
    /// The state directory of the simulator
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// The cluster: its resource id, or the URL of its OIDC issuer
    #[arg(long, value_name = "ID")]
    cluster: String,
    /// The namespace of the service account
    #[arg(long, value_name = "NAME")]
    namespace: String,
    /// The service account
    #[arg(long, value_name = "NAME")]
    service_account: String,
    /// Whom the token is for
    #[arg(
        long,
        value_name = "AUDIENCE",
        default_value = "api://AzureADTokenExchange"
    )]
    audience: String,
}

impl TokenArgs {
    /// Prints the token on standard output: what a pod with workload identity finds in `AZURE_FEDERATED_TOKEN_FILE`.
    /// Only a terminal gets the end of a line: clients send such a file as it is.
    ///
    /// # Errors
    /// A state directory that is not there or cannot be read, no such cluster, a cluster without an issuer.
    pub fn run(&self) -> Result<(), ServerError> {
        if !self.state.is_dir() {
            return Err(ServerError::file(&self.state, "there is no such directory"));
        }
        let simulator = Simulator::builder().state_dir(&self.state).build()?;
        let token = simulator.service_account_token(
            &self.cluster,
            &self.namespace,
            &self.service_account,
            &self.audience,
        )?;
        let mut stdout = io::stdout().lock();
        write!(stdout, "{}", token.secret())?;
        if stdout.is_terminal() {
            writeln!(stdout)?;
        }
        stdout.flush()?;
        Ok(())
    }
}
