//! The resource group of an app and the roles on it.

use kompox_azure::{ProvisioningState, ResourceGroup, ResourceId, RoleAssignment, role};
use kompox_model::App;
use kompox_naming::AppNames;
use kompox_provider::{Error, Result};
use tracing::{info, warn};

use crate::volumes::checked;
use crate::{ClusterIdentities, Principals, Volumes};

/// The resource group that all volumes of an app live in.
pub(crate) struct AppGroup<'a> {
    pub(crate) id: ResourceId,
    pub(crate) names: AppNames,
    volumes: &'a Volumes,
    identities: &'a dyn ClusterIdentities,
}

impl<'a> AppGroup<'a> {
    pub(crate) fn new(
        volumes: &'a Volumes,
        app: &App,
        identities: &'a dyn ClusterIdentities,
    ) -> Result<Self> {
        let names = checked(volumes.names.app(app))?;
        let id = ResourceId::subscription_scope(&volumes.subscription)
            .group(names.resource_group().as_str());
        Ok(Self {
            id,
            names,
            volumes,
            identities,
        })
    }

    /// The group, as it is.
    pub(crate) async fn read(&self) -> Result<Option<ResourceGroup>> {
        let name = self.id.name();
        let group = self.volumes.azure.resource_groups.get(&self.id).await;
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
    pub(crate) async fn ensure(&self, group: Option<&ResourceGroup>) -> Result<()> {
        if group.is_some() {
            return Ok(());
        }
        let name = self.id.name();
        info!(group = name, "creating the resource group of the app");
        let groups = &self.volumes.azure.resource_groups;
        groups
            .create_or_update(&self.id, &self.volumes.location, self.names.tags())
            .await
            .map_err(|error| Error::port(format!("creating resource group {name:?}"), error))?;
        Ok(())
    }

    /// The cluster's principals, as far as there are any.
    pub(crate) async fn principals(&self) -> Option<Principals> {
        let group = self.id.name();
        match self.identities.principals().await {
            Ok(Some(principals)) => return Some(principals),
            Ok(None) => {
                warn!(
                    group,
                    "the cluster is not provisioned: no role is assigned on the group"
                );
            }
            Err(error) => warn!(
                %error,
                group,
                "the cluster's identities cannot be read: no role is assigned on the group"
            ),
        }
        None
    }

    /// Makes one of the principals a contributor of the group. One that the directory does not know may be too new, or may
    /// belong to a cluster that was made anew since it was recorded: then its successor gets the role.
    ///
    /// Spec: §3.2.
    pub(crate) async fn ensure_contributor(
        &self,
        principals: &Principals,
        which: fn(&Principals) -> &str,
    ) -> Result<()> {
        let roles = &*self.volumes.azure.role_assignments;
        let recorded = self.contributor(which(principals));
        match role::try_ensure(roles, &recorded).await {
            Ok(role::Attempt::Assigned) => return Ok(()),
            Ok(role::Attempt::PrincipalUnknown) => {}
            Err(error) => return Err(self.refused(&recorded, error)),
        }
        let successors = self
            .identities
            .unknown(principals)
            .await
            .unwrap_or_else(|error| {
                warn!(%error, "the cluster's identities cannot be checked");
                None
            });
        let current = self.contributor(which(successors.as_ref().unwrap_or(principals)));
        let assigned = role::ensure(roles, &current).await;
        assigned.map_err(|error| self.refused(&current, error))
    }

    fn contributor(&self, principal: &str) -> RoleAssignment {
        RoleAssignment {
            scope: self.id.clone(),
            role: role::CONTRIBUTOR.to_owned(),
            principal_id: principal.to_owned(),
        }
    }

    fn refused(&self, assignment: &RoleAssignment, error: kompox_azure::Error) -> Error {
        let doing = format!(
            "assigning Contributor on resource group {:?} to {}",
            self.id.name(),
            assignment.principal_id
        );
        Error::port(doing, error)
    }
}
