//! What Helm says.

use jiff::Timestamp;
use kompox_model::failure::FailureKind;
use serde::Deserialize;

use crate::{HelmVersion, ReleaseState};

/// Reads `v3.16.2`, `v4.0.0+g1a2b3c`.
pub(super) fn version(text: &str) -> Option<HelmVersion> {
    let text = text.trim().trim_start_matches('v');
    let numbers = text.split(['+', '-']).next()?;
    let mut numbers = numbers.split('.').map(str::parse);
    let mut next = || numbers.next()?.ok();
    Some(HelmVersion {
        major: next()?,
        minor: next()?,
        patch: next()?,
    })
}

/// One revision, as `helm history -o json` lists it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Revision {
    pub(super) revision: u32,
    pub(super) updated: Option<Timestamp>,
    pub(super) status: ReleaseState,
    #[serde(default)]
    pub(super) chart: String,
    #[serde(default)]
    pub(super) app_version: String,
}

impl Revision {
    /// Name and version of the chart, which Helm joins by a dash: the version begins at the first dash that is
    /// followed by one.
    pub(super) fn chart(&self) -> (&str, &str) {
        self.chart
            .match_indices('-')
            .map(|(at, _)| (&self.chart[..at], &self.chart[at + 1..]))
            .find(|(_, rest)| version(rest).is_some())
            .unwrap_or((&self.chart, ""))
    }
}

/// Lines that Helm's errors are told in; more say less.
const LINES: usize = 12;

/// The part of Helm's standard error that tells the reason, without warnings, and without any longer word of the
/// kubeconfig but addresses.
pub(super) fn reason(stderr: &str, kubeconfig: &str) -> String {
    let mut lines: Vec<&str> = stderr
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .filter(|line| !line.starts_with("WARNING:") && !line.contains("level=WARN"))
        .filter(|line| !line.starts_with("Use \"helm") && !line.starts_with("Usage:"))
        .collect();
    // The error comes last; what comes before is how it got there.
    if let Some(at) = lines.iter().position(|line| line.starts_with("Error:")) {
        lines.drain(..at);
    }
    lines.truncate(LINES);
    let mut text = lines.join("; ");
    if let Some(rest) = text.strip_prefix("Error:") {
        text = rest.trim().to_owned();
    }
    for word in kubeconfig
        .split(|c: char| c.is_whitespace() || "\"',{}[]".contains(c))
        .filter(|word| word.len() >= 12 && !word.contains("://") && !word.ends_with(':'))
    {
        if text.contains(word) {
            text = text.replace(word, "***");
        }
    }
    match text.char_indices().nth(1500) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None if text.is_empty() => "it did not say why".to_owned(),
        None => text,
    }
}

/// Whether Helm says that there is no such release.
pub(super) fn is_absent(reason: &str) -> bool {
    reason.contains("release: not found") || reason.contains("Release not loaded")
}

/// The kind of failure, and the way out where there is one.
pub(super) fn meaning(reason: &str) -> (FailureKind, Option<&'static str>) {
    let text = reason.to_lowercase();
    let any = |needles: &[&str]| needles.iter().any(|needle| text.contains(needle));
    if any(&["another operation (install/upgrade/rollback) is in progress"]) {
        return (
            FailureKind::Conflict,
            Some("Somebody else is at work on this release: wait for them and try again"),
        );
    }
    if any(&[
        "timed out waiting",
        "context deadline exceeded",
        "would exceed context deadline",
    ]) {
        return (
            FailureKind::Timeout,
            Some(
                "See what does not get ready with `kubectl get pods,events` in the release's namespace",
            ),
        );
    }
    if any(&[
        "cluster unreachable",
        "connection refused",
        "no such host",
        "i/o timeout",
    ]) {
        return (
            FailureKind::Kubernetes,
            Some("Check that the cluster runs and that this machine may reach it"),
        );
    }
    if any(&["values don't meet the specifications of the schema"]) {
        return (
            FailureKind::Kubernetes,
            Some(
                "This version of the chart takes other values: choose the version that they are made for",
            ),
        );
    }
    if any(&[
        "looks like \"",
        "failed to fetch",
        "not found in",
        "chart not found",
        "failed to download",
    ]) {
        return (
            FailureKind::Kubernetes,
            Some(
                "Check the chart's name, version and repository, and that this machine reaches the repository",
            ),
        );
    }
    (FailureKind::Kubernetes, None)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn versions_are_read_with_and_without_decoration() {
        let read = |text| version(text).map(|version| version.to_string());
        assert_eq!(read("v3.16.2\n").as_deref(), Some("3.16.2"));
        assert_eq!(read("v4.0.0+g1a2b3c").as_deref(), Some("4.0.0"));
        assert_eq!(read("3.20.0-rc.1").as_deref(), Some("3.20.0"));
        for text in ["", "<no value>", "helm", "v3", "v3.1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_charts_name_may_have_dashes_and_digits() {
        for (joined, name, version) in [
            ("traefik-41.3.0", "traefik", "41.3.0"),
            ("kube-2-go-1.0.0-rc.1", "kube-2-go", "1.0.0-rc.1"),
            ("app-v1.2.3+build", "app", "v1.2.3+build"),
            ("odd", "odd", ""),
        ] {
            let revision = Revision {
                revision: 1,
                updated: None,
                status: ReleaseState::Deployed,
                chart: joined.to_owned(),
                app_version: String::new(),
            };
            assert_eq!(revision.chart(), (name, version), "{joined}");
        }
    }

    #[test]
    fn the_reason_is_what_follows_the_word_error() {
        let stderr = "WARNING: Kubernetes configuration file is group-readable\nhistory.go:56: getting history\n\
                      Error: UPGRADE FAILED: timed out waiting for the condition\n";
        assert_eq!(
            reason(stderr, ""),
            "UPGRADE FAILED: timed out waiting for the condition"
        );
        assert_eq!(reason("", ""), "it did not say why");
    }

    #[test]
    fn no_word_of_the_kubeconfig_but_an_address_is_repeated() {
        let kubeconfig = "users:\n- user:\n    token: \"c2VjcmV0LXRva2Vu\"\n  server: https://cluster.example.com\n";
        let text = reason(
            "Error: bad token c2VjcmV0LXRva2Vu for https://cluster.example.com",
            kubeconfig,
        );
        assert_eq!(text, "bad token *** for https://cluster.example.com");
    }

    proptest! {
        #[test]
        fn no_output_makes_the_readers_panic(text in ".{0,200}", kubeconfig in ".{0,100}") {
            let _ = version(&text);
            let _ = meaning(&reason(&text, &kubeconfig));
        }
    }
}
