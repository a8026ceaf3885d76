//! The command line as a whole.

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use jiff::Timestamp;

use crate::cluster::{self, ClusterArgs};
use crate::console::Console;
use crate::disk::{self, DiskArgs};
use crate::dns::{self, DnsArgs};
use crate::exit::{Failure, Result};
use crate::init::{self, InitArgs};
use crate::log::LogArgs;
use crate::output;
use crate::progress::Reporter;
use crate::project::ProjectArgs;
use crate::session::Session;
use crate::sim::{self, SimArgs};
use crate::simulate::SimulateArgs;
use crate::snapshot::{self, SnapshotArgs};

/// Clusters, volumes and apps on Azure Kubernetes Service
#[derive(Debug, Parser)]
#[command(name = "kompoxops", version, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    project: ProjectArgs,
    #[command(flatten)]
    simulate: SimulateArgs,
    #[command(flatten)]
    log: LogArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the version
    Version,
    /// Write a project to start from
    Init(InitArgs),
    /// Make, remove and look at the cluster
    Cluster(ClusterArgs),
    /// The disks behind the volumes of an app
    Disk(DiskArgs),
    /// Snapshots of the disks behind a volume
    Snapshot(SnapshotArgs),
    /// The DNS names that an app is reached by
    Dns(DnsArgs),
    /// The offline Azure for other programs
    Sim(SimArgs),
    /// Write a completion script for a shell
    Completion {
        /// The shell
        shell: Shell,
    },
}

/// Runs the command that the arguments say. Nothing is set up that it does not need.
pub(crate) fn main(args: impl Iterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help goes to standard output, mistakes to standard error; a closed pipe is nobody's loss.
            let _ = error.print();
            return if error.use_stderr() {
                2.into()
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let console = Console::stderr();
    match cli.run(&console) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            console.line(format_args!("kompoxops: {}", failure.text()));
            (&failure).into()
        }
    }
}

impl Cli {
    fn run(&self, console: &Console) -> Result<()> {
        match &self.command {
            Command::Version => output::text(&format!("kompoxops {}\n", env!("CARGO_PKG_VERSION"))),
            Command::Init(args) => init::run(args, &self.project, console),
            Command::Sim(args) => sim::run(args, &self.project, &self.log, console),
            Command::Completion { shell } => completion(*shell),
            Command::Cluster(args) => {
                self.with_project(console, args.name(), |session| cluster::run(args, session))
            }
            Command::Disk(args) => {
                self.with_project(console, args.name(), |session| disk::run(args, session))
            }
            Command::Snapshot(args) => {
                self.with_project(console, args.name(), |session| snapshot::run(args, session))
            }
            Command::Dns(args) => {
                self.with_project(console, args.name(), |session| dns::run(args, session))
            }
        }
    }

    fn with_project(
        &self,
        console: &Console,
        command: &str,
        work: impl FnOnce(&Session<'_>) -> Result<()>,
    ) -> Result<()> {
        let project = self.project.load()?;
        self.log.start(
            project.dir(),
            &project.config().logging,
            console,
            Timestamp::now(),
        )?;
        let session = Session {
            console: console.clone(),
            reporter: Arc::new(Reporter::new(console)),
            project,
            simulate: &self.simulate,
        };
        let version = env!("CARGO_PKG_VERSION");
        tracing::info!(command, version, simulate = self.simulate.is_on(), "begin");
        let result = work(&session);
        match &result {
            Ok(()) => tracing::info!(command, exit = 0, "end"),
            Err(failure) => {
                tracing::info!(command, exit = failure.code(), err = failure.text(), "end");
            }
        }
        result
    }
}

fn completion(shell: Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "kompoxops", &mut script);
    let script = String::from_utf8(script)
        .map_err(|error| Failure::Failed(io::Error::other(error).to_string()))?;
    output::text(&script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    fn refused(line: &str) -> bool {
        Cli::try_parse_from(line.split(' ')).is_err()
    }

    #[test]
    fn what_scripts_write_is_understood() {
        for line in [
            "kompoxops -C x --kompox-root r --kompox-dir d --kom-app a --kom-path p --db-url file:x version",
            "kompoxops init -f",
            "kompoxops cluster provision --force --cluster-id /ws/w/prv/p/cls/c",
            "kompoxops cluster --cluster-name c status --simulate",
            "kompoxops cluster kubeconfig -o - --context c --namespace n --format json",
            "kompoxops cluster kubeconfig --merge --kubeconfig k --set-current --force --dry-run",
            "kompoxops cluster nodepool list",
            "kompoxops cluster nodepool list --name np1 --cluster-name c",
            "kompoxops cluster nodepool create -f pool.yml",
            "kompoxops cluster nodepool update -f -",
            "kompoxops cluster nodepool delete --name np1",
            "kompoxops disk list -V data -A /ws/w/prv/p/cls/c/app/a",
            "kompoxops disk create -V data --disk-name d1 -Z 1 -O {} -S disk:d0",
            "kompoxops disk create --bootstrap --app-name a",
            "kompoxops disk assign -V data -N d1",
            "kompoxops disk delete -V data --name d1",
            "kompoxops snapshot list -V data",
            "kompoxops snapshot create -V data --snap-name s1 -S disk:d0",
            "kompoxops snapshot delete -V data --name s1",
            "kompoxops dns deploy",
            "kompoxops dns deploy --component web --strict --dry-run --output json -A /ws/w/prv/p/cls/c/app/a",
            "kompoxops dns --app-name a destroy --output human",
            "kompoxops dns apply --fqdn www.a.com --type a --ttl 60 --rdata 203.0.113.1 203.0.113.2 --zone a.com",
            "kompoxops dns apply --fqdn www.a.com --type CNAME --rdata b.com --cluster-name c --strict --dry-run",
            "kompoxops dns apply --fqdn www.a.com --type AAAA --delete",
            "kompoxops dns zones",
            "kompoxops dns zones a.com b.com --cluster-id /ws/w/prv/p/cls/c",
            "kompoxops sim serve",
            "kompoxops sim serve --listen localhost:0 --tls --tls-dir t --tls-name a.com --state s --latency 5s --seed 1",
            "kompoxops sim serve --tls-cert c --tls-key k --faults f --kubeconfig k --access-log - --subscription s --subscription t",
            "kompoxops completion bash",
        ] {
            assert!(!refused(line), "{line}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_a_usage_error() {
        for line in [
            "kompoxops cluster kubeconfig",
            "kompoxops cluster kubeconfig -o x --merge",
            "kompoxops cluster kubeconfig -o x --dry-run",
            "kompoxops cluster nodepool",
            "kompoxops cluster nodepool create",
            "kompoxops cluster nodepool delete",
            "kompoxops disk create",
            "kompoxops disk create --bootstrap -V data",
            "kompoxops disk create -V data -O [1]",
            "kompoxops disk delete -V data",
            "kompoxops cluster explode",
            "kompoxops sim",
            "kompoxops sim serve --tls-cert c",
            "kompoxops sim serve --tls-key k",
            "kompoxops sim serve --tls --tls-cert c --tls-key k",
            "kompoxops sim serve --tls-dir t",
            "kompoxops sim serve --latency soon",
            "kompoxops dns",
            "kompoxops dns deploy --output yaml",
            "kompoxops dns deploy --component a,b",
            "kompoxops dns apply --fqdn www.a.com --type A",
            "kompoxops dns apply --fqdn www.a.com --type TXT --rdata x",
            "kompoxops dns apply --fqdn www.a.com --type A --rdata 203.0.113.1 --delete",
        ] {
            assert!(refused(line), "{line}");
        }
    }
}
