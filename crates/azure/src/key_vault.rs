//! Microsoft.KeyVault vaults.

use async_trait::async_trait;

use crate::{ResourceId, Result};

/// Deleted key vaults: deletion is soft, and the name stays taken until the vault is purged.
///
/// Source: <https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults>
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait KeyVaults: std::fmt::Debug + Send + Sync {
    /// The deleted vaults of a subscription that can still be recovered, all pages.
    async fn list_deleted(&self, subscription: &ResourceId) -> Result<Vec<DeletedVault>>;

    /// Removes a deleted vault for good and waits for the end. Succeeds when there is none.
    async fn purge_deleted(
        &self,
        subscription: &ResourceId,
        location: &str,
        name: &str,
    ) -> Result<()>;
}

/// A vault in the soft-deleted state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedVault {
    /// Its name, which is global.
    pub name: String,
    /// Region that it was in.
    pub location: String,
    /// The id that it had.
    pub vault_id: ResourceId,
    /// Purging is refused until the retention ends.
    pub purge_protected: bool,
}
