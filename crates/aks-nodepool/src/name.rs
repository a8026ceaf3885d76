//! Names of node pools.

use kompox_provider::Problem;

/// The name of a node pool, which is the name of its agent pool.
///
/// Source: <https://learn.microsoft.com/azure/aks/create-node-pools#limitations> (Linux pools)
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PoolName(String);

/// Most characters of a name.
const LONGEST: usize = 12;

impl PoolName {
    pub(crate) fn parse(name: Option<&str>) -> Result<Self, Problem> {
        let name = name.unwrap_or_default();
        let fail = |reason: String| {
            Err(Problem::new(
                "name",
                name,
                format!(
                    "{reason}; expected 1 to {LONGEST} characters of a-z and 0-9 that begin with a letter"
                ),
            ))
        };
        if name.is_empty() {
            return fail("is missing".to_owned());
        }
        if let Some(character) = name
            .chars()
            .find(|c| !c.is_ascii_lowercase() && !c.is_ascii_digit())
        {
            return fail(format!("contains {character:?}"));
        }
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            return fail("begins with a digit".to_owned());
        }
        if name.len() > LONGEST {
            return fail(format!("has {} characters", name.len()));
        }
        Ok(Self(name.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_refusal_says_what_is_wrong_and_what_would_be_right() {
        for (name, reason) in [
            (None, "is missing"),
            (Some(""), "is missing"),
            (Some("np-1"), "contains '-'"),
            (Some("np/../x"), "contains '/'"),
            (Some("Np1"), "contains 'N'"),
            (Some("npü"), "contains 'ü'"),
            (Some("1np"), "begins with a digit"),
            (Some("abcdefghijklm"), "has 13 characters"),
        ] {
            assert_eq!(
                PoolName::parse(name).unwrap_err().to_string(),
                format!(
                    "name {:?}: {reason}; expected 1 to 12 characters of a-z and 0-9 that begin with a letter",
                    name.unwrap_or_default()
                )
            );
        }
    }

    proptest! {
        #[test]
        fn every_name_that_aks_takes_is_a_name(name in "[a-z][a-z0-9]{0,11}") {
            let parsed = PoolName::parse(Some(&name)).unwrap();
            prop_assert_eq!(parsed.as_str(), name);
        }

        #[test]
        fn no_other_text_is_one(name in any::<String>()) {
            let allowed = (1..=12).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
                && !name.as_bytes()[0].is_ascii_digit();
            prop_assert_eq!(PoolName::parse(Some(&name)).is_ok(), allowed);
        }
    }
}
