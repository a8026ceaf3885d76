//! Managed disks.

use async_trait::async_trait;
use kompox_azure::{
    CreationData, Disk, DiskCreation, Disks, ProvisioningState, ResourceId, Result, Tags,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::api_version::DISKS as VERSION;
use crate::client::Client;
use crate::wire::{Resource, Sku, nullable, region, state, timestamp};

/// Managed disks over ARM.
#[derive(Debug)]
pub(crate) struct ArmDisks(pub(crate) Client);

type Body = Resource<Properties>;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    #[serde(rename = "diskSizeGB", default, deserialize_with = "nullable")]
    disk_size_gb: u32,
    #[serde(rename = "diskIOPSReadWrite")]
    disk_iops_read_write: Option<u64>,
    #[serde(rename = "diskMBpsReadWrite")]
    disk_mbps_read_write: Option<u64>,
    provisioning_state: Option<ProvisioningState>,
    #[serde(default, deserialize_with = "nullable")]
    disk_state: String,
    time_created: Option<String>,
}

impl From<Body> for Disk {
    fn from(body: Body) -> Self {
        Self {
            id: body.id,
            location: region(&body.location),
            tags: body.tags,
            sku: body.sku.name,
            zones: body.zones,
            size_gib: body.properties.disk_size_gb,
            iops: body.properties.disk_iops_read_write,
            mbps: body.properties.disk_mbps_read_write,
            state: state(body.properties.provisioning_state),
            disk_state: body.properties.disk_state,
            time_created: timestamp(body.properties.time_created.as_deref()),
        }
    }
}

#[derive(Serialize)]
struct NewDisk<'a> {
    location: &'a str,
    tags: &'a Tags,
    sku: Sku,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    zones: &'a [String],
    properties: NewProperties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewProperties<'a> {
    creation_data: NewCreationData<'a>,
    #[serde(rename = "diskSizeGB")]
    disk_size_gb: u32,
    #[serde(rename = "diskIOPSReadWrite", skip_serializing_if = "Option::is_none")]
    disk_iops_read_write: Option<u64>,
    #[serde(rename = "diskMBpsReadWrite", skip_serializing_if = "Option::is_none")]
    disk_mbps_read_write: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewCreationData<'a> {
    create_option: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_resource_id: Option<&'a ResourceId>,
}

impl<'a> From<&'a DiskCreation> for NewDisk<'a> {
    fn from(creation: &'a DiskCreation) -> Self {
        let (create_option, source_resource_id) = match &creation.creation_data {
            CreationData::Empty => ("Empty", None),
            CreationData::Copy { source } => ("Copy", Some(source)),
        };
        Self {
            location: &creation.location,
            tags: &creation.tags,
            sku: Sku {
                name: creation.sku.clone(),
            },
            zones: &creation.zones,
            properties: NewProperties {
                creation_data: NewCreationData {
                    create_option,
                    source_resource_id,
                },
                disk_size_gb: creation.size_gib,
                disk_iops_read_write: creation.iops,
                disk_mbps_read_write: creation.mbps,
            },
        }
    }
}

#[async_trait]
impl Disks for ArmDisks {
    async fn list(&self, group: &ResourceId) -> Result<Vec<Disk>> {
        let url = self
            .0
            .url(group, &["providers", "Microsoft.Compute", "disks"], VERSION);
        let disks: Vec<Body> = self.0.list(url).await?;
        Ok(disks.into_iter().map(Into::into).collect())
    }

    async fn get(&self, id: &ResourceId) -> Result<Option<Disk>> {
        let disk: Option<Body> = self.0.get(id, VERSION).await?;
        Ok(disk.map(Into::into))
    }

    async fn create_or_update(&self, id: &ResourceId, creation: &DiskCreation) -> Result<Disk> {
        let disk: Body = self.0.put(id, VERSION, &NewDisk::from(creation)).await?;
        Ok(disk.into())
    }

    async fn update_tags(&self, id: &ResourceId, tags: &Tags) -> Result<Option<Disk>> {
        let disk: Option<Body> = self.0.patch(id, VERSION, &json!({ "tags": tags })).await?;
        Ok(disk.map(Into::into))
    }

    async fn delete(&self, id: &ResourceId) -> Result<()> {
        self.0.delete(id, VERSION).await
    }
}
