//! The record: where it is read, when it is repaired, and how often Azure is asked.

use kompox_aks_volume::ClusterIdentities;
use kompox_provider::Error as DriverError;
use mockall::predicate::eq;

use super::*;
use crate::record::Source;

fn with_group(group: Option<ResourceGroup>) -> Mocks {
    let mut mocks = Mocks::default();
    mocks
        .groups
        .expect_get()
        .with(eq(group_id()))
        .times(1)
        .return_once(|_| Ok(group));
    mocks
}

fn with_deployment(mut mocks: Mocks, deployment: Option<Deployment>) -> Mocks {
    mocks
        .deployments
        .expect_get()
        .times(1)
        .return_once(|_| Ok(deployment));
    mocks
}

pub(crate) fn expect_repair(mocks: &mut Mocks, repaired: ClusterRecord) {
    mocks
        .resources
        .expect_merge_tags()
        .withf(move |scope, tags| *scope == group_id() && *tags == repaired.tags())
        .times(1)
        .return_once(|_, _| Ok(()));
}

/// Live resources: a managed cluster of that name and identity, the ingress identity and another one.
pub(crate) fn with_live(mut mocks: Mocks, name: &'static str, principal: &'static str) -> Mocks {
    let cluster = group_id().resource("Microsoft.ContainerService/managedClusters", name);
    let identity =
        |name: &str| group_id().resource("Microsoft.ManagedIdentity/userAssignedIdentities", name);
    let resources =
        [cluster.clone(), identity("other"), identity("id-ingress")].map(|id| Resource {
            id,
            location: "japaneast".into(),
            tags: Tags::new(),
        });
    mocks
        .resources
        .expect_list()
        .times(1)
        .return_once(|_| Ok(resources.into()));
    mocks
        .clusters
        .expect_get()
        .with(eq(cluster))
        .times(1)
        .return_once(move |id| {
            Ok(Some(ManagedCluster {
                id: id.clone(),
                state: ProvisioningState::Succeeded,
                principal_id: Some(principal.into()),
                kubelet_principal_id: Some("kubelet-principal".into()),
                tenant_id: Some("tenant".into()),
                oidc_issuer_url: None,
            }))
        });
    mocks
        .identities
        .expect_federated_subjects()
        .returning(|id| {
            Ok(match id.name() {
                "id-ingress" => {
                    vec!["system:serviceaccount:traefik:ingress-service-account".into()]
                }
                _ => vec!["system:serviceaccount:shop:cart".into()],
            })
        });
    mocks
        .identities
        .expect_get()
        .with(eq(identity("id-ingress")))
        .times(1)
        .return_once(|id| {
            Ok(Some(UserAssignedIdentity {
                id: id.clone(),
                principal_id: "ingress-principal".into(),
                client_id: "ingress-client".into(),
                tenant_id: "tenant".into(),
            }))
        });
    mocks
}

#[tokio::test]
async fn tags_are_enough_and_are_read_once_for_all_who_ask() {
    let driver = with_group(Some(recorded_group())).driver();
    let cluster = cluster();
    let (one, other) =
        futures::future::join(driver.record(&cluster), driver.record(&cluster)).await;
    let found = one.unwrap();
    assert_eq!(found, other.unwrap());
    assert_eq!(found.record, record());
    assert_eq!((found.source, found.repaired), (Source::Tags, false));
    let principals = driver
        .identities(&cluster)
        .principals()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(principals.cluster, "cluster-principal");
}

#[tokio::test]
async fn missing_tags_are_repaired_from_the_outputs() {
    let mut group = recorded_group();
    group.tags.remove("kompox-ingress-sa-client-id");
    let mut mocks = with_deployment(with_group(Some(group)), Some(deployment("Succeeded")));
    expect_repair(&mut mocks, record());
    let found = mocks.driver().record(&cluster()).await.unwrap();
    assert_eq!(found.record, record());
    assert_eq!((found.source, found.repaired), (Source::Outputs, true));
}

