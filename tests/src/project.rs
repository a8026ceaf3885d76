//! Projects to run the binary in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::binary::binary;

/// A copy of the quickstart in a directory of its own. Unless told otherwise it works on the offline Azure, whose
/// operations take no time.
#[derive(Debug)]
pub struct Project {
    directory: TempDir,
}

/// A request that reached the offline Azure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The verb.
    pub method: String,
    /// The path.
    pub path: String,
}

/// What a command came to.
#[derive(Debug)]
pub struct Run {
    /// The exit code; -1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Project {
    /// The quickstart.
    ///
    /// # Panics
    /// When it cannot be copied.
    #[must_use]
    pub fn quickstart() -> Self {
        let project = Self::empty();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/quickstart");
        for file in [
            ".kompox/config.yml",
            ".kompox/kom/workspace.yml",
            ".kompox/kom/provider.yml",
            ".kompox/kom/cluster.yml",
            "kompoxapp.yml",
        ] {
            let text = fs::read_to_string(from.join(file)).expect("the quickstart is there");
            project.write(file, &text);
        }
        project
    }

    /// An empty directory.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn empty() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        fs::create_dir(directory.path().join("project")).expect("a directory");
        fs::create_dir(directory.path().join("home")).expect("a directory");
        Self { directory }
    }

    /// The project's root.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.directory.path().join("project")
    }

    /// The home directory of whoever runs the commands.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.directory.path().join("home")
    }

    /// Writes a file of the project.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, file: &str, text: &str) {
        let path = self.root().join(file);
        fs::create_dir_all(path.parent().expect("a file in the project")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    /// Replaces text in a file of the project.
    ///
    /// # Panics
    /// When the text is not there.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.root().join(file)).expect("the file is there");
        assert!(text.contains(from), "{file} has no {from:?}");
        self.write(file, &text.replace(from, to));
    }

    /// A command in the project, with nothing of our own environment that could decide its outcome.
    #[must_use]
    pub fn command(&self, args: &[&str]) -> Command {
        self.command_of(binary(), args)
    }

    /// A command in the project, by another build of the binary.
    #[must_use]
    pub fn command_of(&self, binary: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(binary);
        for (key, _) in std::env::vars_os() {
            let name = key.to_string_lossy();
            if ["KOMPOX_", "AZURE_", "IDENTITY_", "KUBECONFIG"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
            {
                command.env_remove(&key);
            }
        }
        command
            .args(args)
            .current_dir(self.root())
            .env("HOME", self.home())
            .env("KOMPOX_SIMULATE", "1")
            .env("KOMPOX_SIMULATE_LATENCY", "none")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn run(&self, args: &[&str]) -> Run {
        Run::from(self.command(args).output().expect("kompoxops can be run"))
    }

    /// Runs a command that must succeed; returns its standard output.
    ///
    /// # Panics
    /// When it fails.
    #[must_use]
    pub fn ok(&self, args: &[&str]) -> String {
        let run = self.run(args);
        assert_eq!(run.code, 0, "{args:?}: {}", run.stderr);
        run.stdout
    }

    /// Runs a command that must print JSON.
    ///
    /// # Panics
    /// When it fails or prints something else.
    #[must_use]
    pub fn json(&self, args: &[&str]) -> Value {
        let text = self.ok(args);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{args:?}: {error}: {text}"))
    }

    /// Runs a command that must fail with code 1 and print no result; returns its standard error.
    ///
    /// # Panics
    /// When it ends otherwise.
    #[must_use]
    pub fn fails(&self, args: &[&str]) -> String {
        let run = self.run(args);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (1, ""),
            "{args:?}: {}",
            run.stderr
        );
        run.stderr
    }

    /// All requests that have reached the offline Azure of this project.
    ///
    /// # Panics
    /// When its log cannot be read.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        let log =
            fs::read_to_string(self.root().join(".kompox/sim/requests.jsonl")).unwrap_or_default();
        log.lines()
            .map(|line| {
                let record: Value = serde_json::from_str(line).expect("a line of JSON");
                let text = |key: &str| record[key].as_str().expect("a text").to_owned();
                Request {
                    method: text("method"),
                    path: text("path"),
                }
            })
            .collect()
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
