//! The built `azure-sim` as a process, and the CLI signed in to it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use super::azure_cli::{AzureCli, Profile};
use super::deadline;
use super::script::last_lines;
use crate::cargo;

/// The tenant, the subscription and the application of all judgements.
const TENANT: &str = "7e4a47a0-5b1d-4f3c-9c58-3d2b8c1f0e11";
const SUBSCRIPTION: &str = "3c0f6a52-8d1e-4b7a-a3f9-6f5e4d3c2b1a";
const CLIENT: &str = "c11e47a0-2f6b-4d8e-8a51-9b7c6d5e4f30";

/// The application's secret. It opens nothing but the simulator of a judgement.
const SECRET: &str = "conformance~secret.of-a_simulated-application";

/// How long the simulator may take to listen.
const READY: Duration = Duration::from_secs(60);

/// How long it may take to stop: it gives requests that were begun a few seconds.
const STOPPED: Duration = Duration::from_secs(30);

/// The programs under judgement.
#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) azure_sim: PathBuf,
    pub(crate) kompoxops: PathBuf,
}

/// What a simulator begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// Nothing.
    Anew,
    /// What the one before it left, on the port that it had.
    Again(u16),
}

/// A running simulator.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    home: PathBuf,
    port: u16,
}

impl Programs {
    /// Builds them.
    pub(crate) fn build() -> Result<Self, String> {
        Ok(Self {
            azure_sim: built("kompox-azure-sim", "azure-sim", &["--features", "server"])?,
            kompoxops: built("kompox-cli", "kompoxops", &[])?,
        })
    }
}

/// Builds a program; Cargo says where it is.
fn built(package: &str, program: &str, features: &[&str]) -> Result<PathBuf, String> {
    let output = cargo()
        .args([
            "build",
            "--quiet",
            "--locked",
            "--package",
            package,
            "--bin",
            program,
        ])
        .args(features)
        .args(["--message-format", "json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("running cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("{program} does not build"));
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?)))
        .ok_or_else(|| format!("Cargo does not say where {program} is"))
}

