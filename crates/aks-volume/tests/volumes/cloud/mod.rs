//! An Azure in memory. It keeps to Azure's rules as far as volumes depend on them, writes down every call, and can be
//! told to refuse, to stay silent, to dawdle, or to let its caller die at any call.

mod accounts;
mod calls;
mod disks;
mod groups;
mod roles;
mod shares;
mod snapshots;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use jiff::Timestamp;
use kompox_azure::{
    Disk, Error, FileShare, FileShareCreation, ResourceGroup, ResourceId, Result, RoleAssignment,
    Snapshot, SnapshotCreation, StorageAccount, StorageAccountCreation,
};
use kompox_model::failure::Failure;
use tokio::sync::{Barrier, Notify};

pub(crate) use calls::Death;
pub(crate) use shares::entry;

/// The state of a resource that Azure is going to give up on.
const FAILING: &str = "CreatingInVain";

#[derive(Debug, Default)]
pub(crate) struct Cloud {
    state: Mutex<State>,
    died: Notify,
    /// Calls that must be under way at the same time.
    meeting: Option<(Vec<&'static str>, Barrier)>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) groups: BTreeMap<ResourceId, ResourceGroup>,
    /// Roles with the names that they were given.
    pub(crate) roles: Vec<(String, RoleAssignment)>,
    pub(crate) disks: BTreeMap<ResourceId, Disk>,
    pub(crate) snapshots: BTreeMap<ResourceId, Snapshot>,
    pub(crate) accounts: BTreeMap<ResourceId, StorageAccount>,
    pub(crate) shares: BTreeMap<ResourceId, FileShare>,

    /// The snapshots that were asked for.
    pub(crate) asked_snapshots: Vec<SnapshotCreation>,
    /// The accounts that were asked for.
    pub(crate) asked_accounts: Vec<StorageAccountCreation>,
    /// The shares that were asked for.
    pub(crate) asked_shares: Vec<FileShareCreation>,
    /// Every call, in order: `disks.list`, `disks.put d1`.
    pub(crate) log: Vec<String>,
    /// What the caller did that it must never do.
    pub(crate) violations: Vec<String>,
    /// The most calls of a kind that were under way together.
    pub(crate) most: BTreeMap<String, usize>,

    /// Refusals, each once, by call.
    pub(crate) refusals: Vec<(&'static str, Failure)>,
    /// Calls that are never answered.
    pub(crate) silent: Option<&'static str>,
    /// How much of a background copy is there at the next looks; the last one stays.
    pub(crate) progress: BTreeMap<ResourceId, Vec<f64>>,
    /// The progress that a new background copy makes.
    pub(crate) copy_progress: Vec<f64>,
    /// Account names that somebody else has.
    pub(crate) taken: BTreeSet<String>,
    /// Looks until an account that is being made is there.
    pub(crate) looks: u32,
    /// Lists of shares carry metadata.
    pub(crate) generous_lists: bool,
    /// Shares that go away between the listing and the first look at them alone.
    pub(crate) vanishing: BTreeSet<String>,

    under_way: BTreeMap<String, usize>,
    /// Volumes that had something assigned which nobody deleted since.
    assigned_once: BTreeSet<String>,
    death: Option<(usize, Death)>,
    now: i64,
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
    /// A cloud in which none of these calls is answered before all of them are made.
    pub(crate) fn meeting_at(calls: &[&'static str]) -> Self {
        Self {
            meeting: Some((calls.to_vec(), Barrier::new(calls.len()))),
            ..Self::default()
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The calls that begin with this, in order.
    pub(crate) fn calls(&self, prefix: &str) -> Vec<String> {
        let state = self.state();
        let calls = state.log.iter().filter(|call| call.starts_with(prefix));
        calls.cloned().collect()
    }

    /// All calls that change something, in order.
    pub(crate) fn writes(&self) -> Vec<String> {
        let state = self.state();
        let writes = state.log.iter().filter(|call| {
            [".put ", ".tag ", ".delete "]
                .iter()
                .any(|write| call.contains(write))
        });
        writes.cloned().collect()
    }
}

impl State {
    pub(crate) fn tick(&mut self) -> Timestamp {
        self.now += 1;
        Timestamp::from_second(1_800_000_000 + self.now).unwrap()
    }

    /// What is assigned in a volume, and says so.
    pub(crate) fn assigned(&self, volume: &str) -> Vec<ResourceId> {
        let assigned = self.owned();
        let assigned = assigned.filter(|(_, owner, assigned)| *owner == volume && *assigned);
        assigned.map(|(id, ..)| id.clone()).collect()
    }

    /// All disks and shares that say whose they are, with their volumes and whether they say that they are assigned.
    fn owned(&self) -> impl Iterator<Item = (&ResourceId, &str, bool)> {
        let disks = self.disks.values().filter_map(|disk| {
            let tag = |key| disk.tags.get(key).map(String::as_str);
            let assigned = tag("kompox-disk-assigned") == Some("true");
            Some((&disk.id, tag("kompox-volume")?, assigned))
        });
        let shares = self.shares.values().filter_map(|share| {
            let assigned = entry(share, "kompox_files_share_assigned") == Some("true");
            Some((&share.id, entry(share, "kompox_volume_name")?, assigned))
        });
        disks.chain(shares)
    }

    /// A volume that had something assigned has so until it is deleted.
    fn check_assigned(&mut self, call: &str) {
        let owned = self.owned();
        let assigned = owned.filter(|(.., assigned)| *assigned);
        let assigned: BTreeSet<_> = assigned.map(|(_, volume, _)| volume.to_owned()).collect();
        let deletes = call.starts_with("disks.delete") || call.starts_with("shares.delete");
        for volume in self
            .assigned_once
            .difference(&assigned)
            .filter(|_| !deletes)
        {
            self.violations
                .push(format!("{call} left volume {volume} with nothing assigned"));
        }
        if deletes {
            self.assigned_once = assigned;
        } else {
            self.assigned_once.extend(assigned);
        }
    }

    fn group_exists(&self, group: &ResourceId) -> Result<()> {
        if self.groups.contains_key(group) {
            return Ok(());
        }
        refuse(404, "ResourceGroupNotFound", "no such group")
    }

    /// Whoever writes there must have seen that nobody needs what is there.
    fn check_free(&mut self, id: &ResourceId, taken: bool) {
        if taken {
            self.violations.push(format!("{id} was written over"));
        }
    }
}
