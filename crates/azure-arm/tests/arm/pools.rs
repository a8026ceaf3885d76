//! Agent pools.

use std::sync::Arc;

use kompox_azure::{AgentPoolProperties, ProvisioningState, ResourceId};
use serde_json::{Value, json};

use crate::script::{Reply, Script, azure, group};

fn cluster(group_name: &str, name: &str) -> ResourceId {
    group(group_name).resource("Microsoft.ContainerService/managedClusters", name)
}

fn recorded_cluster() -> ResourceId {
    cluster("clitest000001", "cliakstest000001")
}

#[tokio::test(start_paused = true)]
async fn a_recorded_spot_pool_is_made_and_can_be_sent_back() {
    let script = Arc::new(Script::recorded(include_str!(
        "../data/agent_pool_create.json"
    )));
    let id = recorded_cluster().child("agentPools", "s000002");
    let wanted = AgentPoolProperties {
        mode: Some("User".into()),
        scale_set_priority: Some("Spot".into()),
        scale_set_eviction_policy: Some("Delete".into()),
        spot_max_price: Some(88.88888),
        count: Some(1),
        ..AgentPoolProperties::default()
    };
    let pools = azure(&script).agent_pools;
    let pool = pools.create_or_update(&id, &wanted).await.unwrap();
    script.done();
    assert_eq!(
        script.seen()[0].body,
        Some(json!({ "properties": {
            "mode": "User",
            "scaleSetPriority": "Spot",
            "scaleSetEvictionPolicy": "Delete",
            "spotMaxPrice": 88.88888,
            "count": 1,
            "enableAutoScaling": false,
            "nodeLabels": {},
            "nodeTaints": [],
        } }))
    );
    assert_eq!(pool.id, id);
    assert_eq!(pool.state, ProvisioningState::Succeeded);

    // Back goes all that came, but for what is read-only.
    let exchanges: Vec<Value> =
        serde_json::from_str(include_str!("../data/agent_pool_create.json")).unwrap();
    let mut writable = exchanges.last().unwrap()["response"]["body"]["properties"].clone();
    for name in AgentPoolProperties::READ_ONLY {
        writable.as_object_mut().unwrap().remove(name);
    }
    assert_eq!(serde_json::to_value(&pool.properties).unwrap(), writable);
    assert!(writable.get("upgradeSettings").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_recorded_list_ends_without_a_link_and_not_with_an_empty_page() {
    let script = Arc::new(Script::recorded(include_str!(
        "../data/agent_pool_list.json"
    )));
    let pools = azure(&script).agent_pools;
    let listed = pools.list(&recorded_cluster()).await.unwrap();
    script.done();
    let names: Vec<_> = listed.iter().map(|pool| pool.id.name()).collect();
    assert_eq!(names, ["nodepool1"]);
}

#[tokio::test(start_paused = true)]
async fn a_recorded_delete_is_followed_to_its_end() {
    let script = Arc::new(Script::recorded(include_str!(
        "../data/agent_pool_delete.json"
    )));
    let id = cluster("asotest-rg-tpmqcm", "asotest-mc-iixflw").child("agentPools", "ap2");
    azure(&script).agent_pools.delete(&id).await.unwrap();
    script.done();
}

#[tokio::test]
async fn a_busy_cluster_is_told_at_once_and_not_waited_for() {
    let id = recorded_cluster().child("agentPools", "np1");
    let url = format!("{id}?api-version=2024-09-01");
    let body = json!({ "code": "OperationNotAllowed", "details": null, "message": "Another operation (Updating) is in progress", "subcode": "" });
    let script = Arc::new(Script::new().on("PUT", &url, Reply::status(409).json(&body)));
    let error = azure(&script)
        .agent_pools
        .create_or_update(&id, &AgentPoolProperties::default())
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(409));
    assert!(error.has_code("OperationNotAllowed"));
    script.done();
}
