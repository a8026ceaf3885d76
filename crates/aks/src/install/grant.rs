//! The roles that an installation needs, and giving them as far as we may.
//!
//! Whoever installs need not be allowed to assign roles: another may have done it, at a wider scope even. So a role that
//! cannot be assigned is no failure but a warning that says what an administrator would have to do.
//!
//! Spec: §3, §6.4, §8.1, §8.4, §9.2.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream;
use futures::{StreamExt, TryStreamExt};
use kompox_azure::role::Attempt;
use kompox_azure::{Azure, Error, ResourceId, RoleAssignment, RoleAssignments, role};
use kompox_model::failure::Classify;

use super::key_vault::Vault;
use super::plan::Plan;
use crate::record::{ClusterRecord, Found};

const VAULTS: &str = "Microsoft.KeyVault/vaults";
/// Assignments at once.
const CONCURRENCY: usize = 8;
/// How long a principal may be unknown to Azure's directory: an installation is not the first to use it.
const PATIENCE: Duration = Duration::from_secs(2 * 60);

/// A built-in role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Role {
    id: &'static str,
    name: &'static str,
}

const DNS_ZONE_CONTRIBUTOR: Role = Role {
    id: role::DNS_ZONE_CONTRIBUTOR,
    name: "DNS Zone Contributor",
};
const ACR_PULL: Role = Role {
    id: role::ACR_PULL,
    name: "AcrPull",
};
const KEY_VAULT_SECRETS_USER: Role = Role {
    id: role::KEY_VAULT_SECRETS_USER,
    name: "Key Vault Secrets User",
};

/// A role for one of the cluster's identities.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Grant {
    role: Role,
    principal_id: String,
    scope: ResourceId,
}

/// The live resources, which know better than a record whose identities Azure's directory does not know.
#[async_trait]
pub(super) trait Live: Send + Sync {
    /// The record as the live resources tell it, if that is another.
    async fn contradiction(&self) -> Option<Found>;
}

/// The record is not the cluster's any more; this one is.
#[derive(Debug)]
pub(super) struct Stale(pub(super) Box<Found>);

/// Why a role was not assigned at once.
enum Refusal {
    Stale(Stale),
    Azure(Error),
}

/// A role that could not be assigned, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Warning {
    role: Role,
    /// The scope, as far as it is known.
    scope: String,
    /// Azure's code; empty where there is none.
    code: String,
    reason: String,
    /// What an administrator would run.
    commands: Vec<String>,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            role, scope, code, ..
        } = self;
        write!(f, "role {:?} at {scope} could not be assigned", role.name)?;
        if !code.is_empty() {
            write!(f, " ({code})")?;
        }
        write!(
            f,
            ": {}. Unless it is assigned already, let an administrator run:",
            self.reason
        )?;
        for command in &self.commands {
            write!(f, "\n  {command}")?;
        }
        Ok(())
    }
}

/// Gives the ingress controller's identity access to the secrets of its certificates, each secret by itself.
///
/// # Errors
/// The record's identities are unknown, and the live resources have others.
pub(super) async fn certificates(
    azure: &Azure,
    vaults: &[Vault],
    record: &ClusterRecord,
    live: &dyn Live,
) -> Result<Vec<Warning>, Stale> {
    if vaults.is_empty() {
        return Ok(Vec::new());
    }
    let principal = &record.ingress_principal_id;
    let names: Vec<_> = vaults.iter().map(|vault| vault.name.clone()).collect();
    let found = match azure.resource_graph.find(VAULTS, &names).await {
        Ok(found) => found,
        Err(error) => {
            let commands = vaults.iter().flat_map(|vault| unresolved(vault, principal));
            return Ok(vec![Warning {
                role: KEY_VAULT_SECRETS_USER,
                scope: format!("the secrets of key vault {}", names.join(", ")),
                code: code(&error),
                reason: format!("looking for the vaults in the resource graph: {error}"),
                commands: commands.collect(),
            }]);
        }
    };
    let ids: HashMap<String, ResourceId> = found
        .into_iter()
        .map(|id| (id.name().to_ascii_lowercase(), id))
        .collect();
    let (mut grants, mut warnings) = (Vec::new(), Vec::new());
    for vault in vaults {
        match ids.get(&vault.name) {
            Some(id) => grants.extend(vault.secrets().into_iter().map(|secret| Grant {
                role: KEY_VAULT_SECRETS_USER,
                principal_id: principal.clone(),
                scope: id.child("secrets", secret),
            })),
            None => warnings.push(Warning {
                role: KEY_VAULT_SECRETS_USER,
                scope: format!("the secrets of key vault {}", vault.name),
                code: "ResourceNotFound".to_owned(),
                reason: "there is no such vault in the subscriptions that you can read, or it was made only minutes ago"
                    .to_owned(),
                commands: unresolved(vault, principal).collect(),
            }),
        }
    }
    warnings.extend(assign(azure, grants, live).await?);
    Ok(warnings)
}

