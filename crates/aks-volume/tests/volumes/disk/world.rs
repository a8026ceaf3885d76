//! Disks and snapshots in the world of these tests. What does not name a volume is about volume `data`.

use kompox_azure::{Disk, ProvisioningState, ResourceId, Snapshot};
use kompox_model::options::VolumeDiskCreateOptions;
use kompox_model::{VolumeDisk, VolumeSnapshot};
use kompox_provider::Result;

use crate::world::{LOCATION, World, group, json, starred, tags_of};

impl World {
    pub(crate) async fn create_disk(&self, name: &str) -> Result<VolumeDisk> {
        self.create_in("data", name, "{}").await
    }

    pub(crate) async fn create_from(&self, name: &str, source: &str) -> Result<VolumeDisk> {
        self.backend("data")
            .disk_create(Some(name), Some(source), VolumeDiskCreateOptions::default())
            .await
    }

    pub(crate) async fn create_with(
        &self,
        name: &str,
        zone: Option<&str>,
        options: &str,
    ) -> Result<VolumeDisk> {
        let options = VolumeDiskCreateOptions {
            zone: zone.map(str::to_owned),
            options: json(options),
        };
        self.backend("data")
            .disk_create(Some(name), None, options)
            .await
    }

    pub(crate) async fn assign_disk(&self, name: &str) -> Result<()> {
        self.backend("data")
            .disk_assign(name, Default::default())
            .await
    }

    pub(crate) async fn snapshot(&self, name: &str, source: &str) -> Result<VolumeSnapshot> {
        self.backend("data")
            .snapshot_create(Some(name), Some(source), Default::default())
            .await
    }

    /// The disks, the newest first, the assigned ones with a `*`.
    pub(crate) async fn disks(&self) -> Vec<String> {
        let listed = self.backend("data").disk_list(Default::default()).await;
        starred(&listed.unwrap())
    }

    /// Puts a disk into the group that somebody else made.
    pub(crate) fn put_disk(&self, azure_name: &str, tags: &[(&str, &str)]) -> ResourceId {
        self.put_disk_at(disk_id(azure_name), LOCATION, tags)
    }

    pub(crate) fn put_disk_at(
        &self,
        id: ResourceId,
        location: &str,
        tags: &[(&str, &str)],
    ) -> ResourceId {
        let mut state = self.cloud.state();
        let time = state.tick();
        state.disks.insert(
            id.clone(),
            Disk {
                id: id.clone(),
                location: location.to_owned(),
                tags: tags_of(tags),
                sku: "Premium_LRS".to_owned(),
                zones: vec!["1".to_owned()],
                size_gib: 10,
                iops: Some(120),
                mbps: Some(25),
                state: ProvisioningState::Succeeded,
                disk_state: "Unattached".to_owned(),
                time_created: Some(time),
            },
        );
        id
    }

    /// Puts a disk of volume `data` into the group, under a name that is not ours to make.
    pub(crate) fn put_our_disk(&self, name: &str, assigned: &str) -> ResourceId {
        self.put_disk(
            &format!("made-by-hand-{name}"),
            &[
                ("kompox-volume", "data"),
                ("kompox-disk-name", name),
                ("kompox-disk-assigned", assigned),
                ("kompox-app-id-hash", "3jkh6q"),
                ("owner", "alice"),
            ],
        )
    }

    pub(crate) fn put_snapshot_at(
        &self,
        id: ResourceId,
        location: &str,
        tags: &[(&str, &str)],
    ) -> ResourceId {
        let mut state = self.cloud.state();
        let time = state.tick();
        state.snapshots.insert(
            id.clone(),
            Snapshot {
                id: id.clone(),
                location: location.to_owned(),
                tags: tags_of(tags),
                sku: "Standard_LRS".to_owned(),
                size_gib: 10,
                state: ProvisioningState::Succeeded,
                completion_percent: None,
                time_created: Some(time),
            },
        );
        id
    }
}

pub(crate) fn disk_id(azure_name: &str) -> ResourceId {
    group().resource("Microsoft.Compute/disks", azure_name)
}

pub(crate) fn snapshot_id(azure_name: &str) -> ResourceId {
    group().resource("Microsoft.Compute/snapshots", azure_name)
}

/// A disk or snapshot of another subscription.
pub(crate) fn elsewhere(kind: &str, name: &str) -> ResourceId {
    ResourceId::subscription_scope("other")
        .group("rg")
        .resource(&format!("Microsoft.Compute/{kind}"), name)
}
