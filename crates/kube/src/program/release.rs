//! The releases of one cluster.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::{Map, Value};
use tokio::sync::OnceCell;
use tokio::time::sleep;

use super::HelmProgram;
use super::command::Call;
use super::output::{self, Revision};
use crate::{Change, Error, Helm, HelmVersion, Release, ReleaseState, ReleaseStatus, Result};

/// The releases of one cluster, through the program.
pub(super) struct HelmReleases {
    pub(super) program: HelmProgram,
    pub(super) kubeconfig: SecretString,
    pub(super) version: OnceCell<HelmVersion>,
}

impl fmt::Debug for HelmReleases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HelmReleases")
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

/// Time for a call that only reads.
const READING: Duration = Duration::from_secs(60);

/// Time for a program to end by itself after its own time has run out: rolling back takes about as long again.
const GRACE: Duration = Duration::from_secs(60);

/// Time for an uninstall.
const UNINSTALLING: &str = "5m";

/// Between two looks at a release that somebody else is at work on.
const LOOK: Duration = Duration::from_secs(5);

impl HelmReleases {
    async fn run(
        &self,
        doing: String,
        arguments: Vec<&str>,
        input: Option<Vec<u8>>,
        limit: Duration,
    ) -> Result<String> {
        let call = Call {
            doing,
            arguments,
            input,
            limit,
        };
        self.program.run(call, Some(&self.kubeconfig)).await
    }

    /// The revisions of a release, oldest first; none when there is no such release.
    async fn history(&self, namespace: &str, name: &str, max: &str) -> Result<Vec<Revision>> {
        let doing = format!("reading the history of release {name:?}");
        let arguments = vec![
            "history",
            name,
            "--namespace",
            namespace,
            "--max",
            max,
            "--output",
            "json",
        ];
        match self.run(doing.clone(), arguments, None, READING).await {
            Ok(text) => serde_json::from_str(&text).map_err(|error| malformed(doing, &error)),
            Err(Error::Helm { message, .. }) if output::is_absent(&message) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    async fn values(&self, namespace: &str, name: &str) -> Result<Map<String, Value>> {
        let doing = format!("reading the values of release {name:?}");
        let arguments = vec![
            "get",
            "values",
            name,
            "--namespace",
            namespace,
            "--output",
            "json",
        ];
        let text = self.run(doing.clone(), arguments, None, READING).await?;
        let values: Option<Map<String, Value>> =
            serde_json::from_str(&text).map_err(|error| malformed(doing, &error))?;
        Ok(values.unwrap_or_default())
    }

    /// Brings a release that was left half way into a state from which it can be upgraded. Somebody may still be at
    /// work on it, so it is left alone as long as they may take.
    async fn settle(&self, release: &Release) -> Result<()> {
        let (namespace, name) = (release.namespace.as_str(), release.name.as_str());
        let mut told = false;
        loop {
            let history = self.history(namespace, name, "20").await?;
            let Some(last) = history.last() else {
                return Ok(());
            };
            match last.status {
                ReleaseState::Uninstalling => return self.uninstall(namespace, name).await,
                ReleaseState::PendingInstall
                | ReleaseState::PendingUpgrade
                | ReleaseState::PendingRollback => {}
                _ => return Ok(()),
            }
            if !self.is_abandoned(last, release.timeout) {
                if !told {
                    tracing::warn!(
                        release = name,
                        "somebody is at work on this release, or was stopped while being so; waiting for them"
                    );
                    told = true;
                }
                sleep(LOOK).await;
                continue;
            }
            let good = history
                .iter()
                .rev()
                .find(|revision| revision.status == ReleaseState::Deployed);
            let Some(good) = good else {
                return self.uninstall(namespace, name).await;
            };
            let revision = good.revision.to_string();
            let arguments = vec!["rollback", name, &revision, "--namespace", namespace];
            let doing = format!("taking up release {name:?} that was left half way");
            self.run(doing, arguments, None, release.timeout + GRACE)
                .await?;
            return Ok(());
        }
    }

    fn is_abandoned(&self, revision: &Revision, timeout: Duration) -> bool {
        let now: Timestamp = (self.program.now)();
        revision.updated.is_none_or(|updated| {
            let age = now.duration_since(updated);
            age.is_negative() || age.unsigned_abs() > timeout
        })
    }
}

fn malformed(what: String, error: &serde_json::Error) -> Error {
    Error::Malformed {
        what,
        message: format!(
            "JSON was expected; something else is at line {}, column {}",
            error.line(),
            error.column()
        ),
    }
}

/// A duration as Helm reads it: `5m`, `90s`.
fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs().max(1);
    if seconds.is_multiple_of(60) {
        format!("{}m", seconds / 60)
    } else {
        format!("{seconds}s")
    }
}

#[async_trait]
impl Helm for HelmReleases {
    async fn version(&self) -> Result<HelmVersion> {
        let asked = self.version.get_or_try_init(|| async {
            let call = Call {
                doing: "asking helm for its version".to_owned(),
                arguments: vec!["version", "--template", "{{.Version}}"],
                input: None,
                limit: READING,
            };
            let unsupported = |version: &str| Error::HelmUnsupported {
                program: self.program.name(),
                version: version.trim().chars().take(100).collect(),
            };
            let said = match self.program.run(call, None).await {
                Ok(said) => said,
                Err(Error::Helm { message, .. }) => return Err(unsupported(&message)),
                Err(error) => return Err(error),
            };
            output::version(&said)
                .filter(|version| matches!(version.major, 3 | 4))
                .ok_or_else(|| unsupported(&said))
        });
        asked.await.copied()
    }

