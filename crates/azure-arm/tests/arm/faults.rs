//! The adapter over an Azure that misbehaves: what may pass is repeated, what Azure says arrives.

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use jiff::Timestamp;
use kompox_azure::{
    Azure, Connector, CreationData, Credential, DeploymentRequest, Disk, DiskCreation, Error,
    ProvisioningState, ResourceId, RoleAssignment, role,
};
use kompox_azure_arm::ArmConnector;
use kompox_azure_sim::{Faulty, Simulator, TokioClock};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::script::{Tokens, connection};

const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";
const CALLER: &str = "22222222-2222-2222-2222-222222222222";

/// An Azure behind faults, the port over it, and a resource group.
struct Faulted {
    azure: Azure,
    faulty: Faulty,
    simulator: Simulator,
    group: ResourceId,
}

async fn faulted(faults: Value) -> Faulted {
    let simulator = Simulator::builder()
        .clock(Arc::new(TokioClock::new(Timestamp::UNIX_EPOCH)))
        .subscription(SUBSCRIPTION)
        .caller_object_id(CALLER)
        .build()
        .unwrap();
    let faults = serde_json::from_value(json!({"faults": faults})).unwrap();
    let faulty = Faulty::new(simulator.clone(), faults);
    let tokens: Arc<dyn TokenCredential> = Tokens::living(24 * 3600);
    let azure = ArmConnector::builder()
        .transport(faulty.transport())
        .credential(tokens)
        .build()
        .connect(&connection(Credential::AzureCli))
        .unwrap();
    let group = ResourceId::subscription_scope(SUBSCRIPTION).group("rg");
    azure
        .resource_groups
        .create_or_update(&group, "japaneast", &[].into())
        .await
        .unwrap();
    Faulted {
        azure,
        faulty,
        simulator,
        group,
    }
}

impl Faulted {
    async fn make(&self) -> kompox_azure::Result<Disk> {
        let disks = &self.azure.disks;
        disks.create_or_update(&self.disk(), &creation()).await
    }

    fn disk(&self) -> ResourceId {
        self.group.resource("Microsoft.Compute/disks", "d")
    }

    /// How many requests of a method to disks were applied.
    fn applied(&self, method: &str) -> usize {
        self.simulator
            .requests()
            .iter()
            .filter(|request| request.method == method && request.path.contains("/disks/"))
            .count()
    }
}

