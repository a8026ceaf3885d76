//! `ClusterProvision`.

use kompox_azure::{
    Deployment, DeploymentRequest, ProvisioningState, ResourceGroup, ResourceId, Tags,
};
use kompox_model::Cluster;
use kompox_model::options::ClusterProvisionOptions;
use kompox_naming::ClusterNames;
use kompox_provider::{Error, Result};

use crate::driver::AksDriver;
use crate::record::ClusterRecord;
use crate::template::{self, Parameters};

use super::failure::DeploymentFailure;

impl AksDriver {
    /// Makes the cluster by its one deployment, unless that has succeeded and its resource group is still there. A
    /// deployment that still runs (a killed client, a second shell) is waited for, not started anew.
    ///
    /// Spec: §6.1.
    pub(crate) async fn provision(
        &self,
        cluster: &Cluster,
        options: &ClusterProvisionOptions,
    ) -> Result<()> {
        let names = self.cluster_names(cluster)?;
        // Whatever is wrong with the settings is told before the first call.
        Parameters::new(cluster, &names, &self.location, names.tags())?;
        let id = self.deployment_id(&names);
        let group_id = self.group_id(&names);

        let (deployment, group) =
            futures::try_join!(self.read_deployment(&id), self.read_group(&group_id))?;
        let running = deployment
            .as_ref()
            .is_some_and(|deployment| !deployment.state.is_terminal());
        if running {
            let made = self.attach(cluster, &id).await?;
            if !options.force {
                return self.record_made(&made, &group_id, &Tags::new()).await;
            }
        } else if let (Some(made), Some(group)) = (&deployment, &group)
            && made.state == ProvisioningState::Succeeded
            && stays(group)
            && !options.force
        {
            self.progress
                .step(&format!("cluster {} is provisioned already", cluster.name));
            return self.record_made(made, &group_id, &group.tags).await;
        }
        if let Some(group) = &group
            && !stays(group)
        {
            return Err(Error::conflict(format!(
                "resource group {:?} is being deleted; deprovision the cluster again to wait for the end, then provision it",
                group_id.name()
            )));
        }

        // The template writes the group's tags as a whole: what others have put there goes through it.
        let mut tags = group.map(|group| group.tags).unwrap_or_default();
        tags.extend(names.tags().clone());
        let parameters = Parameters::new(cluster, &names, &self.location, &tags)?;
        let made = self
            .deploy(cluster, &id, &names, parameters, options.force)
            .await?;
        self.record_made(&made, &group_id, &tags).await
    }

    /// Starts the deployment and waits for its end.
    async fn deploy(
        &self,
        cluster: &Cluster,
        id: &ResourceId,
        names: &ClusterNames,
        parameters: Parameters,
        mut force: bool,
    ) -> Result<Deployment> {
        let request = DeploymentRequest {
            location: Some(self.location.clone()),
            tags: names.tags().clone(),
            template: template::document()
                .map_err(|error| Error::invalid(format!("the embedded template: {error}")))?,
            parameters: parameters.0,
        };
        let group = names.resource_group();
        self.progress.step(&format!(
            "deploying cluster {} into resource group {group}",
            cluster.name
        ));
        loop {
            let deployment = self.azure.deployments.create_or_update(id, &request);
            match self.watched(id, deployment).await {
                Ok(made) => return Ok(made),
                // Somebody else started it since we looked.
                Err(error) if error.has_code("DeploymentActive") => {
                    let made = self.attach(cluster, id).await?;
                    if !force {
                        return Ok(made);
                    }
                    force = false;
                }
                Err(error) => return Err(self.explain(cluster, id, error).await),
            }
        }
    }

    /// Writes the cluster's record onto its group, which has those tags as far as is known.
    ///
    /// Spec: §6.1a.
    async fn record_made(&self, made: &Deployment, group: &ResourceId, tags: &Tags) -> Result<()> {
        self.records.forget(group).await;
        match ClusterRecord::from_outputs(made, group) {
            Some(record) => {
                self.write_record(&record, group, tags).await;
            }
            None => tracing::warn!(
                "deployment {} has not all the outputs that the cluster's record needs; provision with --force to write them",
                made.id.name()
            ),
        }
        Ok(())
    }

    /// Waits for a deployment that somebody else started.
    async fn attach(&self, cluster: &Cluster, id: &ResourceId) -> Result<Deployment> {
        self.progress.step(&format!(
            "deployment {} is running already; waiting for it",
            id.name()
        ));
        let deployment = self
            .watched(id, self.azure.deployments.wait(id))
            .await
            .map_err(|error| {
                Error::port(format!("waiting for deployment {:?}", id.name()), error)
            })?;
        match deployment {
            Some(made) if made.state == ProvisioningState::Succeeded => Ok(made),
            Some(deployment) => {
                let error = DeploymentFailure::of_record(&deployment).into_error();
                Err(self.explain(cluster, id, error).await)
            }
            None => Err(Error::conflict(format!(
                "deployment {:?} was removed while it ran; provision the cluster again",
                id.name()
            ))),
        }
    }

    pub(crate) async fn read_deployment(&self, id: &ResourceId) -> Result<Option<Deployment>> {
        let reading = self.azure.deployments.get(id).await;
        reading.map_err(|error| Error::port(format!("reading deployment {:?}", id.name()), error))
    }

    pub(crate) async fn read_group(&self, id: &ResourceId) -> Result<Option<ResourceGroup>> {
        let reading = self.azure.resource_groups.get(id).await;
        reading
            .map_err(|error| Error::port(format!("reading resource group {:?}", id.name()), error))
    }
}

/// Whether a group is there to stay.
fn stays(group: &ResourceGroup) -> bool {
    !matches!(&group.state, ProvisioningState::Running(word) if word.eq_ignore_ascii_case("Deleting"))
}
