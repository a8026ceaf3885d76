//! What a file share may be called, hold and say about itself.

use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

use super::refusal;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::store::World;

/// Most bytes that keys and values of the metadata may have together.
const METADATA: usize = 8192;

/// What the account says about its shares.
pub(super) struct Model {
    /// Whether it is on SSD, where shares have no access tier to choose.
    pub(super) premium: bool,
    /// How many GiB a share may have.
    quota: RangeInclusive<i64>,
}

impl Model {
    /// That of the account a share belongs to.
    pub(super) fn of(world: &World, share: &ResourceId) -> Self {
        let account = share.parent().and_then(|service| service.parent());
        let account = account.and_then(|id| world.resource(&id));
        let sku = account
            .and_then(|account| account.body.pointer("/sku/name")?.as_str())
            .unwrap_or_default();
        let premium = sku.starts_with("Premium");
        let quota = if sku.contains("V2_") {
            32..=262_144
        } else if premium {
            100..=102_400
        } else {
            1..=102_400
        };
        Self { premium, quota }
    }

    /// The tier of a share that asks for none.
    pub(super) fn tier(&self) -> &'static str {
        if self.premium {
            "Premium"
        } else {
            "TransactionOptimized"
        }
    }

    /// Checks what was sent of a share.
    pub(super) fn check(&self, world: &World, sent: &Map<String, Value>) -> Result<(), ArmError> {
        let wrong = || {
            refusal(
                world,
                400,
                "InvalidHeaderValue",
                "The value for one of the HTTP headers is not in the correct format.",
            )
        };
        if let Some(quota) = sent.get("shareQuota").and_then(Value::as_i64)
            && !self.quota.contains(&quota)
        {
            return Err(wrong().with_target("shareQuota"));
        }
        if let Some(tier) = sent.get("accessTier")
            && (*tier == json!("Premium")) != self.premium
        {
            return Err(wrong().with_target("accessTier"));
        }
        let nfs = sent.get("enabledProtocols") == Some(&json!("NFS"));
        if nfs && !self.premium {
            return Err(wrong().with_target("enabledProtocols"));
        }
        check_metadata(world, sent.get("metadata"))
    }
}

/// Checks the name of a share: 3 to 63 lower-case letters, digits and single dashes between them.
pub(super) fn check_name(world: &World, name: &str) -> Result<(), ArmError> {
    if !(3..=63).contains(&name.len()) {
        return Err(refusal(
            world,
            400,
            "OutOfRangeInput",
            "The specified resource name length is not within the permissible limits.",
        ));
    }
    if is_name(name) {
        return Ok(());
    }
    Err(refusal(
        world,
        400,
        "InvalidResourceName",
        "The specifed resource name contains invalid characters.",
    ))
}

fn is_name(name: &str) -> bool {
    name.split('-').all(|word| {
        !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    })
}

fn check_metadata(world: &World, metadata: Option<&Value>) -> Result<(), ArmError> {
    let Some(Value::Object(metadata)) = metadata else {
        return Ok(());
    };
    let refused = |code, message| Err(refusal(world, 400, code, message));
    let mut size = 0;
    let mut keys: Vec<String> = Vec::new();
    for (key, value) in metadata {
        let value = value.as_str().unwrap_or_default();
        size += key.len() + value.len();
        let lower = key.to_ascii_lowercase();
        if key.is_empty() {
            return refused(
                "EmptyMetadataKey",
                "The key for one of the metadata key-value pairs is empty.",
            );
        }
        // Metadata travels in headers, which are printable ASCII and have no case.
        let printable = value.chars().all(|c| c == ' ' || c.is_ascii_graphic());
        if !is_identifier(key) || !printable || keys.contains(&lower) {
            return refused(
                "InvalidMetadata",
                "The specified metadata is invalid. It has characters that are not permitted.",
            );
        }
        keys.push(lower);
    }
    if size > METADATA {
        return refused(
            "MetadataTooLarge",
            "The size of the specified metadata exceeds the maximum size permitted.",
        );
    }
    Ok(())
}

/// A C# identifier in ASCII.
fn is_identifier(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn names_are_words_with_single_dashes(words in prop::collection::vec("[a-z0-9]{1,9}", 1..5)) {
            let name = words.join("-");
            prop_assert!(is_name(&name));
            for odd in [format!("-{name}"), format!("{name}-"), format!("{name}--{name}"), format!("{name}A")] {
                prop_assert!(!is_name(&odd), "{}", odd);
            }
        }

        #[test]
        fn keys_are_identifiers(key in "[a-zA-Z_][a-zA-Z0-9_]{0,20}") {
            prop_assert!(is_identifier(&key));
            for odd in [format!("{key}-{key}"), format!("{key}."), format!(" {key}"), format!("{key}é"), format!("1{key}")] {
                prop_assert!(!is_identifier(&odd), "{}", odd);
            }
        }
    }
}
