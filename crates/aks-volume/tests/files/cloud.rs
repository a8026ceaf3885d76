//! Groups, storage accounts, file shares and role assignments in memory. It keeps to Azure's rules as far as volumes
//! depend on them, writes down every call, and can be told to refuse, to stay silent, or to let its caller die at any call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use jiff::Timestamp;
use kompox_azure::{
    Error, FileShare, FileShareCreation, FileShares, Metadata, NameAvailability, ProvisioningState,
    ResourceGroup, ResourceGroups, ResourceId, Result, RoleAssignment, RoleAssignments,
    StorageAccount, StorageAccountCreation, StorageAccounts, Tags,
};
use kompox_model::failure::Failure;
use tokio::sync::Notify;

/// When the caller dies, seen from the call that it dies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Death {
    /// Azure never hears of the call.
    Before,
    /// Azure does it all, and nobody hears the answer.
    After,
    /// Azure has begun, and ends later.
    Halfway,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) groups: BTreeMap<ResourceId, ResourceGroup>,
    pub(crate) accounts: BTreeMap<ResourceId, StorageAccount>,
    pub(crate) shares: BTreeMap<ResourceId, FileShare>,
    pub(crate) roles: Vec<RoleAssignment>,
    /// The accounts that were asked for.
    pub(crate) asked: Vec<StorageAccountCreation>,
    /// The shares that were asked for.
    pub(crate) asked_shares: Vec<FileShareCreation>,
    /// Every call, in order: `shares.list docs-`, `shares.put docs-s1`.
    pub(crate) log: Vec<String>,
    /// What the caller did that it must never do.
    pub(crate) violations: Vec<String>,
    /// Refusals, each once, by call.
    pub(crate) refusals: Vec<(&'static str, Failure)>,
    /// Calls that are never answered.
    pub(crate) silent: Option<&'static str>,
    /// Lists carry metadata.
    pub(crate) generous_lists: bool,
    /// Shares that go away between the listing and the first look at them alone.
    pub(crate) vanishing: BTreeSet<String>,
    /// Account names that somebody else has.
    pub(crate) taken: BTreeSet<String>,
    /// Looks until an account that is being made is there.
    pub(crate) looks: u32,
    /// The most calls of a kind that were under way together.
    pub(crate) most: BTreeMap<String, usize>,
    under_way: BTreeMap<String, usize>,
    /// Volumes that had an assigned share which nobody deleted since.
    assigned_once: BTreeSet<String>,
    death: Option<(usize, Death)>,
    now: i64,
}

#[derive(Debug, Default)]
pub(crate) struct Cloud {
    state: Mutex<State>,
    died: Notify,
}

pub(crate) fn refusal(status: u16, code: &str, message: &str) -> Failure {
    Failure {
        status: Some(status),
        code: code.to_owned(),
        message: message.to_owned(),
        ..Failure::default()
    }
}

fn refuse<T>(status: u16, code: &str, message: &str) -> Result<T> {
    Err(Error::Refused(Box::new(refusal(status, code, message))))
}

impl Cloud {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The caller dies in the call that comes after `calls` more.
    pub(crate) fn kill_in(&self, calls: usize, death: Death) {
        let mut state = self.state();
        state.death = Some((state.log.len() + calls, death));
    }

    pub(crate) fn spare(&self) {
        let mut state = self.state();
        state.death = None;
        state.under_way.clear();
    }

    pub(crate) async fn death(&self) {
        self.died.notified().await;
    }

    /// The calls that begin with one of these, in order.
    pub(crate) fn calls(&self, prefix: &str) -> Vec<String> {
        let state = self.state();
        let calls = state.log.iter().filter(|call| call.starts_with(prefix));
        calls.cloned().collect()
    }

    /// All calls that change something, in order.
    pub(crate) fn writes(&self) -> Vec<String> {
        let state = self.state();
        let writes = state.log.iter().filter(|call| {
            [".put ", ".tag ", ".delete ", "roles"]
                .iter()
                .any(|write| call.contains(write))
        });
        writes.cloned().collect()
    }

