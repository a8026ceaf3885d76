//! What the live cluster says of a record that may be out of date.

use async_trait::async_trait;
use kompox_model::Cluster;
use tokio::sync::OnceCell;

use super::grant::Live;
use crate::driver::AksDriver;
use crate::record::{ClusterRecord, Found};

/// The live resources of a cluster, read once however many ask.
pub(super) struct LiveResources<'a> {
    driver: &'a AksDriver,
    cluster: &'a Cluster,
    doubted: &'a ClusterRecord,
    read: OnceCell<Option<Found>>,
}

impl<'a> LiveResources<'a> {
    pub(super) fn new(
        driver: &'a AksDriver,
        cluster: &'a Cluster,
        doubted: &'a ClusterRecord,
    ) -> Self {
        Self {
            driver,
            cluster,
            doubted,
            read: OnceCell::new(),
        }
    }
}

#[async_trait]
impl Live for LiveResources<'_> {
    async fn contradiction(&self) -> Option<Found> {
        let read = || async {
            match self.driver.contradicted(self.cluster, self.doubted).await {
                Ok(found) => found,
                // The record is as good as it was.
                Err(error) => {
                    tracing::debug!(%error, "the live cluster cannot be compared with its record");
                    None
                }
            }
        };
        self.read.get_or_init(read).await.clone()
    }
}
