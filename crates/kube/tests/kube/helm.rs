//! The adapter on the `helm` program, with a program that only pretends.
#![cfg(unix)]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kompox_kube::program::HelmProgram;
use kompox_kube::{Change, Chart, Error, Helm, Release, ReleaseState};
use kompox_model::failure::{Classify, FailureKind};
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::script::{TOKEN, kubeconfig};

/// The pretended program, and what it keeps.
pub(crate) struct Fake {
    directory: TempDir,
}

impl Fake {
    pub(crate) fn new(version: &str) -> Self {
        let fake = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        fake.write("version", version);
        fake.write("values", "null");
        fake
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn history(&self, revisions: &[(u32, &str, &str)]) {
        let revisions: Vec<_> = revisions
            .iter()
            .map(|(revision, status, updated)| {
                json!({
                    "revision": revision, "updated": updated, "status": status, "chart": "traefik-41.3.0",
                    "app_version": "v3.7.0", "description": "",
                })
            })
            .collect();
        self.write("history", &Value::Array(revisions).to_string());
    }

    /// First words of the calls, those for the version left out.
    fn calls(&self) -> Vec<String> {
        self.read("calls")
            .lines()
            .map(|line| line.split(' ').next().unwrap_or_default().to_owned())
            .filter(|call| call != "version")
            .collect()
    }

    fn program(&self) -> HelmProgram {
        let helm = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/helm.sh");
        let variables: [(&str, OsString); 5] = [
            ("PATH", "/usr/bin:/bin".into()),
            ("KOMPOX_HELM", helm.into()),
            ("FAKE", self.directory.path().into()),
            ("KUBECONFIG", "/nowhere".into()),
            ("HELM_NAMESPACE", "nowhere".into()),
        ];
        HelmProgram::from_environment(variables.map(|(name, value)| (name.into(), value)))
    }

    pub(crate) fn helm(&self) -> Arc<dyn Helm> {
        self.program()
            .connect(&kubeconfig("https://cluster.example.com", ""))
    }
}

pub(crate) fn release() -> Release {
    Release {
        namespace: "ingress".to_owned(),
        name: "traefik".to_owned(),
        chart: Chart {
            name: "traefik".to_owned(),
            repo: Some("https://traefik.github.io/charts".to_owned()),
            version: "41.3.0".to_owned(),
        },
        values: values(),
        timeout: Duration::from_secs(300),
        again: false,
    }
}

fn values() -> Map<String, Value> {
    json!({ "service": { "spec": { "type": "LoadBalancer" } } })
        .as_object()
        .unwrap()
        .clone()
}

#[tokio::test]
async fn a_release_is_installed_with_all_that_was_asked_by_either_helm() {
    for (version, rollback) in [
        ("v3.16.2", "--atomic"),
        ("v4.0.1+g1", "--rollback-on-failure"),
    ] {
        let fake = Fake::new(version);
        assert_eq!(
            fake.helm().ensure_release(&release()).await.unwrap(),
            Change::Created
        );
        let calls = fake.read("calls");
        let upgrade = calls.lines().last().unwrap();
        let (arguments, kubeconfig) = upgrade.split_once(" --kubeconfig ").unwrap();
        assert_eq!(
            arguments,
            format!(
                "upgrade traefik traefik --install --namespace ingress --version 41.3.0 --repo \
                 https://traefik.github.io/charts --values - --reset-values --wait --timeout 5m {rollback}"
            )
        );
        if cfg!(target_os = "linux") {
            assert!(kubeconfig.starts_with("/proc/self/fd/"), "{kubeconfig}");
        }
        let stdin: Value = serde_json::from_str(&fake.read("stdin")).unwrap();
        assert_eq!(stdin, Value::Object(values()));
    }
}

#[tokio::test]
async fn the_kubeconfig_is_read_by_its_path_as_often_as_helm_likes_and_stands_nowhere_else() {
    let text = kubeconfig("https://cluster.example.com", "");
    for memory in [true, false] {
        let fake = Fake::new("v3.16.2");
        let program = if memory {
            fake.program()
        } else {
            fake.program().without_memory_files()
        };
        program
            .connect(&text)
            .ensure_release(&release())
            .await
            .unwrap();
        assert_eq!(fake.read("kubeconfig"), text.expose_secret().repeat(2));
        let (calls, environment) = (fake.read("calls"), fake.read("env"));
        assert!(!calls.contains(TOKEN) && !environment.contains(TOKEN));
        for name in ["KUBECONFIG", "HELM_NAMESPACE", "KOMPOX_HELM"] {
            assert!(
                !environment.contains(&format!("{name}=")),
                "{name}: {environment}"
            );
        }
        assert!(
            environment.contains("HELM_REPOSITORY_CONFIG=/dev/null"),
            "{environment}"
        );
        if !memory {
            let path = PathBuf::from(fake.read("path"));
            assert!(
                !path.exists() && !path.parent().unwrap().exists(),
                "{}",
                path.display()
            );
        }
    }
}

#[tokio::test]
async fn a_failure_leaves_no_kubeconfig_behind_either() {
    let fake = Fake::new("v3.16.2");
    fake.write("stderr", "Error: no\n");
    let helm = fake
        .program()
        .without_memory_files()
        .connect(&kubeconfig("https://cluster.example.com", ""));
    helm.ensure_release(&release()).await.unwrap_err();
    let path = PathBuf::from(fake.read("path"));
    assert!(!path.parent().unwrap().exists(), "{}", path.display());
}

#[tokio::test]
async fn a_dropped_call_kills_helm_and_leaves_no_kubeconfig_behind() {
    let fake = Fake::new("v3.16.2");
    fake.write("hang", "");
    let helm = fake
        .program()
        .without_memory_files()
        .connect(&kubeconfig("https://cluster.example.com", ""));
    let call = tokio::spawn(async move { helm.ensure_release(&release()).await });
    while !fake.path("pid").exists() {
        assert!(!call.is_finished());
        tokio::task::yield_now().await;
    }
    let pid = fake.read("pid");
    let process = PathBuf::from(format!("/proc/{}/cmdline", pid.trim()));
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    let path = PathBuf::from(fake.read("path"));
    assert!(!path.parent().unwrap().exists(), "{}", path.display());
    // A process that has ended has no command line any more, reaped or not.
    while fs::read(&process).is_ok_and(|line| !line.is_empty()) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_release_that_is_right_is_left_alone_and_one_that_differs_is_upgraded() {
    let fake = Fake::new("v3.16.2");
    fake.history(&[(3, "deployed", "2026-01-01T10:00:00.5+09:00")]);
    fake.write("values", &Value::Object(values()).to_string());
    assert_eq!(
        fake.helm().ensure_release(&release()).await.unwrap(),
        Change::Unchanged
    );
    assert_eq!(fake.calls(), ["history", "get"]);

    let status = fake
        .helm()
        .status("ingress", "traefik")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (status.revision, &status.state),
        (3, &ReleaseState::Deployed)
    );
    assert_eq!(
        (status.chart.as_str(), status.chart_version.as_str()),
        ("traefik", "41.3.0")
    );
    assert_eq!(status.app_version, "v3.7.0");
    assert_eq!(status.values, values());

    let mut newer = release();
    newer.chart.version = "41.4.0".to_owned();
    let mut other = release();
    other.values.clear();
    for release in [newer, other] {
        assert_eq!(
            fake.helm().ensure_release(&release).await.unwrap(),
            Change::Updated
        );
        assert_eq!(fake.calls().last().unwrap(), "upgrade");
    }
}

#[tokio::test]
async fn a_release_that_a_killed_helm_left_half_way_is_taken_up_again() {
    let long_ago = "2020-01-01T00:00:00Z";
    let fake = Fake::new("v4.0.0");
    fake.history(&[(1, "deployed", long_ago), (2, "pending-upgrade", long_ago)]);
    fake.helm().ensure_release(&release()).await.unwrap();
    assert_eq!(
        fake.calls(),
        ["history", "get", "history", "rollback", "upgrade"]
    );
    assert!(
        fake.read("calls")
            .contains("rollback traefik 1 --namespace ingress")
    );

    for state in ["pending-install", "uninstalling"] {
        let fake = Fake::new("v4.0.0");
        fake.history(&[(1, state, long_ago)]);
        fake.helm().ensure_release(&release()).await.unwrap();
        assert_eq!(
            fake.calls(),
            ["history", "get", "history", "uninstall", "upgrade"],
            "{state}"
        );
    }
}

#[tokio::test]
async fn uninstalling_waits_and_is_fine_with_nothing_to_uninstall() {
    let fake = Fake::new("v3.16.2");
    fake.history(&[(1, "deployed", "2026-01-01T00:00:00Z")]);
    fake.helm().uninstall("ingress", "traefik").await.unwrap();
    fake.helm().uninstall("ingress", "traefik").await.unwrap();
    assert!(
        fake.read("calls")
            .contains("uninstall traefik --namespace ingress --wait --timeout 5m")
    );
    assert_eq!(
        fake.helm().status("ingress", "traefik").await.unwrap(),
        None
    );
}

#[tokio::test]
async fn a_failure_tells_helms_reason_and_the_way_out_and_no_secret() {
    for (said, kind, hint) in [
        (
            "UPGRADE FAILED: release traefik failed, and has been rolled back due to atomic being set: timed out waiting \
          for the condition",
            FailureKind::Timeout,
            "kubectl get pods",
        ),
        (
            "UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress",
            FailureKind::Conflict,
            "wait for them",
        ),
        (
            "values don't meet the specifications of the schema(s) in the following chart(s): logs",
            FailureKind::Kubernetes,
            "version of the chart",
        ),
        (
            "Kubernetes cluster unreachable: the server said no",
            FailureKind::Kubernetes,
            "Check that the cluster runs",
        ),
    ] {
        let fake = Fake::new("v3.16.2");
        fake.write(
            "stderr",
            &format!("WARNING: noise\nwarn.go:1: noise\nError: {said} ({TOKEN})\n"),
        );
        let error = fake.helm().ensure_release(&release()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        let text = error.to_string();
        for part in ["installing release \"traefik\"", said, hint] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("noise") && !text.contains(TOKEN), "{text}");
    }
}

#[tokio::test]
async fn no_helm_or_another_one_is_noticed_before_anything_is_done() {
    for path in ["/nowhere", ""] {
        let variables = [(OsString::from("PATH"), OsString::from(path))];
        let helm = HelmProgram::from_environment(variables).connect(&kubeconfig("https://c", ""));
        let error = helm.ensure_release(&release()).await.unwrap_err();
        assert!(matches!(error, Error::HelmMissing { .. }), "{error:?}");
        assert!(error.to_string().contains("KOMPOX_HELM"), "{error}");
    }
    for version in ["v2.17.0", "<no value>", "v5.0.0"] {
        let fake = Fake::new(version);
        let error = fake.helm().ensure_release(&release()).await.unwrap_err();
        assert!(matches!(error, Error::HelmUnsupported { .. }), "{error:?}");
        assert!(error.to_string().contains(version), "{error}");
        assert!(fake.calls().is_empty());
    }
}

#[tokio::test]
async fn the_version_is_asked_for_once() {
    let fake = Fake::new("v3.16.2\n");
    let helm = fake.helm();
    assert_eq!(helm.version().await.unwrap().to_string(), "3.16.2");
    helm.version().await.unwrap();
    assert_eq!(fake.read("calls").lines().count(), 1);
    assert!(!fake.path("path").exists(), "and without a kubeconfig");
}
