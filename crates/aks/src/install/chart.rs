//! Which chart of Traefik is installed.

use kompox_kube::Chart;
use kompox_model::Settings;
use kompox_provider::Problem;

/// The settings that override the chart and its version.
const CHART: &str = "AZURE_AKS_TRAEFIK_CHART";
const VERSION: &str = "AZURE_AKS_TRAEFIK_CHART_VERSION";

/// The chart that the values are written for: another major version may refuse them.
const PINNED: (&str, &str) = ("traefik", "41.3.0");
const REPOSITORY: &str = "https://traefik.github.io/charts";

/// The chart that a cluster's settings name, else the pinned one. A mere name is one of Traefik's repository; an `oci://`
/// reference, the URL of an archive, or a path (anything with a `/`) stands for itself. The version is the
/// pinned one unless it is set.
///
/// # Errors
/// All problems together.
pub(super) fn configured(settings: &Settings) -> Result<Chart, Vec<Problem>> {
    let name = settings.get(CHART).unwrap_or(PINNED.0);
    let version = settings.get(VERSION).unwrap_or(PINNED.1);
    let mut problems = Vec::new();
    if name.starts_with('-') || name.contains(char::is_whitespace) {
        let reason =
            "a chart is a name (traefik), an oci:// reference, the URL of an archive, or a path";
        problems.push(Problem::new(CHART, name, reason));
    }
    if !is_version(version) {
        let reason = "a chart's version is exact, with three numbers (41.3.0)";
        problems.push(Problem::new(VERSION, version, reason));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Chart {
        name: name.to_owned(),
        repo: (!name.contains('/')).then(|| REPOSITORY.to_owned()),
        version: version.to_owned(),
    })
}

/// A range would be another version every time.
///
/// Source: <https://semver.org>
fn is_version(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (core, rest) = text.split_at(end);
    let numbers: Vec<_> = core.split('.').collect();
    numbers.len() == 3
        && numbers
            .iter()
            .all(|number| !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()))
        && rest.len() != 1
        && rest
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-+.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(name: &str, version: &str) -> Result<Chart, Vec<Problem>> {
        configured(&Settings::from_iter([(CHART, name), (VERSION, version)]))
    }

    #[test]
    fn the_pinned_chart_is_taken_unless_another_is_set() {
        let pinned = configured(&Settings::default()).unwrap();
        assert_eq!((pinned.name.as_str(), pinned.version.as_str()), PINNED);
        assert_eq!(pinned.repo.as_deref(), Some(REPOSITORY));

        let other = chart("", "42.0.0-rc.1+x").unwrap();
        assert_eq!(
            (other.name.as_str(), other.version.as_str()),
            ("traefik", "42.0.0-rc.1+x")
        );
        for place in [
            "oci://ghcr.io/traefik/helm/traefik",
            "./charts/traefik",
            "https://example.com/traefik.tgz",
        ] {
            let chart = chart(place, "").unwrap();
            assert_eq!((chart.name.as_str(), chart.repo), (place, None));
        }
    }

    #[test]
    fn what_helm_would_take_for_something_else_is_refused() {
        for (name, version, count) in [
            ("--debug", "41.3.0", 1),
            ("traefik x", "41.x", 2),
            ("traefik", "^41.3.0", 1),
            ("traefik", "41.3", 1),
            ("traefik", "41..0", 1),
            ("traefik", "41.3.0-", 1),
            ("traefik", "41.3.0 --debug", 1),
        ] {
            assert_eq!(
                chart(name, version).unwrap_err().len(),
                count,
                "{name} {version}"
            );
        }
    }
}
