//! What a provision makes: the template, evaluated by the offline Azure with the parameters that the driver passes.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)] // In what the tests share.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use kompox_azure_sim::Simulator;
use kompox_model::options::ClusterProvisionOptions;
use kompox_model::{Cluster, Provider, Settings, Workspace};
use kompox_provider::{Driver, DriverContext, DriverFactory, NoProgress};
use serde_json::{Value, json};

const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";
const GROUP: &str = "k4x-3hj1z5_cls_prod_5lmloa";

/// A cluster of the offline Azure, provisioned by the driver.
struct Provisioned {
    simulator: Simulator,
    group: String,
}

impl Provisioned {
    async fn with(cluster: Cluster) -> Self {
        let simulator = Simulator::builder().build().unwrap();
        driver(&simulator)
            .cluster_provision(&cluster, ClusterProvisionOptions::default())
            .await
            .unwrap();
        Self {
            simulator,
            group: format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"),
        }
    }

    async fn new(settings: &[(&str, &str)]) -> Self {
        let mut cluster = Cluster::new("prod");
        cluster.settings = settings.iter().copied().collect();
        Self::with(cluster).await
    }

    fn get(&self, path: &str, api_version: &str) -> Value {
        let separator = if path.contains('?') { '&' } else { '?' };
        let uri = format!("http://localhost{path}{separator}api-version={api_version}");
        let request = http::Request::get(uri).body(Bytes::new()).unwrap();
        let response = self.simulator.handle(request);
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        assert!(response.status().is_success(), "{path}: {body:#}");
        body
    }

    /// The resources of the group by type, each as a GET shows it.
    fn resources(&self) -> BTreeMap<String, Vec<Value>> {
        let list = self.get(&format!("{}/resources", self.group), "2024-11-01");
        let mut resources: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for item in list["value"].as_array().unwrap() {
            let kind = item["type"].as_str().unwrap().to_lowercase();
            let whole = self.get(item["id"].as_str().unwrap(), api_version(&kind));
            resources.entry(kind).or_default().push(whole);
        }
        resources
    }

    fn only(&self, kind: &str) -> Value {
        let mut found = self
            .resources()
            .remove(&kind.to_lowercase())
            .unwrap_or_default();
        assert_eq!(found.len(), 1, "{kind}: {found:#?}");
        found.remove(0)
    }

    fn cluster(&self) -> Value {
        self.only("Microsoft.ContainerService/managedClusters")
    }

    /// The node pools by name.
    fn pools(&self) -> BTreeMap<String, Value> {
        let cluster = self.cluster();
        let pools = cluster["properties"]["agentPoolProfiles"]
            .as_array()
            .unwrap();
        pools
            .iter()
            .map(|pool| (pool["name"].as_str().unwrap().to_owned(), pool.clone()))
            .collect()
    }

    fn deployment(&self) -> Value {
        let path = format!(
            "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Resources/deployments/{GROUP}"
        );
        self.get(&path, "2022-09-01")
    }
}

fn driver(simulator: &Simulator) -> std::sync::Arc<dyn Driver> {
    let connector = kompox_azure_arm::ArmConnector::builder()
        .transport(simulator.transport())
        .anonymous()
        .build();
    let mut provider = Provider::new("azure-east", kompox_aks::DRIVER_NAME);
    provider.settings = Settings::from_iter([
        ("AZURE_SUBSCRIPTION_ID", SUBSCRIPTION),
        ("AZURE_LOCATION", "japaneast"),
        ("AZURE_AUTH_METHOD", "azure_cli"),
    ]);
    let clusters = kompox_kube::twin::Twin::in_memory();
    kompox_aks::AksFactory::new(
        std::sync::Arc::new(connector),
        std::sync::Arc::new(clusters),
        |_| None,
    )
    .create(DriverContext {
        workspace: Some(Workspace::new("acme")),
        provider,
        progress: std::sync::Arc::new(NoProgress),
    })
    .unwrap()
}

