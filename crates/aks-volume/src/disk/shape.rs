//! What a disk is to be, decided before anything is asked of Azure.

use kompox_model::options::VolumeDiskCreateOptions;
use kompox_naming::AvailabilityZone;
use kompox_provider::{Error, Problem, Result};

use super::options::DiskOptions;
use super::sku::DiskSku;
use super::{DiskBackend, size};

/// SKU, performance, zone and size of a disk that Azure can make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DiskShape {
    pub(super) options: DiskOptions,
    pub(super) zone: Option<AvailabilityZone>,
    pub(super) size_gib: u32,
}

impl DiskBackend<'_> {
    /// The shape of a disk of this volume; all that is wrong is told together.
    pub(super) fn shape(&self, options: &VolumeDiskCreateOptions) -> Result<DiskShape> {
        let size_gib = size::gib(&self.volume.name, self.volume.size)?;
        let asked = options.zone.as_deref().map(str::trim);
        let asked = asked.filter(|zone| !zone.is_empty());
        let zone = asked
            .or(self.app.deployment.zones.first().map(String::as_str))
            .map(|zone| AvailabilityZone::parse(zone, &self.volumes.location))
            .transpose()
            .map_err(|error| Problem::sentence(error.to_string()));

        let mut problems = Vec::new();
        let disk = DiskOptions::parse(&self.volume.options, &options.options)
            .map_err(|found| problems.extend(found));
        let zone = zone.map_err(|found| problems.push(found));
        let (Ok(options), Ok(zone)) = (disk, zone) else {
            return Err(Error::Validation(problems));
        };
        Ok(DiskShape {
            options,
            zone: suitable(options.sku, asked, zone)?,
            size_gib,
        })
    }
}

/// A zone-redundant disk is in all zones, a disk of provisioned performance in one. The app's own zone gives way where
/// a disk can have none; one that was asked for does not.
fn suitable(
    sku: DiskSku,
    asked: Option<&str>,
    zone: Option<AvailabilityZone>,
) -> Result<Option<AvailabilityZone>> {
    match (asked, zone) {
        (Some(asked), _) if sku.is_zone_redundant() => Err(Error::validation(
            "availability zone",
            asked,
            format!(
                "a {} disk is in all zones; leave the zone out",
                sku.as_str()
            ),
        )),
        (None, _) if sku.is_zone_redundant() => Ok(None),
        (_, None) if sku.is_provisioned() => Err(Error::invalid(format!(
            "a {} disk needs an availability zone; give one, or set deployment.zone of the app",
            sku.as_str()
        ))),
        (_, zone) => Ok(zone),
    }
}
