use kompox_provider::Error;
use tokio::time::Instant;

use super::*;

/// Reads those pools in turn, and expects no write.
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
        .returning(|_, properties| Ok(agent_pool("np1", "Succeeded", properties.clone())));
}

async fn change(port: &MockAgentPools, file: &NodePool) -> kompox_provider::Result<NodePool> {
    pools(port).update(Some(&cluster()), file).await
}

#[tokio::test]
async fn only_what_is_given_changes_and_all_the_rest_is_sent_back() {
    let mut port = reading(vec![Some(spot("Succeeded"))]);
    let mut expected = spot_properties();
    expected.node_labels.remove("team");
    expected.node_labels.insert("tier".into(), "1".into());
    expected.max_count = Some(5);
    assert!(expected.rest.contains_key("upgradeSettings"));
    assert_eq!(expected.node_taints.len(), 1);
    assert!(expected.node_labels.contains_key(SPOT_LABEL));
    writing(&mut port, expected);
    let file = update(json!({
        "labels": {"team": null, "tier": "1"},
        "autoscaling": {"enabled": true, "max": 5},
    }));
    let changed = change(&port, &file).await.unwrap();
    let auto = changed.autoscaling.unwrap();
    assert_eq!((auto.min, auto.max), (Some(0), Some(5)));
}

#[tokio::test]
async fn an_update_that_changes_nothing_writes_nothing() {
    for file in [
        json!({}),
        json!({"labels": {}}),
        json!({"labels": {"team": "batch", "missing": null, SPOT_LABEL: null, "kompox.dev/node-zone": "1"}}),
        json!({"autoscaling": {"enabled": true, "min": 0, "max": 3, "desired": 7}}),
        json!({"status": {"provisioningState": "Failed"}, "providerName": "np1"}),
    ] {
        let port = reading(vec![Some(spot("Succeeded"))]);
        let changed = change(&port, &update(file)).await.unwrap();
        assert_eq!(changed.name.as_deref(), Some("np1"));
    }
}

#[tokio::test]
async fn a_pool_without_the_labels_of_kompox_gets_them() {
    let mut present = spot_properties();
    present.node_labels.remove("kompox.dev/node-pool");
    present
        .node_labels
        .insert("kompox.dev/node-zone".into(), "2".into());
    let mut port = reading(vec![Some(agent_pool("np1", "Succeeded", present))]);
    writing(&mut port, spot_properties());
    change(&port, &update(json!({}))).await.unwrap();
}

#[tokio::test]
async fn the_count_follows_the_limits_that_are_written() {
    let mut port = reading(vec![Some(spot("Succeeded"))]);
    let mut expected = spot_properties();
    expected.min_count = Some(2);
    expected.count = Some(2);
    writing(&mut port, expected);
    let file = update(json!({"autoscaling": {"enabled": true, "min": 2, "max": 3}}));
    change(&port, &file).await.unwrap();
}

#[tokio::test]
async fn autoscaling_is_turned_off_and_on() {
    let mut fixed = spot_properties();
    fixed.enable_auto_scaling = false;
    (fixed.min_count, fixed.max_count, fixed.count) = (None, None, Some(4));

    let mut port = reading(vec![Some(spot("Succeeded"))]);
    writing(&mut port, fixed.clone());
    let off = update(json!({"autoscaling": {"enabled": false, "desired": 4}}));
    change(&port, &off).await.unwrap();

    let mut port = reading(vec![Some(agent_pool("np1", "Succeeded", fixed.clone()))]);
    let mut expected = spot_properties();
    expected.count = Some(3);
    writing(&mut port, expected);
    let on = update(json!({"autoscaling": {"enabled": true, "min": 0, "max": 3}}));
    change(&port, &on).await.unwrap();

    let port = reading(vec![Some(agent_pool("np1", "Succeeded", fixed))]);
    let on = update(json!({"autoscaling": {"enabled": true, "min": 0}}));
    let error = change(&port, &on).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "autoscaling.max is missing: autoscaling needs both limits"
    );
}

#[tokio::test]
async fn a_field_that_is_fixed_is_refused_with_both_values_and_the_way_out() {
    let port = reading(vec![Some(spot("Succeeded"))]);
    let error = change(&port, &update(json!({"instanceType": "Standard_D4lds_v6"})))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Validation(_)));
    assert_eq!(
        error.to_string(),
        "instanceType \"Standard_D4lds_v6\": is fixed when a pool is created and is \"Standard_D2lds_v6\" here; leave it \
         out of the update, or create a new pool and delete this one"
    );
}

