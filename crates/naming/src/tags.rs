//! Keys and values of resource tags and of share metadata.
//!
//! Tags are how Kompox finds its resources again and how it tells its own from others'.
//!
//! Spec: §4.

use std::collections::BTreeMap;

use crate::ShortHash;

/// Tags of a resource, by key.
pub type Tags = BTreeMap<String, String>;

/// The workspace's name, `(nil)` where there is none.
pub const WORKSPACE_NAME: &str = "kompox-workspace-name";
/// The provider's name.
pub const PROVIDER_NAME: &str = "kompox-provider-name";
/// The cluster's name.
pub const CLUSTER_NAME: &str = "kompox-cluster-name";
/// The cluster's hash.
pub const CLUSTER_HASH: &str = "kompox-cluster-hash";
/// The app's name.
pub const APP_NAME: &str = "kompox-app-name";
/// The app's hash.
pub const APP_ID_HASH: &str = "kompox-app-id-hash";
/// The volume that a disk or snapshot belongs to.
pub const VOLUME_NAME: &str = "kompox-volume";
/// A disk's name.
pub const DISK_NAME: &str = "kompox-disk-name";
/// Whether a disk is the one that its app mounts: [`TRUE`] or [`FALSE`].
pub const DISK_ASSIGNED: &str = "kompox-disk-assigned";
/// A snapshot's name.
pub const SNAPSHOT_NAME: &str = "kompox-snapshot-name";
/// Who looks after a resource.
pub const MANAGED_BY: &str = "managed-by";
/// The value of [`MANAGED_BY`].
pub const MANAGED_BY_KOMPOX: &str = "kompox";
/// A flag that is set.
pub const TRUE: &str = "true";
/// A flag that is not set.
pub const FALSE: &str = "false";

/// What the tags of a cluster's resource group record of the cluster, so that it can be managed when Azure has
/// forgotten its deployment.
///
/// Spec: §6.1a, with `-` for the `/` that Azure forbids in tag names.
pub mod cluster_record {
    /// The managed cluster's name.
    pub const AKS_CLUSTER_NAME: &str = "kompox-aks-cluster-name";
    /// The principal of the cluster's identity.
    pub const AKS_CLUSTER_PRINCIPAL_ID: &str = "kompox-aks-cluster-principal-id";
    /// The principal of the kubelets' identity.
    pub const AKS_KUBELET_PRINCIPAL_ID: &str = "kompox-aks-kubelet-principal-id";
    /// The principal of the ingress service account's identity.
    pub const INGRESS_SA_PRINCIPAL_ID: &str = "kompox-ingress-sa-principal-id";
    /// The client id of the ingress service account's identity.
    pub const INGRESS_SA_CLIENT_ID: &str = "kompox-ingress-sa-client-id";
    /// The tenant.
    pub const TENANT_ID: &str = "kompox-tenant-id";
}

/// Metadata of a file share, which stands for the tags that shares do not have. Azure returns the keys in lower
/// case.
///
/// Spec: §4.4, §12.3.
pub mod share_metadata {
    /// The volume that the share belongs to.
    pub const VOLUME_NAME: &str = "kompox_volume_name";
    /// The share's name in Kompox: that of the disk.
    pub const SHARE_NAME: &str = "kompox_files_share_name";
    /// Whether the share is the one that its app mounts: `true` or `false`.
    pub const SHARE_ASSIGNED: &str = "kompox_files_share_assigned";
}

/// The tags of a cluster's resources.
///
/// Spec: §4.2.
#[must_use]
pub(crate) fn cluster_tags(
    workspace: &str,
    provider: &str,
    cluster: &str,
    hash: &ShortHash,
) -> Tags {
    tags(&[
        (WORKSPACE_NAME, workspace),
        (PROVIDER_NAME, provider),
        (CLUSTER_NAME, cluster),
        (CLUSTER_HASH, hash.as_str()),
        (MANAGED_BY, MANAGED_BY_KOMPOX),
    ])
}

/// The tags of an app's resources.
///
/// Spec: §4.3.
#[must_use]
pub(crate) fn app_tags(workspace: &str, provider: &str, app: &str, hash: &ShortHash) -> Tags {
    tags(&[
        (WORKSPACE_NAME, workspace),
        (PROVIDER_NAME, provider),
        (APP_NAME, app),
        (APP_ID_HASH, hash.as_str()),
        (MANAGED_BY, MANAGED_BY_KOMPOX),
    ])
}

/// A flag as a tag value.
#[must_use]
pub fn flag(set: bool) -> &'static str {
    if set { TRUE } else { FALSE }
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_equal_those_of_existing_installations() {
        let written = |tags: &Tags| -> Vec<String> {
            tags.iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect()
        };
        assert_eq!(
            written(&cluster_tags(
                "acme",
                "azure-east",
                "prod",
                &ShortHash::cluster(Some("acme"), "azure-east", "prod")
            )),
            [
                "kompox-cluster-hash=5lmloa",
                "kompox-cluster-name=prod",
                "kompox-provider-name=azure-east",
                "kompox-workspace-name=acme",
                "managed-by=kompox",
            ]
        );
        assert_eq!(
            written(&app_tags(
                "(nil)",
                "aks1",
                "app1",
                &ShortHash::app(None, "aks1", "app1")
            )),
            [
                "kompox-app-id-hash=1qgf3u",
                "kompox-app-name=app1",
                "kompox-provider-name=aks1",
                "kompox-workspace-name=(nil)",
                "managed-by=kompox",
            ]
        );
    }
}
