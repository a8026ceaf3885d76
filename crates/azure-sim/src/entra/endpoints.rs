//! `/metadata/endpoints`: what Resource Manager says about the cloud it is in. Tools that take only the address of Resource
//! Manager find everything else here.
//!
//! Besides Resource Manager and signing in, which are here, the endpoints are those of the public cloud.

use serde_json::{Value, json};

use crate::error::ArmError;
use crate::reply::Reply;
use crate::request::ArmRequest;

/// The name of this cloud. Not that of a real one: clients replace endpoints of clouds that they know by name.
const CLOUD: &str = "AzureSimulated";

/// Versions in which the answer is an array of clouds.
const ARRAYS: &[&str] = &[
    "2018-05-01",
    "2018-11-01",
    "2019-05-01",
    "2019-08-01",
    "2020-06-01",
    "2021-03-01",
];

/// Answers without a token, whatever Resource Manager wants otherwise.
pub(crate) fn answer(request: &ArmRequest) -> Result<Reply, ArmError> {
    request.must_be(&http::Method::GET)?;
    let version = request.api_version()?;
    let body = match version {
        "2015-01-01" => oldest(&request.origin),
        "2022-09-01" => cloud(&request.origin),
        _ if ARRAYS.contains(&version) => json!([cloud(&request.origin)]),
        _ => {
            return Err(ArmError::gateway(
                400,
                "InvalidApiVersionParameter",
                format!(
                    "The api-version '{version}' is invalid. The supported versions are \
                     '2022-09-01, {}, 2015-01-01'.",
                    ARRAYS.iter().rev().copied().collect::<Vec<_>>().join(", ")
                ),
            ));
        }
    };
    Ok(Reply::json(200, body).by_gateway())
}

fn oldest(origin: &str) -> Value {
    json!({
        "galleryEndpoint": "https://gallery.azure.com/",
        "graphEndpoint": "https://graph.windows.net/",
        "portalEndpoint": "https://portal.azure.com/",
        "authentication": {
            "loginEndpoint": format!("{origin}/"),
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
        },
    })
}

fn cloud(origin: &str) -> Value {
    json!({
        "portal": "https://portal.azure.com",
        "authentication": {
            "loginEndpoint": origin,
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "media": "https://rest.media.azure.net",
        "graphAudience": "https://graph.windows.net/",
        "graph": "https://graph.windows.net/",
        "name": CLOUD,
        "suffixes": {
            "azureDataLakeStoreFileSystem": "azuredatalakestore.net",
            "acrLoginServer": "azurecr.io",
            "sqlServerHostname": "database.windows.net",
            "azureDataLakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
            "keyVaultDns": "vault.azure.net",
            "storage": "core.windows.net",
            "azureFrontDoorEndpointSuffix": "azurefd.net",
            "storageSyncEndpointSuffix": "afs.azure.net",
            "mhsmDns": "managedhsm.azure.net",
            "mysqlServerEndpoint": "mysql.database.azure.com",
            "postgresqlServerEndpoint": "postgres.database.azure.com",
            "mariadbServerEndpoint": "mariadb.database.azure.com",
            "synapseAnalytics": "dev.azuresynapse.net",
            "attestationEndpoint": "attest.azure.net",
        },
        "batch": "https://batch.core.windows.net/",
        "resourceManager": format!("{origin}/"),
        "vmImageAliasDoc": "https://azcliprod.blob.core.windows.net/cli/vm/aliases.json",
        "activeDirectoryDataLake": "https://datalake.azure.net/",
        "sqlManagement": "https://management.core.windows.net:8443/",
        "microsoftGraphResourceId": "https://graph.microsoft.com/",
        "appInsightsResourceId": "https://api.applicationinsights.io",
        "appInsightsTelemetryChannelResourceId":
            "https://dc.applicationinsights.azure.com/v2/track",
        "appServiceResourceId": "https://appservice.azure.com",
        "attestationResourceId": "https://attest.azure.net",
        "synapseAnalyticsResourceId": "https://dev.azuresynapse.net",
        "logAnalyticsResourceId": "https://api.loganalytics.io",
        "ossrdbmsResourceId": "https://ossrdbms-aad.database.windows.net",
        "gallery": "https://gallery.azure.com/",
    })
}
