//! The Azure port over Azure Resource Manager (ARM).
//!
//! The port says what a driver needs in Azure's words; HTTP says it in another way: tokens that run out, lists in
//! pages, writes that are answered long before they are done, and errors in four shapes. This crate keeps all of
//! that to itself. It stands on the official `azure_core` and `azure_identity`: their pipeline sends, retries and
//! signs in; what is added here is what ARM does on top of HTTP.
//!
//! ```no_run
//! use kompox_azure::{Cloud, Connection, Connector, Credential, ResourceId};
//! use kompox_azure_arm::ArmConnector;
//!
//! # async fn example() -> kompox_azure::Result<()> {
//! let azure = ArmConnector::new().connect(&Connection {
//!     cloud: Cloud::named("AzurePublic").expect("a well-known name"),
//!     credential: Credential::AzureCli,
//! })?;
//! let group = ResourceId::subscription_scope("11111111-1111-1111-1111-111111111111").group("demo");
//! let disks = azure.disks.list(&group).await?; // the first call is what starts `az`
//! # Ok(())
//! # }
//! ```
//!
//! What is never logged, and never part of an error: tokens, bodies, and the queries of URLs (polling URLs are
//! signed).
#![forbid(unsafe_code)]

mod agent_pools;
mod api_version;
mod client;
mod connector;
mod credential;
mod deployments;
mod disks;
mod dns_record_sets;
mod failure;
mod file_shares;
mod key_vaults;
mod managed_clusters;
mod operation;
mod page;
mod poll;
mod reach;
mod resource_graph;
mod resource_groups;
mod resources;
mod retry_after;
mod role_assignments;
mod snapshots;
mod storage_accounts;
mod token;
mod user_agent;
mod user_assigned_identities;
mod wire;

pub use connector::{ArmConnector, ArmConnectorBuilder};
