//! Microsoft.ResourceGraph: finding resources wherever they are.

use async_trait::async_trait;

use crate::{ResourceId, Result};

/// Finding resources in all subscriptions at once, where only their names are known.
///
/// Azure collects its graph from the resource providers and is a little behind them: a resource that was just made may be
/// missing for some minutes, and one that was just removed may still be there.
///
/// Source: <https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources/resources>
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ResourceGraph: std::fmt::Debug + Send + Sync {
    /// The resources of a type (`Microsoft.KeyVault/vaults`) that have one of these names, in all subscriptions that
    /// the caller may read, all pages, by id. Neither type nor names depend on case. Names may be any text, for they are
    /// quoted; those that no resource has find nothing. No names find nothing, and ask nobody.
    async fn find(&self, kind: &str, names: &[String]) -> Result<Vec<ResourceId>>;
}
