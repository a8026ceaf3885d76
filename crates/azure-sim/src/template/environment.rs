//! What a template can see besides its own text.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Scope, TemplateError};

/// The world as it was when a deployment started; every function but `reference` and `list*` reads
/// only this, so that evaluating twice gives the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Environment {
    /// Where the template is deployed to.
    pub(crate) scope: Scope,
    /// `tenant()`
    pub(crate) tenant: Value,
    /// `subscription()`
    pub(crate) subscription: Value,
    /// `resourceGroup()`, absent at subscription scope.
    pub(crate) resource_group: Option<Value>,
    /// `deployment()`
    pub(crate) deployment: Value,
    /// `deployer()`
    pub(crate) deployer: Value,
    /// `environment()`
    pub(crate) cloud: Value,
    /// `utcNow()`
    pub(crate) now: Timestamp,
    /// Makes the `newGuid()`s of this deployment different from those of another one.
    pub(crate) seed: String,
}

impl Environment {
    /// `environment()` of the public cloud.
    pub(crate) fn public_cloud() -> Value {
        json!({
            "name": "AzureCloud",
            "gallery": "https://gallery.azure.com/",
            "graph": "https://graph.windows.net/",
            "portal": "https://portal.azure.com",
            "graphAudience": "https://graph.windows.net/",
            "activeDirectoryDataLake": "https://datalake.azure.net/",
            "batch": "https://batch.core.windows.net/",
            "media": "https://rest.media.azure.net",
            "sqlManagement": "https://management.core.windows.net:8443/",
            "vmImageAliasDoc": "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/quickstart-templates/aliases.json",
            "resourceManager": "https://management.azure.com/",
            "authentication": {
                "loginEndpoint": "https://login.microsoftonline.com/",
                "audiences": [
                    "https://management.core.windows.net/",
                    "https://management.azure.com/"
                ],
                "tenant": "common",
                "identityProvider": "AAD"
            },
            "suffixes": {
                "acrLoginServer": ".azurecr.io",
                "azureDatalakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
                "azureDatalakeStoreFileSystem": "azuredatalakestore.net",
                "azureFrontDoorEndpointSuffix": "azurefd.net",
                "keyvaultDns": ".vault.azure.net",
                "sqlServerHostname": ".database.windows.net",
                "storage": "core.windows.net"
            }
        })
    }
}

/// The running world: what other resources are right now.
pub(crate) trait Runtime {
    /// `reference(target, [api version], ['Full'])`; `target` is a resource id, or the name or
    /// symbolic name of a resource of the template.
    fn reference(
        &self,
        target: &str,
        api_version: Option<&str>,
        full: bool,
    ) -> Result<Value, TemplateError>;

    /// `references(loop, ['Full'])`
    fn references(&self, name: &str, full: bool) -> Result<Value, TemplateError>;

    /// `resourceInfo(symbol)`
    fn resource_info(&self, symbol: &str) -> Result<Value, TemplateError>;

    /// `list*(target, api version, [body])`
    fn list(
        &self,
        function: &str,
        target: &str,
        api_version: &str,
        body: &Value,
    ) -> Result<Value, TemplateError>;
}
