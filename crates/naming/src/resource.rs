//! The names of single Azure resources.
//!
//! An existing disk, snapshot or share is addressed by what listing by tags returned, never by a name made here:
//! other installations may have cut a long name differently.

use kompox_model::Workspace;

use crate::{
    DiskName, NameError, ResourceGroupName, ResourcePrefix, ShortHash, SnapshotName, VolumeName,
};

/// Most characters of a name that ends in a hash.
pub(crate) const MAX_HASHED_LENGTH: usize = 72;
/// Most characters of the name of a deployment.
///
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftresources>
pub(crate) const MAX_DEPLOYMENT_LENGTH: usize = 64;
/// Most characters of the name of a Kubernetes namespace: it is a DNS-1123 label.
const MAX_NAMESPACE_LENGTH: usize = 63;

/// `{base}_{hash}`, with the base cut so that the whole has at most 72 characters.
///
/// Spec: §2.3, §2.4.
pub(crate) fn safe_truncate(base: &str, hash: &ShortHash) -> String {
    let room = MAX_HASHED_LENGTH - ShortHash::LENGTH - 1;
    let base: String = base.chars().take(room).collect();
    format!("{base}_{hash}")
}

/// As [`safe_truncate`], for a hash that does not cover the whole base: two long bases that differ only beyond the
/// cut would get one name, so a cut base ends in a hash of its own.
fn distinct_truncate(base: &str, hash: &ShortHash) -> String {
    let room = MAX_HASHED_LENGTH - ShortHash::LENGTH - 1;
    if base.chars().count() <= room {
        return format!("{base}_{hash}");
    }
    format!("{}_{hash}", cut_with_hash(base, room))
}

/// The first characters of `text`, `-` and the hash of the whole, `length` characters together.
fn cut_with_hash(text: &str, length: usize) -> String {
    let kept: String = text.chars().take(length - ShortHash::LENGTH - 1).collect();
    format!("{kept}-{}", ShortHash::of(text))
}

/// `{prefix}_disk_{volume}_{disk}_{app}`; Azure allows 80 characters.
///
/// Spec: §2.5.
pub(crate) fn disk(
    prefix: &ResourcePrefix,
    volume: &VolumeName,
    disk: &DiskName,
    app: &ShortHash,
) -> String {
    distinct_truncate(&format!("{prefix}_disk_{volume}_{disk}"), app)
}

/// `{prefix}_snap_{volume}_{snapshot}_{app}`; Azure allows 80 characters.
///
/// Spec: §2.6.
pub(crate) fn snapshot(
    prefix: &ResourcePrefix,
    volume: &VolumeName,
    snapshot: &SnapshotName,
    app: &ShortHash,
) -> String {
    distinct_truncate(&format!("{prefix}_snap_{volume}_{snapshot}"), app)
}

/// The name of the subscription-scope deployment that makes a cluster: the name of its resource group. A group name
/// may have 90 characters but a deployment name only 64, so a longer one is cut to 57 characters and ends in `-` and
/// the hash of the whole, which keeps two long groups apart.
///
/// Spec: §6.1a.
pub(crate) fn deployment(group: &ResourceGroupName) -> String {
    if group.as_str().len() <= MAX_DEPLOYMENT_LENGTH {
        return group.to_string();
    }
    cut_with_hash(group.as_str(), MAX_DEPLOYMENT_LENGTH)
}

/// `k4x-{provider}-{app}-{app hash}`.
pub(crate) fn namespace(
    provider: &ShortHash,
    app: &str,
    app_hash: &ShortHash,
) -> Result<String, NameError> {
    let name = format!("k4x-{provider}-{app}-{app_hash}");
    match crate::label::label_flaw(&name, MAX_NAMESPACE_LENGTH) {
        None => Ok(name),
        Some(reason) => Err(NameError::new(
            "Kubernetes namespace",
            &name,
            reason,
            "an app name of at most 45 characters of a-z, 0-9 and `-`",
        )),
    }
}

/// The name of a file share, `{volume}-{disk}`.
///
/// Unlike a disk's, it is not unique by itself: volume `a` with share `b-c` and volume `a-b` with share `c` want the
/// same one. Whoever creates a share must look at the metadata of one that is there already.
///
/// Spec: §12.2.
///
/// # Errors
///
/// The names have `--` in them, which is legal in a label and not in a share name.
///
/// ```
/// use kompox_naming::{DiskName, VolumeName, resource};
///
/// let share = resource::share(&VolumeName::parse("docs")?, &DiskName::parse("s1")?)?;
/// assert_eq!(share, "docs-s1");
/// # Ok::<(), kompox_naming::NameError>(())
/// ```
pub fn share(volume: &VolumeName, disk: &DiskName) -> Result<String, NameError> {
    let name = format!("{volume}-{disk}");
    if name.contains("--") {
        return Err(NameError::new(
            "file share name",
            &name,
            "contains \"--\"",
            "volume and disk names without two `-` in a row, which Azure Files refuses",
        ));
    }
    Ok(name)
}

