//! The node pools of clusters.

mod create;
mod delete;
mod list;
mod update;

use std::time::Duration;

use kompox_azure::{AgentPool, AgentPoolProperties, AgentPools, ProvisioningState, ResourceId};
use kompox_model::NodePool;
use kompox_model::options::NodePoolListOptions;
use kompox_provider::deadline::{Stage, within};
use kompox_provider::{Error, Progress, Result};

use crate::change::Change;
use crate::conversion::to_model;
use crate::creation::Creation;
use crate::name::PoolName;
use crate::patience::{Patience, busy};
use crate::scale::count_within_limits;

/// Listing. The specification gives no time; as long as listing disks.
const LIST_LIMIT: Duration = Duration::from_secs(60);
/// Creating, updating and deleting. The specification gives no time: a pool is made in up to five minutes, and AKS may
/// be busy for ten before it begins.
const WRITE_LIMIT: Duration = Duration::from_secs(20 * 60);

/// The node pools of the clusters of one region.
///
/// Each method takes the id of the managed cluster, `None` for a cluster that is not provisioned, and has its own
/// deadline: one minute for a list, 20 minutes for a write, the waiting for other operations on the cluster included.
/// When it passes, or the future is dropped, Azure goes on, and calling again goes on waiting.
///
/// ```no_run
/// # async fn example(azure: kompox_azure::Azure, cluster: kompox_azure::ResourceId) -> kompox_provider::Result<()> {
/// use kompox_aks_nodepool::NodePools;
/// use kompox_model::NodePool;
/// use kompox_provider::NoProgress;
///
/// let pools = NodePools::new(&*azure.agent_pools, "japaneast", &NoProgress);
/// let wanted = NodePool {
///     name: Some("batch".into()),
///     priority: Some("spot".into()),
///     zones: Some(vec!["japaneast-1".into()]),
///     ..NodePool::default()
/// };
/// let made = pools.create(Some(&cluster), &wanted).await?;
/// assert_eq!(made.mode.as_deref(), Some("user"));
/// # Ok(())
/// # }
/// ```
///
/// Spec: §13.4.
#[derive(Debug, Clone, Copy)]
pub struct NodePools<'a> {
    pools: &'a dyn AgentPools,
    location: &'a str,
    progress: &'a dyn Progress,
}

impl<'a> NodePools<'a> {
    /// The node pools behind a port. `location` is the region of the clusters (`japaneast`): zones are read and
    /// written with it. `progress` hears what is being waited for.
    #[must_use]
    pub fn new(pools: &'a dyn AgentPools, location: &'a str, progress: &'a dyn Progress) -> Self {
        Self {
            pools,
            location,
            progress,
        }
    }

    /// Checks what a [`create`](Self::create) would refuse without a call.
    ///
    /// # Errors
    /// [`Error::Validation`] with everything that is wrong.
    pub fn check_create(&self, pool: &NodePool) -> Result<()> {
        Creation::parse(pool, self.location).map(drop)
    }

    /// Checks what an [`update`](Self::update) would refuse without a call.
    ///
    /// # Errors
    /// [`Error::Validation`] with everything that is wrong.
    pub fn check_update(&self, pool: &NodePool) -> Result<()> {
        Change::parse(pool, self.location).map(drop)
    }

    /// Checks the name of a pool.
    ///
    /// # Errors
    /// [`Error::Validation`] for a name that no pool can have.
    pub fn check_name(&self, name: &str) -> Result<()> {
        let name = PoolName::parse(Some(name));
        name.map(drop)
            .map_err(|problem| Error::Validation(vec![problem]))
    }

    /// The node pools of a cluster, by name; only the one of that name if the options give one. Empty when there is no
    /// such cluster or pool. A pool whose Kompox labels say something that is not so is logged as a warning.
    ///
    /// # Errors
    /// What Azure refuses, and [`Error::Timeout`] after a minute.
    ///
    /// Spec: §13.4.1.
    pub async fn list(
        &self,
        cluster: Option<&ResourceId>,
        options: &NodePoolListOptions,
    ) -> Result<Vec<NodePool>> {
        let Some(cluster) = cluster else {
            return Ok(Vec::new());
        };
        let stage = Stage::new("Azure is still listing the node pools");
        let future = self.read_all(cluster, options.name.as_deref());
        within("NodePoolList", LIST_LIMIT, &stage, future).await
    }

    /// Makes a node pool and waits until it is there.
    ///
    /// A pool of that name that is as asked for is waited for, if need be, and returned: a create that was killed can
    /// be repeated. If Azure has failed to make it, it is made again.
    ///
    /// # Errors
    /// [`Error::Validation`] with everything that is wrong, before any call; [`Error::NotFound`] when there is no
    /// cluster; [`Error::Conflict`] when a pool of that name is there and differs; what Azure refuses; and
    /// [`Error::Timeout`] after 20 minutes.
    ///
    /// Spec: §13.4.2.
    pub async fn create(&self, cluster: Option<&ResourceId>, pool: &NodePool) -> Result<NodePool> {
        let creation = Creation::parse(pool, self.location)?;
        let id = agent_pool(cluster, &creation.name)?;
        let stage = Stage::default();
        let future = self.make(&id, &creation, &stage);
        within("NodePoolCreate", WRITE_LIMIT, &stage, future).await
    }

