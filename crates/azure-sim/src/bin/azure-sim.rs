//! The offline Azure as a server.
#![forbid(unsafe_code)]

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use kompox_azure_sim::server::{Args, TokenArgs};
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

/// An offline Azure that Azure's own clients accept
///
/// When it serves, it prints one line on standard output: `listening on <URL>`. SIGTERM and SIGINT stop it; requests
/// that were begun are answered first.
#[derive(Debug, Parser)]
#[command(name = "azure-sim", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(flatten)]
    serve: Args,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print a token of a service account of a simulated cluster, for workload identity
    ServiceAccountToken(TokenArgs),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Events of other crates have URLs in them, and polling URLs are secrets.
    let ours = Targets::new().with_target("kompox_azure_sim", Level::WARN);
    tracing_subscriber::registry()
        .with(
            tracing_subscriber::fmt::layer()
                .with_writer(io::stderr)
                .with_filter(ours),
        )
        .init();
    let done = match &cli.command {
        None => cli.serve.run(),
        Some(Command::ServiceAccountToken(token)) => token.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("azure-sim: {error}");
            error.exit_code().into()
        }
    }
}
