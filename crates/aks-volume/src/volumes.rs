//! The volumes of a provider.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;
use kompox_azure::Azure;
use kompox_model::{App, VolumeType};
use kompox_naming::{CompactId, NameError, ProviderNames, VolumeName};
use kompox_provider::{Error, Result};

use crate::disk::DiskBackend;
use crate::files::FilesBackend;
use crate::{ClusterIdentities, VolumeBackend};

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Tells a random number, evenly from the whole of `u64`.
pub type Random = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The volumes of all apps of a provider.
///
/// Spec: §10.1.
#[derive(Clone)]
pub struct Volumes {
    pub(crate) azure: Azure,
    pub(crate) subscription: String,
    pub(crate) location: String,
    pub(crate) names: ProviderNames,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
}

impl Volumes {
    /// Volumes that are made in `location` (`japaneast`) of `subscription` (its id). The clock and the random numbers
    /// make names for what a user does not name.
    #[must_use]
    pub fn new(
        azure: Azure,
        subscription: impl Into<String>,
        location: impl Into<String>,
        names: ProviderNames,
        clock: Clock,
        random: Random,
    ) -> Self {
        Self {
            azure,
            subscription: subscription.into(),
            location: location.into(),
            names,
            clock,
            random,
        }
    }

    /// The backend of the app's volume of that name, by the type of the volume. Calls nobody.
    ///
    /// Spec: §10.1, §10.2.
    ///
    /// # Errors
    /// [`Error::Validation`] when the app has no such volume or a name is wrong, [`Error::NotImplemented`] for a type
    /// that has no backend.
    pub fn backend<'a>(
        &'a self,
        app: &'a App,
        volume: &str,
        identities: &'a dyn ClusterIdentities,
    ) -> Result<Box<dyn VolumeBackend + 'a>> {
        let Some(volume) = app.volume(volume) else {
            let declared: Vec<_> = app.volumes.iter().map(|v| v.name.as_str()).collect();
            return Err(Error::validation(
                "volume",
                volume,
                if declared.is_empty() {
                    format!("app {:?} has no volumes", app.name)
                } else {
                    format!("app {:?} has only: {}", app.name, declared.join(", "))
                },
            ));
        };
        let name = checked(VolumeName::parse(&volume.name))?;
        match volume.kind {
            VolumeType::Disk => Ok(Box::new(DiskBackend::new(
                self, app, volume, name, identities,
            )?)),
            VolumeType::Files => Ok(Box::new(FilesBackend::new(
                self, app, volume, name, identities,
            )?)),
        }
    }

    /// The name that the user gave, else a new one.
    pub(crate) fn name_or_new<N>(&self, given: Option<&str>) -> Result<N>
    where
        N: FromStr<Err = NameError> + From<CompactId>,
    {
        match given.filter(|name| !name.is_empty()) {
            Some(name) => checked(name.parse()),
            None => Ok(CompactId::new((self.clock)(), (self.random)()).into()),
        }
    }
}

impl fmt::Debug for Volumes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Volumes")
            .field("subscription", &self.subscription)
            .field("location", &self.location)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

/// A name that the naming rules refuse is wrong input.
pub(crate) fn checked<T>(name: std::result::Result<T, NameError>) -> Result<T> {
    name.map_err(|error| Error::invalid(error.to_string()))
}
