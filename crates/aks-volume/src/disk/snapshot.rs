//! Taking a snapshot.

use std::time::Duration;

use futures::future::{OptionFuture, try_join};
use kompox_azure::{ResourceGroup, ResourceId, Snapshot, SnapshotCreation, Tags};
use kompox_model::VolumeSnapshot;
use kompox_model::failure::{Classify, Failure};
use kompox_naming::SnapshotName;
use kompox_naming::tags::{SNAPSHOT_NAME, VOLUME_NAME};
use kompox_provider::deadline::Stage;
use kompox_provider::{Error, Result};
use tracing::info;

use super::DiskBackend;
use super::origin::{Inventory, Needs, Origin, OriginKind};
use super::record::SnapshotRecord;
use super::sku::DiskSku;
use super::source::{DiskSource, PlainName, SNAPSHOT_TYPE};

/// Spec: §11.8.
const SKU: &str = "Standard_ZRS";
/// For regions without zones.
const FALLBACK_SKU: &str = "Standard_LRS";

/// A snapshot whose data is there at once. The specification gives no limit.
const LIMIT: Duration = Duration::from_secs(5 * 60);
/// A snapshot whose data is copied in the background, possibly from another region. The specification gives no
/// limit; Azure takes minutes to hours.
const BACKGROUND_LIMIT: Duration = Duration::from_secs(60 * 60);

/// A snapshot that was asked for, checked as far as that goes without asking Azure.
#[derive(Debug)]
pub(super) struct SnapshotRequest {
    name: SnapshotName,
    source: Option<DiskSource>,
}

/// A snapshot that can be taken.
#[derive(Debug)]
pub(super) struct SnapshotPlan {
    name: SnapshotName,
    id: ResourceId,
    origin: Origin,
    group: Option<ResourceGroup>,
}

impl SnapshotPlan {
    /// Made from a snapshot, which Azure copies in the background.
    fn copies(&self) -> bool {
        matches!(self.origin.kind, OriginKind::Snapshot { .. })
    }

    /// Done in Azure's eyes before its data is there.
    fn is_slow(&self) -> bool {
        match &self.origin.kind {
            OriginKind::Disk { sku } => DiskSku::parse(sku).is_some_and(DiskSku::is_provisioned),
            OriginKind::Snapshot { .. } => true,
        }
    }

    /// How long it may take.
    pub(super) fn limit(&self) -> Duration {
        if self.is_slow() {
            BACKGROUND_LIMIT
        } else {
            LIMIT
        }
    }
}

