//! Finding a driver by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use kompox_model::{Provider, Workspace};

use crate::{Driver, Error, Progress, Result};

/// What a driver is made from.
#[derive(Debug, Clone)]
pub struct DriverContext {
    /// The workspace, where there is one.
    pub workspace: Option<Workspace>,
    /// The provider, with the settings of the driver.
    pub provider: Provider,
    /// Who is told about progress.
    pub progress: Arc<dyn Progress>,
}

/// Makes drivers of one kind.
pub trait DriverFactory: Send + Sync {
    /// Makes a driver. Checks the settings and calls nobody.
    ///
    /// # Errors
    /// [`Error::Validation`] and [`Error::NotSupported`] for settings that are missing or wrong.
    fn create(&self, context: DriverContext) -> Result<Arc<dyn Driver>>;
}

/// Driver factories by name. An ordinary value: whoever composes a program fills it.
///
/// Spec: §1.1.
#[derive(Default)]
pub struct Registry {
    factories: BTreeMap<String, Box<dyn DriverFactory>>,
}

impl Registry {
    /// Adds a factory under the name that [`Provider::driver`] refers to, replacing one of the same name.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, factory: impl DriverFactory + 'static) -> Self {
        self.factories.insert(name.into(), Box::new(factory));
        self
    }

    /// Makes the driver that the provider names.
    ///
    /// # Errors
    /// [`Error::Validation`] when no driver has that name, and what the factory returns.
    pub fn create(&self, context: DriverContext) -> Result<Arc<dyn Driver>> {
        let name = context.provider.driver.trim();
        let Some(factory) = self.factories.get(name) else {
            let known: Vec<_> = self.factories.keys().map(String::as_str).collect();
            return Err(Error::validation(
                format!("driver of provider {:?}", context.provider.name),
                name,
                format!("there is no such driver; known: {}", known.join(", ")),
            ));
        };
        factory.create(context)
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.factories.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NoProgress;

    struct Refusing;

    impl DriverFactory for Refusing {
        fn create(&self, context: DriverContext) -> Result<Arc<dyn Driver>> {
            Err(Error::invalid(format!(
                "made for {}",
                context.provider.name
            )))
        }
    }

    fn context(driver: &str) -> DriverContext {
        DriverContext {
            workspace: None,
            provider: Provider::new("prv1", driver),
            progress: Arc::new(NoProgress),
        }
    }

    #[test]
    fn the_factory_of_that_name_is_asked() {
        let registry = Registry::default().with("aks", Refusing);
        let error = registry.create(context(" aks ")).unwrap_err();
        assert_eq!(error.to_string(), "made for prv1");
    }

    #[test]
    fn an_unknown_driver_is_named_together_with_those_that_exist() {
        let registry = Registry::default().with("aks", Refusing);
        let error = registry.create(context("eks")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "driver of provider \"prv1\" \"eks\": there is no such driver; known: aks"
        );
    }
}
