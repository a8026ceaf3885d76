//! Shares and their account in the world of these tests. What does not name a volume is about volume `docs`.

use kompox_azure::{FileShare, ProvisioningState, ResourceId, StorageAccount};
use kompox_model::VolumeDisk;
use kompox_provider::Result;

use crate::world::{LOCATION, World, group, json, starred, tags_of};

pub(crate) const ACCOUNT: &str = "k4x3hj1z53jkh6q";

impl World {
    /// A world in which the group and the account of the app are there.
    pub(crate) fn with_account() -> Self {
        let world = Self::with_group();
        world.make_account("Standard_LRS", "StorageV2", LOCATION);
        world
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

    /// Only that volume is left, with these options.
    pub(crate) fn only(&mut self, name: &str, size: u64, options: &str) {
        self.app.volumes.retain(|volume| volume.name == name);
        let volume = self.volume(name);
        volume.size = size;
        volume.options = json(options);
    }

    pub(crate) async fn create_share(&self, name: &str) -> Result<VolumeDisk> {
        self.create_in("docs", name, "{}").await
    }

    pub(crate) async fn assign_share(&self, name: &str) -> Result<()> {
        self.backend("docs")
            .disk_assign(name, Default::default())
            .await
    }

    pub(crate) async fn delete_share(&self, name: &str) -> Result<()> {
        self.backend("docs")
            .disk_delete(name, Default::default())
            .await
    }

    pub(crate) async fn list_shares(&self) -> Result<Vec<VolumeDisk>> {
        self.backend("docs").disk_list(Default::default()).await
    }

    /// The shares in the order of their names, the assigned ones with a `*`.
    pub(crate) async fn shares(&self) -> Vec<String> {
        let mut shares = starred(&self.list_shares().await.unwrap());
        shares.sort();
        shares
    }

    pub(crate) fn put_share(&self, share: &str, metadata: &[(&str, &str)]) {
        let mut state = self.cloud.state();
        let time = state.tick();
        state.shares.insert(
            share_id(share),
            FileShare {
                id: share_id(share),
                quota_gib: Some(10),
                metadata: Some(tags_of(metadata)),
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

pub(crate) fn account() -> ResourceId {
    group().resource("Microsoft.Storage/storageAccounts", ACCOUNT)
}

pub(crate) fn share_id(name: &str) -> ResourceId {
    FileShare::id_in(&account(), name)
}
