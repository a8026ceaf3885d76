//! What a cluster's declaration forbids.
//!
//! Every program that drives clusters must hold to it, and before any call, whatever the cloud; so it is decided
//! here and not in a driver.

use kompox_model::{Cluster, ProtectionLevel};

use crate::{Error, Result};

/// An operation that changes a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterOperation {
    /// Making the cluster.
    Provision,
    /// Removing the cluster.
    Deprovision,
    /// Installing the ingress controller.
    Install,
    /// Removing the ingress controller.
    Uninstall,
}

impl ClusterOperation {
    fn verb(self) -> &'static str {
        match self {
            Self::Provision => "provision",
            Self::Deprovision => "deprovision",
            Self::Install => "install",
            Self::Uninstall => "uninstall",
        }
    }

    fn removes(self) -> bool {
        matches!(self, Self::Deprovision | Self::Uninstall)
    }
}

/// Whether `operation` may be done to `cluster`.
///
/// An existing cluster (somebody else made it) is neither provisioned nor deprovisioned without `force`. Protection is not
/// lifted by `force`: `cannotDelete` blocks removing, `readOnly` blocks removing and making again. Making again is
/// what `force` asks for; without it a provision or install completes what is missing and is allowed.
///
/// # Errors
/// [`Error::Conflict`] saying what forbids it and where that is declared.
pub fn check(operation: ClusterOperation, cluster: &Cluster, force: bool) -> Result<()> {
    let (level, key) = match operation {
        ClusterOperation::Provision | ClusterOperation::Deprovision => {
            (cluster.protection.provisioning, "protection.provisioning")
        }
        ClusterOperation::Install | ClusterOperation::Uninstall => {
            (cluster.protection.installation, "protection.installation")
        }
    };
    let (name, verb) = (&cluster.name, operation.verb());
    let blocked = match level {
        ProtectionLevel::None => None,
        ProtectionLevel::CannotDelete => operation.removes().then_some("cannotDelete"),
        ProtectionLevel::ReadOnly => (operation.removes() || force).then_some("readOnly"),
    };
    if let Some(level) = blocked {
        let again = if operation.removes() { "" } else { " --force" };
        return Err(Error::conflict(format!(
            "cluster {name:?} is protected against {verb}{again}: {key} is {level}; set it to none in the cluster's declaration to go on (--force does not lift it)"
        )));
    }
    let provisioning = matches!(
        operation,
        ClusterOperation::Provision | ClusterOperation::Deprovision
    );
    if cluster.existing && provisioning && !force {
        return Err(Error::conflict(format!(
            "cluster {name:?} is declared as existing, so somebody else made it and it is not ours to {verb}; use --force to {verb} it all the same"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ClusterOperation::*;
    use ProtectionLevel::*;

    fn cluster(level: ProtectionLevel) -> Cluster {
        let mut cluster = Cluster::new("c1");
        cluster.protection.provisioning = level;
        cluster.protection.installation = level;
        cluster
    }

    #[test]
    fn protection_blocks_what_its_level_says_with_and_without_force() {
        for (level, operation, force, allowed) in [
            (None, Deprovision, false, true),
            (None, Uninstall, true, true),
            (CannotDelete, Provision, true, true),
            (CannotDelete, Deprovision, false, false),
            (CannotDelete, Deprovision, true, false),
            (CannotDelete, Uninstall, true, false),
            (ReadOnly, Provision, false, true),
            (ReadOnly, Provision, true, false),
            (ReadOnly, Install, true, false),
            (ReadOnly, Deprovision, false, false),
            (ReadOnly, Uninstall, true, false),
        ] {
            let result = check(operation, &cluster(level), force);
            assert_eq!(
                result.is_ok(),
                allowed,
                "{level:?} {operation:?} force={force}: {result:?}"
            );
        }
    }

    #[test]
    fn provisioning_protection_says_nothing_about_installation() {
        let mut cluster = cluster(None);
        cluster.protection.provisioning = ReadOnly;
        assert!(check(Uninstall, &cluster, false).is_ok());
        assert!(check(Deprovision, &cluster, false).is_err());
    }

    #[test]
    fn an_existing_cluster_needs_force_to_be_made_or_removed_but_not_to_be_installed() {
        let mut cluster = cluster(None);
        cluster.existing = true;
        assert!(check(Provision, &cluster, false).is_err());
        assert!(check(Deprovision, &cluster, false).is_err());
        assert!(check(Provision, &cluster, true).is_ok());
        assert!(check(Install, &cluster, false).is_ok());
    }
}
