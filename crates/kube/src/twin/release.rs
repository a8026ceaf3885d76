//! The Helm of a twin: it records releases, and knows of one chart what it installs.

use async_trait::async_trait;
use kompox_model::failure::FailureKind;
use serde_json::{Value, json};

use super::state::{ClusterState, StoredRelease, key};
use super::store::Place;
use crate::{
    Change, Error, Helm, HelmVersion, ObjectRef, Release, ReleaseState, ReleaseStatus, Result,
};

/// The releases of one cluster.
#[derive(Debug)]
pub(super) struct TwinHelm {
    pub(super) place: Place,
}

fn release_key(namespace: &str, name: &str) -> String {
    format!("{namespace}/{name}")
}

impl StoredRelease {
    fn status(&self) -> ReleaseStatus {
        ReleaseStatus {
            revision: self.revision,
            state: ReleaseState::Deployed,
            chart: self.chart.short_name().to_owned(),
            chart_version: self.chart.version.clone(),
            app_version: String::new(),
            values: self.values.clone(),
        }
    }
}

/// Who writes what charts consist of.
const MANAGER: &str = "helm";

#[async_trait]
impl Helm for TwinHelm {
    async fn version(&self) -> Result<HelmVersion> {
        Ok(HelmVersion {
            major: 4,
            minor: 0,
            patch: 0,
        })
    }

    async fn ensure_release(&self, release: &Release) -> Result<Change> {
        self.place.with(|state| {
            let failed = |message: String, kind| Error::Helm {
                what: format!("installing release {:?}", release.name),
                message,
                kind,
            };
            if !state.has_namespace(&release.namespace) {
                let message = format!("namespaces {:?} not found", release.namespace);
                return Err(failed(message, FailureKind::NotFound));
            }
            let id = release_key(&release.namespace, &release.name);
            let before = state.releases.get(&id).cloned();
            if before
                .as_ref()
                .is_some_and(|before| before.status().meets(release))
            {
                return Ok(Change::Unchanged);
            }
            if let Some(missing) = missing(state, release) {
                let message = format!(
                    "timed out waiting for the condition: the pods do not start: {missing} not found"
                );
                return Err(failed(message, FailureKind::Timeout));
            }
            let objects = render(release);
            let keys: Vec<_> = objects.iter().map(|(reference, _)| key(reference)).collect();
            for (reference, object) in &objects {
                state.write(reference, object, MANAGER)?;
            }
            for gone in before.iter().flat_map(|before| &before.objects) {
                if !keys.contains(gone) {
                    state.remove_key(gone);
                }
            }
            let revision = before.as_ref().map_or(0, |before| before.revision) + 1;
            let stored = StoredRelease {
                revision,
                chart: release.chart.clone(),
                values: release.values.clone(),
                objects: keys,
            };
            state.releases.insert(id, stored);
            Ok(if before.is_some() {
                Change::Updated
            } else {
                Change::Created
            })
        })
    }

    async fn uninstall(&self, namespace: &str, name: &str) -> Result<()> {
        self.place.with(|state| {
            if let Some(release) = state.releases.remove(&release_key(namespace, name)) {
                for key in &release.objects {
                    state.remove_key(key);
                }
            }
            Ok(())
        })
    }

    async fn status(&self, namespace: &str, name: &str) -> Result<Option<ReleaseStatus>> {
        self.place.with(|state| {
            let release = state.releases.get(&release_key(namespace, name));
            Ok(release.map(StoredRelease::status))
        })
    }
}

/// What the pods of a chart refer to and that is not there: a service account, or the source of a volume.
fn missing(state: &ClusterState, release: &Release) -> Option<ObjectRef> {
    let values = Value::Object(release.values.clone());
    let text = |value: &Value, pointer: &str| {
        value
            .pointer(pointer)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let in_namespace = |api_version: &str, kind: &str, name: String| {
        ObjectRef::namespaced(api_version, kind, &release.namespace, name)
    };
    let mut wanted = Vec::new();
    if let Some(name) = text(&values, "/serviceAccount/name") {
        wanted.push(in_namespace("v1", "ServiceAccount", name));
    }
    let volumes = values
        .pointer("/deployment/additionalVolumes")
        .and_then(Value::as_array);
    for volume in volumes.into_iter().flatten() {
        if let Some(name) = text(volume, "/configMap/name") {
            wanted.push(in_namespace("v1", "ConfigMap", name));
        }
        if let Some(name) = text(volume, "/secret/secretName") {
            wanted.push(in_namespace("v1", "Secret", name));
        }
        if let Some(name) = text(volume, "/csi/volumeAttributes/secretProviderClass") {
            wanted.push(in_namespace(
                "secrets-store.csi.x-k8s.io/v1",
                "SecretProviderClass",
                name,
            ));
        }
    }
    wanted
        .into_iter()
        .find(|reference| state.get(reference).is_none())
}

/// What a release consists of: of Traefik's chart its service, of others nothing.
fn render(release: &Release) -> Vec<(ObjectRef, Value)> {
    let values = Value::Object(release.values.clone());
    if release.chart.short_name() != "traefik"
        || values.pointer("/service/enabled") == Some(&json!(false))
    {
        return Vec::new();
    }
    // As the chart names it.
    let name = if release.name.contains("traefik") {
        release.name.clone()
    } else {
        format!("{}-traefik", release.name)
    };
    let mut spec = json!({
        "type": "LoadBalancer",
        "selector": { "app.kubernetes.io/name": "traefik" },
        "ports": [
            { "name": "web", "port": 80, "protocol": "TCP", "targetPort": "web" },
            { "name": "websecure", "port": 443, "protocol": "TCP", "targetPort": "websecure" },
        ],
    });
    for (member, value) in values
        .pointer("/service/spec")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        spec[member.as_str()] = value.clone();
    }
    let annotations = values.pointer("/service/annotations").cloned();
    let service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "labels": {
                "app.kubernetes.io/instance": format!("{}-{}", release.name, release.namespace),
                "app.kubernetes.io/managed-by": "Helm",
                "app.kubernetes.io/name": "traefik",
            },
            "annotations": annotations.unwrap_or_else(|| json!({})),
        },
        "spec": spec,
    });
    let reference = ObjectRef::namespaced("v1", "Service", &release.namespace, name);
    vec![(reference, service)]
}
