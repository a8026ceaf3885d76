//! The options of a disk: read from a volume's free JSON, written back from what Azure reports.

use kompox_azure::Disk;
use kompox_model::VolumeOptions;
use kompox_provider::Problem;
use serde_json::Value;

use super::sku::DiskSku;
use crate::options::{OptionProblems, merged};

const SKU: &str = "sku";
const IOPS: &str = "iops";
const MBPS: &str = "mbps";

/// What a disk is asked to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct DiskOptions {
    pub(crate) sku: DiskSku,
    /// Provisioned operations per second.
    pub(crate) iops: Option<u64>,
    /// Provisioned throughput in MB per second.
    pub(crate) mbps: Option<u64>,
}

impl DiskOptions {
    /// Reads the options of a volume with those of an operation over them.
    pub(crate) fn parse(
        volume: &VolumeOptions,
        operation: &VolumeOptions,
    ) -> Result<Self, Vec<Problem>> {
        let mut options = Self::default();
        let mut problems = OptionProblems::new("disk", operation);
        for (name, value) in &merged(volume, operation) {
            match name.as_str() {
                SKU => match value.as_str().and_then(DiskSku::parse) {
                    Some(sku) => options.sku = sku,
                    None => problems.wrong(
                        SKU,
                        value,
                        format!("use one of {}", DiskSku::names(DiskSku::ALL)),
                    ),
                },
                IOPS => options.iops = problems.positive(IOPS, value),
                MBPS => options.mbps = problems.positive(MBPS, value),
                _ => problems.unknown(name, &[SKU, IOPS, MBPS]),
            }
        }
        if problems.is_empty() && !options.sku.is_provisioned() {
            for (name, value) in [(IOPS, options.iops), (MBPS, options.mbps)] {
                if let Some(value) = value {
                    let provisioned = DiskSku::ALL.into_iter().filter(|s| s.is_provisioned());
                    let reason = format!(
                        "{} has a fixed one; only {} take it",
                        options.sku.as_str(),
                        DiskSku::names(provisioned)
                    );
                    problems.wrong(name, &Value::from(value), reason);
                }
            }
        }
        problems.none_or(options)
    }

    /// The options that a disk really has, such that a disk made with them is equal to it.
    pub(crate) fn of(disk: &Disk) -> VolumeOptions {
        let mut options = VolumeOptions::new();
        options.insert(SKU.to_owned(), Value::from(disk.sku.as_str()));
        // Azure reports operations and throughput of every disk, also where they follow from the size.
        if DiskSku::parse(&disk.sku).is_some_and(DiskSku::is_provisioned) {
            for (name, value) in [(IOPS, disk.iops), (MBPS, disk.mbps)] {
                if let Some(value) = value {
                    options.insert(name.to_owned(), Value::from(value));
                }
            }
        }
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(json: &str) -> VolumeOptions {
        serde_json::from_str(json).unwrap()
    }

    fn parse(volume: &str, operation: &str) -> Result<DiskOptions, String> {
        DiskOptions::parse(&options(volume), &options(operation)).map_err(|problems| {
            let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
            lines.join("\n")
        })
    }

    #[test]
    fn nothing_said_means_premium() {
        assert_eq!(parse("{}", "{}").unwrap().sku.as_str(), "Premium_LRS");
    }

    #[test]
    fn every_supported_sku_is_understood_in_any_case() {
        for sku in DiskSku::ALL {
            let volume = format!(r#"{{"sku":"{}"}}"#, sku.as_str().to_uppercase());
            assert_eq!(parse(&volume, "{}").unwrap().sku, sku);
        }
    }

    #[test]
    fn the_operations_options_go_over_the_volumes() {
        let volume = r#"{"sku":"PremiumV2_LRS","iops":4000}"#;
        let merged = parse(volume, r#"{"iops":5000,"mbps":200}"#).unwrap();
        assert_eq!((merged.iops, merged.mbps), (Some(5000), Some(200)));
        let merged = parse(volume, r#"{"sku":"Standard_LRS","iops":null}"#).unwrap();
        assert_eq!((merged.sku, merged.iops), (DiskSku::StandardLrs, None));
    }

    #[test]
    fn a_refusal_names_the_option_its_value_and_what_would_be_right() {
        for (volume, message) in [
            (
                r#"{"sku":"Gold"}"#,
                "disk option sku \"Gold\": use one of Standard_LRS, Premium_LRS, StandardSSD_LRS, UltraSSD_LRS, Premium_ZRS, StandardSSD_ZRS, PremiumV2_LRS",
            ),
            (
                r#"{"iops":3000}"#,
                "disk option iops \"3000\": Premium_LRS has a fixed one; only UltraSSD_LRS, PremiumV2_LRS take it",
            ),
            (
                r#"{"sku":"PremiumV2_LRS","mbps":1.5}"#,
                "disk option mbps \"1.5\": must be a whole number above 0",
            ),
            (
                r#"{"sku":"PremiumV2_LRS","iops":"3000"}"#,
                "disk option iops \"3000\": must be a whole number above 0",
            ),
            (
                r#"{"sku":7,"iops":0}"#,
                "disk option sku \"7\": use one of Standard_LRS, Premium_LRS, StandardSSD_LRS, UltraSSD_LRS, Premium_ZRS, StandardSSD_ZRS, PremiumV2_LRS\n\
                 disk option iops \"0\": must be a whole number above 0",
            ),
        ] {
            assert_eq!(parse(volume, "{}").unwrap_err(), message);
        }
    }

    #[test]
    fn an_option_that_no_disk_has_is_refused_where_it_is_typed_and_ignored_where_it_is_declared() {
        assert_eq!(parse(r#"{"protocol":"smb"}"#, "{}"), parse("{}", "{}"));
        assert_eq!(
            parse("{}", r#"{"protocol":"smb"}"#).unwrap_err(),
            "disk option \"protocol\": there is no such option; known: sku, iops, mbps"
        );
    }
}