/// Lets the cluster write to its DNS zones, and its nodes pull from its registries.
///
/// # Errors
/// The record's identities are unknown, and the live resources have others.
pub(super) async fn zones_and_registries(
    azure: &Azure,
    plan: &Plan,
    record: &ClusterRecord,
    live: &dyn Live,
) -> Result<Vec<Warning>, Stale> {
    let zones = plan.zones.iter().map(|zone| Grant {
        role: DNS_ZONE_CONTRIBUTOR,
        principal_id: record.cluster_principal_id.clone(),
        scope: zone.id().clone(),
    });
    let registries = plan.registries.iter().map(|registry| Grant {
        role: ACR_PULL,
        principal_id: record.kubelet_principal_id.clone(),
        scope: registry.id().clone(),
    });
    assign(azure, zones.chain(registries).collect(), live).await
}

/// The warnings stand in the order of the grants.
async fn assign(azure: &Azure, grants: Vec<Grant>, live: &dyn Live) -> Result<Vec<Warning>, Stale> {
    let attempts = grants.into_iter().map(|grant| async move {
        let assignment = RoleAssignment {
            scope: grant.scope.clone(),
            role: grant.role.id.to_owned(),
            principal_id: grant.principal_id.clone(),
        };
        let roles = &*azure.role_assignments;
        let (code, reason) =
            match tokio::time::timeout(PATIENCE, give(roles, &assignment, live)).await {
                Ok(Ok(())) => return Ok(None),
                Ok(Err(Refusal::Stale(stale))) => return Err(stale),
                Ok(Err(Refusal::Azure(error))) => (code(&error), error.to_string()),
                Err(_) => (
                    "PrincipalNotFound".to_owned(),
                    format!(
                        "Azure's directory does not know the cluster's identity {} after {} s; if it was made anew, provision the cluster with --force",
                        grant.principal_id,
                        PATIENCE.as_secs()
                    ),
                ),
            };
        Ok(Some(Warning {
            role: grant.role,
            scope: grant.scope.to_string(),
            code,
            reason,
            commands: vec![command(
                grant.role,
                &grant.principal_id,
                &grant.scope.to_string(),
            )],
        }))
    });
    stream::iter(attempts)
        .buffered(CONCURRENCY)
        .try_filter_map(|warning| std::future::ready(Ok(warning)))
        .try_collect()
        .await
}

/// Assigns a role. To whom the directory does not know it is given as soon as it does, unless nobody is to be expected.
async fn give(
    roles: &dyn RoleAssignments,
    assignment: &RoleAssignment,
    live: &dyn Live,
) -> Result<(), Refusal> {
    let attempt = role::try_ensure(roles, assignment).await;
    if attempt.map_err(Refusal::Azure)? == Attempt::Assigned {
        return Ok(());
    }
    match live.contradiction().await {
        Some(found) => Err(Refusal::Stale(Stale(Box::new(found)))),
        None => role::ensure(roles, assignment)
            .await
            .map_err(Refusal::Azure),
    }
}

fn code(error: &Error) -> String {
    error
        .failure()
        .map(|failure| failure.code.clone())
        .unwrap_or_default()
}

/// The commands for a vault whose id is not known here, but to whoever runs them.
fn unresolved(vault: &Vault, principal: &str) -> impl Iterator<Item = String> {
    vault.secrets().into_iter().map(move |secret| {
        let id = format!(
            "$(az keyvault show --name {} --query id --output tsv)",
            vault.name
        );
        command(
            KEY_VAULT_SECRETS_USER,
            principal,
            &format!("{id}/secrets/{secret}"),
        )
    })
}

fn command(role: Role, principal: &str, scope: &str) -> String {
    format!(
        "az role assignment create --role \"{}\" --assignee-object-id {principal} --assignee-principal-type ServicePrincipal --scope \"{scope}\"",
        role.name
    )
}
