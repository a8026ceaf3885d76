//! The port's contract, kept by the adapter over the simulator: at once, and in the time that Azure takes.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use jiff::Timestamp;
use kompox_azure::contract::{self, Environment};
use kompox_azure::{
    Azure, Connector, Credential, DeploymentRequest, RecordSetProperties, Records, ResourceId,
    WriteCondition,
};
use kompox_azure_arm::ArmConnector;
use kompox_azure_sim::{Access, Latency, Simulator, SimulatorBuilder, TokioClock};
use serde_json::{Map, json};

use crate::script::{Tokens, connection};

const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";

fn simulator(latency: Latency) -> SimulatorBuilder {
    Simulator::builder()
        .latency(latency)
        .clock(Arc::new(TokioClock::new(Timestamp::UNIX_EPOCH)))
        .subscription(SUBSCRIPTION)
        // So that every list of more than two has pages.
        .page_size(2)
        .access(Access::AnyBearer)
}

fn azure(simulator: &Simulator) -> Azure {
    let tokens: Arc<dyn TokenCredential> = Tokens::living(3600);
    ArmConnector::builder()
        .transport(simulator.transport())
        .credential(tokens)
        .operation_timeout(Duration::from_secs(3600))
        .build()
        .connect(&connection(Credential::AzureCli))
        .unwrap()
}

fn environment() -> Environment {
    Environment {
        subscription: SUBSCRIPTION.to_owned(),
        location: "japaneast".to_owned(),
        prefix: "contract".to_owned(),
    }
}

/// One test for a statement group, over an Azure that is quick and over one that takes its time.
macro_rules! kept {
    ($($group:ident)*) => {
        mod at_once {
            use super::*;
            $(
                #[tokio::test(start_paused = true)]
                async fn $group() {
                    let simulator = simulator(Latency::None).build().unwrap();
                    contract::$group(&azure(&simulator), &environment()).await;
                }
            )*
        }

        mod in_its_time {
            use super::*;
            $(
                #[tokio::test(start_paused = true)]
                async fn $group() {
                    let simulator = simulator(Latency::Realistic).build().unwrap();
                    contract::$group(&azure(&simulator), &environment()).await;
                }
            )*
        }
    };
}

kept! {
    agent_pools
    deployments
    disks
    dns_record_sets
    failing_deployments
    file_shares
    key_vaults
    managed_clusters
    resource_graph
    resource_groups
    resources
    role_assignments
    snapshots
    storage_accounts
    user_assigned_identities
}

#[tokio::test(start_paused = true)]
async fn running_deployments() {
    for latency in [Latency::Realistic, Latency::Fixed(Duration::from_secs(20))] {
        let simulator = simulator(latency).build().unwrap();
        contract::running_deployments(&azure(&simulator), &environment()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_subscription_is_an_error_and_not_an_absence() {
    let simulator = simulator(Latency::None).build().unwrap();
    let azure = azure(&simulator);
    let group = ResourceId::subscription_scope("22222222-2222-2222-2222-222222222222").group("rg");
    for error in [
        azure.resource_groups.get(&group).await.unwrap_err(),
        azure.disks.list(&group).await.unwrap_err(),
        azure.resource_groups.delete(&group).await.unwrap_err(),
    ] {
        assert!(error.has_code("SubscriptionNotFound"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn zones_of_two_subscriptions_are_reached_over_one_connection() {
    const OTHER: &str = "22222222-2222-2222-2222-222222222222";
    let simulator = simulator(Latency::None)
        .subscription(OTHER)
        .build()
        .unwrap();
    let azure = azure(&simulator);
    let [ours, theirs] = [SUBSCRIPTION, OTHER].map(|subscription| {
        ResourceId::subscription_scope(subscription)
            .group("dns")
            .resource("Microsoft.Network/dnsZones", "example.com")
    });
    let address = |last| RecordSetProperties {
        ttl: 60,
        records: Records::A(vec![Ipv4Addr::new(203, 0, 113, last)]),
        metadata: [].into(),
        target_resource: None,
    };
    for (zone, last) in [(&ours, 1), (&theirs, 2)] {
        let group = zone.scope();
        let groups = &azure.resource_groups;
        groups
            .create_or_update(&group, "japaneast", &[].into())
            .await
            .unwrap();
        let request = DeploymentRequest {
            location: None,
            tags: [].into(),
            template: json!({
                "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                "contentVersion": "1.0.0.0",
                "resources": [{
                    "type": "Microsoft.Network/dnsZones",
                    "apiVersion": "2018-05-01",
                    "name": zone.name(),
                    "location": "global",
                }],
            }),
            parameters: Map::new(),
        };
        let deployment = group.resource("Microsoft.Resources/deployments", "zone");
        azure
            .deployments
            .create_or_update(&deployment, &request)
            .await
            .unwrap();
        azure
            .dns_record_sets
            .create_or_update(
                &zone.child("A", "www"),
                &address(last),
                &WriteCondition::Absent,
            )
            .await
            .unwrap();
    }
    for (zone, last) in [(ours, 1), (theirs, 2)] {
        let read = azure.dns_record_sets.get(&zone.child("A", "www")).await;
        assert_eq!(read.unwrap().unwrap().properties, address(last));
    }
}
