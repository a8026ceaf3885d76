//! An app with volumes of either type, in the cloud of these tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;
use kompox_aks_volume::{ClusterIdentities, Principals, VolumeBackend, Volumes};
use kompox_azure::{
    Azure, MockAgentPools, MockDeployments, MockDnsRecordSets, MockKeyVaults, MockManagedClusters,
    MockResourceGraph, MockResources, MockUserAssignedIdentities, ProvisioningState, ResourceGroup,
    ResourceId, Tags,
};
use kompox_model::options::VolumeDiskCreateOptions;
use kompox_model::{App, Provider, Volume, VolumeDisk, VolumeOptions, VolumeType, Workspace};
use kompox_naming::ProviderNames;
use kompox_provider::{Error, Result};

use crate::cloud::Cloud;

pub(crate) const GROUP: &str = "k4x-3hj1z5_app_gitea_3jkh6q";
pub(crate) const LOCATION: &str = "japaneast";
pub(crate) const GIB: u64 = 1 << 30;

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) cloud: Arc<Cloud>,
    pub(crate) volumes: Volumes,
    pub(crate) app: App,
    pub(crate) identities: Identities,
}

/// What a cluster answers when it is asked for its identities.
#[derive(Debug)]
pub(crate) struct Identities {
    cloud: Arc<Cloud>,
    pub(crate) answer: Answer,
    /// Who is there instead of the recorded principals.
    pub(crate) successors: Option<Principals>,
}

#[derive(Debug)]
pub(crate) enum Answer {
    Both,
    NotProvisioned,
    Unreadable,
}

#[async_trait]
impl ClusterIdentities for Identities {
    async fn principals(&self) -> Result<Option<Principals>> {
        let read = self.cloud.call("principals".to_owned(), |_| Ok(())).await;
        read.map_err(|error| Error::port("reading principals", error))?;
        match self.answer {
            Answer::Both => Ok(Some(Principals {
                cluster: "cluster-principal".to_owned(),
                kubelet: "kubelet-principal".to_owned(),
            })),
            Answer::NotProvisioned => Ok(None),
            Answer::Unreadable => Err(Error::not_found("deployment")),
        }
    }

    async fn unknown(&self, _: &Principals) -> Result<Option<Principals>> {
        Ok(self.successors.clone())
    }
}

impl World {
    /// Nothing is there yet. The app has the disk volumes `data` and `logs` and the files volumes `docs`, `a` and `a-b`,
    /// of 10 GiB each.
    pub(crate) fn new() -> Self {
        Self::over(Cloud::default())
    }

    pub(crate) fn over(cloud: Cloud) -> Self {
        let cloud = Arc::new(cloud);
        let workspace = Workspace::new("acme");
        let names = ProviderNames::new(Some(&workspace), &Provider::new("azure-east", "aks"));
        let azure = Azure {
            agent_pools: Arc::new(MockAgentPools::new()),
            deployments: Arc::new(MockDeployments::new()),
            disks: cloud.clone(),
            dns_record_sets: Arc::new(MockDnsRecordSets::new()),
            file_shares: cloud.clone(),
            key_vaults: Arc::new(MockKeyVaults::new()),
            managed_clusters: Arc::new(MockManagedClusters::new()),
            resource_graph: Arc::new(MockResourceGraph::new()),
            resource_groups: cloud.clone(),
            resources: Arc::new(MockResources::new()),
            role_assignments: cloud.clone(),
            snapshots: cloud.clone(),
            storage_accounts: cloud.clone(),
            user_assigned_identities: Arc::new(MockUserAssignedIdentities::new()),
        };
        let random = AtomicU64::new(0);
        let volumes = Volumes::new(
            azure,
            "sub",
            LOCATION,
            names.unwrap(),
            Arc::new(|| Timestamp::from_second(1_700_000_000).unwrap()),
            Arc::new(move || random.fetch_add(1, Ordering::Relaxed)),
        );
        let mut app = App::new("gitea");
        app.deployment.zones = vec!["japaneast-1".to_owned(), "2".to_owned()];
        app.volumes = [
            ("data", VolumeType::Disk),
            ("logs", VolumeType::Disk),
            ("docs", VolumeType::Files),
            ("a", VolumeType::Files),
            ("a-b", VolumeType::Files),
        ]
        .map(volume)
        .to_vec();
        Self {
            identities: Identities {
                cloud: cloud.clone(),
                answer: Answer::Both,
                successors: None,
            },
            cloud,
            volumes,
            app,
        }
    }

    /// A world in which the group of the app is there, made by somebody else in another region.
    pub(crate) fn with_group() -> Self {
        let world = Self::new();
        world.make_group();
        world
    }

    pub(crate) fn make_group(&self) {
        let id = group();
        self.cloud.state().groups.insert(
            id.clone(),
            ResourceGroup {
                id,
                location: "westeurope".to_owned(),
                tags: tags_of(&[("owner", "alice")]),
                state: ProvisioningState::Succeeded,
            },
        );
    }

    /// Somebody is deleting the group of the app.
    pub(crate) fn with_group_being_deleted() -> Self {
        let world = Self::with_group();
        let deleting = ProvisioningState::Running("Deleting".to_owned());
        world.cloud.state().groups.get_mut(&group()).unwrap().state = deleting;
        world
    }

    pub(crate) fn volume(&mut self, name: &str) -> &mut Volume {
        let mut volumes = self.app.volumes.iter_mut();
        volumes.find(|volume| volume.name == name).unwrap()
    }

    pub(crate) fn backend(&self, volume: &str) -> Box<dyn VolumeBackend + '_> {
        self.volumes
            .backend(&self.app, volume, &self.identities)
            .unwrap()
    }

    pub(crate) async fn create_in(
        &self,
        volume: &str,
        name: &str,
        options: &str,
    ) -> Result<VolumeDisk> {
        let options = VolumeDiskCreateOptions {
            options: json(options),
            ..VolumeDiskCreateOptions::default()
        };
        self.backend(volume)
            .disk_create(Some(name), None, options)
            .await
    }
}

fn volume((name, kind): (&str, VolumeType)) -> Volume {
    Volume {
        name: name.to_owned(),
        size: 10 * GIB,
        kind,
        options: VolumeOptions::new(),
    }
}

/// The names of what a volume has, in the order of the list, the assigned ones with a `*`.
pub(crate) fn starred(listed: &[VolumeDisk]) -> Vec<String> {
    let names = listed
        .iter()
        .map(|disk| disk.name.clone() + if disk.assigned { "*" } else { "" });
    names.collect()
}

/// Runs with a clock that does not wait.
pub(crate) fn in_paused_time(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.unwrap().block_on(future);
}

pub(crate) fn json(text: &str) -> VolumeOptions {
    serde_json::from_str(text).unwrap()
}

pub(crate) fn tags_of(tags: &[(&str, &str)]) -> Tags {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    tags.iter().map(owned).collect()
}

pub(crate) fn group() -> ResourceId {
    ResourceId::subscription_scope("sub").group(GROUP)
}

/// The text of the error of the right kind.
macro_rules! refused {
    ($kind:ident, $result:expr) => {
        match $result {
            Err(error @ kompox_provider::Error::$kind { .. }) => error.to_string(),
            other => panic!("not {}: {other:?}", stringify!($kind)),
        }
    };
}
pub(crate) use refused;

/// That a text has all of these in it.
#[track_caller]
pub(crate) fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in {text:?}");
    }
}
