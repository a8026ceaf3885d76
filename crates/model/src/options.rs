//! How an operation is to be run: one struct per operation of a driver, so that an operation can learn a new
//! option without breaking its callers.

use crate::VolumeOptions;

macro_rules! options {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name { $($(#[$field_doc])* pub $field: $kind,)* }
    )*};
}

options! {
    /// Options of making a cluster. Spec: §6.1.
    ClusterProvisionOptions {
        /// Make it again although it was made before.
        force: bool,
    }
    /// Options of removing a cluster. Spec: §6.2.
    ClusterDeprovisionOptions {
        /// Remove it although somebody else made it.
        force: bool,
    }
    /// Options of asking for the state of a cluster. Spec: §6.3.
    ClusterStatusOptions {}
    /// Options of installing the ingress controller. Spec: §6.4.
    ClusterInstallOptions {
        /// Install it again although nothing changed.
        force: bool,
    }
    /// Options of removing the ingress controller. Spec: §6.5.
    ClusterUninstallOptions {
        /// Part of the contract; a driver may have nothing to force.
        force: bool,
    }
    /// Options of asking for administrator credentials. Spec: §6.6.
    ClusterKubeconfigOptions {}
    /// Options of writing a DNS record set. Spec: §7.2.
    ClusterDnsApplyOptions {
        /// The zone to write to: its id or its name. The longest matching zone when absent.
        zone_hint: Option<String>,
        /// Fail where the cloud refuses, instead of saying so and going on.
        strict: bool,
        /// Say what would be done, and do nothing.
        dry_run: bool,
    }
    /// Options of asking for the DNS zones. Spec: §7.1.
    ClusterDnsZonesOptions {}
    /// Options of listing disks. Spec: §11.3.
    VolumeDiskListOptions {}
    /// Options of creating a disk. Spec: §11.4.
    VolumeDiskCreateOptions {
        /// Availability zone, in either form; the app's first zone when absent.
        zone: Option<String>,
        /// Options that go over the volume's own.
        options: VolumeOptions,
    }
    /// Options of deleting a disk. Spec: §11.6.
    VolumeDiskDeleteOptions {}
    /// Options of assigning a disk. Spec: §11.5.
    VolumeDiskAssignOptions {}
    /// Options of listing snapshots. Spec: §11.7.
    VolumeSnapshotListOptions {}
    /// Options of creating a snapshot. Spec: §11.8.
    VolumeSnapshotCreateOptions {}
    /// Options of deleting a snapshot. Spec: §11.9.
    VolumeSnapshotDeleteOptions {}
    /// Options of asking for the class of a volume. Spec: §11.10.
    VolumeClassOptions {}
    /// Options of listing node pools. Spec: §13.4.1.
    NodePoolListOptions {
        /// Only the pool of this name.
        name: Option<String>,
    }
    /// Options of creating a node pool. Spec: §13.4.2.
    NodePoolCreateOptions {}
    /// Options of updating a node pool. Spec: §13.4.3.
    NodePoolUpdateOptions {}
    /// Options of deleting a node pool. Spec: §13.4.4.
    NodePoolDeleteOptions {}
}
