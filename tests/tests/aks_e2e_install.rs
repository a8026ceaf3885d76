//! Installing the ingress controller, each command as its own process: over the offline Azure with its offline clusters,
//! and by the real way, with an API server on the loopback and a `helm` that only pretends.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)] // In what the tests share.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use kompox_azure_sim::Simulator;
use kompox_e2e::{Loopback, Project, Reply, Request, Run};
use serde_json::{Value, json};

const INSTALL: [&str; 2] = ["cluster", "install"];
const UNINSTALL: [&str; 2] = ["cluster", "uninstall"];
const STATUS: [&str; 2] = ["cluster", "status"];
const CLUSTER: &str = ".kompox/kom/cluster.yml";
const PROVIDER: &str = ".kompox/kom/provider.yml";

fn provisioned() -> Project {
    let project = Project::quickstart();
    let _ = project.ok(&["cluster", "provision"]);
    project
}

/// The only cluster that the offline clusters are.
fn inside(project: &Project) -> Value {
    let path = project.root().join(".kompox/sim/kubernetes.json");
    let state: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let clusters = state["clusters"].as_object().unwrap();
    assert_eq!(clusters.len(), 1);
    clusters.values().next().unwrap().clone()
}

/// The resource versions of all objects, and the revision of the release.
fn versions(project: &Project) -> BTreeMap<String, Value> {
    let cluster = inside(project);
    let mut versions: BTreeMap<_, _> = cluster["objects"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, object)| {
            (
                key.clone(),
                object["value"]["metadata"]["resourceVersion"].clone(),
            )
        })
        .collect();
    let revision = cluster["releases"]["traefik/traefik"]["revision"].clone();
    versions.insert("release".to_owned(), revision);
    versions
}

fn role_assignments(requests: &[Request]) -> usize {
    requests
        .iter()
        .filter(|request| request.method == "PUT" && request.path.contains("/roleAssignments/"))
        .count()
}

fn with_certificates(project: &Project, vault: &str) {
    project.edit(
        CLUSTER,
        "    serviceAccount: ingress-service-account\n",
        &format!(
            "    serviceAccount: ingress-service-account\n    certEmail: ops@example.com\n    certificates:\n    \
             - {{name: www, source: 'https://{vault}.vault.azure.net/secrets/www'}}\n    \
             - {{name: api, source: 'https://{vault}.vault.azure.net/secrets/api/0a1b2c'}}\n"
        ),
    );
}

/// The key vault that the cluster came with.
fn vault(project: &Project) -> String {
    let requests = fs::read_to_string(project.root().join(".kompox/sim/state.jsonl")).unwrap();
    let (_, after) = requests
        .split_once("Microsoft.KeyVault/vaults/")
        .expect("a vault");
    after
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect()
}

