//! The resource group of the app and the roles on it.

use futures::future::try_join;
use kompox_azure::{ProvisioningState, ResourceGroup, RoleAssignment, role};
use kompox_provider::{Error, Result};
use tracing::{info, warn};

use super::DiskBackend;
use crate::Principals;

impl DiskBackend<'_> {
    /// The group, as it is.
    pub(super) async fn read_group(&self) -> Result<Option<ResourceGroup>> {
        let name = self.group.name();
        let group = self.volumes.azure.resource_groups.get(&self.group).await;
        let group = group
            .map_err(|error| Error::port(format!("reading resource group {name:?}"), error))?;
        match &group {
            Some(ResourceGroup {
                state: ProvisioningState::Running(state),
                ..
            }) if state.eq_ignore_ascii_case("Deleting") => Err(Error::conflict(format!(
                "resource group {name:?} is being deleted; wait until it is gone and try again"
            ))),
            _ => Ok(group),
        }
    }

    /// Makes the group where there is none. The tags and the region of one that is there stay as they are: it may
    /// have been made by somebody else.
    pub(super) async fn ensure_group(&self, group: Option<&ResourceGroup>) -> Result<()> {
        if group.is_some() {
            return Ok(());
        }
        let name = self.group.name();
        info!(group = name, "creating the resource group of the app");
        let groups = &self.volumes.azure.resource_groups;
        groups
            .create_or_update(&self.group, &self.volumes.location, self.names.tags())
            .await
            .map_err(|error| Error::port(format!("creating resource group {name:?}"), error))?;
        Ok(())
    }

    /// The cluster's principals, as far as there are any.
    pub(super) async fn read_principals(&self) -> Option<Principals> {
        let principals = self.identities.principals().await;
        match principals {
            Ok(Some(principals)) => return Some(principals),
            Ok(None) => {
                warn!("the cluster is not provisioned: no role is assigned on the disk's group");
            }
            Err(error) => warn!(
                %error,
                "the cluster's identities cannot be read: no role is assigned on the disk's group"
            ),
        }
        None
    }

    /// Lets the cluster attach the disks of the group.
    ///
    /// Spec: §3.2, with the cluster's own identity besides: its control plane does the attaching.
    pub(super) async fn ensure_roles(&self, principals: Option<&Principals>) -> Result<()> {
        let Some(Principals { cluster, kubelet }) = principals else {
            return Ok(());
        };
        try_join(self.ensure_role(cluster), self.ensure_role(kubelet)).await?;
        Ok(())
    }

    async fn ensure_role(&self, principal: &str) -> Result<()> {
        let assignment = RoleAssignment {
            scope: self.group.clone(),
            role: role::CONTRIBUTOR.to_owned(),
            principal_id: principal.to_owned(),
        };
        role::ensure(&*self.volumes.azure.role_assignments, &assignment)
            .await
            .map_err(|error| {
                let doing = format!(
                    "assigning Contributor on resource group {:?} to {principal}",
                    self.group.name()
                );
                Error::port(doing, error)
            })
    }
}
