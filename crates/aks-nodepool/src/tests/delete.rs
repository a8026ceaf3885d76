use kompox_provider::Error;
use tokio::time::Instant;

use super::*;

fn answering(answers: Vec<Option<fn() -> AzureError>>) -> MockAgentPools {
    let mut port = MockAgentPools::new();
    let times = answers.len();
    let mut next = in_turn(answers);
    port.expect_delete()
        .withf(|pool| *pool == id("np1"))
        .times(times)
        .returning(move |_| next().map_or(Ok(()), |error| Err(error())));
    port
}

#[tokio::test]
async fn a_pool_is_deleted_with_one_call() {
    let port = answering(vec![None]);
    pools(&port).delete(Some(&cluster()), "np1").await.unwrap();
}

#[tokio::test]
async fn absence_at_any_moment_is_success() {
    pools(&MockAgentPools::new())
        .delete(None, "np1")
        .await
        .unwrap();
    let gone = || refused(Some(404), "ParentResourceNotFound", "gone");
    let port = answering(vec![Some(gone)]);
    pools(&port).delete(Some(&cluster()), "np1").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_busy_cluster_is_waited_for_even_if_the_pool_goes_away_meanwhile() {
    let gone = || refused(Some(404), "NotFound", "gone");
    let port = answering(vec![Some(busy), Some(busy), Some(gone)]);
    let start = Instant::now();
    pools(&port).delete(Some(&cluster()), "np1").await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 2 + 3);
}

#[tokio::test(start_paused = true)]
async fn what_stays_refused_is_told_at_once() {
    for message in [
        "There has to be at least one agent pool.",
        "There must be at least one system pool",
        "The cluster is stopped",
    ] {
        let mut port = MockAgentPools::new();
        port.expect_delete()
            .times(1)
            .returning(|_| Err(refused(Some(409), "OperationNotAllowed", message)));
        let error = pools(&port)
            .delete(Some(&cluster()), "np1")
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Conflict { .. }));
        assert_eq!(
            error.to_string(),
            format!(
                "deleting node pool \"np1\" of AKS cluster \"aks-5lmloa\": OperationNotAllowed: {message} (HTTP 409)"
            )
        );
    }
}

#[tokio::test]
async fn a_name_that_no_pool_can_have_is_refused_before_any_call() {
    for name in ["", "../x", "NP1", "np-1"] {
        let port = MockAgentPools::new();
        let error = pools(&port)
            .delete(Some(&cluster()), name)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Validation(_)), "{name}");
    }
}
