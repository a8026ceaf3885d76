use mockall::Sequence;
use mockall::predicate::eq;

use super::*;

#[tokio::test]
async fn the_release_goes_before_its_namespace() {
    let events = Events::default();
    let mut mocks = provisioned();
    let mut order = Sequence::new();
    let (mut kubernetes, mut helm) = (MockKubernetes::new(), helm(&events));
    helm.expect_uninstall()
        .with(eq("edge"), eq("traefik"))
        .times(1)
        .in_sequence(&mut order)
        .returning(|_, _| Ok(()));
    kubernetes
        .expect_delete_namespace()
        .with(eq("edge"))
        .times(1)
        .in_sequence(&mut order)
        .returning(|_| Ok(()));
    connecting(&mut mocks, kubernetes, helm);
    let mut cluster = cluster();
    cluster.ingress.namespace = Some("edge".into());
    mocks.driver().uninstall(&cluster).await.unwrap();
}

#[tokio::test]
async fn without_a_cluster_there_is_nothing_to_do() {
    let mut mocks = Mocks::default();
    mocks.groups.expect_get().times(1).returning(|_| Ok(None));
    let progress = mocks.progress.clone();
    mocks.driver().uninstall(&cluster()).await.unwrap();
    let steps = progress.steps.lock().unwrap();
    assert_eq!(
        *steps,
        ["cluster prod is not provisioned: there is nothing to uninstall"]
    );
}

#[tokio::test]
async fn without_helm_nothing_is_removed() {
    let mut mocks = provisioned();
    let mut helm = MockHelm::new();
    helm.expect_version().times(1).returning(|| {
        Err(kube::Error::HelmMissing {
            program: "helm".into(),
            reason: "not found".into(),
        })
    });
    connecting(&mut mocks, MockKubernetes::new(), helm);
    assert!(mocks.driver().uninstall(&cluster()).await.is_err());
}

#[tokio::test]
async fn a_release_that_cannot_be_removed_keeps_its_namespace() {
    let events = Events::default();
    let mut mocks = provisioned();
    let mut helm = helm(&events);
    helm.expect_uninstall()
        .times(1)
        .returning(|_, _| Err(kube::Error::Kubeconfig("no".into())));
    connecting(&mut mocks, MockKubernetes::new(), helm);
    let error = mocks.driver().uninstall(&cluster()).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("uninstalling release \"traefik\""),
        "{error}"
    );
}
