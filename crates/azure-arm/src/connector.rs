//! Connecting.

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use azure_core::http::policies::Policy;
use azure_core::http::{
    ClientOptions, HttpClient, Pipeline, RetryOptions, Transport, new_http_client,
};
use kompox_azure::{Azure, Connection, Connector, Result};

use crate::agent_pools::ArmAgentPools;
use crate::client::{Client, Waits};
use crate::credential::{hint, token_credential};
use crate::deployments::ArmDeployments;
use crate::disks::ArmDisks;
use crate::dns_record_sets::ArmDnsRecordSets;
use crate::file_shares::ArmFileShares;
use crate::key_vaults::ArmKeyVaults;
use crate::managed_clusters::ArmManagedClusters;
use crate::reach::Watched;
use crate::resource_graph::ArmResourceGraph;
use crate::resource_groups::ArmResourceGroups;
use crate::resources::ArmResources;
use crate::role_assignments::ArmRoleAssignments;
use crate::snapshots::ArmSnapshots;
use crate::storage_accounts::ArmStorageAccounts;
use crate::token::BearerToken;
use crate::user_agent::UserAgent;
use crate::user_assigned_identities::ArmUserAssignedIdentities;

/// Connects to Azure Resource Manager.
///
/// All services of one connection share one pipeline, one pool of HTTP connections and one token.
#[derive(Debug, Clone)]
pub struct ArmConnector {
    settings: ArmConnectorBuilder,
}

/// Sets an [`ArmConnector`] up.
#[derive(Debug, Clone)]
#[must_use]
pub struct ArmConnectorBuilder {
    transport: Option<Arc<dyn HttpClient>>,
    sign_in: SignIn,
    retry: RetryOptions,
    waits: Waits,
}

/// Where tokens come from.
#[derive(Debug, Clone)]
enum SignIn {
    /// From what the connection says.
    AsConnected,
    /// From there, whatever the connection says.
    With(Arc<dyn TokenCredential>),
    /// From nowhere: no call carries one.
    Anonymous,
}

impl Default for ArmConnector {
    fn default() -> Self {
        Self::new()
    }
}

impl ArmConnector {
    /// Connects to real Azures.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Starts setting one up that does something else.
    pub fn builder() -> ArmConnectorBuilder {
        ArmConnectorBuilder {
            transport: None,
            sign_in: SignIn::AsConnected,
            retry: RetryOptions::default(),
            waits: Waits {
                first: Duration::from_millis(250),
                longest: Duration::from_secs(10),
                operation_timeout: Duration::from_secs(60 * 60),
            },
        }
    }
}

impl ArmConnectorBuilder {
    /// What carries the calls, those for tokens included. Unless set, an HTTP client that gives up on a connection
    /// after 20 s and on an answer that falls silent after 60 s.
    pub fn transport(mut self, transport: Arc<dyn HttpClient>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Signs in nowhere, whatever the connection says: for a simulator.
    pub fn anonymous(mut self) -> Self {
        self.sign_in = SignIn::Anonymous;
        self
    }

    /// Signs in with a credential of your own, whatever the connection says. Its tokens are cached.
    pub fn credential(mut self, credential: Arc<dyn TokenCredential>) -> Self {
        self.sign_in = SignIn::With(credential);
        self
    }

    /// How calls are repeated that failed in a way that may pass (408, 429, 500, 502, 503, 504, connections
    /// that broke); unless set, up to 8 times within a minute, and not before `Retry-After`.
    pub fn retry(mut self, retry: RetryOptions) -> Self {
        self.retry = retry;
        self
    }

    /// The first wait for a long-running operation where Azure does not say how long; 250 ms unless set. Every
    /// further one is half as long again.
    pub fn first_wait(mut self, wait: Duration) -> Self {
        self.waits.first = wait;
        self
    }

    /// How long a long-running operation is waited for before the wait fails with
    /// [`Error::Timeout`](kompox_azure::Error::Timeout); 60 min unless set. Azure goes on with it.
    pub fn operation_timeout(mut self, timeout: Duration) -> Self {
        self.waits.operation_timeout = timeout;
        self
    }

    /// The connector.
    #[must_use]
    pub fn build(self) -> ArmConnector {
        ArmConnector { settings: self }
    }
}

impl Connector for ArmConnector {
    fn connect(&self, connection: &Connection) -> Result<Azure> {
        let settings = &self.settings;
        let endpoint = &connection.cloud.resource_manager;
        let transport = Transport::new(Arc::new(Watched::new(
            settings
                .transport
                .clone()
                .unwrap_or_else(|| new_http_client(None)),
        )));
        let credential = match &settings.sign_in {
            SignIn::AsConnected => Some(token_credential(connection, transport.clone())?),
            SignIn::With(credential) => Some(Arc::clone(credential)),
            SignIn::Anonymous => None,
        };
        let mut policies: Vec<Arc<dyn Policy>> = vec![Arc::new(UserAgent)];
        if let Some(credential) = credential {
            let scope = connection.cloud.resource_manager_scope();
            policies.push(Arc::new(BearerToken::new(
                credential,
                scope,
                endpoint.clone(),
            )));
        }
        let options = ClientOptions {
            transport: Some(transport),
            retry: settings.retry.clone(),
            ..ClientOptions::default()
        };
        let client = Client {
            pipeline: Pipeline::new(
                option_env!("CARGO_PKG_NAME"),
                option_env!("CARGO_PKG_VERSION"),
                options,
                Vec::new(),
                policies,
                None,
            ),
            endpoint: endpoint.clone(),
            waits: settings.waits,
            sign_in_hint: hint(&connection.credential),
        };
        Ok(Azure {
            agent_pools: Arc::new(ArmAgentPools(client.clone())),
            deployments: Arc::new(ArmDeployments(client.clone())),
            disks: Arc::new(ArmDisks(client.clone())),
            dns_record_sets: Arc::new(ArmDnsRecordSets(client.clone())),
            file_shares: Arc::new(ArmFileShares(client.clone())),
            key_vaults: Arc::new(ArmKeyVaults(client.clone())),
            managed_clusters: Arc::new(ArmManagedClusters(client.clone())),
            resource_graph: Arc::new(ArmResourceGraph(client.clone())),
            resource_groups: Arc::new(ArmResourceGroups(client.clone())),
            resources: Arc::new(ArmResources(client.clone())),
            role_assignments: Arc::new(ArmRoleAssignments(client.clone())),
            snapshots: Arc::new(ArmSnapshots(client.clone())),
            storage_accounts: Arc::new(ArmStorageAccounts(client.clone())),
            user_assigned_identities: Arc::new(ArmUserAssignedIdentities(client)),
        })
    }
}
