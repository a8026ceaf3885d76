//! The short hash that makes names unique.

use std::fmt;

use kompox_model::Workspace;
use num_bigint::BigUint;
use sha2::{Digest, Sha256};

/// Six characters of `[0-9a-z]` that stand for a longer name.
///
/// The SHA-256 of the UTF-8 input is read as one big-endian unsigned integer, written in base 36, padded with `0`
/// on the left to at least six digits, and cut to the first six.
///
/// ```
/// use kompox_naming::ShortHash;
///
/// assert_eq!(ShortHash::app(Some("acme"), "azure-east", "gitea").as_str(), "3jkh6q");
/// assert_eq!(ShortHash::provider(None, "aks1").as_str(), "2mpt46");
/// ```
///
/// Spec: §2.1.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShortHash(String);

impl ShortHash {
    /// Characters of a short hash.
    pub const LENGTH: usize = 6;

    /// The hash of any text.
    #[must_use]
    pub fn of(input: &str) -> Self {
        let digits = BigUint::from_bytes_be(&Sha256::digest(input.as_bytes())).to_str_radix(36);
        let mut text = format!("{digits:0>width$}", width = Self::LENGTH);
        text.truncate(Self::LENGTH);
        Self(text)
    }

    /// The hash of a workspace; `None` is the absent one.
    #[must_use]
    pub fn workspace(workspace: Option<&str>) -> Self {
        Self::of_path(workspace, &[])
    }

    /// The hash of a provider: the same in every cluster of it.
    #[must_use]
    pub fn provider(workspace: Option<&str>, provider: &str) -> Self {
        Self::of_path(workspace, &[provider])
    }

    /// The hash of a cluster.
    #[must_use]
    pub fn cluster(workspace: Option<&str>, provider: &str, cluster: &str) -> Self {
        Self::of_path(workspace, &[provider, cluster])
    }

    /// The hash of an app wherever it runs, so that its disks survive its cluster.
    #[must_use]
    pub fn app(workspace: Option<&str>, provider: &str, app: &str) -> Self {
        Self::of_path(workspace, &[provider, app])
    }

    /// The hash of an app in one cluster.
    #[must_use]
    pub(crate) fn app_instance(
        workspace: Option<&str>,
        provider: &str,
        cluster: &str,
        app: &str,
    ) -> Self {
        Self::of_path(workspace, &[provider, cluster, app])
    }

    /// The hash as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of_path(workspace: Option<&str>, rest: &[&str]) -> Self {
        let mut path = vec![workspace.unwrap_or(Workspace::ABSENT)];
        path.extend_from_slice(rest);
        Self::of(&path.join(":"))
    }
}

impl fmt::Display for ShortHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_equal_those_of_existing_installations() {
        for (ws, prv, cls, app, expected) in [
            (
                Some("ws1"),
                "prv1",
                "cls1",
                "app1",
                ["4p79t1", "32kff1", "5pfy6x", "k9x84f", "bgewya"],
            ),
            (
                None,
                "aks1",
                "cluster1",
                "app1",
                ["3ny9mc", "2mpt46", "5oq2qb", "1qgf3u", "2031me"],
            ),
            (
                Some("acme"),
                "azure-east",
                "prod",
                "gitea",
                ["38smt1", "3hj1z5", "5lmloa", "3jkh6q", "6brai3"],
            ),
        ] {
            let hashes = [
                ShortHash::workspace(ws),
                ShortHash::provider(ws, prv),
                ShortHash::cluster(ws, prv, cls),
                ShortHash::app(ws, prv, app),
                ShortHash::app_instance(ws, prv, cls, app),
            ];
            assert_eq!(hashes.each_ref().map(ShortHash::as_str), expected);
        }
    }
}