fn creation() -> DiskCreation {
    DiskCreation {
        location: "japaneast".to_owned(),
        tags: [].into(),
        sku: "Standard_LRS".to_owned(),
        zones: Vec::new(),
        size_gib: 4,
        creation_data: CreationData::Empty,
        iops: None,
        mbps: None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_throttled_call_is_repeated_after_the_time_that_azure_asks_for() {
    let it = faulted(json!([{"method": "PUT", "path": "/**/disks/*", "times": 2, "throttle": {"retryAfter": 7}}])).await;
    let start = Instant::now();
    let made = it.make().await;
    assert_eq!(made.unwrap().state, ProvisioningState::Succeeded);
    assert!(
        start.elapsed() >= Duration::from_secs(14),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(it.applied("PUT"), 1);
    assert_eq!(it.faulty.struck(), [2]);
}

#[tokio::test(start_paused = true)]
async fn a_read_survives_a_reset_and_a_body_that_is_cut_off() {
    let it = faulted(json!([
        {"method": "GET", "path": "/**/disks/*", "skip": 2, "reset": true},
        {"method": "GET", "path": "/**/disks/*", "skip": 2, "truncate": {"bytes": 30}},
    ]))
    .await;
    let made = it.make().await.unwrap();
    for _ in 0..4 {
        let read = it.azure.disks.get(&it.disk()).await;
        assert_eq!(read.unwrap().unwrap(), made);
    }
    assert_eq!(it.faulty.struck(), [1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_is_lost_or_cut_off_is_repeated_and_changes_nothing_more() {
    for effect in [
        ("loseAnswer", json!(true)),
        ("truncate", json!({"bytes": 10})),
    ] {
        let mut fault = json!({"method": "PUT", "path": "/**/disks/*"});
        fault[effect.0] = effect.1;
        let it = faulted(json!([fault])).await;
        let made = it.make().await;
        assert_eq!(made.unwrap().state, ProvisioningState::Succeeded);
        assert_eq!(it.applied("PUT"), 2);
        assert_eq!(it.azure.disks.list(&it.group).await.unwrap().len(), 1);
        assert_eq!(it.faulty.struck(), [1]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_whose_answer_is_lost_is_repeated() {
    let it = faulted(json!([{"method": "DELETE", "loseAnswer": true}])).await;
    it.make().await.unwrap();
    it.azure.disks.delete(&it.disk()).await.unwrap();
    assert_eq!(it.azure.disks.get(&it.disk()).await.unwrap(), None);
    assert_eq!(it.applied("DELETE"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_role_is_assigned_once_the_directory_knows_the_principal() {
    let it = faulted(json!([{"times": 3, "principalNotFound": true}])).await;
    let assignment = RoleAssignment {
        scope: it.group.clone(),
        role: role::CONTRIBUTOR.to_owned(),
        principal_id: CALLER.to_owned(),
    };
    let roles = &*it.azure.role_assignments;
    let refused = roles
        .create(&role::assignment_name(&assignment), &assignment)
        .await;
    assert!(refused.unwrap_err().has_code("PrincipalNotFound"));
    role::ensure(roles, &assignment).await.unwrap();
    assert_eq!(it.faulty.struck(), [3]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_operation_is_waited_for() {
    let it =
        faulted(json!([{"method": "PUT", "path": "/**/disks/*", "operation": {"slow": "20m"}}]))
            .await;
    let start = Instant::now();
    let made = it.make().await;
    assert_eq!(made.unwrap().state, ProvisioningState::Succeeded);
    let took = start.elapsed().as_secs();
    assert!((1200..1230).contains(&took), "{took} s");
}

fn refused_as(error: &Error, code: &str, message: &str) {
    assert!(error.has_code(code), "{error:?}");
    assert!(error.to_string().contains(message), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_operation_arrives_with_its_code_and_message() {
    let fail = json!({"fail": {"code": "NoRoom", "message": "There is no room for a disk."}});
    let it = faulted(json!([
        {"method": "PUT", "path": "/**/disks/*", "operation": fail},
        {"method": "DELETE", "path": "/**/disks/*", "operation": fail},
        {"method": "DELETE", "path": "/subscriptions/*/resourceGroups/*", "operation": fail},
    ]))
    .await;
    let made = it.make().await;
    refused_as(&made.unwrap_err(), "NoRoom", "There is no room");
    let left = it.azure.disks.get(&it.disk()).await.unwrap().unwrap();
    assert_eq!(left.state, ProvisioningState::Failed);
    let deleted = it.azure.disks.delete(&it.disk()).await;
    refused_as(&deleted.unwrap_err(), "NoRoom", "There is no room");
    let deleted = it.azure.resource_groups.delete(&it.group).await;
    refused_as(&deleted.unwrap_err(), "NoRoom", "There is no room");
    assert!(
        it.azure
            .resource_groups
            .get(&it.group)
            .await
            .unwrap()
            .is_some()
    );
    it.azure.resource_groups.delete(&it.group).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_canceled_operation_is_an_error() {
    let it = faulted(json!([{"path": "/**/disks/*", "operation": "cancel"}])).await;
    let made = it.make().await;
    refused_as(&made.unwrap_err(), "Canceled", "canceled");
    let made = it.make().await;
    assert_eq!(made.unwrap().state, ProvisioningState::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn a_failed_deployment_arrives_with_the_code_of_the_resource() {
    let it = faulted(json!([{
        "path": "/**/deployments/*",
        "operation": {"fail": {"code": "NoRoom", "message": "There is no room for a zone."}},
    }]))
    .await;
    let deployment = it.group.resource("Microsoft.Resources/deployments", "zone");
    let request = DeploymentRequest {
        location: None,
        tags: [].into(),
        template: json!({
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "resources": [{
                "type": "Microsoft.Network/dnsZones",
                "apiVersion": "2018-05-01",
                "name": "example.com",
                "location": "global",
            }],
        }),
        parameters: Map::new(),
    };
    let deployments = &it.azure.deployments;
    let failed = deployments.create_or_update(&deployment, &request).await;
    refused_as(&failed.unwrap_err(), "NoRoom", "There is no room");
    deployments
        .create_or_update(&deployment, &request)
        .await
        .unwrap();
}
