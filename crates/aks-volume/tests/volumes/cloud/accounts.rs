//! Storage accounts.

use async_trait::async_trait;
use kompox_azure::{
    NameAvailability, ProvisioningState, ResourceId, Result, StorageAccount,
    StorageAccountCreation, StorageAccounts,
};

use super::{Cloud, State, refuse};

impl State {
    pub(super) fn leave_account_halfway(&mut self, name: &str, how: &str) {
        self.looks = 2;
        for account in self.accounts.values_mut().filter(|a| a.id.name() == name) {
            account.state = ProvisioningState::Running(how.to_owned());
        }
    }

    fn make_account(
        &mut self,
        id: &ResourceId,
        creation: &StorageAccountCreation,
    ) -> Result<StorageAccount> {
        self.asked_accounts.push(creation.clone());
        self.group_exists(&id.scope())?;
        if self.taken.contains(id.name()) {
            return refuse(409, "StorageAccountAlreadyTaken", "already taken");
        }
        let there = self.accounts.get(id);
        let taken = there.is_some_and(|there| there.state != ProvisioningState::Failed);
        self.check_free(id, taken);
        let account = StorageAccount {
            id: id.clone(),
            location: creation.location.clone(),
            tags: creation.tags.clone(),
            sku: creation.sku.clone(),
            kind: creation.kind.clone(),
            state: ProvisioningState::Succeeded,
        };
        self.accounts.insert(id.clone(), account.clone());
        Ok(account)
    }

    fn look_at_account(&mut self, id: &ResourceId) -> Option<StorageAccount> {
        let account = self.accounts.get_mut(id)?;
        if matches!(account.state, ProvisioningState::Running(_)) {
            match self.looks {
                0 => account.state = ProvisioningState::Succeeded,
                _ => self.looks -= 1,
            }
        }
        Some(account.clone())
    }
}

#[async_trait]
impl StorageAccounts for Cloud {
    async fn get(&self, id: &ResourceId) -> Result<Option<StorageAccount>> {
        self.call(format!("accounts.get {}", id.name()), |state| {
            Ok(state.look_at_account(id))
        })
        .await
    }

    async fn create(
        &self,
        id: &ResourceId,
        creation: &StorageAccountCreation,
    ) -> Result<StorageAccount> {
        self.call(format!("accounts.put {}", id.name()), |state| {
            state.make_account(id, creation)
        })
        .await
    }

    async fn check_name(&self, subscription: &ResourceId, name: &str) -> Result<NameAvailability> {
        self.call(format!("accounts.check {subscription} {name}"), |state| {
            let ours = state.accounts.keys().any(|id| id.name() == name);
            Ok(if ours || state.taken.contains(name) {
                NameAvailability::Unavailable {
                    reason: "AlreadyExists".to_owned(),
                    message: format!("The storage account named {name} is already taken."),
                }
            } else {
                NameAvailability::Available
            })
        })
        .await
    }
}