    async fn ensure_release(&self, release: &Release) -> Result<Change> {
        let version = self.version().await?;
        let (namespace, name) = (release.namespace.as_str(), release.name.as_str());
        let before = self.status(namespace, name).await?;
        if before.as_ref().is_some_and(|status| status.meets(release)) {
            return Ok(Change::Unchanged);
        }
        self.settle(release).await?;
        let timeout = duration(release.timeout);
        let mut arguments = vec![
            "upgrade",
            name,
            &release.chart.name,
            "--install",
            "--namespace",
            namespace,
            "--version",
            &release.chart.version,
        ];
        if let Some(repo) = &release.chart.repo {
            arguments.extend(["--repo", repo]);
        }
        arguments.extend([
            "--values",
            "-",
            // Without it, no values at all would mean the last ones.
            "--reset-values",
            "--wait",
            "--timeout",
            &timeout,
            if version.major == 3 {
                "--atomic"
            } else {
                "--rollback-on-failure"
            },
        ]);
        let values = Value::Object(release.values.clone())
            .to_string()
            .into_bytes();
        let doing = match &before {
            Some(_) => format!("upgrading release {name:?}"),
            None => format!("installing release {name:?}"),
        };
        // Twice its time, for the rollback has as much.
        let limit = release.timeout * 2 + GRACE;
        self.run(doing, arguments, Some(values), limit).await?;
        Ok(match before {
            Some(_) => Change::Updated,
            None => Change::Created,
        })
    }

    async fn uninstall(&self, namespace: &str, name: &str) -> Result<()> {
        self.version().await?;
        let doing = format!("uninstalling release {name:?}");
        let arguments = vec![
            "uninstall",
            name,
            "--namespace",
            namespace,
            "--wait",
            "--timeout",
            UNINSTALLING,
        ];
        match self
            .run(doing, arguments, None, Duration::from_secs(300) + GRACE)
            .await
        {
            Err(Error::Helm { message, .. }) if output::is_absent(&message) => Ok(()),
            result => result.map(|_| ()),
        }
    }

    async fn status(&self, namespace: &str, name: &str) -> Result<Option<ReleaseStatus>> {
        let history = self.history(namespace, name, "1").await?;
        let Some(last) = history.last() else {
            return Ok(None);
        };
        if last.status == ReleaseState::Uninstalled {
            return Ok(None);
        }
        let (chart, chart_version) = last.chart();
        Ok(Some(ReleaseStatus {
            revision: last.revision,
            state: last.status.clone(),
            chart: chart.to_owned(),
            chart_version: chart_version.to_owned(),
            app_version: last.app_version.clone(),
            values: self.values(namespace, name).await?,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_abandoned_when_whoever_began_would_have_given_up() {
        let releases = HelmReleases {
            program: HelmProgram::from_environment([])
                .clock(|| Timestamp::from_second(1_000_000).unwrap_or_default()),
            kubeconfig: String::new().into(),
            version: OnceCell::new(),
        };
        let begun = |seconds: i64| Revision {
            revision: 1,
            updated: Timestamp::from_second(1_000_000 - seconds).ok(),
            status: ReleaseState::PendingInstall,
            chart: String::new(),
            app_version: String::new(),
        };
        let limit = Duration::from_secs(300);
        assert!(!releases.is_abandoned(&begun(0), limit));
        assert!(!releases.is_abandoned(&begun(300), limit));
        assert!(releases.is_abandoned(&begun(301), limit));
        assert!(
            releases.is_abandoned(&begun(-1), limit),
            "a clock that goes wrong does not block for ever"
        );
    }

    #[test]
    fn durations_are_written_the_way_that_people_do() {
        assert_eq!(duration(Duration::from_secs(300)), "5m");
        assert_eq!(duration(Duration::from_secs(90)), "90s");
        assert_eq!(duration(Duration::ZERO), "1s");
    }
}
