//! Helm releases.

use std::time::Duration;

use serde_json::{Map, Value};

use super::stage::Environment;
use crate::{Change, Chart, Release, ReleaseState};

/// Releases: installed, found as they are, upgraded only when something differs, with exactly the values that were
/// given, uninstalled, and uninstalled again. The chart must take both sets of values, which must differ.
///
/// # Panics
/// At the first broken promise.
pub async fn releases(
    environment: &Environment,
    chart: &Chart,
    [values, others]: [&Map<String, Value>; 2],
) {
    let helm = environment.cluster.helm.as_ref();
    let kubernetes = environment.kubernetes();
    let version = helm.version().await.unwrap();
    assert!(matches!(version.major, 3 | 4), "{version}");

    let namespace = environment.empty_namespace("releases").await;
    assert_eq!(helm.status(&namespace, "traefik").await.unwrap(), None);
    helm.uninstall(&namespace, "traefik").await.unwrap();

    let mut release = Release {
        namespace: namespace.clone(),
        name: "traefik".to_owned(),
        chart: chart.clone(),
        values: values.clone(),
        timeout: Duration::from_secs(300),
        again: false,
    };
    assert_eq!(
        helm.ensure_release(&release).await.unwrap(),
        Change::Created
    );
    let status = async || {
        let status = helm.status(&namespace, "traefik").await.unwrap();
        status.expect("the release was made")
    };
    let first = status().await;
    assert_eq!(first.revision, 1);
    assert_eq!(first.state, ReleaseState::Deployed);
    assert_eq!(first.chart_version, chart.version);
    assert_eq!(first.values, release.values);
    assert_eq!(
        helm.ensure_release(&release).await.unwrap(),
        Change::Unchanged
    );
    assert_eq!(status().await, first, "the same again makes no revision");
    release.again = true;
    assert_eq!(
        helm.ensure_release(&release).await.unwrap(),
        Change::Updated
    );
    release.again = false;
    assert_eq!(status().await.revision, 2, "unless it is asked for");

    release.values = others.clone();
    assert_eq!(
        helm.ensure_release(&release).await.unwrap(),
        Change::Updated
    );
    let second = status().await;
    assert_eq!(second.revision, 3);
    assert_eq!(second.values, release.values);
    release.values = values.clone();
    assert_eq!(
        helm.ensure_release(&release).await.unwrap(),
        Change::Updated
    );
    assert_eq!(
        status().await.values,
        *values,
        "earlier values are not kept"
    );

    helm.uninstall(&namespace, "traefik").await.unwrap();
    assert_eq!(helm.status(&namespace, "traefik").await.unwrap(), None);
    helm.uninstall(&namespace, "traefik").await.unwrap();
    kubernetes.delete_namespace(&namespace).await.unwrap();

    let lost = Release {
        namespace: environment.namespace("missing-releases"),
        ..release
    };
    kubernetes.delete_namespace(&lost.namespace).await.unwrap();
    assert!(
        helm.ensure_release(&lost).await.is_err(),
        "the namespace must be there"
    );
}
