//! How large a share is: bytes here, GiB in Azure.

use kompox_provider::Problem;

use super::sku::FilesSku;

const GIB: u64 = 1 << 30;

/// The largest share in GiB: 100 TiB.
///
/// Source: <https://learn.microsoft.com/azure/storage/files/storage-files-scale-targets>
const LARGEST_GIB: u32 = 102_400;

/// The quota of a share: the option where it is given, else the size of the volume rounded up to GiB.
pub(super) fn quota_gib(
    volume: &str,
    bytes: u64,
    option: Option<u64>,
    sku: FilesSku,
) -> Result<u32, Problem> {
    let (what, value, gib) = match option {
        Some(gib) => ("files option quotaGiB".to_owned(), gib, gib),
        None => {
            let gib = bytes.div_ceil(GIB).max(1);
            (format!("size of volume {volume:?}"), bytes, gib)
        }
    };
    let smallest = sku.smallest_quota_gib();
    match u32::try_from(gib) {
        Ok(gib) if gib < smallest => Err(Problem::new(
            what,
            value.to_string(),
            format!(
                "a share of a {} account has at least {smallest} GiB; make the volume that large, or set its option quotaGiB to {smallest}",
                sku.as_str()
            ),
        )),
        Ok(gib) if gib <= LARGEST_GIB => Ok(gib),
        _ => Err(Problem::new(
            what,
            value.to_string(),
            format!("a share has at most {LARGEST_GIB} GiB"),
        )),
    }
}

/// GiB in bytes.
pub(super) fn bytes(gib: u32) -> u64 {
    u64::from(gib) * GIB
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(bytes: u64, option: Option<u64>, sku: FilesSku) -> Result<u32, String> {
        quota_gib("docs", bytes, option, sku).map_err(|problem| problem.to_string())
    }

    #[test]
    fn a_share_is_never_smaller_than_its_volume_unless_the_option_says_so() {
        for (bytes, option, expected) in [
            (0, None, 1),
            (1, None, 1),
            (GIB, None, 1),
            (GIB + 1, None, 2),
            (10_000_000_000, None, 10),
            (10 * GIB, Some(5), 5),
            (10 * GIB, Some(102_400), 102_400),
            (102_400 * GIB, None, 102_400),
        ] {
            assert_eq!(quota(bytes, option, FilesSku::StandardLrs), Ok(expected));
        }
    }

    #[test]
    fn a_premium_share_has_a_hundred_gib_or_more() {
        for sku in [FilesSku::PremiumLrs, FilesSku::PremiumZrs] {
            assert_eq!(quota(100 * GIB, None, sku), Ok(100));
            assert_eq!(quota(GIB, Some(100), sku), Ok(100));
            assert!(quota(99 * GIB, None, sku).is_err());
            assert!(quota(200 * GIB, Some(99), sku).is_err());
        }
        assert_eq!(
            quota(GIB, None, FilesSku::PremiumZrs).unwrap_err(),
            "size of volume \"docs\" \"1073741824\": a share of a Premium_ZRS account has at least 100 GiB; make the \
             volume that large, or set its option quotaGiB to 100"
        );
    }

    #[test]
    fn nothing_is_larger_than_the_largest_share() {
        for (bytes, option) in [
            (102_400 * GIB + 1, None),
            (u64::MAX, None),
            (GIB, Some(102_401)),
            (GIB, Some(u64::MAX)),
        ] {
            assert!(quota(bytes, option, FilesSku::StandardLrs).is_err());
        }
    }
}