    /// Changes labels and numbers of nodes of a node pool, and waits until it is so. What is `None` stays as it is, a
    /// label with a null value is removed, and nothing is written when nothing differs and the last write has not
    /// failed.
    ///
    /// # Errors
    /// [`Error::Validation`] with everything that is wrong, a field that cannot be changed among it; what can be told
    /// without the pool is told before any call. [`Error::NotFound`] when there is no such cluster or pool; what Azure
    /// refuses; and [`Error::Timeout`] after 20 minutes.
    ///
    /// Spec: §13.2, §13.4.3.
    pub async fn update(&self, cluster: Option<&ResourceId>, pool: &NodePool) -> Result<NodePool> {
        let change = Change::parse(pool, self.location)?;
        let id = agent_pool(cluster, &change.name)?;
        let stage = Stage::default();
        let future = self.change(&id, &change, &stage);
        within("NodePoolUpdate", WRITE_LIMIT, &stage, future).await
    }

    /// Removes a node pool with its nodes and waits until it is gone. Succeeds when there is no such pool or cluster.
    ///
    /// # Errors
    /// [`Error::Validation`] for a name that no pool can have; what Azure refuses, such as removing the last system
    /// pool; and [`Error::Timeout`] after 20 minutes.
    ///
    /// Spec: §13.4.4.
    pub async fn delete(&self, cluster: Option<&ResourceId>, name: &str) -> Result<()> {
        let name =
            PoolName::parse(Some(name)).map_err(|problem| Error::Validation(vec![problem]))?;
        let Some(cluster) = cluster else {
            return Ok(());
        };
        let id = cluster.child(AGENT_POOLS, name.as_str());
        let stage = Stage::default();
        let future = self.remove(&id, &stage);
        within("NodePoolDelete", WRITE_LIMIT, &stage, future).await
    }

    async fn read(&self, id: &ResourceId, stage: &Stage) -> Result<Option<AgentPool>> {
        stage.reached("Azure is still looking for the node pool; run it again");
        self.pools
            .get(id)
            .await
            .map_err(|error| Error::port(format!("reading {}", title(id)), error))
    }

    /// Writes a pool and waits for the end. `Err` is why AKS cannot do that now.
    async fn write(
        &self,
        id: &ResourceId,
        properties: &AgentPoolProperties,
        doing: &str,
        patience: &mut Patience<'_>,
    ) -> Result<Result<NodePool, String>> {
        let doing = format!("{doing} {}", title(id));
        patience.begin(&doing);
        let mut properties = properties.clone();
        count_within_limits(&mut properties);
        let error = match self.pools.create_or_update(id, &properties).await {
            Ok(pool) => return Ok(Ok(self.model(&pool))),
            Err(error) => error,
        };
        match busy(&error) {
            Some(reason) => Ok(Err(reason)),
            None => Err(match Error::port(doing, error) {
                // Only the cluster can be missing: a pool that is not there is made.
                Error::NotFound { refusal, .. } => Error::NotFound {
                    what: cluster_title(id),
                    refusal,
                },
                error => error,
            }),
        }
    }

    fn model(&self, pool: &AgentPool) -> NodePool {
        to_model(pool, self.location)
    }
}

/// The last part of the type of an agent pool.
const AGENT_POOLS: &str = "agentPools";

fn agent_pool(cluster: Option<&ResourceId>, name: &PoolName) -> Result<ResourceId> {
    match cluster {
        Some(cluster) => Ok(cluster.child(AGENT_POOLS, name.as_str())),
        None => Err(Error::not_found(format!(
            "the AKS cluster that node pool {:?} belongs to; provision it first",
            name.as_str()
        ))),
    }
}

/// A pool in a message.
fn title(id: &ResourceId) -> String {
    format!("node pool {:?} of {}", id.name(), cluster_title(id))
}

fn cluster_title(id: &ResourceId) -> String {
    let cluster = id.parent();
    format!(
        "AKS cluster {:?}",
        cluster.as_ref().map_or("", ResourceId::name)
    )
}

/// What a pool is being, when anything goes on with it.
fn going_on(pool: &AgentPool) -> Option<String> {
    match &pool.state {
        ProvisioningState::Running(state) => {
            Some(format!("{} is in state {state:?}", title(&pool.id)))
        }
        _ => None,
    }
}

fn is_deleting(pool: &AgentPool) -> bool {
    matches!(&pool.state, ProvisioningState::Running(state) if state.eq_ignore_ascii_case("Deleting"))
}
