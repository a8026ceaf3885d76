//! The record of a cluster: every command works without the deployment's record, and without the tags, and the tags come
//! back.
#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use kompox_azure_sim::Simulator;
use kompox_e2e::Project;
use serde_json::{Value, json};

const RECORD: [&str; 6] = [
    "kompox-aks-cluster-name",
    "kompox-aks-cluster-principal-id",
    "kompox-aks-kubelet-principal-id",
    "kompox-ingress-sa-client-id",
    "kompox-ingress-sa-principal-id",
    "kompox-tenant-id",
];

/// A provisioned quickstart and a way past the driver to its offline Azure.
struct Provisioned {
    project: Project,
    azure: Simulator,
    group: String,
}

impl Provisioned {
    fn new() -> Self {
        let project = Project::quickstart();
        let _ = project.ok(&["cluster", "provision"]);
        let azure = Simulator::builder()
            .state_dir(project.root().join(".kompox/sim"))
            .build()
            .unwrap();
        let group = project
            .requests()
            .into_iter()
            .map(|request| request.path)
            .find(|path| path.contains("_cls_") && path.contains("/resourceGroups/"))
            .unwrap();
        let group = group.split('/').take(5).collect::<Vec<_>>().join("/");
        Self {
            project,
            azure,
            group,
        }
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("http://localhost{path}?api-version=2021-04-01"))
            .header("content-type", "application/json")
            .body(Bytes::from(body.to_string()))
            .unwrap();
        let response = self.azure.handle(request);
        assert!(
            response.status().is_success(),
            "{method} {path}: {response:?}"
        );
        serde_json::from_slice(response.body()).unwrap_or_default()
    }

    fn tags(&self) -> Value {
        self.send("GET", &self.group, &Value::Null)["tags"].clone()
    }

    fn forget_deployment(&self) {
        let (subscription, name) = self.group.split_once("/resourceGroups/").unwrap();
        let path = format!("{subscription}/providers/Microsoft.Resources/deployments/{name}");
        self.send("DELETE", &path, &Value::Null);
    }

    /// Removes the record and leaves the other tags, as a person in the portal would.
    fn forget_tags(&self) {
        let mut tags = self.tags();
        for key in RECORD {
            tags.as_object_mut().unwrap().remove(key).unwrap();
        }
        let path = format!("{}/providers/Microsoft.Resources/tags/default", self.group);
        self.send("PUT", &path, &json!({"properties": {"tags": tags}}));
    }

    fn assert_recorded(&self) {
        let tags = self.tags();
        for key in RECORD {
            assert!(tags[key].is_string(), "{key}: {tags:#}");
        }
        assert_eq!(tags["managed-by"], "kompox");
    }

    /// Runs every command that there is but those that make and remove the cluster; returns what `status` says about the record.
    fn every_command_works(&self, name: &str) -> String {
        let pool = format!("name: {name}\nlabels: {{team: blue}}\n");
        self.project.write("pool.yml", &pool);
        let spare = format!("{name}-spare");
        let status = self.project.run(&["cluster", "status"]);
        assert_eq!(status.code, 0, "{}", status.stderr);
        assert!(
            status.stdout.contains("\"provisioned\": true"),
            "{}",
            status.stdout
        );
        for args in [
            &["cluster", "kubeconfig", "-o", "admin.yaml"][..],
            &["cluster", "install"],
            &["cluster", "nodepool", "create", "-f", "pool.yml"],
            &["cluster", "nodepool", "update", "-f", "pool.yml"],
            &["cluster", "nodepool", "list"],
            &["cluster", "nodepool", "delete", "--name", name],
            &["disk", "create", "-V", "data", "-N", name],
            &["disk", "create", "-V", "shared", "-N", name],
            &["disk", "create", "-V", "data", "-N", &spare],
            &["disk", "delete", "-V", "data", "-N", &spare],
            &["disk", "assign", "-V", "data", "-N", name],
            &["disk", "list", "-V", "data"],
            &["snapshot", "create", "-V", "data", "-N", name],
            &["snapshot", "list", "-V", "data"],
            &["snapshot", "delete", "-V", "data", "-N", name],
            &["dns", "zones"],
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
            &["dns", "deploy"],
            &["dns", "destroy"],
            &["cluster", "uninstall"],
        ] {
            let run = self.project.run(args);
            assert_eq!(run.code, 0, "{args:?}: {}", run.stderr);
            assert!(
                !run.stderr.contains("no role is assigned"),
                "{args:?}: {}",
                run.stderr
            );
        }
        let pools = self.project.json(&["cluster", "nodepool", "list"]);
        assert!(
            pools
                .as_array()
                .unwrap()
                .iter()
                .any(|pool| pool["name"] == "npsystem")
        );
        status.stderr
    }
}

#[test]
fn provisioning_writes_the_record_and_keeps_foreign_tags() {
    let made = Provisioned::new();
    made.assert_recorded();
    let path = format!("{}/providers/Microsoft.Resources/tags/default", made.group);
    made.send(
        "PATCH",
        &path,
        &json!({"operation": "Merge", "properties": {"tags": {"cost-center": "42"}}}),
    );
    let _ = made.project.ok(&["cluster", "provision", "--force"]);
    made.assert_recorded();
    assert_eq!(made.tags()["cost-center"], "42");
}

#[test]
fn every_command_works_without_the_deployment_and_then_without_the_tags() {
    let made = Provisioned::new();
    made.forget_deployment();
    let told = made.every_command_works("d1");
    assert!(told.contains("the tags of the resource group"), "{told}");

    made.forget_tags();
    let told = made.every_command_works("d2");
    assert!(
        told.contains("the live cluster") && told.contains("repaired"),
        "{told}"
    );
    made.assert_recorded();
    let told = made.every_command_works("d3");
    assert!(told.contains("the tags of the resource group"), "{told}");
    assert!(!told.contains("repaired"), "{told}");
}

#[test]
fn a_cluster_without_any_record_is_provisioned_again_and_removed() {
    let made = Provisioned::new();
    made.forget_deployment();
    made.forget_tags();
    let _ = made.project.ok(&["cluster", "provision"]);
    made.assert_recorded();

    made.forget_deployment();
    made.forget_tags();
    let _ = made.project.ok(&["cluster", "deprovision"]);
    assert_eq!(
        made.project.json(&["cluster", "status"])["provisioned"],
        false
    );
}

#[test]
fn a_cluster_of_a_client_that_writes_no_tags_gets_them() {
    let made = Provisioned::new();
    made.forget_tags();
    let told = made.every_command_works("d1");
    assert!(
        told.contains("the outputs of the deployment") && told.contains("repaired"),
        "{told}"
    );
    made.assert_recorded();

    made.forget_tags();
    let _ = made.project.ok(&["cluster", "provision"]);
    made.assert_recorded();
}

#[test]
fn one_read_serves_a_whole_command() {
    let made = Provisioned::new();
    let before = made.project.requests().len();
    let _ = made.project.ok(&["cluster", "kubeconfig", "-o", "-"]);
    let calls: Vec<_> = made.project.requests().split_off(before);
    let summary: Vec<_> = calls.iter().map(|call| call.method.as_str()).collect();
    assert_eq!(summary, ["GET", "POST"], "{calls:#?}");
}
