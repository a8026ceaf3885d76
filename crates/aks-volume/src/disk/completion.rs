//! Waiting until the data of a snapshot is there.

use std::time::Duration;

use kompox_azure::{ProvisioningState, ResourceId, Snapshot};
use kompox_provider::deadline::Stage;
use kompox_provider::{Error, Result};

use super::DiskBackend;

/// First pause between two looks.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

impl DiskBackend<'_> {
    /// Waits until a snapshot has all of its data, beginning with what was read of it already. Azure calls a snapshot
    /// that is copied in the background done long before that, and a disk that is made from it then fails.
    ///
    /// Waits without end: the caller has a deadline, and `stage` says how far it is.
    pub(super) async fn await_data(
        &self,
        id: &ResourceId,
        mut read: Option<Snapshot>,
        stage: &Stage,
    ) -> Result<Snapshot> {
        let name = id.name();
        let mut pause = FIRST_PAUSE;
        loop {
            let snapshot = match read.take() {
                Some(snapshot) => snapshot,
                None => self
                    .read_snapshot(id)
                    .await?
                    .ok_or_else(|| Error::not_found(format!("snapshot {id}")))?,
            };
            let so_far = match (&snapshot.state, snapshot.completion_percent) {
                (state @ (ProvisioningState::Failed | ProvisioningState::Canceled), _) => {
                    return Err(Error::conflict(format!(
                        "Azure calls snapshot {id} {state}; delete it and take another"
                    )));
                }
                (_, Some(percent)) if percent < 100.0 => format!("{percent:.0} % of its data"),
                (ProvisioningState::Running(state), _) => format!("come to {state:?}"),
                (ProvisioningState::Succeeded, _) => return Ok(snapshot),
            };
            stage.reached(format!(
                "snapshot {name:?} has {so_far} so far; Azure goes on copying"
            ));
            tokio::time::sleep(pause).await;
            pause = LONGEST_PAUSE.min(pause * 2);
        }
    }
}
