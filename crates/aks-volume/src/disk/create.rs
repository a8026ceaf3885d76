//! Making a disk.

use futures::future::{OptionFuture, join, try_join, try_join3};
use kompox_azure::{CreationData, Disk, DiskCreation, ProvisioningState, ResourceId, Tags};
use kompox_model::VolumeDisk;
use kompox_model::options::VolumeDiskCreateOptions;
use kompox_naming::tags::{DISK_ASSIGNED, DISK_NAME, VOLUME_NAME, flag};
use kompox_naming::{AvailabilityZone, DiskName};
use kompox_provider::deadline::Stage;
use kompox_provider::{Error, Result};
use tracing::info;

use super::DiskBackend;
use super::origin::{Needs, Origin, OriginKind};
use super::record::DiskRecord;
use super::shape::DiskShape;
use super::source::{DISK_TYPE, DiskSource, PlainName};
use crate::Principals;

/// A disk that was asked for, checked as far as that goes without asking Azure.
#[derive(Debug)]
pub(super) struct DiskRequest {
    name: DiskName,
    source: Option<DiskSource>,
    shape: DiskShape,
}

impl DiskBackend<'_> {
    pub(super) fn disk_request(
        &self,
        name: Option<&str>,
        source: Option<&str>,
        options: &VolumeDiskCreateOptions,
    ) -> Result<DiskRequest> {
        Ok(DiskRequest {
            name: self.volumes.name_or_new(name)?,
            source: DiskSource::parse(source.unwrap_or_default(), PlainName::Snapshot)?,
            shape: self.shape(options)?,
        })
    }

    /// Makes a disk: reads everything at once, decides, and only then writes.
    ///
    /// A disk of that name that Azure has made, or is making, is a conflict: it may have data that somebody needs, and
    /// who repeats a create that was killed is told that it is there. One that Azure failed to make is made again
    /// under its own id, and stays assigned if it was.
    ///
    /// Spec: §11.4.
    pub(super) async fn create(&self, request: DiskRequest, stage: &Stage) -> Result<VolumeDisk> {
        let DiskRequest {
            name,
            source,
            shape,
        } = request;
        stage.reached("Azure is still listing what there is; nothing was changed");
        let needs = Needs {
            disks: true,
            snapshots: false,
        };
        let (read, principals) = join(
            try_join(self.inventory(needs, source.as_ref()), self.group.read()),
            self.group.principals(),
        )
        .await;
        let (inventory, group) = read?;

        let disks = self.disks(&inventory.disks);
        let failed = self.find_disk(&disks, &name)?;
        if let Some(there) = failed {
            self.refuse_existing(there)?;
        }
        let origin = match &source {
            Some(source) => Some(self.local_origin(source, self.origin(source, &inventory)?)?),
            None => None,
        };
        let assigned = match failed {
            Some(failed) => failed.assigned || disks.len() == 1,
            None => disks.is_empty(),
        };
        let id = match failed {
            Some(failed) => failed.disk.id.clone(),
            None => self
                .group
                .id
                .resource(DISK_TYPE, self.group.names.disk(&self.name, &name)),
        };
        if failed.is_none() && inventory.disks.iter().any(|disk| disk.id == id) {
            return Err(self.taken(&id));
        }

        stage.reached("the resource group or the roles on it are not ready yet; run it again");
        self.group.ensure(group.as_ref()).await?;
        let look = failed.is_none() && group.is_some();
        let origin_id = origin.as_ref().map(|origin| origin.id.clone());
        let size_gib = self.size_for(&shape, origin.as_ref());
        try_join3(
            self.ensure_roles(principals.as_ref()),
            async {
                OptionFuture::from(look.then(|| self.refuse_taken(&id)))
                    .await
                    .unwrap_or(Ok(()))
            },
            self.await_origin(origin, stage),
        )
        .await?;

        stage.reached(format!(
            "Azure is still making the disk; look for {:?} with disk list",
            name.as_str()
        ));
        let creation = DiskCreation {
            location: self.volumes.location.clone(),
            tags: self.disk_tags(failed.map(|failed| failed.disk), &name, assigned),
            sku: shape.options.sku.as_str().to_owned(),
            zones: shape
                .zone
                .iter()
                .map(AvailabilityZone::azure_form)
                .collect(),
            size_gib,
            creation_data: match origin_id {
                Some(source) => CreationData::Copy { source },
                None => CreationData::Empty,
            },
            iops: shape.options.iops,
            mbps: shape.options.mbps,
        };
        let disk = self
            .volumes
            .azure
            .disks
            .create_or_update(&id, &creation)
            .await
            .map_err(|error| {
                let doing = format!("creating disk {:?} as {id}", name.as_str());
                Error::port(doing, error)
            })?;
        Ok(self.model_disk(&DiskRecord {
            name,
            assigned,
            disk: &disk,
        }))
    }

    /// Lets the cluster attach the disks of the group.
    ///
    /// Spec: §3.2, with the cluster's own identity besides: its control plane does the attaching.
    async fn ensure_roles(&self, principals: Option<&Principals>) -> Result<()> {
        let Some(principals) = principals else {
            return Ok(());
        };
        try_join(
            self.group.ensure_contributor(principals, |p| &p.cluster),
            self.group.ensure_contributor(principals, |p| &p.kubelet),
        )
        .await?;
        Ok(())
    }

    /// Only a disk that Azure gave up on and that no machine uses may be made again.
    fn refuse_existing(&self, there: &DiskRecord<'_>) -> Result<()> {
        let DiskRecord { name, disk, .. } = there;
        let unused =
            disk.disk_state.is_empty() || disk.disk_state.eq_ignore_ascii_case("Unattached");
        let what = match &disk.state {
            ProvisioningState::Failed | ProvisioningState::Canceled if unused => return Ok(()),
            ProvisioningState::Running(state) => {
                format!("is being made or changed ({state}): wait for it")
            }
            _ => "exists already: choose another name".to_owned(),
        };
        Err(Error::conflict(format!(
            "disk {:?} of volume {:?} {what}; it is {}",
            name.as_str(),
            self.volume.name,
            disk.id
        )))
    }

    /// Azure copies a disk within a region only.
    fn local_origin(&self, source: &DiskSource, origin: Origin) -> Result<Origin> {
        let location = &self.volumes.location;
        if origin.is_in(location) {
            return Ok(origin);
        }
        let way_out = match source {
            DiskSource::Snapshot(_) | DiskSource::ForeignSnapshot(_) => {
                "copy the snapshot with snapshot create first and use that"
            }
            _ => "take a snapshot of it there, copy that with snapshot create and use the copy",
        };
        Err(Error::validation(
            "source",
            origin.id.to_string(),
            format!(
                "it is in {}, and a disk in {location} cannot be made from it; {way_out}",
                origin.location
            ),
        ))
    }

    /// A copy cannot be smaller than what it is made from. Restoring must not fail because the volume was declared
    /// smaller since, so the disk becomes larger than declared then.
    fn size_for(&self, shape: &DiskShape, origin: Option<&Origin>) -> u32 {
        match origin {
            Some(origin) if origin.size_gib > shape.size_gib => {
                info!(
                    source = %origin.id,
                    source_gib = origin.size_gib,
                    volume_gib = shape.size_gib,
                    "the source is larger than the volume: the disk gets the size of the source"
                );
                origin.size_gib
            }
            _ => shape.size_gib,
        }
    }

    /// Waits until there is something to copy.
    pub(super) async fn await_origin(&self, origin: Option<Origin>, stage: &Stage) -> Result<()> {
        if let Some(Origin {
            id,
            kind: OriginKind::Snapshot { read },
            ..
        }) = origin
        {
            self.await_data(&id, read.map(|read| *read), stage).await?;
        }
        Ok(())
    }

    /// Azure takes a PUT on a resource that is there for an update of it: nobody else's disk may be under that name,
    /// neither in the listing nor since.
    async fn refuse_taken(&self, id: &ResourceId) -> Result<()> {
        let there = self.volumes.azure.disks.get(id).await;
        match there.map_err(|error| Error::port(format!("reading {id}"), error))? {
            None => Ok(()),
            Some(_) => Err(self.taken(id)),
        }
    }

    pub(super) fn taken(&self, id: &ResourceId) -> Error {
        Error::conflict(format!(
            "{id} is there already, and is none of the disks and snapshots that were listed for volume {:?}: somebody else has just made it, or its tags are not those of the volume; choose another name",
            self.volume.name
        ))
    }

    /// The tags of the app and of the volume, over those that a failed attempt or somebody else left.
    fn disk_tags(&self, failed: Option<&Disk>, name: &DiskName, assigned: bool) -> Tags {
        let mut tags = failed.map_or_else(Tags::new, |disk| disk.tags.clone());
        tags.extend(self.group.names.tags().clone());
        for (key, value) in [
            (VOLUME_NAME, self.name.as_str()),
            (DISK_NAME, name.as_str()),
            (DISK_ASSIGNED, flag(assigned)),
        ] {
            tags.insert(key.to_owned(), value.to_owned());
        }
        tags
    }
}
