//! The record as the live resources tell it.

use futures::future;
use kompox_azure::{Azure, ManagedCluster, ResourceId, UserAssignedIdentity};
use kompox_model::Cluster;
use kompox_provider::{Error, Result};

use super::{ClusterRecord, ServiceAccount};

const MANAGED_CLUSTERS: &str = "Microsoft.ContainerService/managedClusters";
const IDENTITIES: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";

impl ClusterRecord {
    /// The record that the resources of a group tell; `None` when there is no managed cluster, or it is not so far that
    /// it has its identities.
    ///
    /// The managed cluster is the one that this driver would have named, or else the only one: other installations
    /// have named theirs otherwise. The ingress identity is the one that trusts the cluster's service account.
    pub(crate) async fn from_live(
        azure: &Azure,
        group: &ResourceId,
        own_name: &str,
        cluster: &Cluster,
    ) -> Result<Option<Self>> {
        let resources = azure.resources.list(group).await.map_err(|error| {
            Error::port(format!("listing resource group {:?}", group.name()), error)
        })?;
        let of_type = |kind: &str| -> Vec<ResourceId> {
            let ids = resources.iter().map(|resource| resource.id.clone());
            ids.filter(|id| id.is_type(kind)).collect()
        };
        let clusters = of_type(MANAGED_CLUSTERS);
        let own = clusters
            .iter()
            .find(|id| id.name().eq_ignore_ascii_case(own_name));
        let Some(id) = own.or(clusters.first()) else {
            return Ok(None);
        };
        if own.is_none() && clusters.len() > 1 {
            let names: Vec<_> = clusters.iter().map(ResourceId::name).collect();
            return Err(Error::conflict(format!(
                "resource group {:?} has several managed clusters ({}) and no record of which one is cluster {:?}; provision it to write one",
                group.name(),
                names.join(", "),
                cluster.name
            )));
        }
        let service_account = ServiceAccount::declared(cluster);
        let (managed, identity) = future::try_join(
            managed_cluster(azure, id),
            ingress_identity(azure, of_type(IDENTITIES), &service_account),
        )
        .await?;
        Ok(assemble(managed, identity, service_account))
    }
}

fn assemble(
    managed: Option<ManagedCluster>,
    identity: Option<UserAssignedIdentity>,
    ingress: ServiceAccount,
) -> Option<ClusterRecord> {
    let (managed, identity) = (managed?, identity?);
    Some(ClusterRecord {
        managed_cluster: managed.id,
        tenant_id: managed.tenant_id.unwrap_or(identity.tenant_id),
        cluster_principal_id: managed.principal_id?,
        kubelet_principal_id: managed.kubelet_principal_id?,
        ingress_principal_id: identity.principal_id,
        ingress_client_id: identity.client_id,
        ingress,
    })
}

async fn managed_cluster(azure: &Azure, id: &ResourceId) -> Result<Option<ManagedCluster>> {
    let reading = azure.managed_clusters.get(id).await;
    reading.map_err(|error| Error::port(format!("reading {id}"), error))
}

/// The identity that trusts the service account.
async fn ingress_identity(
    azure: &Azure,
    candidates: Vec<ResourceId>,
    service_account: &ServiceAccount,
) -> Result<Option<UserAssignedIdentity>> {
    let subject = service_account.subject();
    let identities = &azure.user_assigned_identities;
    let trusts = future::try_join_all(
        candidates
            .iter()
            .map(|id| identities.federated_subjects(id)),
    )
    .await
    .map_err(|error| {
        Error::port(
            "reading the federated credentials of the cluster's identities",
            error,
        )
    })?;
    let trusting = candidates
        .iter()
        .zip(trusts)
        .find(|(_, subjects)| subjects.contains(&subject));
    let Some((id, _)) = trusting else {
        return Ok(None);
    };
    let reading = identities.get(id).await;
    reading.map_err(|error| Error::port(format!("reading {id}"), error))
}
