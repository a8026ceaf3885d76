use kompox_provider::Error;
use tokio::time::Instant;

use super::*;

/// What is written to get the pool of the file.
fn written() -> AgentPoolProperties {
    let mut properties = spot_properties();
    properties.rest.clear();
    properties.node_taints.clear();
    properties.node_labels.remove(SPOT_LABEL);
    properties.count = Some(0);
    properties
}

fn reading(answers: Vec<Option<AgentPool>>) -> MockAgentPools {
    let mut port = MockAgentPools::new();
    let times = answers.len();
    let mut next = in_turn(answers);
    port.expect_get()
        .withf(|pool| *pool == id("np1"))
        .times(times)
        .returning(move |_| Ok(next()));
    port
}

fn writing(port: &mut MockAgentPools, expected: AgentPoolProperties) {
    port.expect_create_or_update()
        .withf(move |pool, properties| *pool == id("np1") && *properties == expected)
        .times(1)
        .returning(|_, _| Ok(spot("Succeeded")));
}

async fn create(port: &MockAgentPools, file: &NodePool) -> kompox_provider::Result<NodePool> {
    pools(port).create(Some(&cluster()), file).await
}

#[tokio::test]
async fn a_new_pool_is_written_once_and_returned_as_azure_made_it() {
    let mut port = reading(vec![None]);
    writing(&mut port, written());
    let made = create(&port, &spot_file()).await.unwrap();
    assert_eq!(made.status.unwrap().provisioning_state, "Succeeded");
    assert_eq!(made.labels.unwrap()[SPOT_LABEL].as_deref(), Some("spot"));
}

#[tokio::test]
async fn what_is_left_out_is_the_default() {
    let mut port = reading(vec![None]);
    let expected: AgentPoolProperties = serde_json::from_value(json!({
        "mode": "User",
        "vmSize": "Standard_D2lds_v6",
        "count": 1,
        "enableAutoScaling": false,
        "nodeLabels": {"kompox.dev/node-pool": "user"},
    }))
    .unwrap();
    writing(&mut port, expected);
    create(&port, &update(json!({}))).await.unwrap();
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once_and_azure_is_not_asked() {
    let file: NodePool = serde_json::from_value(json!({
        "name": "np-1",
        "providerName": "np1",
        "mode": "system",
        "labels": {"a b": "1", "c": "?"},
        "zones": ["eastus-1", "2", "9x"],
        "instanceType": "large!",
        "osDiskType": "SSD",
        "osDiskSizeGiB": 0,
        "priority": "spot",
        "autoscaling": {"enabled": true, "min": 0},
        "extensions": {"maxPods": 30},
    }))
    .unwrap();
    let port = MockAgentPools::new();
    let Err(Error::Validation(problems)) = create(&port, &file).await else {
        panic!("a validation error is expected");
    };
    let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
    let begins = [
        "name \"np-1\"",
        "providerName \"np1\"",
        "extensions \"maxPods\"",
        "instanceType \"large!\"",
        "osDiskType \"SSD\"",
        "osDiskSizeGiB \"0\"",
        "priority \"spot\"",
        "zones: availability zone `eastus-1`",
        "zones: availability zone `9x`",
        "label \"a b\"",
        "value of label \"c\" \"?\"",
        "autoscaling.min \"0\"",
        "autoscaling.max is missing",
    ];
    assert_eq!(told.len(), begins.len(), "{told:#?}");
    for (told, begin) in told.iter().zip(begins) {
        assert!(
            told.starts_with(begin),
            "{told} does not begin with {begin}"
        );
    }
}

#[tokio::test]
async fn an_equal_pool_is_returned_without_a_write() {
    let port = reading(vec![Some(spot("Succeeded"))]);
    let made = create(&port, &spot_file()).await.unwrap();
    assert_eq!(made.name.as_deref(), Some("np1"));
}

#[tokio::test]
async fn a_machine_size_in_another_case_is_equal() {
    let port = reading(vec![Some(spot("Succeeded"))]);
    let file = NodePool {
        instance_type: Some("standard_d2LDS_v6".into()),
        ..spot_file()
    };
    create(&port, &file).await.unwrap();
}

#[tokio::test]
async fn what_other_clouds_know_is_refused_and_not_dropped() {
    for file in [
        json!({"providerName": "np2"}),
        json!({"extensions": {"maxPods": 30}}),
    ] {
        let port = MockAgentPools::new();
        let error = create(&port, &update(file.clone())).await.unwrap_err();
        assert!(matches!(error, Error::Validation(_)), "{file}");
    }
}

#[tokio::test]
async fn what_a_list_prints_creates_the_same_pool() {
    let listed = crate::conversion::to_model(&spot("Succeeded"), LOCATION);
    let port = reading(vec![Some(spot("Succeeded"))]);
    assert_eq!(create(&port, &listed).await.unwrap(), listed);
    let mut port = reading(vec![None]);
    writing(&mut port, written());
    create(&port, &listed).await.unwrap();
}

#[tokio::test]
async fn a_pool_that_differs_is_a_conflict_that_names_every_difference() {
    let mut other = spot_properties();
    other.mode = Some("System".into());
    other.vm_size = Some("Standard_D4lds_v6".into());
    other.availability_zones = Vec::new();
    other.max_count = Some(9);
    other.node_labels.remove("team");
    other.node_labels.insert("x".into(), "y".into());
    let port = reading(vec![Some(agent_pool("np1", "Succeeded", other))]);
    let error = create(&port, &spot_file()).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }));
    assert_eq!(
        error.to_string(),
        "node pool \"np1\" of AKS cluster \"aks-5lmloa\" exists already and differs: mode is \"system\" instead of \
         \"user\", instanceType is \"Standard_D4lds_v6\" instead of \"Standard_D2lds_v6\", zones is \"\" instead of \
         \"japaneast-1\", label team is absent instead of \"batch\", label x is \"y\" instead of absent, autoscaling \
         is on with 0 to 9 nodes instead of on with 0 to 3 nodes; change labels and numbers of nodes with an update, or choose another name"
    );
}

