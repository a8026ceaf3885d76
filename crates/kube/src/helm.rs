//! Helm releases.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Change, Result};

/// The Helm releases of a cluster.
///
/// Source: <https://helm.sh/docs/helm/helm_upgrade/>
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Helm: fmt::Debug + Send + Sync {
    /// Which Helm this is. Asks the program and not the cluster: call it before the first change, so that a
    /// missing Helm is noticed before anything was done.
    ///
    /// # Errors
    /// [`Error::HelmMissing`](crate::Error::HelmMissing), [`Error::HelmUnsupported`](crate::Error::HelmUnsupported).
    async fn version(&self) -> Result<HelmVersion>;

    /// Installs a release, or upgrades it when its chart, its version or its values differ, and waits until what it
    /// consists of is ready. Rolled back when that fails. A release that a killed Helm left half way is taken up again.
    /// Writes nothing when the release is as it should be, unless that is asked for ([`Release::again`]).
    ///
    /// # Errors
    /// Those of [`version`](Self::version), and what Helm refuses: a namespace or chart that is not there, values that
    /// the chart does not take, pods that are not ready in time.
    async fn ensure_release(&self, release: &Release) -> Result<Change>;

    /// Uninstalls a release and waits until what it consisted of is gone. Succeeds when there is none.
    ///
    /// # Errors
    /// Those of [`version`](Self::version), and what Helm refuses.
    async fn uninstall(&self, namespace: &str, name: &str) -> Result<()>;

    /// A release; `None` when there is none.
    ///
    /// # Errors
    /// Those of [`version`](Self::version), and a cluster that does not answer.
    async fn status(&self, namespace: &str, name: &str) -> Result<Option<ReleaseStatus>>;
}

/// A version of Helm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub struct HelmVersion {
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
}

impl fmt::Display for HelmVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// Which chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// The chart: a name in `repo`, an `oci://` reference, the URL of an archive, or a path.
    pub name: String,
    /// URL of the repository; none for a reference or a path. The user's own list of repositories does not matter.
    pub repo: Option<String>,
    /// The version (`41.3.0`).
    pub version: String,
}

impl Chart {
    /// The name that releases of it show: the last segment of a reference or path.
    #[cfg(any(feature = "helm", feature = "twin"))]
    pub(crate) fn short_name(&self) -> &str {
        let name = self.name.trim_end_matches('/');
        name.rsplit(['/', '\\']).next().unwrap_or(name)
    }
}

/// A release as it should be.
#[derive(Clone, PartialEq)]
pub struct Release {
    /// Its namespace, which must be there.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// What it is made of.
    pub chart: Chart,
    /// All values that differ from the chart's; values of earlier revisions are not kept.
    pub values: Map<String, Value>,
    /// How long to wait until it is ready.
    pub timeout: Duration,
    /// Upgrade it although nothing differs: what somebody has changed or deleted in the cluster by hand is put right.
    pub again: bool,
}

/// Shows everything but the values, which may be secret.
impl fmt::Debug for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Release")
            .field("namespace", &self.namespace)
            .field("name", &self.name)
            .field("chart", &self.chart)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// A release as it is: its latest revision.
#[derive(Clone, PartialEq)]
pub struct ReleaseStatus {
    /// Counts installs, upgrades and rollbacks, from 1.
    pub revision: u32,
    /// How far it is.
    pub state: ReleaseState,
    /// The chart's name (`traefik`).
    pub chart: String,
    /// The chart's version (`41.3.0`).
    pub chart_version: String,
    /// The version of what the chart installs (`v3.7.0`); empty when the chart tells none.
    pub app_version: String,
    /// The values that it was given.
    pub values: Map<String, Value>,
}

impl ReleaseStatus {
    /// Whether the release is what this asks for, so that nothing needs to be done.
    #[cfg(any(feature = "helm", feature = "twin"))]
    pub(crate) fn meets(&self, release: &Release) -> bool {
        !release.again
            && self.state == ReleaseState::Deployed
            && self.chart == release.chart.short_name()
            && self.chart_version.trim_start_matches('v')
                == release.chart.version.trim_start_matches('v')
            && self.values == release.values
    }
}

/// Shows everything but the values, which may be secret.
impl fmt::Debug for ReleaseStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReleaseStatus")
            .field("revision", &self.revision)
            .field("state", &self.state)
            .field("chart", &self.chart)
            .field("chart_version", &self.chart_version)
            .field("app_version", &self.app_version)
            .finish_non_exhaustive()
    }
}

/// How far a release is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ReleaseState {
    /// Done.
    Deployed,
    /// The last change failed.
    Failed,
    /// Somebody is installing it, or was killed while doing so.
    PendingInstall,
    /// Somebody is upgrading it, or was killed while doing so.
    PendingUpgrade,
    /// Somebody is rolling it back, or was killed while doing so.
    PendingRollback,
    /// A later revision took its place.
    Superseded,
    /// Gone, with its history kept.
    Uninstalled,
    /// Somebody is uninstalling it, or was killed while doing so.
    Uninstalling,
    /// Anything else that Helm says.
    #[serde(other)]
    Unknown,
}
