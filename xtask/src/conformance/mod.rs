//! The offline Azure before its judges, none of which we wrote: the Azure CLI, the model types that are generated from
//! Azure's own interface description, and recorded Azure.

mod azure_cli;
mod cargo_judge;
mod deadline;
mod expectation;
mod report;
mod script;
mod server;
mod two_clients;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use self::report::Report;
use crate::target;

#[derive(Debug, Args)]
pub(crate) struct ConformanceArgs {
    /// Judges to ask, all of them unless some are named
    judges: Vec<Judge>,
    /// Only the scripts of the Azure CLI with these names
    #[arg(long, value_name = "NAME")]
    script: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Judge {
    /// The Azure CLI, from PyPI, signed in to the built `azure-sim` as a service principal
    Az,
    /// The generated azure_mgmt_* model types, over all that driver and simulator say to each other
    Models,
    /// Recorded Azure, replayed
    Wire,
}

pub(crate) fn run(args: &ConformanceArgs) -> Result<(), String> {
    let judges = if args.judges.is_empty() {
        Judge::value_variants()
    } else {
        &args.judges
    };
    let mut refusals = Vec::new();
    for judge in judges {
        let (name, verdict) = match judge {
            Judge::Az => ("az", az(&args.script)),
            Judge::Models => ("models", cargo_judge::models()),
            Judge::Wire => ("wire", cargo_judge::wire()),
        };
        if let Err(reason) = verdict {
            refusals.push(format!("{name}: {reason}"));
        }
    }
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(format!("not conforming: {}", refusals.join("; ")))
    }
}

/// The Azure CLI's judgement: every script, and then two clients at once on a simulator that is killed.
fn az(only: &[String]) -> Result<(), String> {
    let directory = directory();
    let cli = azure_cli::AzureCli::install(&directory)?;
    let programs = server::Programs::build()?;
    let mut report = Report::default();
    script::judge(&cli, &programs, &directory, only, &mut report)?;
    if only.is_empty() {
        two_clients::judge(&cli, &programs, &directory, &mut report);
    }
    report.print();
    report.verdict()
}

/// Where everything that the judges need is put, and nothing else.
fn directory() -> PathBuf {
    target().join("conformance")
}
