//! Kubernetes versions on offer.

use super::refusal;
use crate::error::ArmError;

/// Minor versions on offer with the patch each stands for; the default is marked.
const VERSIONS: &[(&str, &str, bool)] = &[
    ("1.32", "1.32.12", false),
    ("1.33", "1.33.10", false),
    ("1.34", "1.34.9", false),
    ("1.35", "1.35.7", true),
    ("1.36", "1.36.2", false),
];

/// The patch version behind a minor one; a full version is itself.
pub(super) fn patch_version(version: &str) -> String {
    VERSIONS
        .iter()
        .find(|(minor, ..)| *minor == version)
        .map_or_else(|| version.to_owned(), |(_, patch, _)| (*patch).to_owned())
}

pub(super) fn check_version(version: &str) -> Result<(), ArmError> {
    let mut words = version.split('.');
    let minor = [words.next(), words.next()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(".");
    let known = VERSIONS.iter().any(|(offered, ..)| *offered == minor);
    let patch = words.next();
    let whole = patch.is_none_or(|p| !p.is_empty() && p.chars().all(|c| c.is_ascii_digit()));
    if known && whole && words.next().is_none() {
        return Ok(());
    }
    Err(refusal(
        400,
        "K8sVersionNotSupported",
        format!(
            "Managed cluster is on version {version} which is not supported in this region. Please use [az aks \
             get-versions] command to get the supported version list in this region. For more information, \
             please check https://aka.ms/supported-version-list"
        ),
    ))
}

/// What a cluster gets that asks for nothing.
pub(super) fn default_version() -> &'static str {
    VERSIONS
        .iter()
        .find(|(.., default)| *default)
        .map_or("", |(minor, ..)| minor)
}
