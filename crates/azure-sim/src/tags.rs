//! What Azure accepts as tags.

use serde_json::Value;

use crate::error::ArmError;
use crate::shape::kind;

/// How long names may be on most resources.
const NAME: usize = 512;
/// How long names may be on storage accounts.
const STORAGE_NAME: usize = 128;
const VALUE: usize = 256;
const COUNT: usize = 50;

/// Checks a `tags` value.
pub(crate) fn check(tags: &Value, resource_type: &str) -> Result<(), ArmError> {
    if tags.is_null() {
        return Ok(());
    }
    let Some(tags) = tags.as_object() else {
        return Err(ArmError::invalid_request_content(format!(
            "the value of 'tags' is {}, an object from names to strings was expected",
            kind(tags)
        )));
    };
    if tags.len() > COUNT {
        return Err(ArmError::gateway(
            400,
            "TooManyTags",
            format!(
                "The resource has {} tags. The maximum number of tags is {COUNT}.",
                tags.len()
            ),
        ));
    }
    let longest = if resource_type.eq_ignore_ascii_case("Microsoft.Storage/storageAccounts") {
        STORAGE_NAME
    } else {
        NAME
    };
    let mut seen = std::collections::BTreeSet::new();
    for (name, value) in tags {
        if name.is_empty()
            || name
                .chars()
                .any(|c| "<>%&\\?/".contains(c) || c.is_control())
        {
            return Err(ArmError::gateway(
                400,
                "InvalidTagNameCharacters",
                format!(
                    "The tag names '{name}' have reserved characters '<,>,%,&,\\,?,/' or control \
                     characters."
                ),
            ));
        }
        if name.chars().count() > longest {
            return Err(ArmError::gateway(
                400,
                "InvalidTagNameLength",
                format!(
                    "The tag name '{name}' exceeds the maximum length of {longest} characters."
                ),
            ));
        }
        if !seen.insert(name.to_lowercase()) {
            return Err(ArmError::gateway(
                400,
                "DuplicateTags",
                format!("The tag '{name}' is given more than once; tag names ignore case."),
            ));
        }
        let Some(value) = value.as_str() else {
            return Err(ArmError::invalid_request_content(format!(
                "the value of the tag '{name}' is {}, a string was expected",
                kind(value)
            )));
        };
        if value.chars().count() > VALUE {
            return Err(ArmError::gateway(
                400,
                "InvalidTagValueLength",
                format!(
                    "Tag value too large. Following tag value '{value}' exceeded the maximum length. \
                     Maximum allowed length for tag value - '{VALUE}' characters."
                ),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, json};

    fn code(tags: &Value) -> Option<String> {
        check(tags, "Microsoft.Compute/disks")
            .err()
            .map(|error| error.code)
    }

    #[test]
    fn good_tags_pass() {
        assert_eq!(code(&json!({"kompox-cluster": "", "a.b:c": "x/y"})), None);
        assert_eq!(code(&Value::Null), None);
    }

    #[test]
    fn reserved_characters_lengths_counts_and_types_are_refused() {
        for name in ["a/b", "a?b", "a<b", "a>b", "a%b", "a&b", "a\\b", "a\nb"] {
            assert_eq!(
                code(&json!({name: "x"})).as_deref(),
                Some("InvalidTagNameCharacters")
            );
        }
        assert_eq!(
            code(&json!({"a".repeat(513): "x"})).as_deref(),
            Some("InvalidTagNameLength")
        );
        assert_eq!(
            code(&json!({"a": "x".repeat(257)})).as_deref(),
            Some("InvalidTagValueLength")
        );
        assert_eq!(
            code(&json!({"a": 1})).as_deref(),
            Some("InvalidRequestContent")
        );
        assert_eq!(
            code(&json!({"a": "1", "A": "1"})).as_deref(),
            Some("DuplicateTags")
        );
        let many: Map<_, _> = (0..51).map(|n| (format!("t{n}"), json!("v"))).collect();
        assert_eq!(code(&Value::Object(many)).as_deref(), Some("TooManyTags"));
    }

    #[test]
    fn storage_accounts_have_shorter_names() {
        let tags = json!({"a".repeat(129): "x"});
        assert!(check(&tags, "microsoft.storage/storageaccounts").is_err());
        assert!(check(&tags, "Microsoft.Compute/disks").is_ok());
    }
}
