//! A cluster from nothing to nothing, each command as its own process, over the offline Azure.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)] // In what the tests share.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use bytes::Bytes;
use kompox_e2e::{Loopback, Project, Reply, Request, Run};
use serde_json::json;

const STATUS: [&str; 2] = ["cluster", "status"];
const CONTEXT: &str = "kompox-aks1-cluster1";

fn writes(requests: &[Request]) -> Vec<&Request> {
    requests
        .iter()
        .filter(|request| request.method != "GET")
        .collect()
}

#[test]
fn a_cluster_is_provisioned_inspected_and_removed() {
    let project = Project::quickstart();
    let status = |provisioned: bool| {
        assert_eq!(
            project.json(&STATUS),
            json!({
                "existing": false,
                "provisioned": provisioned,
                "installed": false,
                "cluster_id": "/ws/ws1/prv/aks1/cls/cluster1",
                "cluster_name": "cluster1",
            })
        );
    };
    status(false);

    let run = project.run(&["cluster", "provision"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    assert_eq!(
        run.stderr
            .matches("nothing is created in the cloud")
            .count(),
        1
    );
    assert!(
        run.stderr
            .contains("Microsoft.ContainerService/managedClusters"),
        "{}",
        run.stderr
    );
    status(true);

    let before = project.requests().len();
    assert_eq!(project.ok(&["cluster", "provision"]), "");
    let requests = project.requests();
    let again = requests.get(before..).expect("the log only grows");
    assert!(!again.is_empty(), "Azure was asked");
    assert_eq!(
        writes(again),
        Vec::<&Request>::new(),
        "nothing was written again"
    );

    let kubeconfig = project.ok(&["cluster", "kubeconfig", "-o", "-"]);
    assert!(
        kubeconfig.contains(&format!("current-context: {CONTEXT}")),
        "{kubeconfig}"
    );
    assert!(
        kubeconfig.contains("certificate-authority-data"),
        "{kubeconfig}"
    );

    assert_eq!(project.ok(&["cluster", "deprovision"]), "");
    status(false);
    assert_eq!(project.ok(&["cluster", "deprovision"]), "");
    let error = project.fails(&["cluster", "kubeconfig", "-o", "-"]);
    assert!(error.contains("kompoxops: "), "{error}");
}

#[test]
fn a_kubeconfig_is_private_and_takes_the_names_it_is_given() {
    let project = Project::quickstart();
    let _ = project.ok(&["cluster", "provision"]);
    let path = project.root().join("admin.json");
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    let args = [
        "cluster",
        "kubeconfig",
        "-o",
        "admin.json",
        "--context",
        "here",
        "--namespace",
        "apps",
        "--format",
        "json",
    ];
    assert_eq!(project.ok(&args), "");
    assert_eq!(mode(), 0o600);
    let written: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(written["current-context"], "here");
    assert_eq!(
        written["contexts"],
        json!([{"name": "here", "context": {"cluster": "here", "user": "here", "namespace": "apps"}}])
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let _ = project.ok(&args);
    assert_eq!(
        mode(),
        0o600,
        "a file that others could read is private now"
    );
}

#[test]
fn a_merge_keeps_what_is_there_and_is_said_before_it_is_done() {
    const MINE: &str = "\
# mine
apiVersion: v1
kind: Config
clusters:
- name: other # not ours
  cluster: {server: 'https://other'}
contexts: []
users: []
current-context: other
";
    let project = Project::quickstart();
    let _ = project.ok(&["cluster", "provision"]);
    project.write("../home/.kube/config", MINE);
    let read = || fs::read_to_string(project.home().join(".kube/config")).unwrap();

    let run = project.run(&["cluster", "kubeconfig", "--merge", "--dry-run"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert!(
        run.stderr.contains(&format!("add context \"{CONTEXT}\"")),
        "{}",
        run.stderr
    );
    assert_eq!(read(), MINE);

    assert_eq!(
        project.ok(&["cluster", "kubeconfig", "--merge", "--set-current"]),
        ""
    );
    let merged = read();
    assert!(
        merged.starts_with("# mine\n") && merged.contains("name: other # not ours"),
        "{merged}"
    );
    assert!(
        merged.contains(&format!("current-context: {CONTEXT}\n")),
        "{merged}"
    );

    let _ = project.ok(&["cluster", "kubeconfig", "--merge"]);
    assert_eq!(read(), merged, "a second merge changes nothing");

    let run = Run::from(
        project
            .command(&["cluster", "kubeconfig", "--merge"])
            .env("KUBECONFIG", project.root().join("new/config"))
            .output()
            .unwrap(),
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    let path = project.root().join("new/config");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn protection_and_foreign_clusters_are_respected_before_any_call() {
    let project = Project::quickstart();
    project.edit(
        ".kompox/kom/cluster.yml",
        "provisioning: none",
        "provisioning: cannotDelete",
    );
    for args in [
        &["cluster", "deprovision"][..],
        &["cluster", "deprovision", "--force"],
    ] {
        let error = project.fails(args);
        assert!(error.contains("cannotDelete"), "{error}");
    }
    let project = Project::quickstart();
    project.edit(
        ".kompox/kom/cluster.yml",
        "existing: false",
        "existing: true",
    );
    let error = project.fails(&["cluster", "provision"]);
    assert!(
        error.contains("existing") && error.contains("--force"),
        "{error}"
    );
    assert_eq!(project.requests(), []);
}

const PROVIDER: &str = ".kompox/kom/provider.yml";
const CLUSTER: &str = ".kompox/kom/cluster.yml";

#[test]
fn wrong_projects_are_refused_with_one_message_and_without_a_call() {
    // What is changed in the quickstart (file, from, to), and what the message must say.
    let table: &[(&str, &str, &str, &[&str])] = &[
        (
            CLUSTER,
            "  existing: false",
            "  existing: [false",
            &["cluster.yml:"],
        ),
        (
            CLUSTER,
            "id: /ws/ws1/prv/aks1/cls/cluster1",
            "id: /ws/ws1/prv/aks1",
            &["cluster.yml:"],
        ),
        (
            CLUSTER,
            "id: /ws/ws1/prv/aks1/cls/cluster1",
            "id: /ws/ws1/prv/aks1/cls/other",
            &["cluster.yml:", "other"],
        ),
        (
            CLUSTER,
            "id: /ws/ws1/prv/aks1/cls/cluster1",
            "id: /ws/ws1/prv/gone/cls/cluster1",
            &["cluster.yml:", "gone"],
        ),
        (
            CLUSTER,
            "kind: Cluster\n",
            "kind: Clutter\n",
            &["cluster.yml:", "Clutter"],
        ),
        (
            PROVIDER,
            "    AZURE_LOCATION: japaneast\n",
            "",
            &["missing required AKS settings: AZURE_LOCATION"],
        ),
        (
            PROVIDER,
            "AZURE_AUTH_METHOD: azure_cli",
            "AZURE_OTHER: x",
            &["AZURE_AUTH_METHOD must be specified"],
        ),
        (
            PROVIDER,
            "azure_cli\n",
            "password\n",
            &["unsupported AZURE_AUTH_METHOD: password"],
        ),
        (
            PROVIDER,
            "azure_cli\n",
            "client_certificate\n",
            &["client_certificate"],
        ),
        (
            PROVIDER,
            "azure_cli\n",
            "client_secret\n",
            &["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"],
        ),
        (
            PROVIDER,
            "AZURE_LOCATION: japaneast",
            "AZURE_LOCATION: japaneast\n    AZURE_RESOURCE_PREFIX: -x",
            &["AZURE_RESOURCE_PREFIX", "-x"],
        ),
        (
            PROVIDER,
            "11111111-1111-1111-1111-111111111111",
            "mine",
            &["AZURE_SUBSCRIPTION_ID", "mine"],
        ),
        (PROVIDER, "driver: aks", "driver: eks", &["eks", "aks"]),
    ];
    for (file, from, to, says) in table {
        let project = Project::quickstart();
        project.edit(file, from, to);
        let error = project.fails(&["cluster", "provision"]);
        assert!(error.contains("kompoxops: "), "{to}: {error}");
        for word in *says {
            assert!(error.contains(word), "{to}: {word:?} is not in: {error}");
        }
        assert!(
            !error.contains("Error {") && !error.contains("Some("),
            "{to}: {error}"
        );
        assert_eq!(project.requests(), [], "{to}");
    }
}

#[test]
fn two_documents_with_one_id_are_both_named() {
    let project = Project::quickstart();
    let text = fs::read_to_string(project.root().join(CLUSTER)).unwrap();
    project.write(".kompox/kom/twin.yml", &text);
    let error = project.fails(&STATUS);
    assert!(
        error.contains("cluster.yml") && error.contains("twin.yml"),
        "{error}"
    );
}

#[test]
fn without_a_project_there_is_a_hint() {
    let error = Project::empty().fails(&STATUS);
    assert!(
        error.contains("no project found") && error.contains("kompoxops init"),
        "{error}"
    );
}

#[test]
fn a_token_file_that_cannot_be_read_is_noticed_before_any_call() {
    let project = Project::quickstart();
    project.edit(PROVIDER, "azure_cli\n", "workload_identity\n    AZURE_TENANT_ID: 22222222-2222-2222-2222-222222222222\n    AZURE_CLIENT_ID: 33333333-3333-3333-3333-333333333333\n    AZURE_FEDERATED_TOKEN_FILE: /nowhere/token\n");
    let run = Run::from(
        project
            .command(&STATUS)
            .env("KOMPOX_SIMULATE", "0")
            .output()
            .unwrap(),
    );
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
    assert!(run.stderr.contains("/nowhere/token"), "{}", run.stderr);
}

#[test]
fn what_azure_refuses_is_told_in_its_own_words() {
    let azure = Loopback::start(|request| {
        let body = r#"{"error":{"code":"AuthorizationFailed","message":"The client 'c' does not have authorization to perform action 'Microsoft.Resources/deployments/read' over scope '/subscriptions/s'."}}"#;
        let _ = request;
        Reply::Now(
            http::Response::builder()
                .status(403)
                .header("content-type", "application/json")
                .header("x-ms-request-id", "req-4711")
                .body(Bytes::from_static(body.as_bytes()))
                .unwrap(),
        )
    });
    let project = Project::quickstart();
    project.edit(PROVIDER, "azure_cli\n", "managed_identity\n");
    let mut command = project.command(&["cluster", "provision"]);
    azure.direct(&mut command);
    let run = Run::from(command.output().unwrap());
    assert_eq!(run.code, 1, "{}", run.stderr);
    for word in [
        "AuthorizationFailed",
        "Microsoft.Resources/deployments/read",
        "req-4711",
    ] {
        assert_eq!(
            run.stderr.matches(word).count(),
            1,
            "{word}: {}",
            run.stderr
        );
    }
    assert!(
        !run.stderr.contains("loopback\""),
        "no token: {}",
        run.stderr
    );
}

#[test]
fn usage_errors_are_told_apart_from_failures() {
    let project = Project::quickstart();
    for args in [
        &["cluster", "kubeconfig"][..],
        &["cluster", "explode"],
        &["cluster", "status", "--log-level", "loud"],
    ] {
        assert_eq!(project.run(args).code, 2, "{args:?}");
    }
}

#[test]
fn a_new_project_works_as_it_is_written() {
    let project = Project::empty();
    assert_eq!(project.ok(&["init"]), "");
    assert_eq!(project.json(&STATUS)["provisioned"], false);
    let error = project.fails(&["init"]);
    assert!(error.contains("exists already"), "{error}");
    assert_eq!(project.ok(&["init", "-f"]), "");
}

#[test]
fn the_log_has_the_spans_of_the_driver_and_no_secret() {
    let project = Project::quickstart();
    let _ = project.ok(&["cluster", "provision"]);
    let kubeconfig = project.ok(&["cluster", "kubeconfig", "-o", "-"]);
    let files: Vec<_> = fs::read_dir(project.root().join(".kompox/logs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let log: String = files
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    for (message, driver) in [
        ("AKS:ClusterProvision/S", "AKS.ClusterProvision"),
        ("AKS:ClusterProvision/EOK", "AKS.ClusterProvision"),
        ("AKS:ClusterKubeconfig/EOK", "AKS.ClusterKubeconfig"),
    ] {
        let found = log
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .any(|event| {
                event["message"] == message && event["driver"] == driver && event["level"] == "INFO"
            });
        assert!(found, "{message}: {log}");
    }
    let secret = kubeconfig
        .lines()
        .find_map(|line| line.trim().strip_prefix("token: "))
        .expect("a token");
    assert!(!log.contains(secret));
    for path in files {
        assert_eq!(
            fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[test]
fn a_log_that_cannot_be_written_does_not_stop_the_command() {
    let project = Project::quickstart();
    project.write(".kompox/logs", "no directory");
    let run = project.run(&STATUS);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(
        run.stderr.matches("warning: no log is written").count(),
        1,
        "{}",
        run.stderr
    );
}
