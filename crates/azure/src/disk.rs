//! Microsoft.Compute managed disks.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{ProvisioningState, ResourceId, Result, Tags};

/// Managed disks.
///
/// Source: <https://learn.microsoft.com/rest/api/compute/disks>
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Disks: std::fmt::Debug + Send + Sync {
    /// The disks of a resource group, all pages. Empty when there is no such group.
    async fn list(&self, group: &ResourceId) -> Result<Vec<Disk>>;

    /// A disk.
    async fn get(&self, id: &ResourceId) -> Result<Option<Disk>>;

    /// Makes a disk and waits for the end. Azure takes a PUT on an existing disk for an update: look first.
    async fn create_or_update(&self, id: &ResourceId, creation: &DiskCreation) -> Result<Disk>;

    /// Replaces the tags of a disk, waits for the end and returns the disk. `None` when there is none.
    async fn update_tags(&self, id: &ResourceId, tags: &Tags) -> Result<Option<Disk>>;

    /// Removes a disk and waits for the end. Succeeds when there is none.
    async fn delete(&self, id: &ResourceId) -> Result<()>;
}

/// What a disk is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreationData {
    /// Nothing.
    Empty,
    /// A disk or snapshot of the same region.
    Copy {
        /// The disk or snapshot.
        source: ResourceId,
    },
}

/// A disk to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskCreation {
    /// Region (`japaneast`).
    pub location: String,
    /// Tags.
    pub tags: Tags,
    /// SKU (`Premium_LRS`).
    pub sku: String,
    /// Zones in Azure's form (`1`); none for a regional disk.
    pub zones: Vec<String>,
    /// Size in GiB.
    pub size_gib: u32,
    /// What is on it.
    pub creation_data: CreationData,
    /// Provisioned input/output operations per second; only some SKUs.
    pub iops: Option<u64>,
    /// Provisioned throughput in MB per second; only some SKUs.
    pub mbps: Option<u64>,
}

/// A disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// Its id.
    pub id: ResourceId,
    /// Region, normalised.
    pub location: String,
    /// Tags.
    pub tags: Tags,
    /// SKU.
    pub sku: String,
    /// Zones in Azure's form.
    pub zones: Vec<String>,
    /// Size in GiB.
    pub size_gib: u32,
    /// Provisioned operations per second.
    pub iops: Option<u64>,
    /// Provisioned throughput in MB per second.
    pub mbps: Option<u64>,
    /// How far Azure is with it.
    pub state: ProvisioningState,
    /// `Unattached`, `Attached`, `Reserved`, …
    pub disk_state: String,
    /// When it was made.
    pub time_created: Option<Timestamp>,
}
