//! Groups, disks, snapshots and role assignments in memory. It keeps to Azure's rules as far as volumes depend on
//! them, writes down every call, and can be told to refuse, to dawdle, or to let its caller die at any call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use jiff::Timestamp;
use kompox_azure::{
    CreationData, Disk, DiskCreation, Disks, Error, ProvisioningState, ResourceGroup,
    ResourceGroups, ResourceId, Result, RoleAssignment, RoleAssignments, Snapshot,
    SnapshotCreation, Snapshots, Tags,
};
use kompox_model::failure::Failure;
use tokio::sync::{Barrier, Notify};

/// When the caller dies, seen from the call that it dies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Death {
    /// Azure never hears of the call.
    Before,
    /// Azure does it all, and nobody hears the answer.
    After,
    /// Azure has begun, and ends well later.
    Halfway,
    /// Azure has begun, and fails later.
    HalfwayToFailure,
}

/// The state of a disk that Azure is going to give up on.
const FAILING: &str = "CreatingInVain";

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) groups: BTreeMap<ResourceId, ResourceGroup>,
    pub(crate) disks: BTreeMap<ResourceId, Disk>,
    pub(crate) snapshots: BTreeMap<ResourceId, Snapshot>,
    pub(crate) roles: Vec<(String, RoleAssignment)>,
    /// Every call, in order: `disks.list`, `disks.put d1`.
    pub(crate) log: Vec<String>,
    /// What the caller did that it must never do.
    pub(crate) violations: Vec<String>,
    /// Refusals, each once, by call.
    pub(crate) refusals: Vec<(&'static str, Failure)>,
    /// How much of a background copy is there at the next looks; the last one stays.
    pub(crate) progress: BTreeMap<ResourceId, Vec<f64>>,
    /// The progress that a new background copy makes.
    pub(crate) copy_progress: Vec<f64>,
    /// The last snapshot that was asked for.
    pub(crate) asked: Vec<SnapshotCreation>,
    /// Volumes that had an assigned disk which nobody deleted since.
    assigned_once: BTreeSet<String>,
    death: Option<(usize, Death)>,
    now: i64,
}