#[test]
fn an_ingress_is_installed_changed_and_removed() {
    let project = provisioned();
    assert_eq!(project.json(&STATUS)["installed"], false);

    assert_eq!(project.ok(&INSTALL), "");
    let status = project.json(&STATUS);
    assert_eq!(status["installed"], true);
    let address = status["ingressGlobalIP"].as_str().expect("an address");
    assert!(address.starts_with("203.0.113."), "{address}");

    let first = versions(&project);
    assert_eq!(first["release"], 1);
    assert_eq!(project.ok(&INSTALL), "");
    assert_eq!(versions(&project), first, "nothing was written again");
    assert_eq!(project.ok(&["cluster", "install", "--force"]), "");
    let first = versions(&project);
    assert_eq!(first["release"], 2, "unless it is asked for");

    with_certificates(&project, &vault(&project));
    let before = project.requests().len();
    let run = project.run(&INSTALL);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        !run.stderr.contains("could not be assigned"),
        "{}",
        run.stderr
    );
    assert_eq!(role_assignments(&project.requests()[before..]), 2);
    let second = versions(&project);
    let mut differing: Vec<_> = second
        .iter()
        .filter(|(key, version)| first.get(*key) != Some(*version))
        .map(|(key, _)| key.split(' ').nth(1).unwrap_or(key).to_owned())
        .collect();
    differing.sort();
    assert_eq!(differing, ["ConfigMap", "SecretProviderClass", "release"]);
    assert_eq!(second["release"], 3);
    assert_eq!(project.json(&STATUS), status, "the address stays");

    assert_eq!(project.ok(&INSTALL), "");
    assert_eq!(versions(&project), second);

    assert_eq!(project.ok(&UNINSTALL), "");
    assert_eq!(project.json(&STATUS)["installed"], false);
    let left: Vec<_> = versions(&project)
        .into_keys()
        .filter(|key| key.contains("traefik"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
    assert_eq!(project.ok(&UNINSTALL), "");
}

#[test]
fn what_is_not_provisioned_can_be_uninstalled_but_not_installed() {
    let project = Project::quickstart();
    let error = project.fails(&INSTALL);
    assert!(error.contains("provision the cluster"), "{error}");
    let run = project.run(&UNINSTALL);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("nothing to uninstall"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_may_not_be_assigned_is_warned_of_and_the_ingress_is_installed_all_the_same() {
    let project = provisioned();
    let zone = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/nowhere/providers/Microsoft.Network/dnsZones/example.com";
    project.edit(
        CLUSTER,
        "  settings:\n",
        &format!("  settings:\n    AZURE_AKS_DNS_ZONE_RESOURCE_IDS: {zone}\n"),
    );
    with_certificates(&project, "kv-elsewhere");
    let run = project.run(&INSTALL);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for part in [
        "ResourceGroupNotFound",
        "--role \"DNS Zone Contributor\"",
        &format!("--scope \"{zone}\""),
        "az keyvault show --name kv-elsewhere",
    ] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    assert_eq!(
        run.stderr.matches("could not be assigned").count(),
        2,
        "{}",
        run.stderr
    );
    assert_eq!(project.json(&STATUS)["installed"], true);
}

#[test]
fn another_service_account_than_the_provisioned_one_is_refused_before_any_write() {
    let project = provisioned();
    project.edit(CLUSTER, "namespace: traefik", "namespace: edge");
    let error = project.fails(&INSTALL);
    assert!(error.contains("provision it with --force"), "{error}");
    assert!(!project.root().join(".kompox/sim/kubernetes.json").exists());
}

#[test]
fn installation_protection_is_respected_before_any_call() {
    let project = provisioned();
    project.edit(CLUSTER, "installation: none", "installation: readOnly");
    let before = project.requests().len();
    for args in [
        &UNINSTALL[..],
        &["cluster", "uninstall", "--force"],
        &["cluster", "install", "--force"],
    ] {
        let error = project.fails(args);
        assert!(
            error.contains("protection.installation is readOnly"),
            "{error}"
        );
    }
    assert_eq!(project.requests().len(), before);
    assert_eq!(project.ok(&INSTALL), "");
}

#[test]
fn no_command_shows_a_secret() {
    const CLIENT_SECRET: &str = "hunter2-client-secret";
    let project = Project::quickstart();
    project.edit(
        PROVIDER,
        "AZURE_AUTH_METHOD: azure_cli\n",
        &format!(
            "AZURE_AUTH_METHOD: client_secret\n    AZURE_TENANT_ID: 22222222-2222-2222-2222-222222222222\n    \
             AZURE_CLIENT_ID: 33333333-3333-3333-3333-333333333333\n    AZURE_CLIENT_SECRET: {CLIENT_SECRET}\n"
        ),
    );
    let _ = project.ok(&["cluster", "provision"]);
    let kubeconfig = project.ok(&["cluster", "kubeconfig", "-o", "-"]);
    let mut secrets: Vec<_> = kubeconfig
        .lines()
        .filter_map(|line| line.trim().split_once(": "))
        .filter(|(key, _)| ["client-key-data", "client-certificate-data", "token"].contains(key))
        .map(|(_, value)| value.to_owned())
        .collect();
    assert!(secrets.len() >= 2 && secrets.iter().all(|secret| secret.len() > 16));
    secrets.push(CLIENT_SECRET.to_owned());

    with_certificates(&project, &vault(&project));
    project.write("pool.yml", "name: extra\nlabels: {team: blue}\n");
    for (args, code) in [
        (&["cluster", "provision"][..], 0),
        (&INSTALL, 0),
        (&STATUS, 0),
        (&["cluster", "kubeconfig", "-o", "admin.yaml"], 0),
        (&["cluster", "kubeconfig", "--merge", "--dry-run"], 0),
        (&["cluster", "nodepool", "create", "-f", "pool.yml"], 0),
        (&["cluster", "nodepool", "update", "-f", "pool.yml"], 0),
        (&["cluster", "nodepool", "list"], 0),
        (&["cluster", "nodepool", "delete", "--name", "extra"], 0),
        (&["disk", "create", "-V", "data", "-N", "d1"], 0),
        (&["disk", "create", "-V", "data", "-N", "d2"], 0),
        (&["disk", "create", "-V", "shared", "-N", "s1"], 0),
        (&["disk", "assign", "-V", "data", "-N", "d1"], 0),
        (&["disk", "delete", "-V", "data", "-N", "d2"], 0),
        (&["disk", "list", "-V", "data"], 0),
        (&["snapshot", "create", "-V", "data", "-N", "s1"], 0),
        (&["snapshot", "list", "-V", "data"], 0),
        (&["snapshot", "delete", "-V", "data", "-N", "s1"], 0),
        (&["dns", "zones", "www.example.com"], 0),
        (
            &[
                "dns",
                "apply",
                "--fqdn",
                "www.example.com",
                "--type",
                "A",
                "--rdata",
                "203.0.113.9",
            ],
            0,
        ),
        (&["dns", "deploy"], 0),
        (&["dns", "destroy"], 0),
        (&["disk", "list", "-V", "nowhere"], 1),
        (&UNINSTALL, 0),
        (&["cluster", "deprovision"], 0),
        (&INSTALL, 1),
    ] {
        let mut all = args.to_vec();
        all.extend(["--log-level", "trace", "--log-output", "-"]);
        let run = project.run(&all);
        assert_eq!(run.code, code, "{args:?}: {}", run.stderr);
        assert!(
            run.stderr.contains("\"level\":\"INFO\""),
            "{args:?} is logged: {}",
            run.stderr
        );
        for secret in &secrets {
            assert!(
                !run.stderr.contains(secret.as_str()),
                "{args:?}: {}",
                run.stderr
            );
            assert!(
                !run.stdout.contains(secret.as_str()),
                "{args:?}: {}",
                run.stdout
            );
        }
    }
}

/// The credential of the real way's kubeconfig.
const TOKEN: &str = "hunter2-cluster-token";

/// A cluster that is reached by the real way: Azure and its API server on the loopback, and a `helm` that pretends.
struct Real {
    project: Project,
    server: Loopback,
    azure: Simulator,
    objects: Objects,
}

/// The objects of an API server by path.
type Objects = Arc<Mutex<BTreeMap<String, Value>>>;

impl Real {
    fn provisioned() -> Self {
        let project = Project::quickstart();
        project.edit(PROVIDER, "azure_cli\n", "managed_identity\n");
        fs::create_dir(project.root().join("../tmp")).unwrap();
        let azure = Simulator::builder().build().unwrap();
        let objects = Objects::default();
        let (behind, known) = (azure.clone(), Arc::clone(&objects));
        let server = Loopback::start(move |request| {
            let path = request.uri().path().to_owned();
            if path.starts_with("/api/") || path.starts_with("/apis/") {
                return Reply::Now(api_server(&known, &request));
            }
            let host = request.headers()["host"].to_str().unwrap().to_owned();
            let answer = behind.handle(request);
            if path.ends_with("/listClusterAdminCredential") {
                return Reply::Now(leading_to(&host, &answer));
            }
            Reply::Now(answer)
        });
        let real = Self {
            project,
            server,
            azure,
            objects,
        };
        let run = real.run(&["cluster", "provision"], |_| {});
        assert_eq!(run.code, 0, "{}", run.stderr);
        real
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.project.command(args);
        self.server.direct(&mut command);
        command.env("TMPDIR", self.project.root().join("../tmp"));
        command
    }

    fn run(&self, args: &[&str], change: impl FnOnce(&mut Command)) -> Run {
        let mut command = self.command(args);
        change(&mut command);
        Run::from(command.output().unwrap())
    }

    /// A program in place of `helm`, that finds its kubeconfig in `$kubeconfig`.
    fn helm(&self, upgrade: &str) -> PathBuf {
        let path = self.project.root().join("../helm");
        let script = format!(
            "#!/bin/sh\nkubeconfig=\nfor argument in \"$@\"; do\n\
             if [ \"$kubeconfig\" = next ]; then kubeconfig=$argument; fi\n\
             if [ \"$argument\" = --kubeconfig ]; then kubeconfig=next; fi\ndone\n\
             case $1 in\nversion) echo v4.0.0 ;;\nupgrade)\ncat >/dev/null\n{upgrade}\n;;\n\
             *) echo 'Error: release: not found' >&2; exit 1 ;;\nesac\n"
        );
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn writes(&self) -> usize {
        let requests = self.azure.requests();
        let writes = requests
            .iter()
            .filter(|request| ["PUT", "PATCH", "DELETE"].contains(&&*request.method));
        writes.count()
    }
}

/// Azure's answer with a kubeconfig that leads to the loopback.
fn leading_to(host: &str, answer: &http::Response<Bytes>) -> http::Response<Bytes> {
    let mut body: Value = serde_json::from_slice(answer.body()).unwrap();
    let kubeconfig = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{ "name": "c", "cluster": { "server": format!("http://{host}") } }],
        "users": [{ "name": "u", "user": { "token": TOKEN } }],
        "contexts": [{ "name": "x", "context": { "cluster": "c", "user": "u" } }],
        "current-context": "x",
    });
    body["kubeconfigs"][0]["value"] = json!(STANDARD.encode(kubeconfig.to_string()));
    respond(200, &body)
}

/// As much of an API server as an installation needs.
fn api_server(objects: &Objects, request: &http::Request<Bytes>) -> http::Response<Bytes> {
    let authorization = request
        .headers()
        .get("authorization")
        .map(|value| value.to_str().unwrap());
    assert_eq!(authorization, Some(&*format!("Bearer {TOKEN}")));
    let mut objects = objects.lock().unwrap();
    let path = request.uri().path().to_owned();
    let number = objects.len() + 1;
    let body = || {
        let mut object: Value = serde_json::from_slice(request.body()).unwrap();
        object["metadata"]["resourceVersion"] = json!(number.to_string());
        object
    };
    match request.method().as_str() {
        "GET" => match objects.get(&path) {
            Some(object) => respond(200, object),
            None => respond(
                404,
                &json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": 404,
                    "reason": "NotFound", "message": format!("{path} not found") }),
            ),
        },
        "POST" => {
            let object = body();
            let name = object["metadata"]["name"].as_str().unwrap();
            objects.insert(format!("{path}/{name}"), object.clone());
            respond(201, &object)
        }
        "PATCH" => {
            let object = body();
            objects.insert(path, object.clone());
            respond(201, &object)
        }
        other => panic!("{other} {path} is not expected"),
    }
}

