//! Making a share.

use futures::future::{join, try_join, try_join3};
use kompox_azure::{FileShare, FileShareCreation, Metadata, ResourceId};
use kompox_model::VolumeDisk;
use kompox_model::options::VolumeDiskCreateOptions;
use kompox_naming::tags::flag;
use kompox_naming::tags::share_metadata::{SHARE_ASSIGNED, SHARE_NAME, VOLUME_NAME};
use kompox_naming::{DiskName, resource};
use kompox_provider::deadline::Stage;
use kompox_provider::{Error, Result};
use tracing::{debug, warn};

use super::FilesBackend;
use super::options::FilesOptions;
use super::quota::quota_gib;
use super::record::{ShareRecord, owner};
use super::sku::FilesSku;
use crate::Principals;
use crate::volumes::checked;

/// What Azure calls the protocol of [`super::options::SMB`].
const ENABLED_PROTOCOL: &str = "SMB";

/// A share that was asked for, checked as far as that goes without asking Azure.
#[derive(Debug)]
pub(super) struct ShareRequest {
    name: DiskName,
    share: String,
    sku: FilesSku,
    quota_gib: u32,
}

impl FilesBackend<'_> {
    pub(super) fn share_request(
        &self,
        name: Option<&str>,
        source: Option<&str>,
        options: &VolumeDiskCreateOptions,
    ) -> Result<ShareRequest> {
        if let Some(source) = source.map(str::trim).filter(|source| !source.is_empty()) {
            return Err(Error::NotSupported(format!(
                "volume {:?} is of type {}, whose shares cannot be made from a source ({source:?}); leave it out",
                self.volume.name, self.volume.kind
            )));
        }
        if let Some(zone) = &options.zone {
            warn!(zone, volume = %self.name, "a file share has no zone; the one given is not used");
        }
        let name = self.volumes.name_or_new(name)?;
        let share = checked(resource::share(&self.name, &name))?;
        let FilesOptions {
            sku,
            quota_gib: quota,
        } = FilesOptions::parse(&self.volume.options, &options.options)
            .map_err(Error::Validation)?;
        self.check_other_volumes(sku)?;
        let quota_gib = quota_gib(&self.volume.name, self.volume.size, quota, sku)
            .map_err(|problem| Error::Validation(vec![problem]))?;
        Ok(ShareRequest {
            name,
            share,
            sku,
            quota_gib,
        })
    }

    /// Makes a share: reads everything at once, decides, and only then writes. Its metadata goes with it, so that a share
    /// without an owner never comes to be.
    ///
    /// A share of that name that is there is a conflict: it may have data that somebody needs, and who repeats a create
    /// that was killed is told that it is there.
    ///
    /// Spec: §12.7.
    pub(super) async fn create(&self, request: ShareRequest, stage: &Stage) -> Result<VolumeDisk> {
        let ShareRequest {
            name,
            share,
            sku,
            quota_gib,
        } = request;
        stage.reached("Azure is still listing what there is; nothing was changed");
        let (read, principals) = join(
            try_join3(
                self.group.read(),
                self.account_or_free_name(),
                self.read_shares(),
            ),
            self.group.principals(),
        )
        .await;
        let (group, account, read) = read?;
        if let Some(account) = &account {
            self.check_account(account, sku)?;
        }
        let shares = self.shares(&read);
        if let Some(there) = self.find(&shares, &name)? {
            return Err(self.exists(&name, &there.share.id));
        }
        let id = FileShare::id_in(&self.account, &share);
        if let Some(there) = read.iter().find(|other| other.id == id) {
            return Err(self.foreign(there));
        }
        let assigned = shares.is_empty();

        stage.reached(format!(
            "resource group {:?}, its role or its storage account are not ready yet; run it again",
            self.group.id.name()
        ));
        let new_account = account.is_none();
        self.group.ensure(group.as_ref()).await?;
        let (account, ()) = try_join(
            self.ensure_account(account, sku),
            self.ensure_role(principals.as_ref()),
        )
        .await?;

        stage.reached(format!(
            "Azure is still making the share; look for {:?} with disk list",
            name.as_str()
        ));
        if !new_account {
            self.refuse_taken(&id, &name).await?;
        }
        let creation = FileShareCreation {
            quota_gib,
            protocol: ENABLED_PROTOCOL.to_owned(),
            metadata: Metadata::from([
                (VOLUME_NAME.to_owned(), self.name.to_string()),
                (SHARE_NAME.to_owned(), name.to_string()),
                (SHARE_ASSIGNED.to_owned(), flag(assigned).to_owned()),
            ]),
        };
        let file_shares = &self.volumes.azure.file_shares;
        let created = file_shares.create(&id, &creation).await;
        let created = created.map_err(|error| self.not_created(&id, error))?;
        let created = self.created(created, &creation).await;
        let record = ShareRecord {
            name,
            assigned,
            share: &created,
        };
        Ok(self.model(&record, &account.sku))
    }

    /// Lets the nodes of the cluster mount the shares of the group: their CSI driver asks for the account's key.
    ///
    /// Spec: §3.2.
    async fn ensure_role(&self, principals: Option<&Principals>) -> Result<()> {
        match principals {
            Some(principals) => {
                self.group
                    .ensure_contributor(principals, |p| &p.kubelet)
                    .await
            }
            None => Ok(()),
        }
    }

    /// Azure takes a PUT on a share that is there for an update of it: assigning the role may have taken minutes since
    /// the listing.
    async fn refuse_taken(&self, id: &ResourceId, name: &DiskName) -> Result<()> {
        let there = self.volumes.azure.file_shares.get(id).await;
        match there.map_err(|error| Error::port(format!("reading share {id}"), error))? {
            None => Ok(()),
            Some(there) if owner(there.metadata.as_ref()) == Some(self.name.as_str()) => {
                Err(self.exists(name, id))
            }
            Some(there) => Err(self.foreign(&there)),
        }
    }

    fn exists(&self, name: &DiskName, id: &ResourceId) -> Error {
        Error::conflict(format!(
            "share {:?} of volume {:?} exists already: choose another name; it is {id}",
            name.as_str(),
            self.volume.name
        ))
    }

    /// A share under the name that is wanted and of somebody else.
    fn foreign(&self, share: &FileShare) -> Error {
        let owner = match owner(share.metadata.as_ref()) {
            Some(volume) if volume == self.name.as_str() => {
                "its metadata, which claims that it is, cannot be read".to_owned()
            }
            Some(volume) => format!("it is of volume {volume:?}"),
            None => "its metadata does not say whose it is".to_owned(),
        };
        Error::conflict(format!(
            "{} is there already and is no share of volume {:?}: {owner}; choose another name",
            share.id, self.volume.name
        ))
    }

    /// A share that was deleted keeps its name for a while: until Azure has cleared it away, and by Azure's choice for as
    /// long as it could be restored.
    fn not_created(&self, id: &ResourceId, error: kompox_azure::Error) -> Error {
        let (share, account) = (id.name(), self.account.name());
        let deleted = ["ShareBeingDeleted", "ShareSoftDeleted"];
        Error::port(
            if deleted.iter().any(|code| error.has_code(code)) {
                format!(
                    "share {share:?} of storage account {account:?} was deleted and Azure keeps its name: choose another name, \
                     restore it (az storage share-rm restore), or wait until it is gone for good"
                )
            } else {
                format!("creating share {share:?} in storage account {account:?}")
            },
            error,
        )
    }

    /// The share as it is now: the answer to its creation lacks its time. It is there, so not seeing it is no failure.
    async fn created(&self, echo: FileShare, creation: &FileShareCreation) -> FileShare {
        match self.volumes.azure.file_shares.get(&echo.id).await {
            Ok(Some(share)) => return share,
            Ok(None) => debug!(id = %echo.id, "the share is not seen yet"),
            Err(error) => debug!(%error, id = %echo.id, "the share cannot be read yet"),
        }
        FileShare {
            quota_gib: Some(creation.quota_gib),
            ..echo
        }
    }
}
