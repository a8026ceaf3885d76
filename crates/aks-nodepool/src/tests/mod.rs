//! The node pools of a cluster with a mocked port: which calls are made, in which situation.

mod conversion;
mod create;
mod delete;
mod list;
mod update;

use std::sync::Mutex;

use kompox_azure::{
    AgentPool, AgentPoolProperties, Error as AzureError, MockAgentPools, ProvisioningState,
    ResourceId,
};
use kompox_model::failure::Failure;
use kompox_model::{Autoscaling, NodePool};
use kompox_provider::{NoProgress, Progress, ResourceProgress};
use serde_json::json;

use crate::NodePools;

const LOCATION: &str = "japaneast";
const SPOT_LABEL: &str = "kubernetes.azure.com/scalesetpriority";
const BUSY: &str = "Operation is not allowed: Another operation (Updating) is in progress, please wait for it to finish \
                    before starting a new operation.";

fn cluster() -> ResourceId {
    ResourceId::subscription_scope("7f000000-0000-0000-0000-00000000000a")
        .group("k4x-3hj1z5_cls_prod_5lmloa")
        .resource("Microsoft.ContainerService/managedClusters", "aks-5lmloa")
}

fn id(name: &str) -> ResourceId {
    cluster().child("agentPools", name)
}

fn pools(port: &MockAgentPools) -> NodePools<'_> {
    NodePools::new(port, LOCATION, &NoProgress)
}

/// A spot pool in zone 1 as AKS returns it.
fn spot_properties() -> AgentPoolProperties {
    serde_json::from_value(json!({
        "count": 1,
        "vmSize": "Standard_D2lds_v6",
        "osDiskSizeGB": 110,
        "osDiskType": "Ephemeral",
        "maxPods": 250,
        "type": "VirtualMachineScaleSets",
        "enableAutoScaling": true,
        "minCount": 0,
        "maxCount": 3,
        "availabilityZones": ["1"],
        "orchestratorVersion": "1.35",
        "scaleSetPriority": "Spot",
        "scaleSetEvictionPolicy": "Delete",
        "spotMaxPrice": -1.0,
        "nodeLabels": {
            "kompox.dev/node-pool": "user",
            "kompox.dev/node-zone": "japaneast-1",
            "team": "batch",
            SPOT_LABEL: "spot",
        },
        "nodeTaints": ["kubernetes.azure.com/scalesetpriority=spot:NoSchedule"],
        "mode": "User",
        "upgradeSettings": {"maxSurge": "10%"},
    }))
    .unwrap()
}

fn agent_pool(name: &str, state: &str, properties: AgentPoolProperties) -> AgentPool {
    AgentPool {
        id: id(name),
        state: ProvisioningState::from(state.to_owned()),
        properties,
    }
}

fn spot(state: &str) -> AgentPool {
    agent_pool("np1", state, spot_properties())
}

/// What a user writes to get that pool.
fn spot_file() -> NodePool {
    serde_json::from_value(json!({
        "name": "np1",
        "mode": "User",
        "labels": {"team": "batch"},
        "zones": ["1"],
        "instanceType": "Standard_D2lds_v6",
        "osDiskType": "ephemeral",
        "osDiskSizeGiB": 110,
        "priority": "SPOT",
        "autoscaling": {"enabled": true, "min": 0, "max": 3},
    }))
    .unwrap()
}

fn update(members: serde_json::Value) -> NodePool {
    NodePool {
        name: Some("np1".into()),
        ..serde_json::from_value(members).unwrap()
    }
}

fn refused(status: Option<u16>, code: &str, message: &str) -> AzureError {
    AzureError::Refused(Box::new(Failure {
        status,
        code: code.into(),
        message: message.into(),
        ..Failure::default()
    }))
}

fn busy() -> AzureError {
    refused(Some(409), "OperationNotAllowed", BUSY)
}

/// Answers in turn; the last one again and again.
fn in_turn<T: Clone + Send + 'static>(
    answers: impl IntoIterator<Item = T>,
) -> impl FnMut() -> T + Send {
    let mut answers = answers.into_iter().collect::<Vec<_>>();
    answers.reverse();
    move || match answers.as_slice() {
        [last] => last.clone(),
        _ => answers.pop().unwrap(),
    }
}

/// Keeps the steps that are told.
#[derive(Debug, Default)]
struct Steps(Mutex<Vec<String>>);

impl Progress for Steps {
    fn resource(&self, _: &ResourceProgress) {}

    fn step(&self, text: &str) {
        self.0.lock().unwrap().push(text.to_owned());
    }
}
