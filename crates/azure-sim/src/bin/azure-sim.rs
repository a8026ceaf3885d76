//! The offline Azure as a server.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use kompox_azure_sim::server::Args;

/// An offline Azure that Azure's own clients accept
#[derive(Debug, Parser)]
#[command(name = "azure-sim", version)]
struct Cli {
    #[command(flatten)]
    serve: Args,
}

fn main() -> ExitCode {
    match Cli::parse().serve.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("azure-sim: {error}");
            error.exit_code().into()
        }
    }
}
