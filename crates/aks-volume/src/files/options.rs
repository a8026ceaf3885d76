//! The options of a share: read from a volume's free JSON, written back from what Azure reports.

use kompox_model::VolumeOptions;
use kompox_provider::Problem;
use serde_json::Value;

use super::sku::FilesSku;
use crate::options::{OptionProblems, merged};

const SKU: &str = "sku";
const PROTOCOL: &str = "protocol";
const QUOTA_GIB: &str = "quotaGiB";

/// The protocol of every share. Spec: §12.5.
pub(super) const SMB: &str = "smb";

/// What a share is asked to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct FilesOptions {
    pub(super) sku: FilesSku,
    /// Quota in GiB, in place of the size of the volume.
    pub(super) quota_gib: Option<u64>,
}

impl FilesOptions {
    /// Reads the options of a volume with those of an operation over them.
    pub(super) fn parse(
        volume: &VolumeOptions,
        operation: &VolumeOptions,
    ) -> Result<Self, Vec<Problem>> {
        let mut options = Self::default();
        let mut problems = OptionProblems::new("files", operation);
        for (name, value) in &merged(volume, operation) {
            match name.as_str() {
                SKU => match value.as_str().and_then(FilesSku::parse) {
                    Some(sku) => options.sku = sku,
                    None => {
                        problems.wrong(SKU, value, format!("use one of {}", FilesSku::names()));
                    }
                },
                PROTOCOL if is_smb(value) => {}
                PROTOCOL => problems.wrong(
                    PROTOCOL,
                    value,
                    format!("only {SMB} is supported; leave the option out"),
                ),
                QUOTA_GIB => options.quota_gib = problems.positive(QUOTA_GIB, value),
                _ => problems.unknown(name, &[SKU, PROTOCOL, QUOTA_GIB]),
            }
        }
        problems.none_or(options)
    }

    /// The options that a share really has, such that a share made with them is equal to it. `sku` is that of its
    /// account.
    pub(super) fn of(sku: &str, quota_gib: u32) -> VolumeOptions {
        let mut options = VolumeOptions::new();
        options.insert(SKU.to_owned(), Value::from(sku));
        options.insert(PROTOCOL.to_owned(), Value::from(SMB));
        options.insert(QUOTA_GIB.to_owned(), Value::from(quota_gib));
        options
    }
}

fn is_smb(value: &Value) -> bool {
    let protocol = value.as_str().map(str::trim);
    protocol.is_some_and(|protocol| protocol.eq_ignore_ascii_case(SMB))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(json: &str) -> VolumeOptions {
        serde_json::from_str(json).unwrap()
    }

    fn parse(volume: &str, operation: &str) -> Result<FilesOptions, String> {
        FilesOptions::parse(&options(volume), &options(operation)).map_err(|problems| {
            let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
            lines.join("\n")
        })
    }

    #[test]
    fn nothing_said_means_standard_and_the_size_of_the_volume() {
        let options = parse("{}", "{}").unwrap();
        assert_eq!(options.sku.as_str(), "Standard_LRS");
        assert_eq!(options.quota_gib, None);
    }

    #[test]
    fn every_supported_sku_is_understood_in_any_case() {
        for sku in FilesSku::ALL {
            let volume = format!(r#"{{"sku":"{}"}}"#, sku.as_str().to_uppercase());
            assert_eq!(parse(&volume, "{}").unwrap().sku, sku);
        }
    }

    #[test]
    fn premium_needs_an_account_of_another_kind() {
        let kinds = FilesSku::ALL.map(FilesSku::account_kind);
        assert_eq!(
            kinds,
            [
                "StorageV2",
                "StorageV2",
                "StorageV2",
                "StorageV2",
                "FileStorage",
                "FileStorage"
            ]
        );
    }

    #[test]
    fn the_operations_options_go_over_the_volumes() {
        let volume = r#"{"sku":"Standard_ZRS","protocol":"smb","quotaGiB":10}"#;
        let merged = parse(volume, r#"{"quotaGiB":20}"#).unwrap();
        assert_eq!(
            (merged.sku, merged.quota_gib),
            (FilesSku::StandardZrs, Some(20))
        );
        let merged = parse(volume, r#"{"sku":null,"quotaGiB":null}"#).unwrap();
        assert_eq!(merged, FilesOptions::default());
    }

    #[test]
    fn what_a_share_has_can_be_asked_for() {
        let has = FilesOptions::of("Premium_ZRS", 256);
        let asked = FilesOptions::parse(&has, &VolumeOptions::new()).unwrap();
        assert_eq!(
            (asked.sku, asked.quota_gib),
            (FilesSku::PremiumZrs, Some(256))
        );
    }

    #[test]
    fn a_refusal_names_the_option_its_value_and_what_would_be_right() {
        for (volume, message) in [
            (
                r#"{"sku":"StandardSSD_LRS"}"#,
                "files option sku \"StandardSSD_LRS\": use one of Standard_LRS, Standard_GRS, Standard_RAGRS, \
                 Standard_ZRS, Premium_LRS, Premium_ZRS",
            ),
            (
                r#"{"protocol":"nfs"}"#,
                "files option protocol \"nfs\": only smb is supported; leave the option out",
            ),
            (
                r#"{"quotaGiB":0,"protocol":4}"#,
                "files option quotaGiB \"0\": must be a whole number above 0\n\
                 files option protocol \"4\": only smb is supported; leave the option out",
            ),
            (
                r#"{"quotaGiB":"10"}"#,
                "files option quotaGiB \"10\": must be a whole number above 0",
            ),
        ] {
            assert_eq!(parse(volume, "{}").unwrap_err(), message);
        }
    }

    #[test]
    fn an_option_that_no_share_has_is_refused_where_it_is_typed_and_ignored_where_it_is_declared() {
        assert_eq!(parse(r#"{"iops":500}"#, "{}"), parse("{}", "{}"));
        assert_eq!(
            parse("{}", r#"{"iops":500}"#).unwrap_err(),
            "files option \"iops\": there is no such option; known: sku, protocol, quotaGiB"
        );
    }
}
