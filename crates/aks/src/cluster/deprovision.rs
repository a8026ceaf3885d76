//! `ClusterDeprovision`.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use futures::future::{self, Either};
use futures::{StreamExt, TryStreamExt, stream};
use kompox_azure::{Resource, ResourceId};
use kompox_model::Cluster;
use kompox_naming::tags::APP_ID_HASH;
use kompox_provider::{Error, ResourceProgress, ResourceState, Result};

use crate::driver::AksDriver;

/// How often the contents of the group are read while it is being deleted.
const INTERVAL: Duration = Duration::from_secs(5);
/// Vaults that are purged at the same time.
const PURGES_AT_ONCE: usize = 4;

impl AksDriver {
    /// Removes the cluster's deployment record and its resource group with everything in it, then purges the group's
    /// key vaults: a deleted vault would keep its name taken, and the next provision would fail on it.
    ///
    /// Where the settings put an app into the group of its cluster, its disks, snapshots and shares would go with the
    /// cluster: then nothing is touched.
    ///
    /// Vaults are found among the deleted ones by the group that they were in, so a deprovision that was killed after the
    /// group was gone still purges them when it is run again.
    ///
    /// Spec: §6.2.
    pub(crate) async fn deprovision(&self, cluster: &Cluster) -> Result<()> {
        let names = self.cluster_names(cluster)?;
        let deployment_id = self.deployment_id(&names);
        let group_id = self.group_id(&names);
        self.records.forget(&group_id).await;
        let contents = self.contents(&group_id).await?;
        refuse_volumes(&group_id, &contents)?;
        self.remove_record(&deployment_id).await;

        self.progress
            .step(&format!("deleting resource group {}", group_id.name()));
        self.watch_vanishing(&group_id, &contents, async {
            let deletion = self.azure.resource_groups.delete(&group_id).await;
            deletion.map_err(|error| {
                Error::port(
                    format!("deleting resource group {:?}", group_id.name()),
                    error,
                )
            })
        })
        .await?;
        self.purge_vaults(&group_id, &contents).await
    }

    async fn contents(&self, group: &ResourceId) -> Result<Vec<Resource>> {
        let listing = self.azure.resources.list(group).await;
        listing.map_err(|error| {
            Error::port(format!("listing resource group {:?}", group.name()), error)
        })
    }

    /// Removes the deployment record; one that still runs is stopped first, or it would make what we delete. The
    /// record is not worth failing for: what matters is the group.
    async fn remove_record(&self, id: &ResourceId) {
        let removal = async {
            let deployments = &self.azure.deployments;
            let running = deployments
                .get(id)
                .await?
                .is_some_and(|deployment| !deployment.state.is_terminal());
            if running {
                self.progress
                    .step(&format!("stopping deployment {}", id.name()));
                deployments.cancel(id).await?;
                deployments.wait(id).await?;
            }
            deployments.delete(id).await
        };
        if let Err(error) = removal.await {
            tracing::warn!(%error, "deployment record {} is left behind", id.name());
        }
    }

    /// Reports, where anybody watches, which resources of the group are still there.
    async fn watch_vanishing(
        &self,
        group: &ResourceId,
        contents: &[Resource],
        deletion: impl Future<Output = Result<()>>,
    ) -> Result<()> {
        if !self.progress.watches_resources() {
            return deletion.await;
        }
        for resource in contents {
            self.progress.resource(&vanishing(
                resource,
                ResourceState::Running("Deleting".into()),
            ));
        }
        let watching = std::pin::pin!(self.keep_reporting_vanished(group, contents));
        let result = match future::select(std::pin::pin!(deletion), watching).await {
            Either::Left((result, _)) => result,
            Either::Right((never, _)) => match never {},
        };
        if result.is_ok() {
            for resource in contents {
                self.progress
                    .resource(&vanishing(resource, ResourceState::Succeeded));
            }
        }
        result
    }

    async fn keep_reporting_vanished(
        &self,
        group: &ResourceId,
        contents: &[Resource],
    ) -> Infallible {
        loop {
            tokio::time::sleep(INTERVAL).await;
            if let Ok(left) = self.azure.resources.list(group).await {
                for resource in contents
                    .iter()
                    .filter(|resource| !left.iter().any(|other| other.id == resource.id))
                {
                    self.progress
                        .resource(&vanishing(resource, ResourceState::Succeeded));
                }
            }
        }
    }

    async fn purge_vaults(&self, group: &ResourceId, contents: &[Resource]) -> Result<()> {
        let deleted = self
            .azure
            .key_vaults
            .list_deleted(&self.subscription)
            .await
            .map_err(|error| Error::port("listing deleted key vaults", error))?;
        // By lower-cased name: names are global, and both sources may know one vault.
        let mut vaults: BTreeMap<String, (String, bool)> = contents
            .iter()
            .filter(|resource| resource.id.is_type("Microsoft.KeyVault/vaults"))
            .map(|resource| {
                (
                    resource.id.name().to_lowercase(),
                    (resource.location.clone(), false),
                )
            })
            .collect();
        for vault in deleted
            .into_iter()
            .filter(|vault| vault.vault_id.is_within(group))
        {
            vaults.insert(
                vault.name.to_lowercase(),
                (vault.location, vault.purge_protected),
            );
        }
        stream::iter(vaults)
            .map(Ok)
            .try_for_each_concurrent(PURGES_AT_ONCE, |(name, (location, protected))| async move {
                if protected {
                    tracing::warn!("key vault {name} is protected against purging; its name stays taken until its retention ends");
                    return Ok(());
                }
                self.progress.step(&format!("purging key vault {name}"));
                let purge = self.azure.key_vaults.purge_deleted(&self.subscription, &location, &name).await;
                purge.map_err(|error| {
                    Error::port(
                        format!("everything is deleted but key vault {name:?}, which must be purged before the cluster can be provisioned again (az keyvault purge --name {name} --location {location})"),
                        error,
                    )
                })
            })
            .await
    }
}

/// Data of apps is deleted by those who ask for that, volume by volume.
fn refuse_volumes(group: &ResourceId, contents: &[Resource]) -> Result<()> {
    let volumes: Vec<_> = contents
        .iter()
        .filter(|resource| resource.tags.contains_key(APP_ID_HASH))
        .map(|resource| format!("{} {}", resource.id.kind(), resource.id.name()))
        .collect();
    if volumes.is_empty() {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "resource group {:?} would be deleted with volumes of apps in it ({}), and nothing was deleted; delete or move \
         those first, and give app and cluster different groups (AZURE_RESOURCE_GROUP_NAME)",
        group.name(),
        volumes.join(", ")
    )))
}

fn vanishing(resource: &Resource, state: ResourceState) -> ResourceProgress {
    ResourceProgress {
        kind: resource.id.kind(),
        name: resource.id.name().to_owned(),
        state,
        elapsed: None,
    }
}