fn respond(status: u16, body: &Value) -> http::Response<Bytes> {
    http::Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(Bytes::from(body.to_string()))
        .unwrap()
}

/// Every file below a directory that has this text in it.
fn files_with(directory: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_dir() {
            found.extend(files_with(&path, text));
        } else if kind.is_file() && path.file_name() != Some(OsStr::new("helm")) {
            let bytes = fs::read(&path).unwrap();
            if String::from_utf8_lossy(&bytes).contains(text) {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn helm_does_not_get_the_secret_that_signs_in_to_azure() {
    let real = Real::provisioned();
    let seen = real.project.root().join("../seen");
    let helm = real.helm(&format!("env >'{}'", seen.display()));
    let run = real.run(&INSTALL, |command| {
        command
            .env("KOMPOX_HELM", &helm)
            .env("AZURE_CLIENT_SECRET", "hunter2-client-secret");
    });
    assert_eq!(run.code, 0, "{}", run.stderr);
    let environment = fs::read_to_string(seen).unwrap();
    assert!(environment.contains("PATH="), "{environment}");
    assert!(!environment.contains("hunter2"), "{environment}");
}

#[test]
fn without_helm_nothing_is_touched() {
    let real = Real::provisioned();
    let before = real.writes();
    for args in [&INSTALL, &UNINSTALL] {
        let run = real.run(args, |command| {
            command.env("PATH", "").env_remove("KOMPOX_HELM");
        });
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stderr.contains("Install Helm 3 or 4"), "{}", run.stderr);
        assert!(
            run.stderr.contains("before anything is changed"),
            "{}",
            run.stderr
        );
    }
    assert_eq!(real.writes(), before);
    assert!(
        real.objects.lock().unwrap().is_empty(),
        "the cluster was not written to"
    );
}

#[test]
fn the_real_way_leads_to_an_ingress_and_shows_no_secret() {
    let real = Real::provisioned();
    let helm = real.helm(&format!("grep -q {TOKEN} \"$kubeconfig\" || exit 3"));
    let log = ["--log-level", "trace", "--log-output", "-"];
    let run = real.run(&[&INSTALL[..], &log].concat(), |command| {
        command.env("KOMPOX_HELM", &helm);
    });
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut objects = real.objects.lock().unwrap();
    let paths: Vec<_> = objects.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "/api/v1/namespaces/traefik",
            "/api/v1/namespaces/traefik/configmaps/traefik",
            "/api/v1/namespaces/traefik/serviceaccounts/ingress-service-account",
        ]
    );
    objects.insert(
        "/api/v1/namespaces/traefik/services/traefik".to_owned(),
        json!({
            "apiVersion": "v1", "kind": "Service", "metadata": { "name": "traefik", "namespace": "traefik" },
            "status": { "loadBalancer": { "ingress": [{ "ip": "198.51.100.7" }] } },
        }),
    );
    drop(objects);
    let status = real.run(&[&STATUS[..], &log].concat(), |_| {});
    assert_eq!(status.code, 0, "{}", status.stderr);
    let answer: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!(answer["ingressGlobalIP"], "198.51.100.7");
    for run in [run, status] {
        for secret in [TOKEN, &STANDARD.encode(TOKEN), "Bearer "] {
            assert!(
                !run.stderr.contains(secret) && !run.stdout.contains(secret),
                "{}",
                run.stderr
            );
        }
    }
    assert_eq!(
        files_with(&real.project.root().join(".."), TOKEN),
        Vec::<PathBuf>::new()
    );
}

#[test]
fn a_process_that_is_killed_while_helm_works_leaves_no_kubeconfig_behind() {
    let real = Real::provisioned();
    let fifo = real.project.root().join("../fifo");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    // Opening the pipe waits for whoever reads it: from then on helm has its kubeconfig.
    let helm = real.helm(&format!(
        "grep -q {TOKEN} \"$kubeconfig\" && pid=$$ || pid=none\necho $pid >'{}'\nexec sleep 600",
        fifo.display()
    ));
    let mut process = real
        .command(&INSTALL)
        .env("KOMPOX_HELM", &helm)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pid = fs::read_to_string(&fifo).unwrap();
    process.kill().unwrap();
    process.wait().unwrap();
    let left = files_with(&real.project.root().join(".."), TOKEN);
    assert!(
        Command::new("kill")
            .arg(pid.trim())
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(left, Vec::<PathBuf>::new());
}