#[tokio::test]
async fn without_tags_and_outputs_the_live_cluster_tells() {
    for gone in [None, Some(deployment("Running"))] {
        let mocks = with_deployment(with_group(Some(group("Succeeded", &[]))), gone);
        let mut mocks = with_live(mocks, "aks-5lmloa", "cluster-principal");
        expect_repair(&mut mocks, record());
        let found = mocks.driver().record(&cluster()).await.unwrap();
        assert_eq!(found.record, record());
        assert_eq!((found.source, found.repaired), (Source::LiveCluster, true));
    }
}

#[tokio::test]
async fn a_cluster_that_others_have_named_is_found_when_it_is_the_only_one() {
    let mocks = with_deployment(with_group(Some(group("Succeeded", &[]))), None);
    let mut mocks = with_live(mocks, "theirs", "cluster-principal");
    let mut theirs = record();
    theirs.managed_cluster =
        group_id().resource("Microsoft.ContainerService/managedClusters", "theirs");
    expect_repair(&mut mocks, theirs.clone());
    assert_eq!(
        mocks.driver().record(&cluster()).await.unwrap().record,
        theirs
    );
}

#[tokio::test]
async fn a_repair_that_is_refused_is_no_reason_to_fail() {
    let mut mocks = with_deployment(
        with_group(Some(group("Succeeded", &[]))),
        Some(deployment("Succeeded")),
    );
    mocks
        .resources
        .expect_merge_tags()
        .times(1)
        .return_once(|_, _| Err(refused(Some(403), "AuthorizationFailed")));
    let found = mocks.driver().record(&cluster()).await.unwrap();
    assert_eq!((found.source, found.repaired), (Source::Outputs, false));
}

#[tokio::test]
async fn without_a_group_or_a_cluster_nothing_is_provisioned() {
    let empty = with_deployment(with_group(Some(group("Succeeded", &[]))), None);
    let mut empty = empty;
    empty.resources.expect_list().return_once(|_| Ok(vec![]));
    for mocks in [with_group(None), empty] {
        let error = mocks.driver().record(&cluster()).await.unwrap_err();
        assert!(matches!(error, DriverError::NotFound { .. }), "{error}");
        assert!(
            error.to_string().contains("provision the cluster"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_recorded_cluster_that_is_not_there_is_looked_for_among_the_live_ones() {
    let mut mocks = Mocks::default();
    mocks
        .groups
        .expect_get()
        .times(2)
        .returning(|_| Ok(Some(recorded_group())));
    let mut mocks = with_live(mocks, "renamed", "cluster-principal");
    let mut renamed = record();
    renamed.managed_cluster =
        group_id().resource("Microsoft.ContainerService/managedClusters", "renamed");
    expect_repair(&mut mocks, renamed);
    mocks
        .clusters
        .expect_list_cluster_admin_credential()
        .times(2)
        .returning(|id| Ok((id.name() == "renamed").then(|| "kind: Config".into())));
    let kubeconfig = mocks.driver().kubeconfig(&cluster()).await;
    assert!(kubeconfig.is_ok());
}

#[tokio::test]
async fn an_identity_that_the_directory_does_not_know_is_compared_with_the_live_one() {
    let mut mocks = Mocks::default();
    mocks
        .groups
        .expect_get()
        .times(2)
        .returning(|_| Ok(Some(recorded_group())));
    let mut mocks = with_live(mocks, "aks-5lmloa", "new-principal");
    let mut renewed = record();
    renewed.cluster_principal_id = "new-principal".into();
    expect_repair(&mut mocks, renewed);
    let driver = mocks.driver();
    let cluster = cluster();
    let identities = driver.identities(&cluster);
    let recorded = identities.principals().await.unwrap().unwrap();
    // Twice: the second to be refused gets the answer that the first one led to.
    for _ in 0..2 {
        let current = identities.unknown(&recorded).await.unwrap().unwrap();
        assert_eq!(current.cluster, "new-principal");
    }
}

#[tokio::test]
async fn an_identity_that_is_merely_new_is_left_as_it_is() {
    let mut mocks = Mocks::default();
    mocks
        .groups
        .expect_get()
        .times(2)
        .returning(|_| Ok(Some(recorded_group())));
    let driver = with_live(mocks, "aks-5lmloa", "cluster-principal").driver();
    let cluster = cluster();
    let identities = driver.identities(&cluster);
    let recorded = identities.principals().await.unwrap().unwrap();
    assert_eq!(identities.unknown(&recorded).await.unwrap(), None);
}
