//! Shares as Azure has them, read as those of a volume.
//!
//! The metadata says whose a share is, not its name: volume `a` with share `b-c` and volume `a-b` with share `c` want the
//! same one. Shares of other volumes are none of this volume's business; one that claims to be of this volume and
//! cannot be read is skipped too, with a warning.

use kompox_azure::{FileShare, Metadata};
use kompox_model::VolumeDisk;
use kompox_naming::DiskName;
use kompox_naming::resource::files_handle;
use kompox_naming::tags::share_metadata::{SHARE_ASSIGNED, SHARE_NAME, VOLUME_NAME};
use kompox_provider::{Error, Result};

use super::options::FilesOptions;
use super::{FilesBackend, quota};
use crate::record;

/// A share of the volume.
#[derive(Debug, Clone)]
pub(super) struct ShareRecord<'l> {
    pub(super) name: DiskName,
    pub(super) assigned: bool,
    pub(super) share: &'l FileShare,
}

impl FilesBackend<'_> {
    /// The shares of this volume among those that were read.
    pub(super) fn shares<'l>(&self, read: &'l [FileShare]) -> Vec<ShareRecord<'l>> {
        let own = read.iter().filter(|share| {
            owner(share.metadata.as_ref()).is_some_and(|owner| owner == self.name.as_str())
        });
        own.filter_map(|share| {
            let metadata = share.metadata.as_ref()?;
            Some(ShareRecord {
                name: record::name(&share.id, metadata, SHARE_NAME)?,
                assigned: record::assigned(&share.id, metadata, SHARE_ASSIGNED)?,
                share,
            })
        })
        .collect()
    }

    /// The only share of that name.
    pub(super) fn find<'r, 'l>(
        &self,
        shares: &'r [ShareRecord<'l>],
        name: &DiskName,
    ) -> Result<Option<&'r ShareRecord<'l>>> {
        let named = shares.iter().filter(|record| record.name == *name);
        record::only(&self.what(name), "metadata", named, |record| {
            &record.share.id
        })
    }

    pub(super) fn no_share(&self, name: &DiskName, shares: &[ShareRecord<'_>]) -> Error {
        let names = shares.iter().map(|record| record.name.as_str());
        record::absent(&self.what(name), names)
    }

    fn what(&self, name: &DiskName) -> String {
        format!("share {:?} of volume {:?}", name.as_str(), self.volume.name)
    }

    /// Its handle is made from the names that this driver knows, since Azure gives ids back in varying case.
    ///
    /// Spec: §12.4, with the six `#` that the CSI driver wants.
    pub(super) fn model(&self, record: &ShareRecord<'_>, sku: &str) -> VolumeDisk {
        let share = record.share;
        let quota_gib = share.quota_gib.unwrap_or_default();
        let modified = share
            .last_modified
            .unwrap_or_else(|| (self.volumes.clock)());
        VolumeDisk {
            name: record.name.to_string(),
            volume_name: self.volume.name.clone(),
            assigned: record.assigned,
            size: quota::bytes(quota_gib),
            zone: String::new(),
            options: FilesOptions::of(sku, quota_gib),
            handle: files_handle(
                self.group.id.name(),
                self.account.name(),
                share.id.name(),
                &self.volumes.subscription,
            ),
            created_at: modified,
            updated_at: modified,
        }
    }
}

/// The volume that a share says it belongs to.
pub(super) fn owner(metadata: Option<&Metadata>) -> Option<&str> {
    metadata?.get(VOLUME_NAME).map(String::as_str)
}
