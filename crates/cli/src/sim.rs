//! `kompoxops sim`: the offline Azure for other programs.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use kompox_azure_sim::server;
use kompox_config::Logging;

use crate::console::Console;
use crate::exit::{Failure, Result};
use crate::log::LogArgs;
use crate::project::ProjectArgs;

#[derive(Debug, Args)]
pub(crate) struct SimArgs {
    #[command(subcommand)]
    command: SimCommand,
}

#[derive(Debug, Subcommand)]
enum SimCommand {
    /// Serve an offline Azure that Azure's own clients accept, as azure-sim does; no project is needed
    ///
    /// When it serves, it prints one line on standard output: `listening on <URL>`. SIGTERM and SIGINT stop it;
    /// requests that were begun are answered first.
    Serve(Box<server::Args>),
    /// Print a token of a service account of a simulated cluster, for workload identity
    ServiceAccountToken(server::TokenArgs),
}

pub(crate) fn run(
    args: &SimArgs,
    project: &ProjectArgs,
    log: &LogArgs,
    console: &Console,
) -> Result<()> {
    project.enter()?;
    // There is no project to log into: only what was asked for is logged, and warnings are shown.
    let nowhere = PathBuf::new();
    let logging = Logging {
        dir: nowhere.clone(),
        format: None,
        level: None,
        retention_days: 0,
    };
    log.start(&nowhere, &logging, console, Timestamp::now())?;
    let done = match &args.command {
        SimCommand::Serve(serve) => serve.run(),
        SimCommand::ServiceAccountToken(token) => token.run(),
    };
    done.map_err(|error| match error.exit_code() {
        2 => Failure::Usage(error.to_string()),
        _ => Failure::failed(error.to_string()),
    })
}
