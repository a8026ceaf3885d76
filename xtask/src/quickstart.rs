//! A first look: the example cluster on the offline Azure.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{cargo, target, workspace};

/// Provisions a fresh copy of the quickstart and prints the cluster's status, with the commands that a user would type.
pub(crate) fn run() -> Result<(), String> {
    let built = cargo()
        .args(["build", "--package", "kompox-cli"])
        .status()
        .map_err(|error| format!("running cargo: {error}"))?;
    if !built.success() {
        return Err("kompoxops does not build".to_owned());
    }
    let target = target();
    let project = target.join("quickstart");
    if project.exists() {
        fs::remove_dir_all(&project)
            .map_err(|error| format!("removing {}: {error}", project.display()))?;
    }
    copy(&workspace().join("examples/quickstart"), &project)?;
    let kompoxops = target.join("debug/kompoxops");
    for arguments in [["cluster", "provision"], ["cluster", "status"]] {
        eprintln!("\n$ kompoxops --simulate {}", arguments.join(" "));
        let status = Command::new(&kompoxops)
            .arg("--simulate")
            .args(arguments)
            .current_dir(&project)
            .status()
            .map_err(|error| format!("running {}: {error}", kompoxops.display()))?;
        if !status.success() {
            return Err(format!("kompoxops {} failed", arguments.join(" ")));
        }
    }
    eprintln!(
        "\nThe project is in {}; go there and try the other commands with {}.",
        shown(&project),
        shown(&kompoxops)
    );
    Ok(())
}

/// Copies a project without what running it left behind.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error| format!("copying {}: {error}", from.display());
    fs::create_dir_all(to).map_err(failed)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        if name == "sim" || name == "logs" {
            continue;
        }
        let target = to.join(&name);
        if entry.file_type().map_err(failed)?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target).map_err(failed)?;
        }
    }
    Ok(())
}

fn shown(path: &Path) -> String {
    fs::canonicalize(path)
        .unwrap_or_else(|_| path.to_owned())
        .display()
        .to_string()
}