    pub(crate) async fn call<T>(
        &self,
        call: String,
        effect: impl FnOnce(&mut State) -> Result<T> + Send,
    ) -> Result<T> {
        let kind = call.split(' ').next().unwrap_or_default().to_owned();
        let death = {
            let mut state = self.state();
            let number = state.log.len();
            state.log.push(call.clone());
            let under_way = state.under_way.entry(kind.clone()).or_default();
            *under_way += 1;
            let under_way = *under_way;
            let most = state.most.entry(kind.clone()).or_default();
            *most = under_way.max(*most);
            state.death.filter(|(at, _)| *at == number)
        };
        // Whatever is to run together gets the time to begin, and whatever watches to see it.
        for _ in 0..2 {
            tokio::task::yield_now().await;
        }
        if death.is_some_and(|(_, death)| death == Death::Before) {
            self.died.notify_one();
            return std::future::pending().await;
        }
        let silent = self.state().silent;
        if silent.is_some_and(|silent| call.starts_with(silent)) {
            return std::future::pending().await;
        }
        let result = {
            let mut state = self.state();
            *state.under_way.entry(kind).or_default() -= 1;
            let refused = state
                .refusals
                .iter()
                .position(|(at, _)| call.starts_with(at));
            if let Some(refused) = refused {
                let (_, failure) = state.refusals.remove(refused);
                return Err(Error::Refused(Box::new(failure)));
            }
            let result = effect(&mut state);
            if death.is_some_and(|(_, death)| death == Death::Halfway)
                && call.starts_with("accounts.put")
            {
                state.looks = 2;
                for account in state.accounts.values_mut() {
                    account.state = ProvisioningState::Running("Creating".to_owned());
                }
            }
            state.check_assigned(&call);
            result
        };
        if death.is_some() {
            self.died.notify_one();
            return std::future::pending().await;
        }
        result
    }
}

impl State {
    pub(crate) fn tick(&mut self) -> Timestamp {
        self.now += 1;
        Timestamp::from_second(1_800_000_000 + self.now).unwrap()
    }

    /// The names of the assigned shares of a volume.
    pub(crate) fn assigned(&self, volume: &str) -> Vec<String> {
        let assigned = self.shares.values().filter(|share| {
            entry(share, "kompox_volume_name") == Some(volume)
                && entry(share, "kompox_files_share_assigned") == Some("true")
        });
        assigned.map(|share| share.id.name().to_owned()).collect()
    }

    fn check_assigned(&mut self, call: &str) {
        let volumes: BTreeSet<_> = self
            .shares
            .values()
            .filter_map(|share| entry(share, "kompox_volume_name").map(str::to_owned))
            .collect();
        for volume in volumes {
            if !self.assigned(&volume).is_empty() {
                self.assigned_once.insert(volume);
            }
        }
        for volume in self.assigned_once.clone() {
            if self.assigned(&volume).is_empty() {
                if call.starts_with("shares.delete") {
                    self.assigned_once.remove(&volume);
                } else {
                    self.violations
                        .push(format!("{call} left volume {volume} without a share"));
                }
            }
        }
    }

    fn make_account(
        &mut self,
        id: &ResourceId,
        creation: &StorageAccountCreation,
    ) -> Result<StorageAccount> {
        self.asked.push(creation.clone());
        if !self.groups.contains_key(&id.scope()) {
            return refuse(404, "ResourceGroupNotFound", "no such group");
        }
        if self.taken.contains(id.name()) {
            return refuse(409, "StorageAccountAlreadyTaken", "already taken");
        }
        if self
            .accounts
            .get(id)
            .is_some_and(|there| there.state != ProvisioningState::Failed)
        {
            self.violations
                .push(format!("an account was written over: {id}"));
        }
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
        if self.shares.contains_key(id) {
            self.violations
                .push(format!("a share was written over: {id}"));
        }
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

/// An entry of a share's metadata.
pub(crate) fn entry<'s>(share: &'s FileShare, key: &str) -> Option<&'s str> {
    share.metadata.as_ref()?.get(key).map(String::as_str)
}

#[async_trait]
impl ResourceGroups for Cloud {
    async fn get(&self, id: &ResourceId) -> Result<Option<ResourceGroup>> {
        self.call(format!("groups.get {}", id.name()), |state| {
            Ok(state.groups.get(id).cloned())
        })
        .await
    }

    async fn create_or_update(
        &self,
        id: &ResourceId,
        location: &str,
        tags: &Tags,
    ) -> Result<ResourceGroup> {
        self.call(format!("groups.put {}", id.name()), |state| {
            if state.groups.contains_key(id) {
                state
                    .violations
                    .push(format!("a group was written over: {id}"));
            }
            let group = ResourceGroup {
                id: id.clone(),
                location: location.to_owned(),
                tags: tags.clone(),
                state: ProvisioningState::Succeeded,
            };
            state.groups.insert(id.clone(), group.clone());
            Ok(group)
        })
        .await
    }

    async fn delete(&self, id: &ResourceId) -> Result<()> {
        panic!("nobody may delete {id}");
    }
}

#[async_trait]
impl RoleAssignments for Cloud {
    async fn create(&self, _: &str, assignment: &RoleAssignment) -> Result<()> {
        self.call("roles".to_owned(), |state| {
            if !state.groups.contains_key(&assignment.scope) {
                return refuse(404, "ResourceGroupNotFound", "no such group");
            }
            if state.roles.contains(assignment) {
                return refuse(409, "RoleAssignmentExists", "is there");
            }
            state.roles.push(assignment.clone());
            Ok(())
        })
        .await
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