#[tokio::test]
async fn all_fixed_fields_are_refused_at_once_even_with_their_present_values() {
    let present = crate::conversion::to_model(&spot("Succeeded"), LOCATION);
    let file = NodePool {
        labels: Some([("a b".to_owned(), None)].into()),
        ..present
    };
    let port = reading(vec![Some(spot("Succeeded"))]);
    let Err(Error::Validation(problems)) = change(&port, &file).await else {
        panic!("a validation error is expected");
    };
    let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
    let fields = [
        "mode",
        "instanceType",
        "osDiskType",
        "osDiskSizeGiB",
        "priority",
        "zones",
        "label",
    ];
    assert_eq!(told.len(), fields.len(), "{told:#?}");
    for (told, field) in told.iter().zip(fields) {
        assert!(told.starts_with(&format!("{field} \"")), "{told}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_any_pool_is_told_without_a_call() {
    for file in [
        json!({"labels": {"a b": "1"}}),
        json!({"autoscaling": {"enabled": true, "min": 3, "max": 2}}),
        json!({"autoscaling": {"enabled": false, "desired": 1001}}),
        json!({"extensions": {"maxPods": 30}}),
    ] {
        let port = MockAgentPools::new();
        let error = change(&port, &update(file.clone())).await.unwrap_err();
        assert!(matches!(error, Error::Validation(_)), "{file}");
    }
    let port = MockAgentPools::new();
    let file = NodePool {
        name: Some("NP".into()),
        ..spot_file()
    };
    let error = change(&port, &file).await.unwrap_err().to_string();
    assert!(
        error.contains("name \"NP\"") && error.contains("mode \"User\""),
        "{error}"
    );
}

#[tokio::test]
async fn a_system_pool_keeps_at_least_one_node() {
    let mut system = spot_properties();
    system.mode = Some("System".into());
    let port = reading(vec![Some(agent_pool("np1", "Succeeded", system))]);
    let file = update(json!({"autoscaling": {"enabled": true, "min": 0, "max": 2}}));
    let error = change(&port, &file).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "autoscaling.min \"0\": a system pool has 1 to 1000 nodes"
    );
}

#[tokio::test]
async fn a_missing_pool_or_cluster_is_not_found() {
    let port = reading(vec![None]);
    let error = change(&port, &update(json!({}))).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "not found: node pool \"np1\" of AKS cluster \"aks-5lmloa\""
    );
    let port = MockAgentPools::new();
    let error = pools(&port)
        .update(None, &update(json!({})))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }));
}

#[tokio::test(start_paused = true)]
async fn after_waiting_for_another_operation_the_pool_is_read_anew() {
    // The other operation sets a label, which must survive.
    let mut meanwhile = spot_properties();
    meanwhile.node_labels.insert("other".into(), "1".into());
    let after = agent_pool("np1", "Succeeded", meanwhile.clone());
    let mut port = reading(vec![Some(spot("Updating")), Some(after)]);
    let mut expected = meanwhile;
    expected.max_count = Some(5);
    let mut attempts = 0;
    port.expect_create_or_update()
        .times(2)
        .returning(move |_, properties| {
            attempts += 1;
            if attempts == 1 {
                return Err(busy());
            }
            assert_eq!(*properties, expected);
            Ok(agent_pool("np1", "Succeeded", properties.clone()))
        });
    let start = Instant::now();
    let file = update(json!({"autoscaling": {"enabled": true, "max": 5}}));
    change(&port, &file).await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_update_that_was_killed_waits_for_its_end_when_it_is_repeated() {
    let port = reading(vec![
        Some(spot("Updating")),
        Some(spot("Scaling")),
        Some(spot("Succeeded")),
    ]);
    let changed = change(&port, &update(json!({"labels": {"team": "batch"}})))
        .await
        .unwrap();
    assert_eq!(changed.status.unwrap().provisioning_state, "Succeeded");
}

#[tokio::test]
async fn a_write_that_failed_is_repeated() {
    let mut port = reading(vec![Some(spot("Failed"))]);
    writing(&mut port, spot_properties());
    change(&port, &update(json!({"labels": {"team": "batch"}})))
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_goes_away_meanwhile_is_not_found() {
    for file in [json!({}), json!({"labels": {"a": "b"}})] {
        let port = reading(vec![Some(spot("Deleting")), None]);
        let error = change(&port, &update(file)).await.unwrap_err();
        assert!(matches!(error, Error::NotFound { .. }));
    }
}

#[tokio::test]
async fn what_azure_refuses_is_told_with_the_pool() {
    let mut port = reading(vec![Some(spot("Succeeded"))]);
    port.expect_create_or_update()
        .times(1)
        .returning(|_, _| Err(refused(Some(400), "BadRequest", "no")));
    let error = change(&port, &update(json!({"labels": {"a": "b"}})))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "updating node pool \"np1\" of AKS cluster \"aks-5lmloa\": BadRequest: no (HTTP 400)"
    );
}
