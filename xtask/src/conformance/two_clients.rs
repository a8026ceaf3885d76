//! Two clients at once on one simulator that is killed and started again under them: the CLI, and `kompoxops`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::azure_cli::{AzureCli, COMMAND, Profile};
use super::deadline;
use super::expectation;
use super::report::{Difference, Report};
use super::script::{last_lines, words};
use super::server::{Programs, Server, Start};
use crate::{quickstart, workspace};

const NAME: &str = "two clients";

/// How often a client may be disturbed by the simulator's death before its command must go through.
const ATTEMPTS: usize = 3;

/// How long the clients may take to be in the middle of their work.
const BUSY: Duration = Duration::from_secs(120);

/// What the CLI writes while `kompoxops` provisions.
const DISKS: usize = 4;

/// The two clients of one simulator.
struct Clients<'a> {
    cli: &'a AzureCli,
    profile: Profile,
    kompoxops: &'a Path,
    project: PathBuf,
    environment: Vec<(&'static str, String)>,
    known: BTreeMap<String, String>,
}

/// Lets both work at once, kills the simulator under them, and compares what both see afterwards.
pub(crate) fn judge(cli: &AzureCli, programs: &Programs, directory: &Path, report: &mut Report) {
    if let Err(what) = work(cli, programs, directory, report) {
        differs(report, "a client or the simulator", what);
    }
}

fn work(
    cli: &AzureCli,
    programs: &Programs,
    directory: &Path,
    report: &mut Report,
) -> Result<(), String> {
    let begun = Instant::now();
    let home = directory.join("two-clients");
    // Slow enough to be killed in the middle.
    let server = Server::start(programs, &home, Start::Anew, "2s")?;
    let clients = Clients {
        cli,
        profile: server.sign_in(cli)?,
        kompoxops: &programs.kompoxops,
        project: project(&home, server.subscription())?,
        environment: server.environment().into(),
        known: server.names(),
    };
    let server = clients.work_while_it_dies(programs, server, report)?;
    clients.compare(report)?;
    let before = clients.az(report, "resource list")?;
    let again = server.kill()?;
    let server = Server::start(programs, &home, again, "none")?;
    let after = clients.az(report, "resource list")?;
    if before != after {
        differs(
            report,
            "az resource list",
            format!("before the kill {before}, after it {after}"),
        );
    }
    clients.compare(report)?;
    clients.change_and_see(report)?;
    eprintln!(
        "az: {NAME}: kompoxops and az at once, the simulator killed twice ({} s)",
        begun.elapsed().as_secs()
    );
    server.stop()
}

impl Clients<'_> {
    /// Both clients write, and the simulator is killed when both have begun.
    fn work_while_it_dies(
        &self,
        programs: &Programs,
        server: Server,
        report: &mut Report,
    ) -> Result<Server, String> {
        let home = server.home().to_owned();
        let (mut provisioning, mut disks) = (Report::default(), Report::default());
        let restarted = std::thread::scope(|scope| {
            let provision = scope.spawn(|| {
                persist(&mut provisioning, |report| {
                    self.kompoxops(report, &["cluster", "provision"]).map(drop)
                })
            });
            let create = scope.spawn(|| {
                persist(&mut disks, |report| {
                    self.az(report, "group create -n both -l japaneast")
                        .map(drop)
                })?;
                (0..DISKS).try_for_each(|number| {
                    let line = format!(
                        "disk create -g both -n disk{number} --size-gb 4 --sku StandardSSD_LRS"
                    );
                    persist(&mut disks, |report| self.az(report, &line).map(drop))
                })
            });
            let killed = in_the_middle(&home.join("access.jsonl")).and_then(|()| {
                let again = server.kill()?;
                Server::start(programs, &home, again, "none")
            });
            let clients = [provision.join(), create.join()];
            for client in clients {
                client.map_err(|_| "a client panicked".to_owned())??;
            }
            killed
        })?;
        report.join(provisioning);
        report.join(disks);
        Ok(restarted)
    }

    /// Both see what both wrote.
    fn compare(&self, report: &mut Report) -> Result<(), String> {
        let disks: Vec<Value> = (0..DISKS)
            .map(
                |number| json!({"name": format!("disk{number}"), "provisioningState": "Succeeded"}),
            )
            .collect();
        let seen = self.az(report, "disk list -g both")?;
        expect(report, "az disk list", &Value::Array(disks), &seen);
        let clusters = self.az(report, "aks list")?;
        expect(
            report,
            "az aks list",
            &json!([{"provisioningState": "Succeeded", "powerState": {"code": "Running"}}]),
            &clusters,
        );
        let deployments = self.az(report, "deployment sub list")?;
        expect(
            report,
            "az deployment sub list",
            &json!([{"properties": {"provisioningState": "Succeeded"}}]),
            &deployments,
        );
        let group = clusters
            .pointer("/0/resourceGroup")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let pools = self.kompoxops(report, &["cluster", "nodepool", "list"])?;
        let names = pools
            .as_array()
            .into_iter()
            .flatten()
            .map(|pool| json!({"name": pool["providerName"]}))
            .collect();
        let cluster = clusters
            .pointer("/0/name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let line = format!("aks nodepool list -g {group} --cluster-name {cluster}");
        let seen = self.az(report, &line)?;
        expect(report, "az aks nodepool list", &Value::Array(names), &seen);
        Ok(())
    }

    /// Each changes something, and the other sees it.
    fn change_and_see(&self, report: &mut Report) -> Result<(), String> {
        let disk = self.kompoxops(
            report,
            &["disk", "create", "--volume", "data", "--name", "first"],
        )?;
        let id = disk
            .get("handle")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let seen = self.az(report, &format!("disk show --ids {id}"))?;
        expect(
            report,
            "az disk show",
            &json!({"id": id, "provisioningState": "Succeeded", "diskSizeGB": 32}),
            &seen,
        );
        self.az(report, &format!("disk delete --ids {id} -y"))?;
        let left = self.kompoxops(report, &["disk", "list", "--volume", "data"])?;
        expect(report, "kompoxops disk list", &json!([]), &left);
        Ok(())
    }

    /// A command of the CLI; its JSON, or null when it prints nothing.
    fn az(&self, report: &mut Report, line: &str) -> Result<Value, String> {
        report.took(
            NAME,
            format!("az {}", line.split(" -").next().unwrap_or(line)),
        );
        let words = words(line, &self.known)?;
        result(&format!("az {line}"), &self.cli.run(&self.profile, &words)?)
    }

    /// A command of `kompoxops`, signed in as the same application.
    fn kompoxops(&self, report: &mut Report, words: &[&str]) -> Result<Value, String> {
        let line = format!("kompoxops {}", words.join(" "));
        report.took(NAME, line.split(" --").next().unwrap_or(&line).to_owned());
        let mut command = Command::new(self.kompoxops);
        for (key, _) in std::env::vars_os() {
            let key_name = key.to_string_lossy();
            if key_name.starts_with("AZURE_") || key_name.starts_with("KOMPOX_") {
                command.env_remove(&key);
            }
        }
        command
            .args(words)
            .envs(self.environment.iter().cloned())
            .current_dir(&self.project)
            .stdin(Stdio::null());
        let output = deadline::output(&mut command, COMMAND)
            .map_err(|error| format!("running kompoxops: {error}"))?;
        result(&line, &output)
    }
}

