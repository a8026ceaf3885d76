//! `cargo xtask`: everything a maintainer runs.
#![forbid(unsafe_code)]

mod bench;
mod conformance;
mod e2e;
mod quickstart;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Everything a maintainer runs")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Provision the example cluster on the offline Azure and print its status
    Quickstart,
    /// Run end-to-end suites, all of them unless some are named
    E2e(e2e::E2eArgs),
    /// Let the Azure CLI, Azure's model types and recorded Azure judge the offline Azure
    Conformance(conformance::ConformanceArgs),
    /// Measure the command line over a big offline Azure
    Bench(bench::BenchArgs),
    /// Run one command for the benchmark and print what it took
    #[command(hide = true)]
    Measure(bench::Measure),
}

fn main() -> ExitCode {
    let result = match Cli::parse().task {
        Task::Quickstart => quickstart::run(),
        Task::E2e(args) => e2e::run(&args),
        Task::Conformance(args) => conformance::run(&args),
        Task::Bench(args) => bench::run(&args),
        Task::Measure(measure) => measure.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace.
fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Cargo's target directory.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), Into::into)
}

/// The Cargo that runs us, in the root of the workspace.
fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace());
    cargo
}