#[tokio::test]
async fn a_zone_that_was_not_asked_for_is_a_difference() {
    let port = reading(vec![Some(spot("Succeeded"))]);
    let file = NodePool {
        zones: None,
        ..spot_file()
    };
    let error = create(&port, &file).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("zones is \"japaneast-1\" instead of \"\""),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_create_that_was_killed_waits_for_the_pool_when_it_is_repeated() {
    let states = ["Creating", "Creating", "Succeeded"];
    let port = reading(states.map(|state| Some(spot(state))).into());
    let steps = Steps::default();
    let start = Instant::now();
    let made = NodePools::new(&port, LOCATION, &steps)
        .create(Some(&cluster()), &spot_file())
        .await
        .unwrap();
    assert_eq!(made.status.unwrap().provisioning_state, "Succeeded");
    assert_eq!(start.elapsed().as_secs(), 2 + 3);
    assert_eq!(
        *steps.0.lock().unwrap(),
        ["waiting: node pool \"np1\" of AKS cluster \"aks-5lmloa\" is in state \"Creating\""]
    );
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_is_going_away_is_made_when_it_is_gone_whatever_it_was_like() {
    let going = agent_pool("np1", "Deleting", AgentPoolProperties::default());
    let mut port = reading(vec![Some(going), None]);
    writing(&mut port, written());
    create(&port, &spot_file()).await.unwrap();
}

#[tokio::test]
async fn a_pool_that_azure_failed_to_make_is_made_again() {
    for state in ["Failed", "Canceled"] {
        let mut port = reading(vec![Some(spot(state))]);
        writing(&mut port, spot_properties());
        create(&port, &spot_file()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn while_another_operation_runs_it_waits_looks_again_and_says_so() {
    let mut port = reading(vec![None; 3]);
    let mut attempts = 0;
    port.expect_create_or_update()
        .times(3)
        .returning(move |_, _| {
            attempts += 1;
            if attempts < 3 {
                Err(busy())
            } else {
                Ok(spot("Succeeded"))
            }
        });
    let steps = Steps::default();
    let start = Instant::now();
    NodePools::new(&port, LOCATION, &steps)
        .create(Some(&cluster()), &spot_file())
        .await
        .unwrap();
    assert_eq!(start.elapsed().as_secs(), 2 + 3);
    assert_eq!(
        *steps.0.lock().unwrap(),
        [
            "creating node pool \"np1\" of AKS cluster \"aks-5lmloa\"".to_owned(),
            format!("waiting: AKS is busy: {}", BUSY.trim_end_matches('.')),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_waits_grow_and_end_with_the_deadline_which_says_what_was_waited_for() {
    let attempts = std::sync::Arc::new(Mutex::new(Vec::new()));
    let mut port = MockAgentPools::new();
    port.expect_get().returning(|_| Ok(None));
    let seen = attempts.clone();
    port.expect_create_or_update().returning(move |_, _| {
        seen.lock().unwrap().push(Instant::now());
        Err(busy())
    });
    let start = Instant::now();
    let error = create(&port, &spot_file()).await.unwrap_err();
    assert_eq!(start.elapsed().as_secs(), 20 * 60);
    assert_eq!(
        error.to_string(),
        format!(
            "NodePoolCreate did not finish within 20 min: it was still waiting because AKS is busy: {}; run it again to \
             go on waiting",
            BUSY.trim_end_matches('.')
        )
    );
    let attempts = attempts.lock().unwrap();
    let waits: Vec<_> = attempts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(waits.is_sorted() && waits.len() > 30, "{waits:?}");
    assert_eq!(waits.last().unwrap().as_secs(), 30);
}

#[tokio::test]
async fn without_a_cluster_it_is_not_found_but_a_wrong_file_is_told_first() {
    let port = MockAgentPools::new();
    let error = pools(&port).create(None, &spot_file()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "not found: the AKS cluster that node pool \"np1\" belongs to; provision it first"
    );
    let error = pools(&port)
        .create(None, &NodePool::default())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Validation(_)));
}

#[tokio::test]
async fn a_cluster_that_went_away_is_not_found() {
    let mut port = reading(vec![None]);
    port.expect_create_or_update()
        .times(1)
        .returning(|_, _| Err(refused(Some(404), "ParentResourceNotFound", "gone")));
    let error = create(&port, &spot_file()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }));
    assert_eq!(
        error.to_string(),
        "not found: AKS cluster \"aks-5lmloa\": ParentResourceNotFound: gone (HTTP 404)"
    );
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_fails_later_is_told_and_not_waited_out() {
    let mut port = reading(vec![None]);
    port.expect_create_or_update()
        .times(1)
        .returning(|_, _| Err(refused(None, "OperationNotAllowed", "exceeding quota")));
    let error = create(&port, &spot_file()).await.unwrap_err();
    assert!(matches!(error, Error::Provider { .. }), "{error:?}");
}
