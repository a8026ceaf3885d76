//! Updating a node pool.

use kompox_azure::{ProvisioningState, ResourceId};
use kompox_model::NodePool;
use kompox_provider::deadline::Stage;
use kompox_provider::{Error, Result};

use super::{NodePools, going_on, is_deleting, title};
use crate::change::Change;
use crate::patience::Patience;

impl NodePools<'_> {
    pub(super) async fn change(
        &self,
        id: &ResourceId,
        change: &Change<'_>,
        stage: &Stage,
    ) -> Result<NodePool> {
        let mut patience = Patience::new(stage, self.progress);
        // Read anew each time: what AKS was busy with may have changed the pool, and a write replaces all of it.
        loop {
            let Some(pool) = self.read(id, stage).await? else {
                return Err(Error::not_found(title(id)));
            };
            let wanted = change.apply(&pool.properties)?;
            let reason = match going_on(&pool) {
                _ if is_deleting(&pool) => format!("{} is being deleted", title(id)),
                // A write that somebody did not wait for: its end is ours as well.
                Some(reason) if wanted == pool.properties => reason,
                _ if wanted == pool.properties && pool.state == ProvisioningState::Succeeded => {
                    return Ok(self.model(&pool));
                }
                _ => match self.write(id, &wanted, "updating", &mut patience).await? {
                    Ok(pool) => return Ok(pool),
                    Err(reason) => reason,
                },
            };
            patience.wait(&reason).await;
        }
    }
}
