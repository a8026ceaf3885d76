//! Container registries, as the settings of a cluster name them.

use kompox_azure::ResourceId;
use kompox_model::Settings;
use kompox_provider::Problem;

/// The setting that names the registries.
const SETTING: &str = "AZURE_AKS_CONTAINER_REGISTRY_RESOURCE_IDS";

const KIND: &str = "Microsoft.ContainerRegistry/registries";

/// A container registry, of whatever subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ContainerRegistryId(ResourceId);

impl ContainerRegistryId {
    /// The registries that a cluster's settings name, each once, in the order in which they are named. None when the
    /// setting is absent. All problems together when it is wrong.
    ///
    /// Spec: §9.1.
    pub(crate) fn configured(settings: &Settings) -> Result<Vec<Self>, Vec<Problem>> {
        let mut registries: Vec<Self> = Vec::new();
        let mut problems = Vec::new();
        let text = settings.get(SETTING).unwrap_or_default();
        for id in text.split(|c: char| c == ',' || c.is_whitespace()) {
            if id.is_empty() {
                continue;
            }
            match Self::parse(id) {
                Ok(registry) if registries.contains(&registry) => {}
                Ok(registry) => registries.push(registry),
                Err(reason) => problems.push(Problem::new(SETTING, id, reason)),
            }
        }
        if problems.is_empty() {
            Ok(registries)
        } else {
            Err(problems)
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let id: ResourceId = text.parse().map_err(|_| {
            "this is no resource id; `az acr list --query [].id` shows those of your registries"
        })?;
        let in_group = id
            .parent()
            .is_some_and(|parent| parent == id.scope() && parent.resource_group().is_some());
        if !id.is_type(KIND) || !in_group {
            return Err(format!(
                "this is the id of another resource ({}); name a registry: \
                 /subscriptions/<id>/resourceGroups/<group>/providers/{KIND}/<registry>",
                id.kind()
            ));
        }
        Ok(Self(id))
    }

    pub(crate) fn id(&self) -> &ResourceId {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configured(text: &str) -> Result<Vec<String>, Vec<String>> {
        let settings = Settings::from_iter([(SETTING, text)]);
        ContainerRegistryId::configured(&settings)
            .map(|found| found.iter().map(|id| id.id().name().to_owned()).collect())
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    fn id(name: &str) -> String {
        format!(
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/{name}"
        )
    }

    #[test]
    fn commas_and_white_space_separate_and_duplicates_collapse() {
        let text = format!(" {},\n{}\t{} ,", id("one"), id("two"), id("ONE"));
        assert_eq!(configured(&text).unwrap(), ["one", "two"]);
        assert_eq!(configured(" , ").unwrap(), Vec::<String>::new());
        assert!(
            ContainerRegistryId::configured(&Settings::default())
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn all_that_is_wrong_is_told_together() {
        let child = id("one/webhooks/w");
        let vault = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v";
        let problems = configured(&format!("registry.azurecr.io {child} {vault}")).unwrap_err();
        assert_eq!(problems.len(), 3);
        assert!(
            problems[0].contains("\"registry.azurecr.io\": this is no resource id"),
            "{problems:?}"
        );
        assert!(problems[1].contains("another resource"), "{problems:?}");
        assert!(
            problems[2].contains("Microsoft.KeyVault/vaults"),
            "{problems:?}"
        );
    }
}
