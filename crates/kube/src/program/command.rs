//! Running the program once.

use std::ffi::OsStr;
use std::io;
use std::process::{Output, Stdio};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use super::HelmProgram;
use super::handover::Handover;
use super::output::{meaning, reason};
use crate::{Error, Result};

/// What is run, for whom, and for how long at most.
#[derive(Debug)]
pub(super) struct Call<'a> {
    /// What is being done, for errors: `installing release "traefik"`.
    pub(super) doing: String,
    /// Arguments.
    pub(super) arguments: Vec<&'a str>,
    /// Standard input.
    pub(super) input: Option<Vec<u8>>,
    /// When to give up on the program itself.
    pub(super) limit: Duration,
}

impl HelmProgram {
    /// The program's name, for errors.
    pub(super) fn name(&self) -> String {
        self.program.to_string_lossy().into_owned()
    }

    /// Runs the program for a cluster, or for none, and returns its standard output. It is killed when the future is
    /// dropped.
    pub(super) async fn run(
        &self,
        call: Call<'_>,
        kubeconfig: Option<&SecretString>,
    ) -> Result<String> {
        let mut command = Command::new(&self.program);
        command
            .args(&call.arguments)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env("HELM_REPOSITORY_CONFIG", NOWHERE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // Lives until the program has ended: its path is the kubeconfig's.
        let handover = kubeconfig
            .map(|kubeconfig| Handover::prepare(&mut command, kubeconfig, self.memory_files))
            .transpose()
            .map_err(Error::Handover)?;
        if let Some(handover) = &handover {
            command.args([OsStr::new("--kubeconfig"), handover.path().as_os_str()]);
        }
        tracing::debug!(program = ?self.program, arguments = ?call.arguments, "running helm");
        let output = timeout(call.limit, communicate(&mut command, call.input.as_deref()))
            .await
            .map_err(|_| Error::Timeout {
                what: call.doing.clone(),
                seconds: call.limit.as_secs(),
                state: "helm was stopped".to_owned(),
            })?
            .map_err(|error| Error::HelmMissing {
                program: self.name(),
                reason: error.to_string(),
            })?;
        drop(handover);
        tracing::debug!(status = ?output.status.code(), "helm ended");
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let secret = kubeconfig.map_or("", |kubeconfig| kubeconfig.expose_secret());
        let mut message = reason(&String::from_utf8_lossy(&output.stderr), secret);
        let (kind, way_out) = meaning(&message);
        if output.status.code().is_none() {
            message = format!("helm was killed ({}); {message}", output.status);
        }
        if let Some(way_out) = way_out {
            message = format!("{message}. {way_out}");
        }
        Err(Error::Helm {
            what: call.doing,
            message,
            kind,
        })
    }
}

/// A file that is empty for everybody.
const NOWHERE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

async fn communicate(command: &mut Command, input: Option<&[u8]>) -> io::Result<Output> {
    let mut child = command.spawn()?;
    let stdin = child.stdin.take();
    let write = async {
        if let (Some(mut stdin), Some(input)) = (stdin, input) {
            // A program that ends without reading its input says why in its own words.
            let _ = stdin.write_all(input).await;
            let _ = stdin.shutdown().await;
        }
    };
    let ((), output) = tokio::join!(write, child.wait_with_output());
    output
}