/// Repeats what the simulator's death may have disturbed: whatever writes can be run twice.
fn persist(
    report: &mut Report,
    mut command: impl FnMut(&mut Report) -> Result<(), String>,
) -> Result<(), String> {
    let mut outcome = Ok(());
    for _ in 0..ATTEMPTS {
        outcome = command(report);
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

/// Waits until both clients have written something and neither can be done.
fn in_the_middle(access_log: &Path) -> Result<(), String> {
    let begun = Instant::now();
    loop {
        let log = fs::read_to_string(access_log).unwrap_or_default();
        let wrote = |what: &str| {
            log.lines()
                .filter_map(|line| serde_json::from_str::<Value>(line).ok())
                .any(|request| {
                    request["method"] == "PUT"
                        && request["path"]
                            .as_str()
                            .is_some_and(|path| path.contains(what))
                })
        };
        if wrote("/deployments/") && wrote("/disks/") {
            return Ok(());
        }
        if begun.elapsed() > BUSY {
            return Err(format!(
                "the clients did not begin to write within {} s",
                BUSY.as_secs()
            ));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A copy of the quickstart that signs in as an application.
fn project(home: &Path, subscription: &str) -> Result<PathBuf, String> {
    let project = home.join("project");
    quickstart::copy(&workspace().join("examples/quickstart"), &project)?;
    let provider = project.join(".kompox/kom/provider.yml");
    let failed = |error| format!("writing {}: {error}", provider.display());
    let mut text = fs::read_to_string(&provider).map_err(failed)?;
    for (setting, value) in [
        ("AZURE_SUBSCRIPTION_ID", subscription),
        ("AZURE_AUTH_METHOD", "client_secret"),
    ] {
        text = text
            .lines()
            .map(|line| match line.split_once(setting) {
                Some((indent, _)) if indent.trim().is_empty() => {
                    format!("{indent}{setting}: {value}\n")
                }
                _ => format!("{line}\n"),
            })
            .collect();
    }
    fs::write(&provider, text).map_err(failed)?;
    Ok(project)
}

/// The JSON that a command printed, or why it failed.
fn result(line: &str, output: &Output) -> Result<Value, String> {
    if !output.status.success() {
        return Err(format!(
            "{line}: {}: {}",
            output.status,
            last_lines(&String::from_utf8_lossy(&output.stderr))
        ));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text).map_err(|error| format!("{line}: its result is no JSON: {error}"))
}

fn expect(report: &mut Report, step: &str, expected: &Value, actual: &Value) {
    if let Some(what) = expectation::difference(expected, actual) {
        differs(report, step, what);
    }
}

fn differs(report: &mut Report, step: &str, what: String) {
    report.differs(Difference {
        script: NAME.to_owned(),
        step: step.to_owned(),
        what,
    });
}
