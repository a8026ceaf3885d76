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

/// Refuses a version that a control plane cannot go to from where it is.
pub(super) fn check_upgrade(from: &str, to: &str) -> Result<(), ArmError> {
    let (Some(from), Some(wanted)) = (Version::parse(from), Version::parse(&patch_version(to)))
    else {
        return Ok(());
    };
    let upgrades = from.upgrades();
    if wanted == from || upgrades.contains(&wanted) {
        return Ok(());
    }
    let upgrades: Vec<String> = upgrades.iter().map(ToString::to_string).collect();
    Err(refusal(
        400,
        "BadRequest",
        format!(
            "Upgrading Kubernetes version {from} to {wanted} is not allowed. Available upgrades: [{}]. See \
             https://aka.ms/aks-supported-k8s-ver for upgrade rules.",
            upgrades.join(" ")
        ),
    ))
}

/// Refuses the version of a pool that is not on offer, or that is later than that of its control plane.
pub(super) fn check_pool_version(pool: &str, control_plane: &str) -> Result<(), ArmError> {
    check_version(pool)?;
    let read = |version: &str| Version::parse(&patch_version(version)).unwrap_or_default();
    let (own, top) = (read(pool), read(control_plane));
    if own <= top {
        return Ok(());
    }
    let what = if own.minor > top.minor {
        format!(
            "Minor version of node pool version {} is bigger than control plane version {}.",
            own.minor, top.minor
        )
    } else {
        format!(
            "Patch version of node pool version {} is bigger than control plane version {}.",
            own.patch, top.patch
        )
    };
    Err(refusal(
        400,
        "NodePoolMcVersionIncompatible",
        format!(
            "Node pool version {own} and control plane version {top} are incompatible. {what} For more information, \
             please check https://aka.ms/version-skew-policy"
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

/// `major.minor.patch`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    major: u32,
    pub(super) minor: u32,
    patch: u32,
}

impl Version {
    /// Reads three numbers; anything else is `None`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(|word| word.parse().ok());
        let version = Self {
            major: numbers.next()??,
            minor: numbers.next()??,
            patch: numbers.next()??,
        };
        numbers.next().is_none().then_some(version)
    }

    /// What a control plane can go to: later patches, and the next minor version.
    pub(super) fn upgrades(self) -> Vec<Self> {
        offered()
            .map(|release| release.version)
            .filter(|to| {
                *to > self && to.major == self.major && to.minor <= self.minor.saturating_add(1)
            })
            .collect()
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// A version on offer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Release {
    /// `major.minor`.
    pub(super) minor: &'static str,
    /// The patch that stands for it.
    pub(super) version: Version,
    /// Whether a cluster gets it that asks for nothing.
    pub(super) is_default: bool,
}

impl Release {
    /// See [`Version::upgrades`].
    pub(super) fn upgrades(&self) -> Vec<Version> {
        self.version.upgrades()
    }
}

/// The versions on offer, oldest first.
pub(super) fn offered() -> impl Iterator<Item = Release> {
    VERSIONS.iter().filter_map(|(minor, patch, is_default)| {
        Some(Release {
            minor,
            version: Version::parse(patch)?,
            is_default: *is_default,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_version_is_read_as_it_is_written(numbers in any::<(u32, u32, u32)>(), other in any::<(u32, u32, u32)>()) {
            let written = |(a, b, c): (u32, u32, u32)| format!("{a}.{b}.{c}");
            let version = Version::parse(&written(numbers)).unwrap();
            prop_assert_eq!(version.to_string(), written(numbers));
            let than = Version::parse(&written(other)).unwrap();
            prop_assert_eq!(version.cmp(&than), numbers.cmp(&other));
        }

        #[test]
        fn nothing_but_a_version_is_read(text in ".{0,12}") {
            if let Some(version) = Version::parse(&text) {
                prop_assert_eq!(version.to_string().split('.').count(), text.split('.').count());
            }
        }
    }

    #[test]
    fn every_version_on_offer_can_be_read_and_one_is_the_default() {
        assert_eq!(offered().count(), VERSIONS.len());
        assert_eq!(offered().filter(|release| release.is_default).count(), 1);
    }

    #[test]
    fn only_three_numbers_are_a_version() {
        for text in ["", "1.2", "1.2.3.4", "1.2.x", "v1.2.3", "1..3"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
        assert!(Version::parse("1.9.9") < Version::parse("1.10.0"));
    }

    #[test]
    fn a_version_goes_to_later_patches_and_the_next_minor() {
        let words = |text: &str| -> Vec<String> {
            let upgrades = Version::parse(text).unwrap().upgrades();
            upgrades.iter().map(ToString::to_string).collect()
        };
        assert_eq!(words("1.34.1"), ["1.34.9", "1.35.7"]);
        assert_eq!(words("1.34.9"), ["1.35.7"]);
        assert!(words("1.36.2").is_empty());
    }
}