impl Server {
    /// Starts a simulator whose state, certificates and logs are in `home`, and waits until it listens.
    /// Operations take as long as `latency` says.
    pub(crate) fn start(
        programs: &Programs,
        home: &Path,
        start: Start,
        latency: &str,
    ) -> Result<Self, String> {
        let failed = |error| format!("preparing {}: {error}", home.display());
        let port = match start {
            Start::Anew => {
                if home.exists() {
                    fs::remove_dir_all(home).map_err(failed)?;
                }
                0
            }
            Start::Again(port) => port,
        };
        fs::create_dir_all(home).map_err(failed)?;
        let log = File::options()
            .create(true)
            .append(true)
            .open(home.join("azure-sim.log"))
            .map_err(failed)?;
        let mut process = Command::new(&programs.azure_sim)
            .arg("--listen")
            .arg(format!("127.0.0.1:{port}"))
            .arg("--tls")
            .arg("--tls-dir")
            .arg(home.join("tls"))
            .arg("--state")
            .arg(home.join("state"))
            .arg("--access-log")
            .arg(home.join("access.jsonl"))
            .args(["--tenant", TENANT, "--subscription", SUBSCRIPTION])
            .args(["--client-id", CLIENT, "--latency", latency])
            .env("AZURE_SIM_CLIENT_SECRET", SECRET)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(|error| format!("starting azure-sim: {error}"))?;
        let address = process.stdout.take().and_then(|stdout| {
            let (found, wanted) = mpsc::channel();
            // It goes on reading, so that the simulator can go on writing.
            std::thread::spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    if let Some(address) = line.strip_prefix("listening on ") {
                        let _ = found.send(address.trim().to_owned());
                    }
                }
            });
            wanted.recv_timeout(READY).ok()
        });
        let listening = address
            .as_deref()
            .and_then(|address| address.rsplit_once(':'))
            .and_then(|(_, port)| port.trim_end_matches('/').parse().ok());
        let Some(port) = listening else {
            let _ = process.kill();
            let _ = process.wait();
            let log = fs::read_to_string(home.join("azure-sim.log")).unwrap_or_default();
            return Err(format!(
                "azure-sim does not say that it listens: {}",
                last_lines(&log)
            ));
        };
        Ok(Self {
            process,
            home: home.to_owned(),
            port,
        })
    }

    /// Where it keeps everything.
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// Its URL.
    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// The certificate that signed its own.
    pub(crate) fn authority(&self) -> PathBuf {
        self.home.join("tls/ca.pem")
    }

    /// What scripts know it by.
    pub(crate) fn names(&self) -> BTreeMap<String, String> {
        [
            ("url", self.url()),
            ("tenant", TENANT.to_owned()),
            ("subscription", SUBSCRIPTION.to_owned()),
            ("client", CLIENT.to_owned()),
            ("authority", self.authority().display().to_string()),
            ("secret", format!("@{}", self.secret().display())),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }

    /// What another client needs to sign in as the same application, as its environment.
    pub(crate) fn environment(&self) -> [(&'static str, String); 8] {
        [
            ("AZURE_CLOUD", "Custom".to_owned()),
            ("AZURE_RESOURCE_MANAGER_ENDPOINT", self.url()),
            ("AZURE_AUTHORITY_HOST", self.url()),
            ("AZURE_TENANT_ID", TENANT.to_owned()),
            ("AZURE_CLIENT_ID", CLIENT.to_owned()),
            ("AZURE_CLIENT_SECRET", SECRET.to_owned()),
            ("SSL_CERT_FILE", self.authority().display().to_string()),
            ("NO_PROXY", "localhost".to_owned()),
        ]
    }

    /// The subscription that everything is in.
    pub(crate) fn subscription(&self) -> &'static str {
        SUBSCRIPTION
    }

    /// The file with the application's secret; secrets do not belong into arguments.
    fn secret(&self) -> PathBuf {
        self.home.join("client-secret")
    }

    /// Makes the simulator a cloud of the CLI and signs in to it.
    pub(crate) fn sign_in(&self, cli: &AzureCli) -> Result<Profile, String> {
        let profile = Profile {
            directory: self.home.join("az"),
            authority: self.authority(),
        };
        fs::write(self.secret(), SECRET)
            .map_err(|error| format!("writing {}: {error}", self.secret().display()))?;
        for line in [
            "cloud register --name simulated --endpoint-resource-manager {url}",
            "cloud set --name simulated",
            "login --service-principal --username {client} --password {secret} --tenant {tenant}",
        ] {
            let words = super::script::words(line, &self.names())?;
            let output = cli.run(&profile, &words)?;
            if !output.status.success() {
                return Err(format!(
                    "az {line}: {}",
                    last_lines(&String::from_utf8_lossy(&output.stderr))
                ));
            }
        }
        Ok(profile)
    }

    /// Kills it without a warning; another can then be started on what it left.
    pub(crate) fn kill(mut self) -> Result<Start, String> {
        self.process
            .kill()
            .and_then(|()| self.process.wait())
            .map_err(|error| format!("killing azure-sim: {error}"))?;
        Ok(Start::Again(self.port))
    }

    /// Asks it to stop, which it must do well.
    pub(crate) fn stop(mut self) -> Result<(), String> {
        let asked = Command::new("kill")
            .arg(self.process.id().to_string())
            .status()
            .map_err(|error| format!("asking azure-sim to stop: {error}"))?;
        let ended = deadline::wait(&mut self.process, STOPPED)
            .map_err(|error| format!("azure-sim was asked to stop: {error}"))?;
        if asked.success() && ended.success() {
            Ok(())
        } else {
            Err(format!(
                "azure-sim was asked to stop and ended with {ended}"
            ))
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already unless a judgement was broken off.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
