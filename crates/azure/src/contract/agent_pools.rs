//! Agent pools.

use std::time::Duration;

use kompox_model::failure::{Classify, FailureKind};
use serde_json::{Value, json};

use super::stage::{Environment, deploy};
use crate::{
    AgentPool, AgentPoolProperties, AgentPools, Azure, ProvisioningState, ResourceId, Result,
};

const KIND: &str = "Microsoft.ContainerService/managedClusters";
const SIZE: &str = "Standard_D2lds_v6";
const SPOT: &str = "kubernetes.azure.com/scalesetpriority";

/// Agent pools: absence is `None` and an empty list, and a pool without a cluster cannot be made; made, a pool is read
/// back with everything that was asked for and with what Azure adds to a spot pool, and lists with the pools that the
/// cluster began with; sent back with a change, it keeps all the rest; nothing that is read is read-only; what cannot
/// change is refused, and so is a write while another one runs, and deleting the last system pool; deleting succeeds
/// when there is nothing.
///
/// # Panics
/// At the first broken promise.
pub async fn agent_pools(azure: &Azure, environment: &Environment) {
    let pools = &*azure.agent_pools;
    absent(pools, &environment.group("no-pools").resource(KIND, "c")).await;

    let group = environment.empty_group(azure, "pools").await;
    let cluster = group.resource(KIND, "contract");
    deploy(azure, &group, json!([managed_cluster(&cluster)]), json!({})).await;
    let id = cluster.child("agentPools", "npspot");
    assert_eq!(names(pools, &cluster).await, ["npsystem"]);
    assert_eq!(pools.get(&id).await.unwrap(), None);
    pools.delete(&id).await.unwrap();

    let made = made(pools, &id).await;
    assert_eq!(names(pools, &cluster).await, ["npspot", "npsystem"]);
    let changed = changed(pools, made).await;
    refused(pools, &changed).await;
    last_system_pool(pools, &cluster.child("agentPools", "npsystem")).await;

    idle(|| pools.delete(&id)).await.unwrap();
    assert_eq!(pools.get(&id).await.unwrap(), None);
    assert_eq!(names(pools, &cluster).await, ["npsystem"]);
    idle(|| pools.delete(&id)).await.unwrap();

    azure.resource_groups.delete(&group).await.unwrap();
    absent(pools, &cluster).await;
}

fn managed_cluster(id: &ResourceId) -> Value {
    json!({
        "type": KIND,
        "apiVersion": "2024-09-01",
        "name": id.name(),
        "location": "[resourceGroup().location]",
        "identity": { "type": "SystemAssigned" },
        "properties": {
            "dnsPrefix": "contract",
            "agentPoolProfiles": [{
                "name": "npsystem",
                "mode": "System",
                "count": 1,
                "vmSize": SIZE,
                "osType": "Linux",
                "type": "VirtualMachineScaleSets",
            }],
        },
    })
}

/// A spot pool in zone 1 that needs no node.
fn spot() -> AgentPoolProperties {
    AgentPoolProperties {
        mode: Some("User".to_owned()),
        vm_size: Some(SIZE.to_owned()),
        availability_zones: vec!["1".to_owned()],
        scale_set_priority: Some("Spot".to_owned()),
        scale_set_eviction_policy: Some("Delete".to_owned()),
        spot_max_price: Some(-1.0),
        count: Some(0),
        enable_auto_scaling: true,
        min_count: Some(0),
        max_count: Some(2),
        node_labels: [("a".to_owned(), "1".to_owned())].into(),
        ..AgentPoolProperties::default()
    }
}

/// AKS also works on a cluster by itself, and refuses writes meanwhile.
async fn idle<T, F: Future<Output = Result<T>>>(mut write: impl FnMut() -> F) -> Result<T> {
    let mut left = 60;
    loop {
        match write().await {
            Err(error) if is_busy(&error) && left > 0 => left -= 1,
            result => return result,
        }
        tokio::time::sleep(Duration::from_secs(15)).await;
    }
}

fn is_busy(error: &crate::Error) -> bool {
    error.status() == Some(409) && error.has_code("OperationNotAllowed")
}

/// A finished pool may be in any other state: AKS may have begun a change of its own.
fn has_failed(pool: &AgentPool) -> bool {
    matches!(
        pool.state,
        ProvisioningState::Failed | ProvisioningState::Canceled
    )
}