/// What a Kubernetes persistent volume refers to a file share by: the seven fields of the Azure Files CSI driver's
/// volume handle, of which it needs the resource group, the account, the share and the subscription.
///
/// Spec: §12.4. Source: <https://github.com/kubernetes-sigs/azurefile-csi-driver/blob/master/docs/driver-parameters.md>
///
/// ```
/// use kompox_naming::resource::files_handle;
///
/// assert_eq!(files_handle("rg", "acct", "docs-s1", "sub"), "rg#acct#docs-s1####sub");
/// ```
#[must_use]
pub fn files_handle(
    resource_group: &str,
    account: &str,
    share: &str,
    subscription: &str,
) -> String {
    format!("{resource_group}#{account}#{share}####{subscription}")
}

/// What hashes and tags call a workspace.
pub(crate) fn workspace_name(workspace: Option<&Workspace>) -> &str {
    workspace.map_or(Workspace::ABSENT, |workspace| &workspace.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long_prefix() -> ResourcePrefix {
        ResourcePrefix::parse(&"p".repeat(32)).unwrap()
    }

    #[test]
    fn two_long_disk_names_that_differ_beyond_the_cut_stay_apart() {
        let app = ShortHash::of("app");
        let volume = VolumeName::parse("0123456789abcdef").unwrap();
        let name = |last: &str| {
            let name = DiskName::parse(&format!("{}{last}", "d".repeat(23))).unwrap();
            disk(&long_prefix(), &volume, &name, &app)
        };
        let base = format!(
            "{}_disk_0123456789abcdef_{}1",
            "p".repeat(32),
            "d".repeat(23)
        );
        assert_eq!(
            name("1"),
            format!("{}-{}_{app}", &base[..58], ShortHash::of(&base))
        );
        assert_eq!(name("1").len(), 72);
        assert_ne!(name("1"), name("2"));
    }

    #[test]
    fn a_base_that_just_fits_is_not_cut() {
        let app = ShortHash::of("app");
        let volume = VolumeName::parse("v").unwrap();
        // 32 of prefix + 6 of `_disk_` + 1 + 1 + 24 = 64 of the 65 that fit.
        let name = DiskName::parse(&"d".repeat(24)).unwrap();
        assert_eq!(
            disk(&long_prefix(), &volume, &name, &app),
            format!("{}_disk_v_{}_{app}", "p".repeat(32), "d".repeat(24))
        );
        let volume = VolumeName::parse("vo").unwrap();
        assert_eq!(disk(&long_prefix(), &volume, &name, &app).len(), 72);
        assert!(disk(&long_prefix(), &volume, &name, &app).contains("_disk_vo_dddd"));
        assert!(!disk(&long_prefix(), &volume, &name, &app).contains('-'));
        let volume = VolumeName::parse("vol").unwrap();
        assert!(disk(&long_prefix(), &volume, &name, &app).contains('-'));
    }

    #[test]
    fn a_deployment_is_called_as_its_group_up_to_azures_limit() {
        let fits = ResourceGroupName::parse(&"g".repeat(64)).unwrap();
        assert_eq!(deployment(&fits), fits.as_str());
        let long = ResourceGroupName::parse(&"g".repeat(65)).unwrap();
        assert_eq!(
            deployment(&long),
            format!("{}-{}", "g".repeat(57), ShortHash::of(long.as_str()))
        );
    }

    #[test]
    fn a_namespace_that_kubernetes_would_refuse_is_refused() {
        let (provider, app) = (ShortHash::of("p"), ShortHash::of("a"));
        assert_eq!(
            namespace(&provider, &"a".repeat(45), &app).unwrap().len(),
            63
        );
        assert!(namespace(&provider, &"a".repeat(46), &app).is_err());
        assert!(namespace(&provider, "App", &app).is_err());
    }

    #[test]
    fn a_share_name_that_azure_files_would_refuse_is_refused() {
        let volume = VolumeName::parse("a--b").unwrap();
        let error = share(&volume, &DiskName::parse("d").unwrap()).unwrap_err();
        assert_eq!(error.value, "a--b-d");
    }
}
