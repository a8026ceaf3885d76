//! Microsoft.Compute snapshots.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{ProvisioningState, ResourceId, Result, Tags};

/// Snapshots of managed disks.
///
/// Source: <https://learn.microsoft.com/rest/api/compute/snapshots>
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Snapshots: std::fmt::Debug + Send + Sync {
    /// The snapshots of a resource group, all pages. Empty when there is no such group.
    async fn list(&self, group: &ResourceId) -> Result<Vec<Snapshot>>;

    /// A snapshot.
    async fn get(&self, id: &ResourceId) -> Result<Option<Snapshot>>;

    /// Makes a snapshot and waits until Azure calls the operation done. The data may still be on its way: see
    /// [`Snapshot::completion_percent`]. Azure takes a PUT on an existing snapshot for an update: look first.
    async fn create_or_update(
        &self,
        id: &ResourceId,
        creation: &SnapshotCreation,
    ) -> Result<Snapshot>;

    /// Replaces the tags of a snapshot, waits for the end and returns it. `None` when there is none.
    async fn update_tags(&self, id: &ResourceId, tags: &Tags) -> Result<Option<Snapshot>>;

    /// Removes a snapshot and waits for the end. Succeeds when there is none.
    async fn delete(&self, id: &ResourceId) -> Result<()>;
}

/// An incremental snapshot to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotCreation {
    /// Region (`japaneast`).
    pub location: String,
    /// Tags.
    pub tags: Tags,
    /// SKU (`Standard_ZRS`).
    pub sku: String,
    /// The disk or snapshot that it is taken from.
    pub source: ResourceId,
    /// Copy from a snapshot, possibly of another region, in the background (`CopyStart`), instead of at once.
    pub copy_start: bool,
}

/// A snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Its id.
    pub id: ResourceId,
    /// Region, normalised.
    pub location: String,
    /// Tags.
    pub tags: Tags,
    /// SKU.
    pub sku: String,
    /// Size in GiB of the disk that it was taken from.
    pub size_gib: u32,
    /// How far Azure is with it.
    pub state: ProvisioningState,
    /// How much of the data is there, 0 to 100. Absent where Azure does not say, which means all of it.
    pub completion_percent: Option<f64>,
    /// When it was made.
    pub time_created: Option<Timestamp>,
}
