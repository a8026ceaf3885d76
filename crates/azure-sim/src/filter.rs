//! The `$filter` of resource lists: terms joined by `and`.

use crate::location;
use crate::store::Resource;

/// A filter that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filter(Vec<Term>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    /// `property eq 'value'`, the property in lower case.
    Equal(String, String),
    /// `property ne 'value'`.
    NotEqual(String, String),
    /// `substringof('value', property)`.
    Contains(String, String),
    /// `startswith(property, 'value')`.
    Starts(String, String),
}

const PROPERTIES: &[&str] = &[
    "resourcetype",
    "name",
    "location",
    "resourcegroup",
    "tagname",
    "tagvalue",
];

impl Filter {
    /// Reads a filter; one that is not understood is `None`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut terms = Vec::new();
        for part in split_and(text) {
            terms.push(term(part.trim())?);
        }
        (!terms.is_empty()).then_some(Self(terms))
    }

    /// Whether a resource passes.
    pub(crate) fn matches(&self, resource: &Resource) -> bool {
        // A tag's name and value belong together.
        let tag = self.0.iter().find_map(|term| match term {
            Term::Equal(property, value) if property == "tagname" => Some(value.as_str()),
            _ => None,
        });
        let tags = resource
            .body
            .get("tags")
            .and_then(serde_json::Value::as_object);
        self.0.iter().all(|term| {
            let test = |property: &str, good: &dyn Fn(&str) -> bool| match property {
                "resourcetype" => good(&resource.resource_type),
                "name" => good(resource.id.name()),
                "location" => good(resource.location()),
                "resourcegroup" => good(resource.id.group().unwrap_or_default()),
                "tagname" => tags.is_some_and(|tags| tags.keys().any(|key| good(key))),
                "tagvalue" => tags.is_some_and(|tags| {
                    tags.iter().any(|(key, value)| {
                        tag.is_none_or(|tag| tag.eq_ignore_ascii_case(key))
                            && value.as_str().is_some_and(good)
                    })
                }),
                _ => false,
            };
            match term {
                Term::Equal(property, value) if property == "tagvalue" => {
                    test(property, &|text| text == value)
                }
                Term::Equal(property, value) if property == "location" => {
                    let wanted = location::normalise(value);
                    test(property, &|text| text == wanted)
                }
                Term::Equal(property, value) => {
                    test(property, &|text| text.eq_ignore_ascii_case(value))
                }
                Term::NotEqual(property, value) => {
                    !test(property, &|text| text.eq_ignore_ascii_case(value))
                }
                Term::Contains(property, value) => {
                    let wanted = value.to_lowercase();
                    test(property, &|text| text.to_lowercase().contains(&wanted))
                }
                Term::Starts(property, value) => {
                    let wanted = value.to_lowercase();
                    test(property, &|text| text.to_lowercase().starts_with(&wanted))
                }
            }
        })
    }
}

/// Splits at `and` outside of quotes.
fn split_and(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut quoted = false;
    let mut start = 0;
    for (at, c) in text.char_indices() {
        if c == '\'' {
            quoted = !quoted;
        }
        let here = text.get(at..at + 5).unwrap_or_default();
        if !quoted && here.eq_ignore_ascii_case(" and ") {
            parts.push(text.get(start..at).unwrap_or_default());
            start = at + 5;
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

fn term(text: &str) -> Option<Term> {
    let call = |name: &str| {
        let front = text.get(..name.len())?;
        let rest = text.get(name.len()..)?;
        front
            .eq_ignore_ascii_case(name)
            .then(|| {
                rest.trim()
                    .strip_prefix('(')?
                    .strip_suffix(')')?
                    .split_once(',')
            })
            .flatten()
    };
    if let Some((value, property)) = call("substringof") {
        return Some(Term::Contains(known(property)?, quoted(value)?));
    }
    if let Some((property, value)) = call("startswith") {
        return Some(Term::Starts(known(property)?, quoted(value)?));
    }
    let mut words = text.splitn(3, ' ');
    let property = known(words.next()?)?;
    let operator = words.next()?;
    let value = quoted(words.next()?)?;
    if operator.eq_ignore_ascii_case("eq") {
        Some(Term::Equal(property, value))
    } else if operator.eq_ignore_ascii_case("ne") {
        Some(Term::NotEqual(property, value))
    } else {
        None
    }
}

fn known(property: &str) -> Option<String> {
    let property = property.trim().to_ascii_lowercase();
    PROPERTIES.contains(&property.as_str()).then_some(property)
}

fn quoted(text: &str) -> Option<String> {
    let inner = text.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    let plain = inner.replace("''", "\u{0}");
    (!plain.contains('\'')).then(|| plain.replace('\u{0}', "'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ResourceId;
    use jiff::Timestamp;
    use serde_json::json;

    fn vault() -> Resource {
        Resource {
            id: ResourceId::parse(
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v",
            )
            .unwrap(),
            resource_type: "Microsoft.KeyVault/vaults".into(),
            body: json!({"location": "westus", "tags": {"env": "Dev", "and": "x and y"}}),
            private: json!(null),
            created: Timestamp::UNIX_EPOCH,
            changed: Timestamp::UNIX_EPOCH,
            operation: None,
        }
    }

    fn matches(text: &str) -> Option<bool> {
        Some(Filter::parse(text)?.matches(&vault()))
    }

    #[test]
    fn terms_are_understood() {
        assert_eq!(
            matches("resourceType eq 'microsoft.keyvault/VAULTS'"),
            Some(true)
        );
        assert_eq!(
            matches("resourceType eq 'Microsoft.Compute/disks'"),
            Some(false)
        );
        assert_eq!(
            matches("resourceType ne 'Microsoft.Compute/disks'"),
            Some(true)
        );
        assert_eq!(
            matches("tagName eq 'env' and tagValue eq 'Dev'"),
            Some(true)
        );
        assert_eq!(
            matches("tagname eq 'env' and tagvalue eq 'dev'"),
            Some(false)
        );
        assert_eq!(
            matches("tagName eq 'env' and tagValue eq 'x and y'"),
            Some(false)
        );
        assert_eq!(
            matches("tagName eq 'and' and tagValue eq 'x and y'"),
            Some(true)
        );
        assert_eq!(matches("location eq 'West US'"), Some(true));
        assert_eq!(matches("substringof('V', name)"), Some(true));
        assert_eq!(matches("startswith(tagName, 'en')"), Some(true));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "color eq 'red'",
            "name eq v",
            "name gt 'v'",
            "name eq 'v' or name eq 'w'",
        ] {
            assert_eq!(matches(text), None, "{text}");
        }
    }
}
