//! File shares.

use async_trait::async_trait;
use kompox_azure::{
    FileShare, FileShareCreation, FileShares, Metadata, ProvisioningState, ResourceId, Result,
};

use super::{Cloud, State, refuse};

/// An entry of a share's metadata.
pub(crate) fn entry<'s>(share: &'s FileShare, key: &str) -> Option<&'s str> {
    share.metadata.as_ref()?.get(key).map(String::as_str)
}

impl State {
    fn make_share(&mut self, id: &ResourceId, creation: &FileShareCreation) -> Result<FileShare> {
        self.asked_shares.push(creation.clone());
        let account = self
            .accounts
            .values()
            .find(|account| id.is_within(&account.id));
        match account.map(|account| &account.state) {
            None => return refuse(404, "ResourceNotFound", "no such account"),
            Some(ProvisioningState::Succeeded) => {}
            Some(_) => return refuse(409, "StorageAccountNotReady", "not ready"),
        }
        self.check_free(id, self.shares.contains_key(id));
        let time = self.tick();
        let share = FileShare {
            id: id.clone(),
            quota_gib: Some(creation.quota_gib),
            metadata: Some(creation.metadata.clone()),
            last_modified: Some(time),
        };
        self.shares.insert(id.clone(), share.clone());
        Ok(FileShare {
            last_modified: None,
            ..share
        })
    }
}

#[async_trait]
impl FileShares for Cloud {
    async fn list(&self, account: &ResourceId, prefix: &str) -> Result<Vec<FileShare>> {
        self.call(format!("shares.list {prefix}"), |state| {
            let generous = state.generous_lists;
            let shares = state
                .shares
                .values()
                .filter(|share| share.id.is_within(account) && share.id.name().starts_with(prefix));
            Ok(shares
                .map(|share| FileShare {
                    metadata: share.metadata.clone().filter(|_| generous),
                    ..share.clone()
                })
                .collect())
        })
        .await
    }

    async fn get(&self, id: &ResourceId) -> Result<Option<FileShare>> {
        self.call(format!("shares.get {}", id.name()), |state| {
            if state.vanishing.remove(id.name()) {
                state.shares.remove(id);
            }
            Ok(state.shares.get(id).cloned())
        })
        .await
    }

    async fn create(&self, id: &ResourceId, creation: &FileShareCreation) -> Result<FileShare> {
        self.call(format!("shares.put {}", id.name()), |state| {
            state.make_share(id, creation)
        })
        .await
    }

    async fn update_metadata(
        &self,
        id: &ResourceId,
        metadata: &Metadata,
    ) -> Result<Option<FileShare>> {
        self.call(format!("shares.tag {}", id.name()), |state| {
            let time = state.tick();
            let Some(share) = state.shares.get_mut(id) else {
                return Ok(None);
            };
            share.metadata = Some(metadata.clone());
            share.last_modified = Some(time);
            Ok(Some(FileShare {
                quota_gib: None,
                last_modified: None,
                ..share.clone()
            }))
        })
        .await
    }

    async fn delete(&self, id: &ResourceId) -> Result<()> {
        self.call(format!("shares.delete {}", id.name()), |state| {
            state.shares.remove(id);
            Ok(())
        })
        .await
    }
}
