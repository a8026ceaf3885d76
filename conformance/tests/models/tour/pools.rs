//! Node pools.

use kompox_model::options::*;
use kompox_model::{Autoscaling, NodePool};
use kompox_provider::Driver;

use super::cluster;

pub(super) async fn everything(driver: &dyn Driver) {
    let cluster = cluster();
    let labels = [("team".to_owned(), Some("data".to_owned()))];
    let batch = NodePool {
        name: Some("batch".to_owned()),
        mode: Some("user".to_owned()),
        labels: Some(labels.into()),
        zones: Some(vec!["1".to_owned()]),
        instance_type: Some("Standard_D2lds_v6".to_owned()),
        os_disk_type: Some("Ephemeral".to_owned()),
        os_disk_size_gib: Some(64),
        priority: Some("spot".to_owned()),
        autoscaling: Some(Autoscaling {
            enabled: true,
            min: Some(1),
            max: Some(3),
            desired: None,
        }),
        ..NodePool::default()
    };
    driver
        .node_pool_create(&cluster, &batch, Default::default())
        .await
        .unwrap();
    driver
        .node_pool_create(&cluster, &batch, Default::default())
        .await
        .unwrap();
    let named = |name: &str| NodePool {
        name: Some(name.to_owned()),
        ..NodePool::default()
    };
    driver
        .node_pool_create(&cluster, &named("plain"), Default::default())
        .await
        .unwrap();
    let change = NodePool {
        labels: Some([("team".to_owned(), None)].into()),
        autoscaling: Some(Autoscaling {
            enabled: false,
            desired: Some(2),
            ..Autoscaling::default()
        }),
        ..named("batch")
    };
    driver
        .node_pool_update(&cluster, &change, Default::default())
        .await
        .unwrap();
    driver
        .node_pool_update(&cluster, &named("nobody"), Default::default())
        .await
        .unwrap_err();
    let pools = driver
        .node_pool_list(&cluster, Default::default())
        .await
        .unwrap();
    assert!(pools.len() > 4, "{pools:?}");
    let only = NodePoolListOptions {
        name: Some("batch".to_owned()),
    };
    assert_eq!(
        driver.node_pool_list(&cluster, only).await.unwrap().len(),
        1
    );
    driver
        .node_pool_delete(&cluster, "plain", Default::default())
        .await
        .unwrap();
    driver
        .node_pool_delete(&cluster, "plain", Default::default())
        .await
        .unwrap();
    // One pool must stay for the system.
    driver
        .node_pool_delete(&cluster, "npsystem", Default::default())
        .await
        .ok();
}
