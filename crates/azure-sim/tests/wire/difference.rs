//! The list of the differences that remain: `differences/{area}.json`.

use serde::Deserialize;

use crate::compare::{Difference, Kind};
use crate::recording;

/// A difference that is known, or several alike.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    /// Which exchanges, `area/file#place`; `*` is any text.
    #[serde(rename = "where")]
    pub(crate) place: String,
    /// Which of their differences; `*` is any text.
    pub(crate) path: String,
    pub(crate) kind: Kind,
    /// Why the simulator differs there.
    pub(crate) reason: String,
}

impl Listed {
    /// Whether it is about this difference of this exchange.
    pub(crate) fn covers(&self, place: &str, difference: &Difference) -> bool {
        self.kind == difference.kind
            && matches(&self.place, place)
            && matches(&self.path, &difference.path)
    }
}

/// Reads the list.
pub(crate) fn all() -> Vec<Listed> {
    recording::files(&recording::directory("differences"))
        .iter()
        .flat_map(|(_, path)| recording::read::<Vec<Listed>>(path))
        .collect()
}

/// Whether `text` is what `pattern` says, where `*` is any text.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text() {
        assert!(matches("a*c", "abc") && matches("a*c", "ac") && matches("*", ""));
        assert!(matches("a*b*c", "a.b.b.c") && matches("abc", "abc"));
        assert!(!matches("abc", "abcd") && !matches("a*c", "abcd") && !matches("a*a", "a"));
    }

    #[test]
    fn a_listed_difference_is_of_one_kind_and_place() {
        let listed = Listed {
            place: "dns/*".to_owned(),
            path: "body.properties.x".to_owned(),
            kind: Kind::Extra,
            reason: String::new(),
        };
        let mut difference = Difference {
            path: "body.properties.x".to_owned(),
            kind: Kind::Extra,
            recorded: String::new(),
            simulated: String::new(),
        };
        assert!(listed.covers("dns/zone#0", &difference));
        assert!(!listed.covers("storage/zone#0", &difference));
        difference.kind = Kind::Value;
        assert!(!listed.covers("dns/zone#0", &difference));
    }
}
