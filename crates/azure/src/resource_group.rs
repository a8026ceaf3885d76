//! Microsoft.Resources resource groups.

use async_trait::async_trait;

use crate::{ProvisioningState, ResourceId, Result, Tags};

/// Resource groups.
///
/// Source: <https://learn.microsoft.com/rest/api/resources/resource-groups>
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ResourceGroups: std::fmt::Debug + Send + Sync {
    /// A resource group.
    async fn get(&self, id: &ResourceId) -> Result<Option<ResourceGroup>>;

    /// Makes a resource group, or replaces the tags of one that is there. Its location cannot be changed: Azure
    /// refuses another one with 409 `InvalidResourceGroupLocation`.
    async fn create_or_update(
        &self,
        id: &ResourceId,
        location: &str,
        tags: &Tags,
    ) -> Result<ResourceGroup>;

    /// Removes a resource group with everything in it and waits for the end. Succeeds when there is none.
    async fn delete(&self, id: &ResourceId) -> Result<()>;
}

/// A resource group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceGroup {
    /// Its id.
    pub id: ResourceId,
    /// Region of its record, normalised (`japaneast`).
    pub location: String,
    /// Tags.
    pub tags: Tags,
    /// `Running("Deleting")` while it is being deleted.
    pub state: ProvisioningState,
}
