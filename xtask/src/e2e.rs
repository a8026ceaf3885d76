//! The end-to-end suites, by name.

use std::fs;

use clap::Args;

use crate::{cargo, workspace};

#[derive(Debug, Args)]
pub(crate) struct E2eArgs {
    /// Suites to run
    suites: Vec<String>,
    /// Show which suites there are
    #[arg(long)]
    list: bool,
}

pub(crate) fn run(args: &E2eArgs) -> Result<(), String> {
    let known = suites()?;
    if args.list {
        for suite in known {
            println!("{suite}");
        }
        return Ok(());
    }
    if let Some(unknown) = args.suites.iter().find(|suite| !known.contains(suite)) {
        return Err(format!(
            "there is no suite {unknown:?}; there are: {}",
            known.join(", ")
        ));
    }
    let mut cargo = cargo();
    cargo.args(["test", "--package", "kompox-e2e"]);
    for suite in if args.suites.is_empty() {
        &known
    } else {
        &args.suites
    } {
        cargo.args(["--test", suite]);
    }
    let status = cargo
        .status()
        .map_err(|error| format!("running cargo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err("a suite failed".to_owned())
    }
}

/// Every file in `tests/tests` is a suite.
fn suites() -> Result<Vec<String>, String> {
    let directory = workspace().join("tests/tests");
    let entries = fs::read_dir(&directory)
        .map_err(|error| format!("reading {}: {error}", directory.display()))?;
    let mut suites: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    suites.sort();
    Ok(suites)
}
