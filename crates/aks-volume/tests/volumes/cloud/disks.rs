//! Managed disks.

use async_trait::async_trait;
use kompox_azure::{
    CreationData, Disk, DiskCreation, Disks, ProvisioningState, ResourceId, Result, Tags,
};

use super::{Cloud, FAILING, State, refuse};

impl State {
    /// Azure comes to the end of what it was doing with disks when its callers died.
    pub(crate) fn settle(&mut self) {
        for disk in self.disks.values_mut() {
            if let ProvisioningState::Running(how) = &disk.state {
                disk.state = if how == FAILING {
                    ProvisioningState::Failed
                } else {
                    ProvisioningState::Succeeded
                };
            }
        }
    }

    pub(super) fn leave_disk_halfway(&mut self, name: &str, how: &str) {
        for disk in self.disks.values_mut().filter(|d| d.id.name() == name) {
            disk.state = ProvisioningState::Running(how.to_owned());
        }
    }

    fn make_disk(&mut self, id: &ResourceId, creation: &DiskCreation) -> Result<Disk> {
        self.group_exists(&id.scope())?;
        let there = self.disks.get(id);
        let taken = there.is_some_and(|there| there.state != ProvisioningState::Failed);
        self.check_free(id, taken);
        if let CreationData::Copy { source } = &creation.creation_data {
            let (location, size, whole) = match (self.disks.get(source), self.snapshots.get(source))
            {
                (Some(disk), _) => (&disk.location, disk.size_gib, true),
                (_, Some(snapshot)) => (
                    &snapshot.location,
                    snapshot.size_gib,
                    self.progress.get(source).is_none_or(|p| p == &[100.0]),
                ),
                _ => return refuse(404, "NotFound", "the source is not there"),
            };
            if *location != creation.location {
                return refuse(400, "InvalidParameter", "another region");
            }
            if !whole {
                return refuse(409, "OperationNotAllowed", "the copy is not complete");
            }
            if size > creation.size_gib {
                return refuse(400, "InvalidParameter", "smaller than the source");
            }
        }
        let time = self.tick();
        let disk = Disk {
            id: id.clone(),
            location: creation.location.clone(),
            tags: creation.tags.clone(),
            sku: creation.sku.clone(),
            zones: creation.zones.clone(),
            size_gib: creation.size_gib,
            iops: creation.iops.or(Some(120)),
            mbps: creation.mbps.or(Some(25)),
            state: ProvisioningState::Succeeded,
            disk_state: "Unattached".to_owned(),
            time_created: Some(time),
        };
        self.disks.insert(id.clone(), disk.clone());
        Ok(disk)
    }
}

#[async_trait]
impl Disks for Cloud {
    async fn list(&self, group: &ResourceId) -> Result<Vec<Disk>> {
        self.call("disks.list".to_owned(), |state| {
            let disks = state.disks.values().filter(|d| d.id.is_within(group));
            Ok(disks.cloned().collect())
        })
        .await
    }

    async fn get(&self, id: &ResourceId) -> Result<Option<Disk>> {
        self.call(format!("disks.get {}", id.name()), |state| {
            Ok(state.disks.get(id).cloned())
        })
        .await
    }

    async fn create_or_update(&self, id: &ResourceId, creation: &DiskCreation) -> Result<Disk> {
        self.call(format!("disks.put {}", id.name()), |state| {
            state.make_disk(id, creation)
        })
        .await
    }

    async fn update_tags(&self, id: &ResourceId, tags: &Tags) -> Result<Option<Disk>> {
        self.call(format!("disks.tag {}", id.name()), |state| {
            Ok(state.disks.get_mut(id).map(|disk| {
                disk.tags = tags.clone();
                disk.clone()
            }))
        })
        .await
    }

    async fn delete(&self, id: &ResourceId) -> Result<()> {
        self.call(format!("disks.delete {}", id.name()), |state| {
            state.disks.remove(id);
            Ok(())
        })
        .await
    }
}
