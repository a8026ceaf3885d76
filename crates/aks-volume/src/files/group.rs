//! The resource group of the app and the role on it.

use kompox_azure::{ProvisioningState, ResourceGroup, RoleAssignment, role};
use kompox_provider::{Error, Result};
use tracing::{info, warn};

use super::FilesBackend;

impl FilesBackend<'_> {
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

    /// The principal that mounts shares, if there is one yet.
    pub(super) async fn read_kubelet(&self) -> Option<String> {
        match self.identities.principals().await {
            Ok(Some(principals)) => return Some(principals.kubelet),
            Ok(None) => {
                warn!("the cluster is not provisioned: no role is assigned on the share's group");
            }
            Err(error) => warn!(
                %error,
                "the cluster's identities cannot be read: no role is assigned on the share's group"
            ),
        }
        None
    }

    /// Lets the nodes of the cluster mount the shares of the group: their CSI driver asks for the account's key.
    ///
    /// Spec: §3.2.
    pub(super) async fn ensure_role(&self, kubelet: Option<&str>) -> Result<()> {
        let Some(principal) = kubelet else {
            return Ok(());
        };
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