impl DiskBackend<'_> {
    pub(super) fn snapshot_request(
        &self,
        name: Option<&str>,
        source: Option<&str>,
    ) -> Result<SnapshotRequest> {
        Ok(SnapshotRequest {
            name: self.volumes.name_or_new(name)?,
            source: DiskSource::parse(source.unwrap_or_default(), PlainName::Disk)?,
        })
    }

    /// Reads everything at once and decides. A snapshot of that name is a conflict, whatever its state: another one
    /// of the same name would be of another time.
    pub(super) async fn plan_snapshot(&self, request: SnapshotRequest) -> Result<SnapshotPlan> {
        let SnapshotRequest { name, source } = request;
        let needs = Needs {
            disks: source.is_none(),
            snapshots: true,
        };
        let inventory = self.inventory(needs, source.as_ref());
        let (inventory, group) = try_join(inventory, self.group.read()).await?;

        let snapshots = self.snapshots(&inventory.snapshots);
        if let Some(there) = self.find_snapshot(&snapshots, &name)? {
            return Err(Error::conflict(format!(
                "snapshot {:?} of volume {:?} exists already ({}); choose another name or delete it; it is {}",
                name.as_str(),
                self.volume.name,
                there.snapshot.state,
                there.snapshot.id
            )));
        }
        let origin = match &source {
            Some(source) => self.origin(source, &inventory)?,
            None => self.assigned_disk(&inventory)?,
        };
        if matches!(origin.kind, OriginKind::Disk { .. }) && !origin.is_in(&self.volumes.location) {
            return Err(Error::validation(
                "source",
                origin.id.to_string(),
                format!(
                    "it is in {}, and a snapshot in {} cannot be taken of it; take a snapshot of it there and use that as the source",
                    origin.location, self.volumes.location
                ),
            ));
        }
        let id = self
            .group
            .id
            .resource(SNAPSHOT_TYPE, self.group.names.snapshot(&self.name, &name));
        if inventory.snapshots.iter().any(|snapshot| snapshot.id == id) {
            return Err(self.taken(&id));
        }
        Ok(SnapshotPlan {
            name,
            id,
            origin,
            group,
        })
    }

    /// Takes the snapshot and waits until its data is there.
    ///
    /// Spec: §11.8.
    pub(super) async fn take_snapshot(
        &self,
        plan: SnapshotPlan,
        stage: &Stage,
    ) -> Result<VolumeSnapshot> {
        let slow = plan.is_slow();
        let creation = SnapshotCreation {
            location: self.volumes.location.clone(),
            tags: self.snapshot_tags(&plan.name),
            sku: SKU.to_owned(),
            source: plan.origin.id.clone(),
            copy_start: plan.copies(),
        };
        let SnapshotPlan {
            name,
            id,
            origin,
            group,
        } = plan;

        stage.reached("the resource group is not ready yet; run it again");
        self.group.ensure(group.as_ref()).await?;
        let look = group.is_some();
        try_join(
            async {
                OptionFuture::from(look.then(|| self.refuse_taken_snapshot(&id)))
                    .await
                    .unwrap_or(Ok(()))
            },
            self.await_origin(Some(origin), stage),
        )
        .await?;

        stage.reached(format!(
            "Azure is still taking the snapshot; look for {:?} with snapshot list",
            name.as_str()
        ));
        let snapshot = self.put_snapshot(&id, creation).await?;
        // The answer to the write does not say how much of a background copy is there: only a look does.
        let read = (!slow).then_some(snapshot);
        let snapshot = self.await_data(&id, read, stage).await?;
        Ok(self.model_snapshot(&SnapshotRecord {
            name,
            snapshot: &snapshot,
        }))
    }

    /// The disk that a snapshot is taken of when nothing is said.
    fn assigned_disk(&self, inventory: &Inventory) -> Result<Origin> {
        let disks = self.disks(&inventory.disks);
        let assigned: Vec<_> = disks.iter().filter(|disk| disk.assigned).collect();
        let volume = &self.volume.name;
        match assigned.as_slice() {
            [disk] => Ok(Origin::of_disk(disk.disk)),
            [] => Err(Error::conflict(format!(
                "volume {volume:?} has no assigned disk to take a snapshot of; assign one, or name a source"
            ))),
            several => {
                let names: Vec<_> = several.iter().map(|disk| disk.name.as_str()).collect();
                Err(Error::conflict(format!(
                    "volume {volume:?} has more than one assigned disk: {}; assign one again to repair that, or name a source",
                    names.join(", ")
                )))
            }
        }
    }

    /// Zone-redundant where the region can, else locally redundant.
    async fn put_snapshot(
        &self,
        id: &ResourceId,
        mut creation: SnapshotCreation,
    ) -> Result<Snapshot> {
        let snapshots = &self.volumes.azure.snapshots;
        let result = match snapshots.create_or_update(id, &creation).await {
            Err(error) if error.failure().is_some_and(refuses_sku) => {
                info!(%error, "the region has no {SKU} snapshots: taking a {FALLBACK_SKU} one");
                creation.sku = FALLBACK_SKU.to_owned();
                snapshots.create_or_update(id, &creation).await
            }
            result => result,
        };
        result.map_err(|error| Error::port(format!("taking a snapshot as {id}"), error))
    }

    /// As for a disk: a PUT on somebody else's snapshot would change it.
    async fn refuse_taken_snapshot(&self, id: &ResourceId) -> Result<()> {
        match self.read_snapshot(id).await? {
            None => Ok(()),
            Some(_) => Err(self.taken(id)),
        }
    }

    fn snapshot_tags(&self, name: &SnapshotName) -> Tags {
        let mut tags = self.group.names.tags().clone();
        tags.insert(VOLUME_NAME.to_owned(), self.name.to_string());
        tags.insert(SNAPSHOT_NAME.to_owned(), name.to_string());
        tags
    }
}

/// `InvalidParameter` about `sku`: `SKU Standard_ZRS is not supported for resource type …`.
fn refuses_sku(failure: &Failure) -> bool {
    failure.causes().into_iter().chain([failure]).any(|cause| {
        cause.code.eq_ignore_ascii_case("InvalidParameter")
            && (cause
                .target
                .as_ref()
                .is_some_and(|target| target.to_ascii_lowercase().starts_with("sku"))
                || cause.message.to_ascii_lowercase().contains("sku "))
    })
}
