use kompox_model::options::NodePoolListOptions;
use kompox_provider::Error;

use super::*;

fn named(name: &str) -> NodePoolListOptions {
    NodePoolListOptions {
        name: Some(name.into()),
    }
}

fn two() -> MockAgentPools {
    let mut port = MockAgentPools::new();
    port.expect_list()
        .withf(|id| *id == cluster())
        .times(1)
        .returning(|_| {
            Ok(vec![
                agent_pool("npb", "Succeeded", spot_properties()),
                agent_pool("npa", "Scaling", spot_properties()),
            ])
        });
    port
}

fn names(pools: &[NodePool]) -> Vec<&str> {
    pools
        .iter()
        .filter_map(|pool| pool.name.as_deref())
        .collect()
}

#[tokio::test]
async fn pools_are_listed_by_name_in_the_words_of_kompox() {
    let port = two();
    let listed = pools(&port)
        .list(Some(&cluster()), &NodePoolListOptions::default())
        .await
        .unwrap();
    assert_eq!(names(&listed), ["npa", "npb"]);
    assert_eq!(
        serde_json::to_value(&listed[0]).unwrap(),
        json!({
            "name": "npa",
            "providerName": "npa",
            "mode": "user",
            "labels": {
                "kompox.dev/node-pool": "user",
                "kompox.dev/node-zone": "japaneast-1",
                "team": "batch",
                SPOT_LABEL: "spot",
            },
            "zones": ["japaneast-1"],
            "instanceType": "Standard_D2lds_v6",
            "osDiskType": "Ephemeral",
            "osDiskSizeGiB": 110,
            "priority": "spot",
            "autoscaling": {"enabled": true, "min": 0, "max": 3},
            "status": {"provisioningState": "Scaling", "currentNodeCount": 1},
        })
    );
}

#[tokio::test]
async fn a_name_filters() {
    let port = two();
    let listed = pools(&port)
        .list(Some(&cluster()), &named("npb"))
        .await
        .unwrap();
    assert_eq!(names(&listed), ["npb"]);
    let port = two();
    let listed = pools(&port)
        .list(Some(&cluster()), &named("np"))
        .await
        .unwrap();
    assert!(listed.is_empty());
}

#[tokio::test]
async fn without_a_cluster_the_list_is_empty_and_azure_is_not_asked() {
    let port = MockAgentPools::new();
    let listed = pools(&port)
        .list(None, &NodePoolListOptions::default())
        .await
        .unwrap();
    assert!(listed.is_empty());
}

#[tokio::test]
async fn a_refusal_names_the_cluster() {
    let mut port = MockAgentPools::new();
    port.expect_list()
        .returning(|_| Err(refused(Some(403), "AuthorizationFailed", "no")));
    let error = pools(&port)
        .list(Some(&cluster()), &NodePoolListOptions::default())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Provider { .. }));
    assert_eq!(
        error.to_string(),
        "listing the node pools of AKS cluster \"aks-5lmloa\": AuthorizationFailed: no (HTTP 403)"
    );
}