fn api_version(kind: &str) -> &'static str {
    match kind {
        "microsoft.containerservice/managedclusters" => "2025-05-01",
        "microsoft.keyvault/vaults" => "2023-07-01",
        "microsoft.managedidentity/userassignedidentities" => "2023-01-31",
        "microsoft.operationalinsights/workspaces" => "2023-09-01",
        "microsoft.storage/storageaccounts" => "2023-05-01",
        other => panic!("the template is not meant to make a {other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn exactly_the_resources_of_a_cluster_are_made() {
    let made = Provisioned::new(&[]).await;
    let counts: Vec<_> = made
        .resources()
        .into_iter()
        .map(|(kind, items)| (kind, items.len()))
        .collect();
    assert_eq!(
        counts,
        [
            ("microsoft.containerservice/managedclusters".to_owned(), 1),
            ("microsoft.keyvault/vaults".to_owned(), 1),
            (
                "microsoft.managedidentity/userassignedidentities".to_owned(),
                1
            ),
            ("microsoft.operationalinsights/workspaces".to_owned(), 1),
            ("microsoft.storage/storageaccounts".to_owned(), 1),
        ]
    );
    for resource in made.resources().into_values().flatten() {
        assert_eq!(resource["location"], "japaneast", "{resource:#}");
        assert_eq!(
            resource["tags"]["kompox-cluster-name"], "prod",
            "{resource:#}"
        );
    }
    let group = made.get(&made.group, "2024-11-01");
    assert_eq!(group["tags"]["managed-by"], "kompox");
    assert_eq!(group["tags"]["kompox-cluster-hash"], "5lmloa");
}

#[tokio::test(start_paused = true)]
async fn the_cluster_has_the_identity_network_and_add_ons_that_kompox_relies_on() {
    let cluster = Provisioned::new(&[]).await.cluster();
    let properties = &cluster["properties"];
    assert_eq!(cluster["name"], "aks-5lmloa");
    assert_eq!(cluster["identity"]["type"], "SystemAssigned");
    assert_eq!(cluster["sku"], json!({"name": "Base", "tier": "Free"}));
    assert_eq!(properties["nodeResourceGroup"], format!("{GROUP}_mc"));
    assert_eq!(properties["aadProfile"]["enableAzureRBAC"], true);
    assert_ne!(properties["disableLocalAccounts"], true);
    let network = &properties["networkProfile"];
    assert_eq!(network["networkPlugin"], "azure");
    assert_eq!(network["networkPluginMode"], "overlay");
    assert_eq!(network["networkPolicy"], "azure");
    assert_eq!(
        network["loadBalancerSku"].as_str().unwrap().to_lowercase(),
        "standard"
    );
    assert_eq!(properties["oidcIssuerProfile"]["enabled"], true);
    assert_eq!(
        properties["securityProfile"]["workloadIdentity"]["enabled"],
        true
    );
    let addons = &properties["addonProfiles"];
    assert_eq!(addons["azurepolicy"]["enabled"], true);
    assert_eq!(addons["azurepolicy"]["config"]["version"], "v2");
    let secrets = &addons["azureKeyvaultSecretsProvider"];
    assert_eq!(secrets["enabled"], true);
    assert_eq!(secrets["config"]["enableSecretRotation"], "true");
    assert_eq!(secrets["config"]["rotationPollInterval"], "2m");
    let workspace = addons["omsagent"]["config"]["logAnalyticsWorkspaceResourceID"]
        .as_str()
        .unwrap();
    assert!(
        workspace.contains("/providers/Microsoft.OperationalInsights/workspaces/log-"),
        "{workspace}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_ingress_identity_trusts_the_service_account() {
    let mut cluster = Cluster::new("prod");
    cluster.ingress.namespace = Some("edge".into());
    cluster.ingress.service_account = Some("front".into());
    let made = Provisioned::with(cluster).await;
    let identity = made.only("Microsoft.ManagedIdentity/userAssignedIdentities");
    let path = format!(
        "{}/federatedIdentityCredentials",
        identity["id"].as_str().unwrap()
    );
    let credentials = made.get(&path, "2023-01-31");
    let [credential] = credentials["value"].as_array().unwrap().as_slice() else {
        panic!("{credentials:#}");
    };
    let properties = &credential["properties"];
    assert_eq!(properties["subject"], "system:serviceaccount:edge:front");
    assert_eq!(
        properties["audiences"],
        json!(["api://AzureADTokenExchange"])
    );
    assert_eq!(
        properties["issuer"],
        made.cluster()["properties"]["oidcIssuerProfile"]["issuerURL"]
    );
}

#[tokio::test(start_paused = true)]
async fn vault_workspace_and_storage_are_as_locked_down_as_they_should_be() {
    let made = Provisioned::new(&[]).await;
    let vault = made.only("Microsoft.KeyVault/vaults");
    assert_eq!(vault["properties"]["enableRbacAuthorization"], true);
    assert!(
        vault["properties"]
            .get("enablePurgeProtection")
            .is_none_or(|v| v != true)
    );
    let workspace = made.only("Microsoft.OperationalInsights/workspaces");
    assert_eq!(workspace["properties"]["retentionInDays"], 30);
    assert_eq!(
        workspace["properties"]["sku"]["name"]
            .as_str()
            .unwrap()
            .to_lowercase(),
        "pergb2018"
    );
    let storage = made.only("Microsoft.Storage/storageAccounts");
    assert_eq!(storage["properties"]["minimumTlsVersion"], "TLS1_2");
    assert_eq!(storage["properties"]["supportsHttpsTrafficOnly"], true);
    assert_eq!(storage["properties"]["allowBlobPublicAccess"], false);
}

#[tokio::test(start_paused = true)]
async fn the_clusters_logs_go_to_the_storage_account_and_the_deployer_administers_it() {
    let made = Provisioned::new(&[]).await;
    let cluster = made.cluster();
    let cluster_id = cluster["id"].as_str().unwrap();
    let settings = made.get(
        &format!("{cluster_id}/providers/Microsoft.Insights/diagnosticSettings/kompox"),
        "2021-05-01-preview",
    );
    let target = settings["properties"]["storageAccountId"]
        .as_str()
        .unwrap()
        .to_lowercase();
    let storage = made.only("Microsoft.Storage/storageAccounts");
    assert_eq!(target, storage["id"].as_str().unwrap().to_lowercase());
    let categories: BTreeSet<_> = settings["properties"]["logs"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|log| log["enabled"] == true)
        .map(|log| log["category"].as_str().unwrap())
        .collect();
    assert_eq!(categories, BTreeSet::from(["cluster-autoscaler", "guard"]));

    let path =
        format!("{cluster_id}/providers/Microsoft.Authorization/roleAssignments?$filter=atScope()");
    let assignments = made.get(&path, "2022-04-01");
    let roles: Vec<_> = assignments["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|assignment| {
            assignment["properties"]["roleDefinitionId"]
                .as_str()
                .unwrap()
        })
        .collect();
    assert_eq!(roles.len(), 1, "{assignments:#}");
    assert!(
        roles[0].ends_with("b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"),
        "{roles:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn without_settings_there_is_a_system_pool_and_a_spot_pool_in_each_zone() {
    let pools = Provisioned::new(&[]).await.pools();
    let names: Vec<_> = pools.keys().map(String::as_str).collect();
    assert_eq!(names, ["npsystem", "npuser1", "npuser2", "npuser3"]);

    for (name, pool) in &pools {
        assert_eq!(pool["enableAutoScaling"], true, "{name}");
        assert_eq!(pool["osType"], "Linux", "{name}");
        assert_eq!(pool["maxPods"], 250, "{name}");
        assert_eq!(pool["vmSize"], "Standard_D2lds_v6", "{name}");
        assert_eq!(pool["osDiskType"], "Ephemeral", "{name}");
        assert_eq!(pool["osDiskSizeGB"], 110, "{name}");
    }
    let system = &pools["npsystem"];
    assert_eq!(system["mode"], "System");
    assert_eq!(
        (&system["minCount"], &system["maxCount"]),
        (&json!(1), &json!(3))
    );
    assert_eq!(system["nodeLabels"]["kompox.dev/node-pool"], "system");
    assert!(system.get("availabilityZones").is_none(), "{system:#}");
    assert!(
        system
            .get("scaleSetPriority")
            .is_none_or(|priority| priority == "Regular")
    );
    for zone in 1..=3 {
        let pool = &pools[&format!("npuser{zone}")];
        assert_eq!(pool["mode"], "User");
        assert_eq!(
            (&pool["minCount"], &pool["maxCount"]),
            (&json!(0), &json!(10))
        );
        assert_eq!(pool["availabilityZones"], json!([zone.to_string()]));
        assert_eq!(pool["nodeLabels"]["kompox.dev/node-pool"], "user");
        assert_eq!(
            pool["nodeLabels"]["kompox.dev/node-zone"],
            format!("japaneast-{zone}")
        );
        assert_eq!(pool["scaleSetPriority"], "Spot");
        assert_eq!(pool["scaleSetEvictionPolicy"], "Delete");
        assert_eq!(pool["spotMaxPrice"].as_f64(), Some(-1.0));
    }
}

#[tokio::test(start_paused = true)]
async fn node_pools_follow_the_settings() {
    let made = Provisioned::new(&[
        ("AZURE_AKS_SYSTEM_VM_SIZE", "Standard_D4s_v5"),
        ("AZURE_AKS_SYSTEM_VM_DISK_TYPE", "Managed"),
        ("AZURE_AKS_SYSTEM_VM_DISK_SIZE_GB", "64"),
        ("AZURE_AKS_SYSTEM_VM_ZONES", "japaneast-1,2"),
        ("AZURE_AKS_USER_VM_SIZE", "Standard_D8s_v5"),
        ("AZURE_AKS_USER_VM_DISK_TYPE", "Managed"),
        ("AZURE_AKS_USER_VM_DISK_SIZE_GB", "256"),
        ("AZURE_AKS_USER_VM_PRIORITY", "Regular"),
        ("AZURE_AKS_USER_VM_ZONES", "3"),
    ])
    .await;
    let pools = made.pools();
    let names: Vec<_> = pools.keys().map(String::as_str).collect();
    assert_eq!(names, ["npsystem", "npuser3"]);
    let system = &pools["npsystem"];
    assert_eq!(system["vmSize"], "Standard_D4s_v5");
    assert_eq!(system["osDiskType"], "Managed");
    assert_eq!(system["osDiskSizeGB"], 64);
    assert_eq!(system["availabilityZones"], json!(["1", "2"]));
    let user = &pools["npuser3"];
    assert_eq!(user["vmSize"], "Standard_D8s_v5");
    assert_eq!(user["osDiskType"], "Managed");
    assert_eq!(user["osDiskSizeGB"], 256);
    assert_eq!(user["nodeLabels"]["kompox.dev/node-zone"], "japaneast-3");
    assert!(
        user.get("scaleSetPriority")
            .is_none_or(|priority| priority == "Regular"),
        "{user:#}"
    );
    assert!(user.get("nodeTaints").is_none(), "{user:#}");
}

#[tokio::test(start_paused = true)]
async fn a_region_without_zones_gets_one_user_pool() {
    let pools = Provisioned::new(&[("AZURE_AKS_USER_VM_ZONES", "none")])
        .await
        .pools();
    let names: Vec<_> = pools.keys().map(String::as_str).collect();
    assert_eq!(names, ["npsystem", "npuser1"]);
    assert!(pools["npuser1"].get("availabilityZones").is_none());
    assert!(
        pools["npuser1"]["nodeLabels"]
            .get("kompox.dev/node-zone")
            .is_none()
    );
}

#[tokio::test(start_paused = true)]
async fn the_twelve_outputs_tell_what_was_made() {
    let made = Provisioned::new(&[]).await;
    let deployment = made.deployment();
    let outputs: BTreeMap<String, String> = deployment["properties"]["outputs"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, output)| {
            (
                name.to_uppercase(),
                output["value"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let cluster = made.cluster();
    let identity = made.only("Microsoft.ManagedIdentity/userAssignedIdentities");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let expected = BTreeMap::from(
        [
            ("AZURE_LOCATION", "japaneast".to_owned()),
            ("AZURE_TENANT_ID", text(&cluster["identity"]["tenantId"])),
            ("AZURE_SUBSCRIPTION_ID", SUBSCRIPTION.to_owned()),
            ("AZURE_RESOURCE_GROUP_NAME", GROUP.to_owned()),
            ("AZURE_AKS_CLUSTER_NAME", "aks-5lmloa".to_owned()),
            (
                "AZURE_AKS_CLUSTER_PRINCIPAL_ID",
                text(&cluster["identity"]["principalId"]),
            ),
            (
                "AZURE_AKS_KUBELET_PRINCIPAL_ID",
                text(&cluster["properties"]["identityProfile"]["kubeletidentity"]["objectId"]),
            ),
            (
                "AZURE_AKS_OIDC_ISSUER_URL",
                text(&cluster["properties"]["oidcIssuerProfile"]["issuerURL"]),
            ),
            (
                "AZURE_INGRESS_SERVICE_ACCOUNT_NAMESPACE",
                "traefik".to_owned(),
            ),
            (
                "AZURE_INGRESS_SERVICE_ACCOUNT_NAME",
                "ingress-service-account".to_owned(),
            ),
            (
                "AZURE_INGRESS_SERVICE_ACCOUNT_PRINCIPAL_ID",
                text(&identity["properties"]["principalId"]),
            ),
            (
                "AZURE_INGRESS_SERVICE_ACCOUNT_CLIENT_ID",
                text(&identity["properties"]["clientId"]),
            ),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    assert_eq!(outputs, expected);
}

#[tokio::test(start_paused = true)]
async fn deploying_again_changes_no_name_and_adds_nothing() {
    let made = Provisioned::new(&[]).await;
    let before: BTreeSet<_> = made
        .resources()
        .into_values()
        .flatten()
        .map(|r| r["id"].to_string())
        .collect();
    driver(&made.simulator)
        .cluster_provision(
            &Cluster::new("prod"),
            ClusterProvisionOptions { force: true },
        )
        .await
        .unwrap();
    let after: BTreeSet<_> = made
        .resources()
        .into_values()
        .flatten()
        .map(|r| r["id"].to_string())
        .collect();
    assert_eq!(before, after);
}
