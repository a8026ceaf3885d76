//! What a disk or a snapshot is made from.

use kompox_azure::ResourceId;
use kompox_naming::{DiskName, SnapshotName};
use kompox_provider::{Error, Result};

use crate::volumes::checked;

/// The resource type of disks.
pub(crate) const DISK_TYPE: &str = "Microsoft.Compute/disks";
/// The resource type of snapshots.
pub(crate) const SNAPSHOT_TYPE: &str = "Microsoft.Compute/snapshots";

/// A source as a user names it.
///
/// Spec: §10.3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DiskSource {
    /// A disk of the same volume.
    Disk(DiskName),
    /// A snapshot of the same volume.
    Snapshot(SnapshotName),
    /// Any disk in Azure.
    ForeignDisk(ResourceId),
    /// Any snapshot in Azure.
    ForeignSnapshot(ResourceId),
}

/// What a name without a prefix stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlainName {
    Disk,
    Snapshot,
}

impl DiskSource {
    /// Reads `snapshot:<name>`, `disk:<name>`, `arm:<id>`, `resourceId:<id>`, `/subscriptions/…` (prefixes in any
    /// case) or a name without a prefix. Blank is no source.
    pub(crate) fn parse(text: &str, plain: PlainName) -> Result<Option<Self>> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if text.starts_with('/') {
            return Self::foreign(text, text).map(Some);
        }
        let Some((prefix, value)) = text.split_once(':') else {
            return Self::named(plain, text).map(Some);
        };
        let value = value.trim();
        match prefix.trim().to_ascii_lowercase().as_str() {
            "disk" => Self::named(PlainName::Disk, value),
            "snapshot" => Self::named(PlainName::Snapshot, value),
            "arm" | "resourceid" => Self::foreign(text, value),
            _ => Err(Error::validation(
                "source",
                text,
                "unknown prefix; use snapshot:<name>, disk:<name>, arm:<resource id> or resourceId:<resource id>",
            )),
        }
        .map(Some)
    }

    fn named(kind: PlainName, name: &str) -> Result<Self> {
        Ok(match kind {
            PlainName::Disk => Self::Disk(checked(DiskName::parse(name))?),
            PlainName::Snapshot => Self::Snapshot(checked(SnapshotName::parse(name))?),
        })
    }

    fn foreign(text: &str, id: &str) -> Result<Self> {
        let id: ResourceId = id
            .parse()
            .map_err(|error| Error::validation("source", text, format!("{error}")))?;
        let is = |kind| id.resource_group().is_some() && id == id.scope().resource(kind, id.name());
        if is(DISK_TYPE) {
            Ok(Self::ForeignDisk(id))
        } else if is(SNAPSHOT_TYPE) {
            Ok(Self::ForeignSnapshot(id))
        } else {
            Err(Error::validation(
                "source",
                text,
                format!(
                    "is a {}; only a disk or a snapshot in a resource group can be a source",
                    id.kind()
                ),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DISK: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/d";
    const SNAPSHOT: &str =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/snapshots/n";

    fn parse(text: &str, plain: PlainName) -> Option<DiskSource> {
        DiskSource::parse(text, plain).unwrap()
    }

    fn disk(name: &str) -> Option<DiskSource> {
        Some(DiskSource::Disk(DiskName::parse(name).unwrap()))
    }

    fn snapshot(name: &str) -> Option<DiskSource> {
        Some(DiskSource::Snapshot(SnapshotName::parse(name).unwrap()))
    }

    #[test]
    fn prefixes_decide_in_any_case() {
        for plain in [PlainName::Disk, PlainName::Snapshot] {
            assert_eq!(parse("disk:d1", plain), disk("d1"));
            assert_eq!(parse(" DISK: d1 ", plain), disk("d1"));
            assert_eq!(parse("Snapshot:s1", plain), snapshot("s1"));
            for prefix in ["", "arm:", "ARM:", "resourceId:", "RESOURCEID: "] {
                assert_eq!(
                    parse(&format!("{prefix}{DISK}"), plain),
                    Some(DiskSource::ForeignDisk(DISK.parse().unwrap()))
                );
                assert_eq!(
                    parse(&format!("{prefix}{}", SNAPSHOT.to_uppercase()), plain),
                    Some(DiskSource::ForeignSnapshot(SNAPSHOT.parse().unwrap()))
                );
            }
        }
    }

    #[test]
    fn a_name_alone_is_what_the_operation_falls_back_to() {
        assert_eq!(parse("x1", PlainName::Disk), disk("x1"));
        assert_eq!(parse("x1", PlainName::Snapshot), snapshot("x1"));
        assert_eq!(parse("  ", PlainName::Disk), None);
    }

    #[test]
    fn what_cannot_be_a_source_is_refused_with_the_reason() {
        for (text, reason) in [
            ("vhd:x", "unknown prefix"),
            ("disk:", "is empty"),
            ("disk:My Disk", "contains"),
            ("snapshot:../x", "contains"),
            ("arm:d1", "is not a resource id"),
            ("arm:", "is not a resource id"),
            ("/subscriptions/s", "is a Microsoft.Resources/subscriptions"),
            (
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v",
                "is a Microsoft.Compute/virtualMachines",
            ),
            (
                "/subscriptions/s/providers/Microsoft.Compute/disks/d",
                "in a resource group",
            ),
            (
                "/subscriptions/s/resourceGroups/g/providers/A.B/c/x/providers/Microsoft.Compute/disks/d",
                "only a disk or a snapshot",
            ),
            ("/etc/passwd", "is not a resource id"),
        ] {
            let error = DiskSource::parse(text, PlainName::Disk).unwrap_err();
            assert!(matches!(error, Error::Validation(_)), "{text}");
            assert!(error.to_string().contains(reason), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "(disk:|arm:|/subscriptions/)?\\PC{0,60}") {
            let _ = DiskSource::parse(&text, PlainName::Snapshot);
        }
    }
}
