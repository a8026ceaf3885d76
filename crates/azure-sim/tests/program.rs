//! The program `azure-sim` as a process: what it prints, what survives it, how it ends.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::unwrap_used)] // In what the tests share.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const SUBSCRIPTION: &str = "5ab5c819-7104-4e0f-8d00-51ab01a7ed00";

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_azure-sim"));
    command
        .args(args)
        .env_remove("AZURE_SIM_CLIENT_SECRET")
        .stdin(Stdio::null());
    command
}

/// A program that serves, killed when dropped.
struct Serving {
    child: Child,
    url: String,
}

impl Serving {
    /// Serves without looking into tokens.
    fn start(args: &[&str]) -> Self {
        let mut command = command(args);
        command.args(["--access", "anonymous"]);
        Self::run(command)
    }

    fn run(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let stdout = child.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let url = line
            .strip_prefix("listening on ")
            .and_then(|line| line.strip_suffix('\n'))
            .expect("it says where it listens")
            .to_owned();
        Self { child, url }
    }

    /// Sends a request over HTTP/1.1; returns the whole answer.
    fn send(&self, method: &str, path: &str, body: &str) -> String {
        let address = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Sends a signal; returns the exit code.
    fn end(mut self, signal: &str) -> Option<i32> {
        let kill = Command::new("kill")
            .args([format!("-{signal}"), self.child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn group() -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/g?api-version=2024-11-01")
}

fn utf8(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn what_it_keeps_survives_a_kill_and_a_stop_is_no_failure() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("access.jsonl");
    let state = directory.path().join("state");
    let args = [
        "--listen",
        "127.0.0.1:0",
        "--state",
        utf8(&state),
        "--access-log",
        utf8(&log),
    ];
    let first = Serving::start(&args);
    let answer = first.send("PUT", &group(), r#"{"location":"westus"}"#);
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert_eq!(first.end("KILL"), None);

    let second = Serving::start(&args);
    let answer = second.send("GET", &group(), "");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(second.end("TERM"), Some(0));
    assert_eq!(Serving::start(&args).end("INT"), Some(0));

    let lines = std::fs::read_to_string(&log).unwrap();
    let statuses: Vec<_> = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["status"].clone())
        .collect();
    assert_eq!(statuses, [201, 200]);
}

#[test]
fn several_share_one_state() {
    let directory = tempfile::tempdir().unwrap();
    let args = ["--listen", "127.0.0.1:0", "--state", utf8(directory.path())];
    let (one, other) = (Serving::start(&args), Serving::start(&args));
    one.send("PUT", &group(), r#"{"location":"westus"}"#);
    let answer = other.send("GET", &group(), "");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[test]
fn what_cannot_be_served_is_said_and_shown_by_the_exit_code() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let free = "127.0.0.1:0";
    for (args, code, told) in [
        (vec!["--listen", taken.as_str()], 1, taken.as_str()),
        (vec!["--listen", "nowhere"], 2, "--listen"),
        (
            vec!["--listen", free, "--subscription", "x"],
            2,
            "subscription",
        ),
        (
            vec!["--listen", free, "--faults", utf8(&missing)],
            1,
            utf8(&missing),
        ),
        (
            vec!["--listen", free, "--kubeconfig", utf8(&missing)],
            1,
            utf8(&missing),
        ),
        (vec!["--listen", free, "--access-log", "/"], 1, "/"),
        (
            vec!["--listen", free, "--client-secret-file", utf8(&missing)],
            1,
            utf8(&missing),
        ),
        (vec!["--listen", free, "--client-id", "x"], 2, "client id"),
        (
            vec!["--listen", free, "--directory", utf8(&missing)],
            1,
            utf8(&missing),
        ),
        (vec!["--tls-cert", "c"], 2, "--tls-key"),
        (vec!["--latency", "soon"], 2, "soon"),
    ] {
        let Output {
            status,
            stdout,
            stderr,
        } = command(&args).output().unwrap();
        let said = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(code), "{args:?}: {said}");
        assert!(said.contains(told), "{args:?}: {said}");
        assert!(stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn unless_told_otherwise_whoever_does_not_sign_in_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let args = ["--listen", "127.0.0.1:0", "--state", utf8(directory.path())];
    let serving = Serving::run(command(&args));
    let answer = serving.send("GET", &group(), "");
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert!(directory.path().join("client-secret").exists());
}

#[test]
fn a_cluster_of_its_state_gives_tokens_to_service_accounts() {
    let directory = tempfile::tempdir().unwrap();
    let state = utf8(directory.path());
    let serving = Serving::start(&["--listen", "127.0.0.1:0", "--state", state]);
    serving.send("PUT", &group(), r#"{"location":"westus"}"#);
    let id = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c"
    );
    let cluster = r#"{"location":"westus","identity":{"type":"SystemAssigned"},"properties":{"dnsPrefix":"c",
        "oidcIssuerProfile":{"enabled":true},"agentPoolProfiles":[{"name":"p","mode":"System","count":1,"vmSize":"Standard_D2s_v5"}]}}"#;
    let answer = serving.send("PUT", &format!("{id}?api-version=2025-01-01"), cluster);
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    let token = |cluster: &str| {
        let args = [
            "service-account-token",
            "--state",
            state,
            "--cluster",
            cluster,
        ];
        let account = ["--namespace", "default", "--service-account", "app"];
        command(&args).args(account).output().unwrap()
    };
    let told = String::from_utf8(token(&id).stdout).unwrap();
    // As clients send it: a line's end would be a part of the token.
    let part = |part: &str| {
        let letter = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        !part.is_empty() && part.chars().all(letter)
    };
    assert_eq!(
        told.split('.').filter(|text| part(text)).count(),
        3,
        "{told}"
    );
    let refused = token(&format!("{id}x"));
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("there is no managed cluster"));
}

#[test]
fn it_tells_its_version_and_its_options() {
    let told = |arg| String::from_utf8(command(&[arg]).output().unwrap().stdout).unwrap();
    let version = told("--version");
    assert_eq!(
        version,
        concat!("azure-sim ", env!("CARGO_PKG_VERSION"), "\n")
    );
    for option in ["--listen", "--tls", "--state", "--faults", "--kubeconfig"] {
        assert!(told("--help").contains(option), "{option}");
    }
}
