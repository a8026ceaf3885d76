//! Snapshots of managed disks.

use async_trait::async_trait;
use kompox_azure::{
    ProvisioningState, ResourceId, Result, Snapshot, SnapshotCreation, Snapshots, Tags,
};

use super::{Cloud, State, refuse};

impl State {
    fn make_snapshot(&mut self, id: &ResourceId, creation: &SnapshotCreation) -> Result<Snapshot> {
        self.asked_snapshots.push(creation.clone());
        self.group_exists(&id.scope())?;
        self.check_free(id, self.snapshots.contains_key(id));
        let disk = self.disks.get(&creation.source);
        let snapshot = self.snapshots.get(&creation.source);
        let (size_gib, slow) = match (disk, snapshot) {
            (Some(disk), _) => (disk.size_gib, disk.sku == "PremiumV2_LRS"),
            (_, Some(snapshot)) if creation.copy_start => (snapshot.size_gib, true),
            _ => return refuse(404, "NotFound", "the source is not there"),
        };
        let time = self.tick();
        if slow {
            self.progress.insert(id.clone(), self.copy_progress.clone());
        }
        let snapshot = Snapshot {
            id: id.clone(),
            location: creation.location.clone(),
            tags: creation.tags.clone(),
            sku: creation.sku.clone(),
            size_gib,
            state: ProvisioningState::Succeeded,
            completion_percent: None,
            time_created: Some(time),
        };
        self.snapshots.insert(id.clone(), snapshot.clone());
        Ok(snapshot)
    }

    /// A snapshot as a look at it alone shows it: with how far its copy is.
    fn look_at(&mut self, id: &ResourceId) -> Option<Snapshot> {
        let mut snapshot = self.snapshots.get(id)?.clone();
        if let Some(progress) = self.progress.get_mut(id) {
            snapshot.completion_percent = progress.first().copied();
            if progress.len() > 1 {
                progress.remove(0);
            }
        }
        Some(snapshot)
    }
}

#[async_trait]
impl Snapshots for Cloud {
    async fn list(&self, group: &ResourceId) -> Result<Vec<Snapshot>> {
        self.call("snapshots.list".to_owned(), |state| {
            let snapshots = state.snapshots.values().filter(|s| s.id.is_within(group));
            Ok(snapshots.cloned().collect())
        })
        .await
    }

    async fn get(&self, id: &ResourceId) -> Result<Option<Snapshot>> {
        self.call(format!("snapshots.get {}", id.name()), |state| {
            Ok(state.look_at(id))
        })
        .await
    }

    async fn create_or_update(
        &self,
        id: &ResourceId,
        creation: &SnapshotCreation,
    ) -> Result<Snapshot> {
        self.call(format!("snapshots.put {}", id.name()), |state| {
            state.make_snapshot(id, creation)
        })
        .await
    }

    async fn update_tags(&self, _: &ResourceId, _: &Tags) -> Result<Option<Snapshot>> {
        unreachable!("nothing about a snapshot ever changes")
    }

    async fn delete(&self, id: &ResourceId) -> Result<()> {
        self.call(format!("snapshots.delete {}", id.name()), |state| {
            state.snapshots.remove(id);
            state.progress.remove(id);
            Ok(())
        })
        .await
    }
}
