//! An app with two volumes, in the cloud of these tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;
use kompox_aks_volume::{ClusterIdentities, Principals, VolumeBackend, Volumes};
use kompox_azure::{
    Azure, Disk, MockAgentPools, MockDeployments, MockDnsRecordSets, MockFileShares, MockKeyVaults,
    MockManagedClusters, MockResources, MockStorageAccounts, MockUserAssignedIdentities,
    ProvisioningState, ResourceGroup, ResourceId, Snapshot, Tags,
};
use kompox_model::options::VolumeDiskCreateOptions;
use kompox_model::{
    App, Provider, Volume, VolumeDisk, VolumeOptions, VolumeSnapshot, VolumeType, Workspace,
};
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
            file_shares: Arc::new(MockFileShares::new()),
            key_vaults: Arc::new(MockKeyVaults::new()),
            managed_clusters: Arc::new(MockManagedClusters::new()),
            resource_graph: Arc::new(MockResourceGraph::new()),
            resource_groups: cloud.clone(),
            resources: Arc::new(MockResources::new()),
            role_assignments: cloud.clone(),
            snapshots: cloud.clone(),
            storage_accounts: Arc::new(MockStorageAccounts::new()),
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
        app.volumes = ["data", "logs"].map(volume).to_vec();
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

    /// A world in which the group of the app is there.
    pub(crate) fn with_group() -> Self {
        let world = Self::new();
        world.make_group(LOCATION, &[]);
        world
    }

    pub(crate) fn make_group(&self, location: &str, tags: &[(&str, &str)]) {
        let id = group();
        self.cloud.state().groups.insert(
            id.clone(),
            ResourceGroup {
                id,
                location: location.to_owned(),
                tags: tags_of(tags),
                state: ProvisioningState::Succeeded,
            },
        );
    }

    pub(crate) fn backend(&self, volume: &str) -> Box<dyn VolumeBackend + '_> {
        self.volumes
            .backend(&self.app, volume, &self.identities)
            .unwrap()
    }

    pub(crate) async fn create(&self, name: &str) -> Result<VolumeDisk> {
        self.create_from(name, "").await
    }

    pub(crate) async fn create_from(&self, name: &str, source: &str) -> Result<VolumeDisk> {
        self.backend("data")
            .disk_create(Some(name), Some(source), VolumeDiskCreateOptions::default())
            .await
    }

    pub(crate) async fn create_with(
        &self,
        name: &str,
        zone: Option<&str>,
        options: &str,
    ) -> Result<VolumeDisk> {
        let options = VolumeDiskCreateOptions {
            zone: zone.map(str::to_owned),
            options: json(options),
        };
        self.backend("data")
            .disk_create(Some(name), None, options)
            .await
    }

    pub(crate) async fn assign(&self, name: &str) -> Result<()> {
        self.backend("data")
            .disk_assign(name, Default::default())
            .await
    }

    pub(crate) async fn snapshot(&self, name: &str, source: &str) -> Result<VolumeSnapshot> {
        self.backend("data")
            .snapshot_create(Some(name), Some(source), Default::default())
            .await
    }

    /// The names of the volume's disks, in the order of the list, the assigned ones with a `*`.
    pub(crate) async fn disks(&self) -> Vec<String> {
        let listed = self.backend("data").disk_list(Default::default()).await;
        let listed = listed.unwrap();
        let names = listed
            .iter()
            .map(|d| d.name.clone() + if d.assigned { "*" } else { "" });
        names.collect()
    }

    /// Puts a disk into the group that somebody else made.
    pub(crate) fn put_disk(&self, azure_name: &str, tags: &[(&str, &str)]) -> ResourceId {
        self.put_disk_at(disk_id(azure_name), LOCATION, tags)
    }

    pub(crate) fn put_disk_at(
        &self,
        id: ResourceId,
        location: &str,
        tags: &[(&str, &str)],
    ) -> ResourceId {
        let mut state = self.cloud.state();
        let time = state.tick();
        state.disks.insert(
            id.clone(),
            Disk {
                id: id.clone(),
                location: location.to_owned(),
                tags: tags_of(tags),
                sku: "Premium_LRS".to_owned(),
                zones: vec!["1".to_owned()],
                size_gib: 10,
                iops: Some(120),
                mbps: Some(25),
                state: ProvisioningState::Succeeded,
                disk_state: "Unattached".to_owned(),
                time_created: Some(time),
            },
        );
        id
    }

    /// Puts a disk of volume `data` into the group, under a name that is not ours to make.
    pub(crate) fn put_our_disk(&self, name: &str, assigned: &str) -> ResourceId {
        self.put_disk(
            &format!("made-by-hand-{name}"),
            &[
                ("kompox-volume", "data"),
                ("kompox-disk-name", name),
                ("kompox-disk-assigned", assigned),
                ("kompox-app-id-hash", "3jkh6q"),
                ("owner", "alice"),
            ],
        )
    }

    pub(crate) fn put_snapshot_at(
        &self,
        id: ResourceId,
        location: &str,
        tags: &[(&str, &str)],
    ) -> ResourceId {
        let mut state = self.cloud.state();
        let time = state.tick();
        state.snapshots.insert(
            id.clone(),
            Snapshot {
                id: id.clone(),
                location: location.to_owned(),
                tags: tags_of(tags),
                sku: "Standard_LRS".to_owned(),
                size_gib: 10,
                state: ProvisioningState::Succeeded,
                completion_percent: None,
                time_created: Some(time),
            },
        );
        id
    }
}

fn volume(name: &str) -> Volume {
    Volume {
        name: name.to_owned(),
        size: 10 * GIB,
        kind: VolumeType::Disk,
        options: VolumeOptions::new(),
    }
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

pub(crate) fn disk_id(azure_name: &str) -> ResourceId {
    group().resource("Microsoft.Compute/disks", azure_name)
}

pub(crate) fn snapshot_id(azure_name: &str) -> ResourceId {
    group().resource("Microsoft.Compute/snapshots", azure_name)
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
