//! The life cycle with mocked ports: which calls are made, in which situation.

mod deprovision;
mod provision;
pub(crate) mod record;
mod status;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use kompox_aks_volume::Volumes;
use kompox_azure::*;
use kompox_kube::MockKubernetesConnector;
use kompox_model::failure::Failure;
use kompox_model::{Cluster, Provider, Workspace};
use kompox_naming::ProviderNames;
use kompox_provider::{Progress, ResourceProgress};
use serde_json::{Value, json};

use crate::driver::AksDriver;
use crate::record::{ClusterRecord, Records, ServiceAccount};

const DEPLOYMENT: &str = "k4x-3hj1z5_cls_prod_5lmloa";

/// Mocked ports; what a test does not expect must not be called.
#[derive(Default)]
pub(crate) struct Mocks {
    pub(crate) deployments: MockDeployments,
    pub(crate) groups: MockResourceGroups,
    pub(crate) resources: MockResources,
    pub(crate) clusters: MockManagedClusters,
    pub(crate) vaults: MockKeyVaults,
    pub(crate) identities: MockUserAssignedIdentities,
    pub(crate) kubernetes: MockKubernetesConnector,
    pub(crate) roles: MockRoleAssignments,
    pub(crate) graph: MockResourceGraph,
    pub(crate) progress: Arc<Recorder>,
}

impl Mocks {
    pub(crate) fn driver(self) -> AksDriver {
        let names = ProviderNames::new(
            Some(&Workspace::new("acme")),
            &Provider::new("azure-east", "aks"),
        )
        .unwrap();
        let azure = Azure {
            agent_pools: Arc::new(MockAgentPools::new()),
            deployments: Arc::new(self.deployments),
            disks: Arc::new(MockDisks::new()),
            dns_record_sets: Arc::new(MockDnsRecordSets::new()),
            file_shares: Arc::new(MockFileShares::new()),
            key_vaults: Arc::new(self.vaults),
            managed_clusters: Arc::new(self.clusters),
            resource_graph: Arc::new(self.graph),
            resource_groups: Arc::new(self.groups),
            resources: Arc::new(self.resources),
            role_assignments: Arc::new(self.roles),
            snapshots: Arc::new(MockSnapshots::new()),
            storage_accounts: Arc::new(MockStorageAccounts::new()),
            user_assigned_identities: Arc::new(self.identities),
        };
        AksDriver {
            volumes: Volumes::new(
                azure.clone(),
                subscription().name(),
                "japaneast",
                names.clone(),
                Arc::new(Timestamp::now),
                Arc::new(|| 0),
            ),
            records: Records::default(),
            azure,
            cloud: Cloud::named("AzurePublic").unwrap(),
            kubernetes: Arc::new(self.kubernetes),
            names,
            subscription: subscription(),
            location: "japaneast".into(),
            progress: self.progress,
        }
    }
}

/// Keeps what is reported.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    pub(crate) watches: bool,
    pub(crate) steps: Mutex<Vec<String>>,
    pub(crate) resources: Mutex<Vec<ResourceProgress>>,
}

impl Progress for Recorder {
    fn resource(&self, resource: &ResourceProgress) {
        self.resources.lock().unwrap().push(resource.clone());
    }

    fn step(&self, text: &str) {
        self.steps.lock().unwrap().push(text.to_owned());
    }

    fn watches_resources(&self) -> bool {
        self.watches
    }
}

pub(crate) fn subscription() -> ResourceId {
    ResourceId::subscription_scope("7f000000-0000-0000-0000-00000000000a")
}

pub(crate) fn group_id() -> ResourceId {
    subscription().group(DEPLOYMENT)
}

pub(crate) fn deployment_id() -> ResourceId {
    subscription().resource("Microsoft.Resources/deployments", DEPLOYMENT)
}

pub(crate) fn cluster() -> Cluster {
    Cluster::new("prod")
}

/// The record that the outputs of [`deployment`] hold.
pub(crate) fn record() -> ClusterRecord {
    ClusterRecord {
        managed_cluster: group_id()
            .resource("Microsoft.ContainerService/managedClusters", "aks-5lmloa"),
        tenant_id: "tenant".into(),
        cluster_principal_id: "cluster-principal".into(),
        kubelet_principal_id: "kubelet-principal".into(),
        ingress_principal_id: "ingress-principal".into(),
        ingress_client_id: "ingress-client".into(),
        ingress: ServiceAccount {
            namespace: "traefik".into(),
            name: "ingress-service-account".into(),
        },
    }
}

pub(crate) fn deployment(state: &str) -> Deployment {
    let outputs: BTreeMap<String, Value> = [
        ("AZURE_AKS_CLUSTER_NAME", "aks-5lmloa"),
        ("AZURE_TENANT_ID", "tenant"),
        ("AZURE_AKS_CLUSTER_PRINCIPAL_ID", "cluster-principal"),
        ("AZURE_AKS_KUBELET_PRINCIPAL_ID", "kubelet-principal"),
        (
            "AZURE_INGRESS_SERVICE_ACCOUNT_PRINCIPAL_ID",
            "ingress-principal",
        ),
        ("AZURE_INGRESS_SERVICE_ACCOUNT_CLIENT_ID", "ingress-client"),
        ("AZURE_INGRESS_SERVICE_ACCOUNT_NAMESPACE", "traefik"),
        (
            "AZURE_INGRESS_SERVICE_ACCOUNT_NAME",
            "ingress-service-account",
        ),
    ]
    .map(|(name, value)| (name.to_owned(), json!(value)))
    .into();
    let state = ProvisioningState::from(state.to_owned());
    Deployment {
        id: deployment_id(),
        outputs: if state == ProvisioningState::Succeeded {
            outputs
        } else {
            BTreeMap::new()
        },
        state,
        error: None,
        timestamp: None,
    }
}

/// The group of a provisioned cluster, with its record and a foreign tag.
pub(crate) fn recorded_group() -> ResourceGroup {
    let mut group = group("Succeeded", &[("cost-center", "42")]);
    group.tags.extend(record().tags());
    group
}

pub(crate) fn group(state: &str, tags: &[(&str, &str)]) -> ResourceGroup {
    ResourceGroup {
        id: group_id(),
        location: "japaneast".into(),
        tags: tags
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
        state: ProvisioningState::from(state.to_owned()),
    }
}

pub(crate) fn refused(status: Option<u16>, code: &str) -> Error {
    Error::Refused(Box::new(Failure {
        status,
        code: code.into(),
        message: "no".into(),
        ..Failure::default()
    }))
}
