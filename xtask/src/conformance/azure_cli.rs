//! The Azure CLI in an environment of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use super::deadline;
use crate::workspace;

/// The versions of the CLI and of everything that it stands on.
const REQUIREMENTS: &str = "xtask/conformance/azure-cli.txt";

/// How long a command may take: the longest waits for a simulator that is being started again.
pub(crate) const COMMAND: Duration = Duration::from_secs(5 * 60);

/// How long a step of the installation may take, from a slow PyPI.
const INSTALLATION: Duration = Duration::from_secs(20 * 60);

/// An installed Azure CLI.
#[derive(Clone, Debug)]
pub(crate) struct AzureCli {
    environment: PathBuf,
}

/// What the CLI must know to work on a simulator.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    /// The CLI's own directory: clouds, sign-ins, tokens.
    pub(crate) directory: PathBuf,
    /// The certificate that signed the simulator's.
    pub(crate) authority: PathBuf,
}

impl AzureCli {
    /// Installs the CLI from PyPI below `directory`, unless that version is there already.
    pub(crate) fn install(directory: &Path) -> Result<Self, String> {
        let requirements = workspace().join(REQUIREMENTS);
        let text = fs::read_to_string(&requirements)
            .map_err(|error| format!("reading {}: {error}", requirements.display()))?;
        let version = text
            .lines()
            .find_map(|line| line.strip_prefix("azure-cli=="))
            .ok_or_else(|| format!("{REQUIREMENTS} names no azure-cli==VERSION"))?;
        let environment = directory.join(format!("azure-cli-{version}"));
        let complete = environment.join("complete");
        let cli = Self { environment };
        if fs::read_to_string(&complete).is_ok_and(|installed| installed == text) {
            return Ok(cli);
        }
        eprintln!("az: installing azure-cli {version} from PyPI (a minute or two)");
        if cli.environment.exists() {
            fs::remove_dir_all(&cli.environment)
                .map_err(|error| format!("removing {}: {error}", cli.environment.display()))?;
        }
        let python = std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into());
        succeed(
            Command::new(python)
                .args(["-m", "venv"])
                .arg(&cli.environment),
            "making an environment for the Azure CLI (it needs Python 3.10 or newer with venv)",
        )?;
        succeed(
            Command::new(cli.environment.join("bin/python"))
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                ])
                .arg("--requirement")
                .arg(&requirements),
            "installing the Azure CLI from PyPI",
        )?;
        fs::write(&complete, text)
            .map_err(|error| format!("writing {}: {error}", complete.display()))?;
        Ok(cli)
    }

    /// A command of the CLI; nothing of the surroundings that could decide its outcome reaches it.
    pub(crate) fn command(&self, profile: &Profile, words: &[String]) -> Command {
        // The interpreter itself: the script's first line may be longer than the system allows.
        let mut command = Command::new(self.environment.join("bin/python"));
        for (key, _) in std::env::vars_os() {
            if key.to_string_lossy().starts_with("AZURE_") {
                command.env_remove(&key);
            }
        }
        command
            .args(["-Im", "azure.cli"])
            .args(words)
            .env("AZURE_CONFIG_DIR", &profile.directory)
            .env("AZURE_EXTENSION_DIR", profile.directory.join("extensions"))
            .env("AZURE_EXTENSION_USE_DYNAMIC_INSTALL", "no")
            .env("AZURE_CORE_COLLECT_TELEMETRY", "no")
            .env("AZURE_CORE_ONLY_SHOW_ERRORS", "yes")
            .env("AZURE_CORE_NO_COLOR", "yes")
            // A private cloud's authority is not in Microsoft's list of authorities, and there is no network.
            .env("AZURE_CORE_INSTANCE_DISCOVERY", "no")
            .env("REQUESTS_CA_BUNDLE", &profile.authority)
            .env("NO_PROXY", "localhost")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command of the CLI to its end.
    pub(crate) fn run(&self, profile: &Profile, words: &[String]) -> Result<Output, String> {
        deadline::output(&mut self.command(profile, words), COMMAND)
            .map_err(|error| format!("running az: {error}"))
    }
}

/// Runs a command whose output nobody reads unless it fails.
fn succeed(command: &mut Command, what: &str) -> Result<(), String> {
    let output = deadline::output(command.stdin(Stdio::null()), INSTALLATION)
        .map_err(|error| format!("{what}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "{what}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    ))
}
