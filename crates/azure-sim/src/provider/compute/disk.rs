//! Managed disks.

use super::API_VERSIONS;
use super::managed::Kind;
use super::shape::BODY;
use crate::provider::{Home, Spec};

pub(super) static DISK: Spec = Spec {
    resource_type: "Microsoft.Compute/disks",
    api_versions: API_VERSIONS,
    home: Home::Group,
    located: true,
    tagged: true,
    shape: BODY,
};

/// `Microsoft.Compute/disks`.
pub(crate) static DISKS: Kind = Kind {
    spec: &DISK,
    word: "Disk",
    property: "disk.name",
};