#[derive(Debug, Default)]
pub(crate) struct Cloud {
    state: Mutex<State>,
    died: Notify,
    /// Calls that must be under way at the same time.
    meeting: Option<(Vec<&'static str>, Barrier)>,
}

pub(crate) fn refusal(status: u16, code: &str, message: &str, target: Option<&str>) -> Failure {
    Failure {
        status: Some(status),
        code: code.to_owned(),
        message: message.to_owned(),
        target: target.map(str::to_owned),
        ..Failure::default()
    }
}

fn refuse<T>(status: u16, code: &str, message: &str) -> Result<T> {
    Err(Error::Refused(Box::new(refusal(
        status, code, message, None,
    ))))
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

    /// The caller dies in the call that comes after `calls` more.
    pub(crate) fn kill_in(&self, calls: usize, death: Death) {
        let mut state = self.state();
        state.death = Some((state.log.len() + calls, death));
    }

    pub(crate) fn spare(&self) {
        self.state().death = None;
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

    /// Writes down a call and has its effect, unless somebody dies.
    pub(crate) async fn call<T>(
        &self,
        call: String,
        effect: impl FnOnce(&mut State) -> Result<T> + Send,
    ) -> Result<T> {
        let (number, death) = {
            let mut state = self.state();
            let number = state.log.len();
            state.log.push(call.clone());
            let death = state.death.filter(|(at, _)| *at == number);
            (number, death.map(|(_, death)| death))
        };
        if let Some((calls, barrier)) = &self.meeting
            && calls.iter().any(|meeting| call.starts_with(meeting))
        {
            barrier.wait().await;
        }
        // Calls that are under way together end in another order than they began in.
        for _ in 0..(number * 5) % 3 {
            tokio::task::yield_now().await;
        }
        if death == Some(Death::Before) {
            self.died.notify_one();
            return std::future::pending().await;
        }
        let result = {
            let mut state = self.state();
            let refused = state
                .refusals
                .iter()
                .position(|(at, _)| call.starts_with(at));
            if let Some(refused) = refused {
                let (_, failure) = state.refusals.remove(refused);
                return Err(Error::Refused(Box::new(failure)));
            }
            let result = effect(&mut state);
            if let (Some(Death::Halfway | Death::HalfwayToFailure), Some(name)) =
                (death, call.strip_prefix("disks.put "))
            {
                let fails = death == Some(Death::HalfwayToFailure);
                for disk in state.disks.values_mut().filter(|d| d.id.name() == name) {
                    disk.state = ProvisioningState::Running(
                        if fails { FAILING } else { "Creating" }.to_owned(),
                    );
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

    /// Azure comes to the end of what it was doing when its callers died.
    pub(crate) fn settle(&mut self) {
        for disk in self.disks.values_mut() {
            if let ProvisioningState::Running(how) = &disk.state {
                disk.state = if how == FAILING {
                    ProvisioningState::Failed
                } else {
                    ProvisioningState::Succeeded
                };
            }
        }
    }

    /// The ids of the assigned disks of a volume.
    pub(crate) fn assigned(&self, volume: &str) -> Vec<ResourceId> {
        let assigned = self.disks.values().filter(|disk| {
            disk.tags.get("kompox-volume").map(String::as_str) == Some(volume)
                && disk.tags.get("kompox-disk-assigned").map(String::as_str) == Some("true")
        });
        assigned.map(|disk| disk.id.clone()).collect()
    }

    fn check_assigned(&mut self, call: &str) {
        let volumes: BTreeSet<_> = self
            .disks
            .values()
            .filter_map(|disk| disk.tags.get("kompox-volume").cloned())
            .collect();
        for volume in volumes {
            if !self.assigned(&volume).is_empty() {
                self.assigned_once.insert(volume);
            }
        }
        for volume in self.assigned_once.clone() {
            if self.assigned(&volume).is_empty() {
                if call.starts_with("disks.delete") {
                    self.assigned_once.remove(&volume);
                } else {
                    self.violations
                        .push(format!("{call} left volume {volume} without a disk"));
                }
            }
        }
    }

    fn make_disk(&mut self, id: &ResourceId, creation: &DiskCreation) -> Result<Disk> {
        if !self.groups.contains_key(&id.scope()) {
            return refuse(404, "ResourceGroupNotFound", "no such group");
        }
        if let Some(there) = self.disks.get(id)
            && there.state != ProvisioningState::Failed
        {
            self.violations
                .push(format!("a disk was written over: {id}"));
        }
        if let CreationData::Copy { source } = &creation.creation_data {
            let (location, size, whole) = match (self.disks.get(source), self.snapshots.get(source))
            {
                (Some(disk), _) => (&disk.location, disk.size_gib, true),
                (_, Some(snapshot)) => (
                    &snapshot.location,
                    snapshot.size_gib,
                    self.progress.get(source).is_none_or(|p| p == &[100.0]),
                ),
                _ => return refuse(404, "NotFound", "the source is not there"),
            };
            if *location != creation.location {
                return refuse(400, "InvalidParameter", "another region");
            }
            if !whole {
                return refuse(409, "OperationNotAllowed", "the copy is not complete");
            }
            if size > creation.size_gib {
                return refuse(400, "InvalidParameter", "smaller than the source");
            }
        }
        let time = self.tick();
        let disk = Disk {
            id: id.clone(),
            location: creation.location.clone(),
            tags: creation.tags.clone(),
            sku: creation.sku.clone(),
            zones: creation.zones.clone(),
            size_gib: creation.size_gib,
            iops: creation.iops.or(Some(120)),
            mbps: creation.mbps.or(Some(25)),
            state: ProvisioningState::Succeeded,
            disk_state: "Unattached".to_owned(),
            time_created: Some(time),
        };
        self.disks.insert(id.clone(), disk.clone());
        Ok(disk)
    }

    fn make_snapshot(&mut self, id: &ResourceId, creation: &SnapshotCreation) -> Result<Snapshot> {
        self.asked.push(creation.clone());
        if !self.groups.contains_key(&id.scope()) {
            return refuse(404, "ResourceGroupNotFound", "no such group");
        }
        if self.snapshots.contains_key(id) {
            self.violations
                .push(format!("a snapshot was written over: {id}"));
        }
        let disk = self.disks.get(&creation.source);
        let snapshot = self.snapshots.get(&creation.source);
        let (size_gib, slow) = match (disk, snapshot) {
            (Some(disk), _) => (disk.size_gib, disk.sku == "PremiumV2_LRS"),
            (_, Some(snapshot)) if creation.copy_start => (snapshot.size_gib, true),
            _ => return refuse(404, "NotFound", "the source is not there"),
        };
        let time = self.tick();
        if slow {
            self.progress.insert(id.clone(), self.copy_progress.clone());
        }
        let snapshot = Snapshot {
            id: id.clone(),
            location: creation.location.clone(),
            tags: creation.tags.clone(),
            sku: creation.sku.clone(),
            size_gib,
            state: ProvisioningState::Succeeded,
            completion_percent: None,
            time_created: Some(time),
        };
        self.snapshots.insert(id.clone(), snapshot.clone());
        Ok(snapshot)
    }

    /// A snapshot as a look at it alone shows it: with how far its copy is.
    fn look_at(&mut self, id: &ResourceId) -> Option<Snapshot> {
        let mut snapshot = self.snapshots.get(id)?.clone();
        if let Some(progress) = self.progress.get_mut(id) {
            snapshot.completion_percent = progress.first().copied();
            if progress.len() > 1 {
                progress.remove(0);
            }
        }
        Some(snapshot)
    }
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

    async fn delete(&self, _: &ResourceId) -> Result<()> {
        unreachable!("volumes never delete a group")
    }
}

#[async_trait]
impl Disks for Cloud {
    async fn list(&self, group: &ResourceId) -> Result<Vec<Disk>> {
        self.call("disks.list".to_owned(), |state| {
            let disks = state.disks.values().filter(|d| d.id.is_within(group));
            Ok(disks.cloned().collect())
        })
        .await
    }

    async fn get(&self, id: &ResourceId) -> Result<Option<Disk>> {
        self.call(format!("disks.get {}", id.name()), |state| {
            Ok(state.disks.get(id).cloned())
        })
        .await
    }

    async fn create_or_update(&self, id: &ResourceId, creation: &DiskCreation) -> Result<Disk> {
        self.call(format!("disks.put {}", id.name()), |state| {
            state.make_disk(id, creation)
        })
        .await
    }

    async fn update_tags(&self, id: &ResourceId, tags: &Tags) -> Result<Option<Disk>> {
        self.call(format!("disks.tag {}", id.name()), |state| {
            Ok(state.disks.get_mut(id).map(|disk| {
                disk.tags = tags.clone();
                disk.clone()
            }))
        })
        .await
    }

    async fn delete(&self, id: &ResourceId) -> Result<()> {
        self.call(format!("disks.delete {}", id.name()), |state| {
            state.disks.remove(id);
            Ok(())
        })
        .await
    }
}

#[async_trait]
impl Snapshots for Cloud {
    async fn list(&self, group: &ResourceId) -> Result<Vec<Snapshot>> {
        self.call("snapshots.list".to_owned(), |state| {
            let snapshots = state.snapshots.values().filter(|s| s.id.is_within(group));
            Ok(snapshots.cloned().collect())
        })
        .await
    }

    async fn get(&self, id: &ResourceId) -> Result<Option<Snapshot>> {
        self.call(format!("snapshots.get {}", id.name()), |state| {
            Ok(state.look_at(id))
        })
        .await
    }

    async fn create_or_update(
        &self,
        id: &ResourceId,
        creation: &SnapshotCreation,
    ) -> Result<Snapshot> {
        self.call(format!("snapshots.put {}", id.name()), |state| {
            state.make_snapshot(id, creation)
        })
        .await
    }

    async fn update_tags(&self, _: &ResourceId, _: &Tags) -> Result<Option<Snapshot>> {
        unreachable!("nothing about a snapshot ever changes")
    }

    async fn delete(&self, id: &ResourceId) -> Result<()> {
        self.call(format!("snapshots.delete {}", id.name()), |state| {
            state.snapshots.remove(id);
            state.progress.remove(id);
            Ok(())
        })
        .await
    }
}

#[async_trait]
impl RoleAssignments for Cloud {
    async fn create(&self, name: &str, assignment: &RoleAssignment) -> Result<()> {
        self.call(format!("roles.put {}", assignment.principal_id), |state| {
            state.roles.push((name.to_owned(), assignment.clone()));
            Ok(())
        })
        .await
    }
}
