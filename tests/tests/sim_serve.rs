//! The offline Azure as a server of its own, over TLS, and `kompoxops` as a client that trusts it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)] // In what the tests share.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use kompox_e2e::{Project, Run};
use serde_json::Value;

/// The subscription of the quickstart.
const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";

/// The tenant and the application of a server that was told no others.
const TENANT: &str = "5ee5aded-7e1a-4a11-9f0e-51ab01a7ed00";
const CLIENT: &str = "c11e47a0-2f6b-4d8e-8a51-51ab01a7ed00";

const KUBECONFIG: &str = "# by hand\napiVersion: v1\nkind: Config\nclusters:\n- name: mine\n  cluster: {server: 'https://127.0.0.1:6443'}\n\
     contexts:\n- name: mine\n  context: {cluster: mine, user: me}\ncurrent-context: mine\nusers:\n- name: me\n  user: {token: hidden}\n";

/// `kompoxops sim serve`, stopped when dropped.
struct Served {
    child: Child,
    url: String,
    directory: PathBuf,
}

impl Served {
    fn start(project: &Project) -> Self {
        let directory = project.home().join("azure");
        let kubeconfig = project.home().join("cluster.yml");
        fs::write(&kubeconfig, KUBECONFIG).unwrap();
        let mut command = project.command(&["sim", "serve", "--tls", "--listen", "127.0.0.1:0"]);
        // It needs no project.
        command
            .current_dir(project.home())
            .args(["--subscription", SUBSCRIPTION])
            .args(["--access-log", "access.jsonl", "--state"])
            .arg(&directory)
            .arg("--kubeconfig")
            .arg(&kubeconfig)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().expect("kompoxops can be run");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .unwrap()
            .to_owned();
        Self {
            child,
            url,
            directory,
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command that signs in to the server with the secret that the server made up, and trusts the server's authority.
fn run(project: &Project, azure: &Served, args: &[&str]) -> Run {
    let mut command = signed_in(project, azure, args);
    command.env("SSL_CERT_FILE", azure.directory.join("tls/ca.pem"));
    Run::from(command.output().expect("kompoxops can be run"))
}

fn signed_in(project: &Project, azure: &Served, args: &[&str]) -> Command {
    let secret = fs::read_to_string(azure.directory.join("client-secret")).unwrap();
    let mut command = project.command(args);
    command
        .env_remove("KOMPOX_SIMULATE")
        .env("AZURE_CLOUD", "Custom")
        .env("AZURE_RESOURCE_MANAGER_ENDPOINT", &azure.url)
        .env("AZURE_AUTHORITY_HOST", &azure.url)
        .env("AZURE_TENANT_ID", TENANT)
        .env("AZURE_CLIENT_ID", CLIENT)
        .env("AZURE_CLIENT_SECRET", secret)
        .env_remove("SSL_CERT_DIR")
        .env_remove("SSL_CERT_FILE");
    command
}

fn project() -> Project {
    let project = Project::quickstart();
    project.edit(".kompox/kom/provider.yml", "azure_cli\n", "client_secret\n");
    project
}

#[test]
fn a_client_that_trusts_its_authority_makes_a_cluster_and_gets_the_kubeconfig_that_was_given() {
    let project = project();
    let azure = Served::start(&project);
    let made = run(&project, &azure, &["cluster", "provision"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let shown = run(
        &project,
        &azure,
        &["cluster", "kubeconfig", "-o", "-", "--format", "json"],
    );
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    let config: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(
        config["clusters"][0]["cluster"]["server"],
        "https://127.0.0.1:6443"
    );
    let log = fs::read_to_string(project.home().join("access.jsonl")).unwrap();
    assert!(log.lines().count() > 3 && !log.contains("hidden"), "{log}");
}

#[test]
fn a_client_that_does_not_trust_its_authority_says_what_to_do() {
    let project = project();
    let azure = Served::start(&project);
    let mut command = signed_in(&project, &azure, &["cluster", "nodepool", "list"]);
    let refused = Run::from(command.output().expect("kompoxops can be run"));
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    assert!(
        refused.stderr.contains("is not trusted") && refused.stderr.contains("SSL_CERT_FILE"),
        "{}",
        refused.stderr
    );
}
