//! Snapshots of managed disks.

use async_trait::async_trait;
use kompox_azure::{
    ProvisioningState, ResourceId, Result, Snapshot, SnapshotCreation, Snapshots, Tags,
};
use serde::Deserialize;
use serde_json::json;

use crate::api_version::DISKS as VERSION;
use crate::client::Client;
use crate::wire::{Resource, nullable, region, state, timestamp};

/// Snapshots over ARM.
#[derive(Debug)]
pub(crate) struct ArmSnapshots(pub(crate) Client);

type Body = Resource<Properties>;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    #[serde(rename = "diskSizeGB", default, deserialize_with = "nullable")]
    disk_size_gb: u32,
    provisioning_state: Option<ProvisioningState>,
    completion_percent: Option<f64>,
    time_created: Option<String>,
}

impl From<Body> for Snapshot {
    fn from(body: Body) -> Self {
        Self {
            id: body.id,
            location: region(&body.location),
            tags: body.tags,
            sku: body.sku.name,
            size_gib: body.properties.disk_size_gb,
            state: state(body.properties.provisioning_state),
            completion_percent: body.properties.completion_percent,
            time_created: timestamp(body.properties.time_created.as_deref()),
        }
    }
}

#[async_trait]
impl Snapshots for ArmSnapshots {
    async fn list(&self, group: &ResourceId) -> Result<Vec<Snapshot>> {
        let url = self.0.url(
            group,
            &["providers", "Microsoft.Compute", "snapshots"],
            VERSION,
        );
        let snapshots: Vec<Body> = self.0.list(url).await?;
        Ok(snapshots.into_iter().map(Into::into).collect())
    }

    async fn get(&self, id: &ResourceId) -> Result<Option<Snapshot>> {
        let snapshot: Option<Body> = self.0.get(id, VERSION).await?;
        Ok(snapshot.map(Into::into))
    }

    async fn create_or_update(
        &self,
        id: &ResourceId,
        creation: &SnapshotCreation,
    ) -> Result<Snapshot> {
        let body = json!({
            "location": creation.location,
            "tags": creation.tags,
            "sku": { "name": creation.sku },
            "properties": {
                "creationData": {
                    "createOption": if creation.copy_start { "CopyStart" } else { "Copy" },
                    "sourceResourceId": creation.source,
                },
                "incremental": true,
            },
        });
        let snapshot: Body = self.0.put(id, VERSION, &body).await?;
        Ok(snapshot.into())
    }

    async fn update_tags(&self, id: &ResourceId, tags: &Tags) -> Result<Option<Snapshot>> {
        let snapshot: Option<Body> = self.0.patch(id, VERSION, &json!({ "tags": tags })).await?;
        Ok(snapshot.map(Into::into))
    }

    async fn delete(&self, id: &ResourceId) -> Result<()> {
        self.0.delete(id, VERSION).await
    }
}
