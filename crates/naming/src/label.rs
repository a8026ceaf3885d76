//! Names that a user chooses: of volumes, disks and snapshots.
//!
//! They become parts of Azure names and Kubernetes labels, therefore all are DNS-1123 labels. None contains `_`,
//! which separates them in Azure names.

use std::fmt;
use std::str::FromStr;

use crate::error::flaw;
use crate::{CompactId, NameError};

/// What is wrong with a DNS-1123 label of at most `longest` characters, if anything.
///
/// RFC 1123 §2.1, as Kubernetes reads it: lower-case letters, digits and `-`, the latter neither first nor last.
///
/// ```
/// use kompox_naming::label::label_flaw;
///
/// assert_eq!(label_flaw("data-1", 16), None);
/// assert_eq!(label_flaw("Data", 16).as_deref(), Some("contains 'D'"));
/// ```
#[must_use]
pub fn label_flaw(value: &str, longest: usize) -> Option<String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    flaw(value, longest, allowed).or_else(|| {
        if value.starts_with('-') {
            Some("starts with '-'".to_owned())
        } else if value.ends_with('-') {
            Some("ends with '-'".to_owned())
        } else {
            None
        }
    })
}

macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident: $what:literal, 1..=$longest:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Most characters that it may have.
            pub const MAX_LENGTH: usize = $longest;

            /// Checks a name.
            ///
            /// # Errors
            ///
            /// It is empty, too long, or not a DNS-1123 label.
            pub fn parse(value: &str) -> Result<Self, NameError> {
                match label_flaw(value, Self::MAX_LENGTH) {
                    None => Ok(Self(value.to_owned())),
                    Some(reason) => Err(NameError::new(
                        $what,
                        value,
                        reason,
                        concat!(
                            "1 to ",
                            $longest,
                            " characters of a-z, 0-9 and `-`, with a letter or digit at both ends"
                        ),
                    )),
                }
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(value: &str) -> Result<Self, NameError> {
                Self::parse(value)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

labels! {
    /// The name of a volume, unique in its app.
    ///
    /// Spec: §2.5.
    VolumeName: "volume name", 1..=16;
    /// The name of a disk, unique in its volume.
    ///
    /// Spec: §2.5.
    DiskName: "disk name", 1..=24;
    /// The name of a snapshot, unique in its volume.
    ///
    /// Spec: §2.6.
    SnapshotName: "snapshot name", 1..=24;
}

impl From<CompactId> for DiskName {
    fn from(id: CompactId) -> Self {
        Self(id.to_string())
    }
}

impl From<CompactId> for SnapshotName {
    fn from(id: CompactId) -> Self {
        Self(id.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_within_their_length_are_names() {
        for name in ["a", "0", "a-b", "a--b", "0123456789abcdef"] {
            assert_eq!(VolumeName::parse(name).unwrap().as_str(), name);
        }
        assert_eq!(
            DiskName::parse(&"a".repeat(24)).unwrap().as_str(),
            "a".repeat(24)
        );
    }

    #[test]
    fn a_refusal_says_what_is_wrong_and_what_would_be_right() {
        for (name, reason) in [
            ("", "is empty"),
            ("0123456789abcdefg", "is longer than 16 characters"),
            ("Data", "contains 'D'"),
            ("my_data", "contains '_'"),
            ("dätä", "contains 'ä'"),
            ("a\nb", "contains '\\n'"),
            ("-a", "starts with '-'"),
            ("a-", "ends with '-'"),
        ] {
            assert_eq!(
                VolumeName::parse(name).unwrap_err().to_string(),
                format!(
                    "volume name `{name}` {reason}; expected 1 to 16 characters of a-z, 0-9 and `-`, with a letter or digit at both ends"
                )
            );
        }
        assert!(SnapshotName::parse(&"a".repeat(25)).is_err());
        assert!(DiskName::parse(&"a".repeat(25)).is_err());
    }
}
