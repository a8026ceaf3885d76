//! Everything that the driver can do, and what it says when it is refused.

mod pools;
mod records;
mod volumes;

use std::time::Duration;

use kompox_model::options::*;
use kompox_model::{Certificate, Cluster};
use kompox_provider::Driver;
use serde_json::json;

use crate::azure::{Azure, LOCATION, SUBSCRIPTION};

fn cluster() -> Cluster {
    let mut cluster = Cluster::new("prod");
    cluster.settings.insert("AZURE_RESOURCE_GROUP_NAME", "prod");
    cluster
        .settings
        .insert("AZURE_AKS_SYSTEM_VM_ZONES", "1,2,3");
    cluster
        .settings
        .insert("AZURE_AKS_DNS_ZONE_RESOURCE_IDS", zone("example.com"));
    cluster
}

fn zone(name: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/dns/providers/Microsoft.Network/dnsZones/{name}"
    )
}

pub(crate) async fn everything(azure: &Azure) {
    let driver = azure.driver();
    prepare(azure).await;
    nothing_yet(&*driver).await;
    refused_deployment(&*driver).await;
    provisioning(azure, &*driver).await;
    installing(azure, &*driver).await;
    pools::everything(&*driver).await;
    volumes::disks(&*driver).await;
    volumes::shares(&*driver).await;
    records::everything(&*driver).await;
    let cluster = cluster();
    driver
        .cluster_uninstall(&cluster, Default::default())
        .await
        .unwrap();
    // The survey looks at what is left; the other cluster goes.
    let mut other = Cluster::new("test");
    other.settings.insert("AZURE_AKS_USER_VM_ZONES", "none");
    driver
        .cluster_provision(&other, Default::default())
        .await
        .unwrap();
    driver
        .cluster_deprovision(&other, Default::default())
        .await
        .unwrap();
    driver
        .cluster_deprovision(&other, Default::default())
        .await
        .unwrap();
}

/// A DNS zone, which the driver never makes itself.
async fn prepare(azure: &Azure) {
    let group = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/dns?api-version=2021-04-01");
    azure
        .done("PUT", &group, Some(json!({"location": LOCATION})))
        .await;
    let zone = format!("{}?api-version=2018-05-01", zone("example.com"));
    azure
        .done("PUT", &zone, Some(json!({"location": "global"})))
        .await;
}

/// What is asked of a cluster that is not there.
async fn nothing_yet(driver: &dyn Driver) {
    let cluster = cluster();
    let status = driver
        .cluster_status(&cluster, Default::default())
        .await
        .unwrap();
    assert!(!status.provisioned);
    driver
        .cluster_kubeconfig(&cluster, Default::default())
        .await
        .unwrap_err();
    driver
        .cluster_install(&cluster, Default::default())
        .await
        .unwrap_err();
    driver
        .cluster_deprovision(&cluster, Default::default())
        .await
        .unwrap();
    assert_eq!(
        driver
            .node_pool_list(&cluster, Default::default())
            .await
            .unwrap(),
        []
    );
    let disks = driver
        .volume_disk_list(&cluster, &volumes::app(), "data", Default::default())
        .await;
    assert_eq!(disks.unwrap(), []);
}

/// A deployment that fails: its record, its operations and the errors in them.
async fn refused_deployment(driver: &dyn Driver) {
    let mut wrong = Cluster::new("wrong");
    wrong
        .settings
        .insert("AZURE_AKS_KUBERNETES_VERSION", "1.2.3");
    driver
        .cluster_provision(&wrong, Default::default())
        .await
        .unwrap_err();
    driver
        .cluster_status(&wrong, Default::default())
        .await
        .unwrap();
    driver
        .cluster_deprovision(&wrong, Default::default())
        .await
        .unwrap();
}

async fn provisioning(azure: &Azure, driver: &dyn Driver) {
    let cluster = cluster();
    // Somebody who stops waiting, and somebody who goes on.
    let first = driver.cluster_provision(&cluster, Default::default());
    tokio::time::timeout(Duration::from_secs(60), first)
        .await
        .unwrap_err();
    driver
        .cluster_status(&cluster, Default::default())
        .await
        .unwrap();
    driver
        .cluster_provision(&cluster, Default::default())
        .await
        .unwrap();
    driver
        .cluster_provision(&cluster, Default::default())
        .await
        .unwrap();
    // AKS goes on with a new cluster by itself for a while.
    tokio::time::sleep(Duration::from_secs(300)).await;
    let again = ClusterProvisionOptions { force: true };
    driver.cluster_provision(&cluster, again).await.unwrap();
    driver
        .cluster_kubeconfig(&cluster, Default::default())
        .await
        .unwrap();
    // The record on the group is lost and made again.
    let group = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/prod");
    let tags = format!("{group}/providers/Microsoft.Resources/tags/default?api-version=2021-04-01");
    azure.done("DELETE", &tags, None).await;
    let anew = azure.driver();
    let status = anew
        .cluster_status(&cluster, Default::default())
        .await
        .unwrap();
    assert!(status.provisioned);
    anew.cluster_install(&cluster, Default::default())
        .await
        .unwrap();
}

async fn installing(azure: &Azure, driver: &dyn Driver) {
    let mut cluster = cluster();
    let vaults = azure
        .list(&format!(
            "/subscriptions/{SUBSCRIPTION}/resourceGroups/prod/resources?api-version=2021-04-01&$filter=resourceType%20eq%20%27Microsoft.KeyVault/vaults%27"
        ))
        .await;
    let vault = vaults[0]["name"].as_str().unwrap();
    cluster.ingress.certificates = vec![Certificate {
        name: "www".to_owned(),
        source: format!("https://{vault}.vault.azure.net/secrets/www"),
    }];
    let registry = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/prod/providers/Microsoft.ContainerRegistry/registries/acme"
    );
    cluster
        .settings
        .insert("AZURE_AKS_CONTAINER_REGISTRY_RESOURCE_IDS", registry);
    driver
        .cluster_install(&cluster, Default::default())
        .await
        .unwrap();
    let force = ClusterInstallOptions { force: true };
    driver.cluster_install(&cluster, force).await.unwrap();
    let status = driver
        .cluster_status(&cluster, Default::default())
        .await
        .unwrap();
    assert!(status.installed);
}
