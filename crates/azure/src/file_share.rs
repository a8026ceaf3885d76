//! Microsoft.Storage file shares.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{ResourceId, Result};

/// Metadata of a share: keys, which Azure keeps in lower case, and values.
pub type Metadata = BTreeMap<String, String>;

/// File shares of storage accounts, through Azure Resource Manager: no account key is needed.
///
/// Source: <https://learn.microsoft.com/rest/api/storagerp/file-shares>
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait FileShares: std::fmt::Debug + Send + Sync {
    /// The shares of a storage account whose names start with `prefix`, all pages, by name. Empty when there is no
    /// such account or group. Metadata is asked for, but Azure mostly leaves it out of lists. Deleted shares that
    /// could be restored are not in it.
    async fn list(&self, account: &ResourceId, prefix: &str) -> Result<Vec<FileShare>>;

    /// A share, with its metadata.
    async fn get(&self, id: &ResourceId) -> Result<Option<FileShare>>;

    /// Makes a share. Returns what Azure echoes, which is little more than what was sent. A share of that name that
    /// is there already is not refused: look first. Azure refuses with 409 `ShareBeingDeleted` while a share of that
    /// name is on its way out.
    async fn create(&self, id: &ResourceId, creation: &FileShareCreation) -> Result<FileShare>;

    /// Replaces all metadata of a share. Returns what Azure echoes: the metadata. `None` when there is no share.
    async fn update_metadata(
        &self,
        id: &ResourceId,
        metadata: &Metadata,
    ) -> Result<Option<FileShare>>;

    /// Removes a share that has no snapshots; Azure refuses with 409 `ShareHasSnapshots` otherwise. Succeeds when
    /// there is none.
    async fn delete(&self, id: &ResourceId) -> Result<()>;
}

/// A share to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileShareCreation {
    /// Most that it may hold, in GiB.
    pub quota_gib: u32,
    /// How clients reach it (`SMB`).
    pub protocol: String,
    /// Metadata.
    pub metadata: Metadata,
}

/// A share, as far as an answer tells: what it leaves out is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileShare {
    /// Its id.
    pub id: ResourceId,
    /// Most that it may hold, in GiB.
    pub quota_gib: Option<u32>,
    /// Metadata. Always there when a single share was asked for, and empty when it has none.
    pub metadata: Option<Metadata>,
    /// When it, its properties or its metadata were last written. Azure does not tell when a share was made.
    pub last_modified: Option<Timestamp>,
}

impl FileShare {
    /// The id of the share of that name in a storage account.
    ///
    /// ```
    /// use kompox_azure::{FileShare, ResourceId};
    ///
    /// let group = ResourceId::subscription_scope("s").group("rg");
    /// let account = group.resource("Microsoft.Storage/storageAccounts", "acct");
    /// assert_eq!(
    ///     FileShare::id_in(&account, "docs-s1").to_string(),
    ///     format!("{account}/fileServices/default/shares/docs-s1"),
    /// );
    /// ```
    #[must_use]
    pub fn id_in(account: &ResourceId, name: &str) -> ResourceId {
        account
            .child("fileServices", "default")
            .child("shares", name)
    }
}
