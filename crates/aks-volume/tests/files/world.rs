//! An app with some volumes, in the cloud of these tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;
use kompox_aks_volume::{ClusterIdentities, Principals, VolumeBackend, Volumes};
use kompox_azure::{
    Azure, FileShare, MockAgentPools, MockDeployments, MockDisks, MockDnsRecordSets, MockKeyVaults,
    MockManagedClusters, MockResources, MockSnapshots, MockUserAssignedIdentities,
    ProvisioningState, ResourceGroup, ResourceId, StorageAccount,
};
use kompox_model::options::VolumeDiskCreateOptions;
use kompox_model::{App, Provider, Volume, VolumeDisk, VolumeOptions, VolumeType, Workspace};
use kompox_naming::ProviderNames;
use kompox_provider::{Error, Result};

use crate::cloud::Cloud;

pub(crate) const GROUP: &str = "k4x-3hj1z5_app_gitea_3jkh6q";
pub(crate) const ACCOUNT: &str = "k4x3hj1z53jkh6q";
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
        Ok(None)
    }
}

impl World {
    /// Nothing is there yet. The app has the files volumes `docs` (10 GiB), `a` and `a-b`, and the disk volume `data`.
    pub(crate) fn new() -> Self {
        let cloud = Arc::new(Cloud::default());
        let workspace = Workspace::new("acme");
        let names = ProviderNames::new(Some(&workspace), &Provider::new("azure-east", "aks"));
        let azure = Azure {
            agent_pools: Arc::new(MockAgentPools::new()),
            deployments: Arc::new(MockDeployments::new()),
            disks: Arc::new(MockDisks::new()),
            dns_record_sets: Arc::new(MockDnsRecordSets::new()),
            file_shares: cloud.clone(),
            key_vaults: Arc::new(MockKeyVaults::new()),
            managed_clusters: Arc::new(MockManagedClusters::new()),
            resource_graph: Arc::new(MockResourceGraph::new()),
            resource_groups: cloud.clone(),
            resources: Arc::new(MockResources::new()),
            role_assignments: cloud.clone(),
            snapshots: Arc::new(MockSnapshots::new()),
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
        app.deployment.zones = vec!["japaneast-1".to_owned()];
        app.volumes = [
            volume("docs", VolumeType::Files),
            volume("a", VolumeType::Files),
            volume("a-b", VolumeType::Files),
            volume("data", VolumeType::Disk),
        ]
        .to_vec();
        Self {
            identities: Identities {
                cloud: cloud.clone(),
                answer: Answer::Both,
            },
            cloud,
            volumes,
            app,
        }
    }

    /// A world in which the group and the account of the app are there.
    pub(crate) fn with_account() -> Self {
        let world = Self::new();
        world.make_group(ProvisioningState::Succeeded);
        world.make_account("Standard_LRS", "StorageV2", LOCATION);
        world
    }

    pub(crate) fn make_group(&self, state: ProvisioningState) {
        let id = group();
        let tags = [("owner".to_owned(), "alice".to_owned())].into();
        self.cloud.state().groups.insert(
            id.clone(),
            ResourceGroup {
                id,
                location: "westeurope".to_owned(),
                tags,
                state,
            },
        );
    }

    pub(crate) fn make_account(&self, sku: &str, kind: &str, location: &str) {
        let id = account();
        self.cloud.state().accounts.insert(
            id.clone(),
            StorageAccount {
                id,
                location: location.to_owned(),
                tags: [].into(),
                sku: sku.to_owned(),
                kind: kind.to_owned(),
                state: ProvisioningState::Succeeded,
            },
        );
    }

    pub(crate) fn volume(&mut self, name: &str) -> &mut Volume {
        let mut volumes = self.app.volumes.iter_mut();
        volumes.find(|volume| volume.name == name).unwrap()
    }

    /// Only that volume is left, with these options.
    pub(crate) fn only(&mut self, name: &str, size: u64, options: &str) {
        self.app.volumes.retain(|volume| volume.name == name);
        let volume = self.volume(name);
        volume.size = size;
        volume.options = json(options);
    }

    pub(crate) fn backend(&self, volume: &str) -> Box<dyn VolumeBackend + '_> {
        self.volumes
            .backend(&self.app, volume, &self.identities)
            .unwrap()
    }

    pub(crate) async fn create(&self, name: &str) -> Result<VolumeDisk> {
        self.create_in("docs", name, "{}").await
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

    pub(crate) async fn assign(&self, name: &str) -> Result<()> {
        self.backend("docs")
            .disk_assign(name, Default::default())
            .await
    }

    pub(crate) async fn delete(&self, name: &str) -> Result<()> {
        self.backend("docs")
            .disk_delete(name, Default::default())
            .await
    }

    pub(crate) async fn list(&self) -> Result<Vec<VolumeDisk>> {
        self.backend("docs").disk_list(Default::default()).await
    }

    /// The shares of `docs`, the assigned one with a star.
    pub(crate) async fn shares(&self) -> Vec<String> {
        let shares = self.list().await.unwrap();
        let mut shares: Vec<_> = shares
            .iter()
            .map(|share| format!("{}{}", share.name, if share.assigned { "*" } else { "" }))
            .collect();
        shares.sort();
        shares
    }

    pub(crate) fn put_share(&self, share: &str, metadata: &[(&str, &str)]) {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let mut state = self.cloud.state();
        let time = state.tick();
        state.shares.insert(
            share_id(share),
            FileShare {
                id: share_id(share),
                quota_gib: Some(10),
                metadata: Some(metadata.iter().map(owned).collect()),
                last_modified: Some(time),
            },
        );
    }

    /// A share of `docs` with an entry of somebody else.
    pub(crate) fn put_our_share(&self, name: &str, assigned: &str) {
        self.put_share(
            &format!("docs-{name}"),
            &[
                ("kompox_volume_name", "docs"),
                ("kompox_files_share_name", name),
                ("kompox_files_share_assigned", assigned),
                ("owner", "alice"),
            ],
        );
    }
}

fn volume(name: &str, kind: VolumeType) -> Volume {
    Volume {
        name: name.to_owned(),
        size: 10 * GIB,
        kind,
        options: VolumeOptions::new(),
    }
}

pub(crate) fn json(text: &str) -> VolumeOptions {
    serde_json::from_str(text).unwrap()
}

pub(crate) fn group() -> ResourceId {
    ResourceId::subscription_scope("sub").group(GROUP)
}

pub(crate) fn account() -> ResourceId {
    group().resource("Microsoft.Storage/storageAccounts", ACCOUNT)
}

pub(crate) fn share_id(name: &str) -> ResourceId {
    FileShare::id_in(&account(), name)
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
