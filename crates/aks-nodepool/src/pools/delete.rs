//! Deleting a node pool.

use kompox_azure::ResourceId;
use kompox_provider::deadline::Stage;
use kompox_provider::{Error, Result};

use super::{NodePools, title};
use crate::patience::{Patience, busy};

impl NodePools<'_> {
    pub(super) async fn remove(&self, id: &ResourceId, stage: &Stage) -> Result<()> {
        let mut patience = Patience::new(stage, self.progress);
        let doing = format!("deleting {}", title(id));
        loop {
            patience.begin(&doing);
            let error = match self.pools.delete(id).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            match busy(&error) {
                Some(reason) => patience.wait(&reason).await,
                // Whoever else removed it, or the cluster, was faster.
                None if error.status() == Some(404) => return Ok(()),
                None => return Err(Error::port(doing, error)),
            }
        }
    }
}
