//! Making drivers.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use kompox_aks_volume::{Clock, Random, Volumes};
use kompox_azure::Connector;
use kompox_kube::KubernetesConnector;
use kompox_naming::ProviderNames;
use kompox_provider::{Driver, DriverContext, DriverFactory, Error, Result};

use crate::driver::AksDriver;
use crate::record::Records;
use crate::settings::{Environment, ProviderSettings};

/// The name that this driver is registered under.
pub const DRIVER_NAME: &str = "aks";

/// Makes AKS drivers from the settings of providers.
///
/// Spec: §1.1, §1.2.
pub struct AksFactory {
    connector: Arc<dyn Connector>,
    kubernetes: Arc<dyn KubernetesConnector>,
    environment: Box<Environment>,
    clock: Clock,
    random: Random,
}

impl AksFactory {
    /// A factory whose drivers reach Azure through `connector`, and what runs in clusters through `kubernetes`, which is not
    /// asked before an operation needs it. `environment` looks up variables of the process;
    /// it is asked for what the settings leave out of `AZURE_CLOUD`, the addresses of a custom cloud, and the
    /// credential's parts.
    pub fn new(
        connector: Arc<dyn Connector>,
        kubernetes: Arc<dyn KubernetesConnector>,
        environment: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            connector,
            kubernetes,
            environment: Box::new(environment),
            clock: Arc::new(Timestamp::now),
            random: Arc::new(rand::random::<u64>),
        }
    }

    /// Names what users leave unnamed by this clock and these random numbers, instead of the system's.
    #[must_use]
    pub fn naming_by(mut self, clock: Clock, random: Random) -> Self {
        self.clock = clock;
        self.random = random;
        self
    }
}

impl fmt::Debug for AksFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AksFactory")
            .field("connector", &self.connector)
            .field("kubernetes", &self.kubernetes)
            .finish_non_exhaustive()
    }
}

impl DriverFactory for AksFactory {
    fn create(&self, context: DriverContext) -> Result<Arc<dyn Driver>> {
        let settings =
            ProviderSettings::parse(&context.provider.settings, self.environment.as_ref())?;
        let names = ProviderNames::new(context.workspace.as_ref(), &context.provider)
            .map_err(|error| Error::invalid(error.to_string()))?;
        let azure = self
            .connector
            .connect(&settings.connection)
            .map_err(|error| {
                Error::port(
                    format!("signing in for provider {:?}", context.provider.name),
                    error,
                )
            })?;
        let volumes = Volumes::new(
            azure.clone(),
            settings.subscription.name(),
            &settings.location,
            names.clone(),
            self.clock.clone(),
            self.random.clone(),
        );
        Ok(Arc::new(AksDriver {
            azure,
            cloud: settings.connection.cloud,
            kubernetes: Arc::clone(&self.kubernetes),
            volumes,
            records: Records::default(),
            names,
            subscription: settings.subscription,
            location: settings.location,
            progress: context.progress,
        }))
    }
}
