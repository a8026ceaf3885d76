//! Creating a node pool.

use kompox_azure::{AgentPool, ProvisioningState, ResourceId};
use kompox_model::NodePool;
use kompox_provider::deadline::Stage;
use kompox_provider::{Error, Result};

use super::{NodePools, going_on, is_deleting, title};
use crate::conversion::declared;
use crate::creation::Creation;
use crate::fixed::differences;
use crate::patience::Patience;

impl NodePools<'_> {
    pub(super) async fn make(
        &self,
        id: &ResourceId,
        creation: &Creation,
        stage: &Stage,
    ) -> Result<NodePool> {
        let mut patience = Patience::new(stage, self.progress);
        // Looked at anew each time: while AKS was busy, somebody else may have made the pool.
        loop {
            let reason = match self.read(id, stage).await? {
                None => match self
                    .write(id, &creation.properties, "creating", &mut patience)
                    .await?
                {
                    Ok(pool) => return Ok(pool),
                    Err(reason) => reason,
                },
                Some(pool) if is_deleting(&pool) => format!("{} is being deleted", title(id)),
                Some(pool) => {
                    self.refuse_another(&pool, creation)?;
                    match (&pool.state, going_on(&pool)) {
                        (_, Some(reason)) => reason,
                        (ProvisioningState::Succeeded, None) => return Ok(self.model(&pool)),
                        (_, None) => {
                            match self
                                .write(id, &pool.properties, "creating again", &mut patience)
                                .await?
                            {
                                Ok(pool) => return Ok(pool),
                                Err(reason) => reason,
                            }
                        }
                    }
                }
            };
            patience.wait(&reason).await;
        }
    }

    /// Refuses a pool that is there and is not the one that was asked for.
    fn refuse_another(&self, pool: &AgentPool, creation: &Creation) -> Result<()> {
        let differences = differences(
            &declared(&creation.properties, self.location),
            &declared(&pool.properties, self.location),
        );
        if differences.is_empty() {
            return Ok(());
        }
        Err(Error::conflict(format!(
            "{} exists already and differs: {}; change labels and numbers of nodes with an update, or choose another name",
            title(&pool.id),
            differences.join(", ")
        )))
    }
}
