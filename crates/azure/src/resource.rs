//! Resources of any type, as Azure Resource Manager lists them.

use async_trait::async_trait;

use crate::{ResourceId, Result, Tags};

/// Resources of any type.
///
/// Source: <https://learn.microsoft.com/rest/api/resources/resources>
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Resources: std::fmt::Debug + Send + Sync {
    /// The resources of a resource group, top-level ones only, all pages. Empty when there is no such group.
    async fn list(&self, group: &ResourceId) -> Result<Vec<Resource>>;

    /// Sets tags at a scope (a group or a resource) and leaves the others as they are.
    async fn merge_tags(&self, scope: &ResourceId, tags: &Tags) -> Result<()>;
}

/// A resource as listed, without its properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its id.
    pub id: ResourceId,
    /// Region, normalised; empty for global resources.
    pub location: String,
    /// Tags.
    pub tags: Tags,
}
