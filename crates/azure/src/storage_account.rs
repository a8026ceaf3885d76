//! Microsoft.Storage storage accounts.

use async_trait::async_trait;

use crate::{ProvisioningState, ResourceId, Result, Tags};

/// Storage accounts.
///
/// Source: <https://learn.microsoft.com/rest/api/storagerp/storage-accounts>
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait StorageAccounts: std::fmt::Debug + Send + Sync {
    /// A storage account.
    async fn get(&self, id: &ResourceId) -> Result<Option<StorageAccount>>;

    /// Makes a storage account and waits for the end. Azure takes a PUT on an existing account of the group for an
    /// update: look first. Names are global: Azure refuses one that is in use anywhere else with 409
    /// `StorageAccountAlreadyTaken` (another owner) or `StorageAccountInAnotherResourceGroup`.
    async fn create(
        &self,
        id: &ResourceId,
        creation: &StorageAccountCreation,
    ) -> Result<StorageAccount>;

    /// Whether an account could be made under that name, by anybody in the world.
    async fn check_name(&self, subscription: &ResourceId, name: &str) -> Result<NameAvailability>;
}

/// A storage account to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageAccountCreation {
    /// Region (`japaneast`).
    pub location: String,
    /// Tags.
    pub tags: Tags,
    /// SKU (`Standard_LRS`).
    pub sku: String,
    /// Kind (`StorageV2`, `FileStorage`).
    pub kind: String,
    /// Whether containers may be opened to the public.
    pub allow_blob_public_access: bool,
    /// The oldest TLS that is accepted (`TLS1_2`).
    pub minimum_tls_version: String,
    /// Whether unencrypted HTTP is refused.
    pub https_only: bool,
}

/// A storage account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageAccount {
    /// Its id.
    pub id: ResourceId,
    /// Region, normalised.
    pub location: String,
    /// Tags.
    pub tags: Tags,
    /// SKU.
    pub sku: String,
    /// Kind.
    pub kind: String,
    /// How far Azure is with it.
    pub state: ProvisioningState,
}

/// Whether a global name is free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameAvailability {
    /// It is.
    Available,
    /// It is not.
    Unavailable {
        /// `AlreadyExists` or `AccountNameInvalid`.
        reason: String,
        /// Azure's explanation.
        message: String,
    },
}
