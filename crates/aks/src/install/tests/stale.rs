use kompox_kube::twin::Twin;
use kompox_model::Settings;

use super::*;
use crate::cluster::tests::record::{expect_repair, with_live};

const ZONE: &str =
    "/subscriptions/s/resourceGroups/dns/providers/Microsoft.Network/dnsZones/example.com";

/// Installs where Azure's directory does not know the recorded identity of the cluster for `unknown` calls; returns who was
/// given the role on the zone.
async fn install(live: &'static str, unknown: usize) -> Vec<String> {
    let mut mocks = Mocks::default();
    mocks
        .groups
        .expect_get()
        .times(2)
        .returning(|_| Ok(Some(recorded_group())));
    mocks
        .clusters
        .expect_list_cluster_admin_credential()
        .returning(|_| Ok(Some("kind: Config".into())));
    mocks.deployments.expect_get().returning(|_| Ok(None));
    let given = Arc::new(Mutex::new(Vec::new()));
    let (log, mut left) = (Arc::clone(&given), unknown);
    mocks.roles.expect_create().returning(move |_, assignment| {
        let principal = assignment.principal_id.clone();
        if principal == "cluster-principal" && left > 0 {
            left -= 1;
            return Err(refused(Some(400), "PrincipalNotFound"));
        }
        log.lock().unwrap().push(principal);
        Ok(())
    });
    let ports = Twin::in_memory().cluster("c");
    mocks
        .kubernetes
        .expect_connect()
        .times(1)
        .return_once(move |_| Ok(ports));
    let mut mocks = with_live(mocks, "aks-5lmloa", live);
    if live != "cluster-principal" {
        let mut renewed = record();
        renewed.cluster_principal_id = live.into();
        expect_repair(&mut mocks, renewed);
    }
    let mut cluster = cluster();
    cluster.settings = Settings::from_iter([("AZURE_AKS_DNS_ZONE_RESOURCE_IDS", ZONE)]);
    mocks.driver().install(&cluster, &GENTLY).await.unwrap();
    given.lock().unwrap().clone()
}

#[tokio::test]
async fn who_has_taken_the_place_of_a_recorded_identity_gets_its_role() {
    assert_eq!(
        install("new-principal", usize::MAX).await,
        ["new-principal"]
    );
}

#[tokio::test(start_paused = true)]
async fn an_identity_that_is_merely_new_is_waited_for() {
    assert_eq!(install("cluster-principal", 3).await, ["cluster-principal"]);
}