async fn names(pools: &dyn AgentPools, cluster: &ResourceId) -> Vec<String> {
    let mut names: Vec<_> = pools
        .list(cluster)
        .await
        .unwrap()
        .iter()
        .map(|pool| pool.id.name().to_owned())
        .collect();
    names.sort();
    names
}

async fn absent(pools: &dyn AgentPools, cluster: &ResourceId) {
    let id = cluster.child("agentPools", "np1");
    assert_eq!(pools.list(cluster).await.unwrap(), []);
    assert_eq!(pools.get(&id).await.unwrap(), None);
    pools.delete(&id).await.unwrap();
    let error = pools.create_or_update(&id, &spot()).await.unwrap_err();
    assert_eq!(error.kind(), FailureKind::NotFound, "{error}");
}

async fn made(pools: &dyn AgentPools, id: &ResourceId) -> AgentPool {
    let wanted = spot();
    let made = idle(|| pools.create_or_update(id, &wanted)).await.unwrap();
    assert_eq!(made.id, *id);
    assert!(!has_failed(&made));
    let read = pools.get(id).await.unwrap().expect("the pool was made");
    assert_eq!(made.properties, read.properties);
    let listed = pools.list(&id.parent().expect("a cluster")).await.unwrap();
    let listed = listed.iter().find(|pool| pool.id == *id);
    assert_eq!(listed.map(|pool| &pool.properties), Some(&made.properties));

    let AgentPoolProperties {
        os_disk_type,
        os_disk_size_gb,
        node_taints,
        rest,
        ..
    } = &made.properties;
    assert!(os_disk_type.is_some() && os_disk_size_gb.is_some_and(|size| size > 0));
    assert_eq!(*node_taints, [format!("{SPOT}=spot:NoSchedule")]);
    assert!(rest.contains_key("maxPods"), "a default of Azure: {rest:?}");
    for name in AgentPoolProperties::READ_ONLY {
        assert!(!rest.contains_key(name), "{name} cannot be written");
    }
    let mut expected = wanted;
    expected.node_labels.insert(SPOT.into(), "spot".into());
    expected.os_disk_type.clone_from(os_disk_type);
    expected.os_disk_size_gb = *os_disk_size_gb;
    expected.node_taints.clone_from(node_taints);
    expected.rest.clone_from(rest);
    assert_eq!(made.properties, expected);
    made
}

async fn changed(pools: &dyn AgentPools, made: AgentPool) -> AgentPool {
    let mut wanted = made.properties;
    wanted.node_labels.remove("a");
    wanted.node_labels.insert("b".into(), "2".into());
    wanted.max_count = Some(3);
    let changed = idle(|| pools.create_or_update(&made.id, &wanted))
        .await
        .unwrap();
    assert!(!has_failed(&changed));
    assert_eq!(changed.properties, wanted);
    let again = idle(|| pools.create_or_update(&made.id, &wanted))
        .await
        .unwrap();
    assert_eq!(again.properties, wanted);
    changed
}

async fn refused(pools: &dyn AgentPools, pool: &AgentPool) {
    for other in [
        AgentPoolProperties {
            vm_size: Some("Standard_D4lds_v6".to_owned()),
            ..pool.properties.clone()
        },
        AgentPoolProperties {
            node_taints: Vec::new(),
            ..pool.properties.clone()
        },
        AgentPoolProperties {
            min_count: Some(4),
            ..pool.properties.clone()
        },
    ] {
        let error = idle(|| pools.create_or_update(&pool.id, &other))
            .await
            .unwrap_err();
        assert_eq!(error.status(), Some(400), "{error}");
    }
    // One of two may be so quick that the other one comes after it.
    let (one, other) = tokio::join!(
        pools.create_or_update(&pool.id, &pool.properties),
        pools.create_or_update(&pool.id, &pool.properties),
    );
    for error in [one, other].into_iter().filter_map(Result::err) {
        assert!(is_busy(&error), "{error}");
    }
    let read = pools.get(&pool.id).await.unwrap().expect("a pool");
    assert_eq!(read.properties, pool.properties);
}

async fn last_system_pool(pools: &dyn AgentPools, id: &ResourceId) {
    let error = idle(|| async {
        match pools.delete(id).await {
            // The same code as a busy cluster's, for a reason that stays.
            Err(error) if error.to_string().contains("at least one") => Ok(Some(error)),
            result => result.map(|()| None),
        }
    })
    .await
    .unwrap();
    assert!(error.is_some(), "a cluster needs a system pool");
    assert!(pools.get(id).await.unwrap().is_some());
}
