//! The contract of the Azure port, over the adapter: every call that the driver's port has, refusals included.

use kompox_azure::contract::{self, Environment};

use crate::azure::{Azure, LOCATION, SUBSCRIPTION};

pub(crate) async fn everything(azure: &Azure) {
    let port = azure.port();
    let environment = Environment {
        subscription: SUBSCRIPTION.to_owned(),
        location: LOCATION.to_owned(),
        prefix: "contract".to_owned(),
    };
    contract::agent_pools(&port, &environment).await;
    contract::deployments(&port, &environment).await;
    contract::disks(&port, &environment).await;
    contract::dns_record_sets(&port, &environment).await;
    contract::failing_deployments(&port, &environment).await;
    contract::file_shares(&port, &environment).await;
    contract::key_vaults(&port, &environment).await;
    contract::managed_clusters(&port, &environment).await;
    contract::resource_graph(&port, &environment).await;
    contract::resource_groups(&port, &environment).await;
    contract::resources(&port, &environment).await;
    contract::role_assignments(&port, &environment).await;
    contract::running_deployments(&port, &environment).await;
    contract::snapshots(&port, &environment).await;
    contract::storage_accounts(&port, &environment).await;
    contract::user_assigned_identities(&port, &environment).await;
}
