//! The life cycle of a cluster.

mod deprovision;
mod failure;
mod identities;
mod kubeconfig;
mod provision;
mod status;
mod watch;

#[cfg(test)]
pub(crate) mod tests;
