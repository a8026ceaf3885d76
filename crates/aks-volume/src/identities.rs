//! Who has to reach the disks.

use std::fmt;

use async_trait::async_trait;
use kompox_provider::Result;

/// The identities of the cluster that an app runs in, asked for when a disk is created.
///
/// A volume may be made before its cluster: then there is nobody to give a role to, and the disk is made without.
/// The next disk that is created makes up for it.
#[async_trait]
pub trait ClusterIdentities: fmt::Debug + Send + Sync {
    /// The principals, `None` when the cluster is not provisioned.
    ///
    /// # Errors
    /// When they cannot be read. That does not fail the caller: it counts as `None`, with a warning.
    async fn principals(&self) -> Result<Option<Principals>>;

    /// The principals that are right instead of `refused`, which Azure's directory does not know; `None` when those are
    /// right and the directory will know them soon.
    ///
    /// # Errors
    /// When they cannot be read. That does not fail the caller: it counts as `None`.
    async fn unknown(&self, refused: &Principals) -> Result<Option<Principals>>;
}

/// The principals of a cluster's identities: object ids of service principals.
///
/// Spec: §3.1, §3.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principals {
    /// The cluster's own identity: its control plane attaches disks.
    pub cluster: String,
    /// The identity of the kubelets.
    pub kubelet: String,
}
