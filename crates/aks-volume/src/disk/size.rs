//! Sizes: bytes here, GiB in Azure.

use kompox_provider::{Error, Result};

const GIB: u64 = 1 << 30;

/// Bytes rounded up to GiB, at least one.
pub(crate) fn gib(volume: &str, bytes: u64) -> Result<u32> {
    u32::try_from(bytes.div_ceil(GIB).max(1)).map_err(|_| {
        Error::validation(
            format!("size of volume {volume:?}"),
            bytes.to_string(),
            "is larger than any disk",
        )
    })
}

/// GiB in bytes.
pub(crate) fn bytes(gib: u32) -> u64 {
    u64::from(gib) * GIB
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_never_smaller_than_its_volume() {
        for (bytes, expected) in [
            (0, 1),
            (1, 1),
            (GIB, 1),
            (GIB + 1, 2),
            (10 * GIB, 10),
            (10_000_000_000, 10),
        ] {
            assert_eq!(gib("data", bytes).unwrap(), expected, "{bytes}");
        }
        assert!(gib("data", u64::MAX).is_err());
        assert_eq!(bytes(u32::MAX), u64::from(u32::MAX) * GIB);
    }
}
