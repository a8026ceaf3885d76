//! Host names.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// The longest name, without its trailing dot.
const LONGEST_NAME: usize = 253;

/// The longest part of a name between dots.
const LONGEST_LABEL: usize = 63;

/// A host name as it is compared: in lower case and without a trailing dot. Its first label may be `*`.
///
/// Labels may contain `_`, as the names of many records do that are no hosts.
///
/// Source: RFC 1123 section 2.1, RFC 4592.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct HostName(String);

impl HostName {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// How many labels it has; never 0.
    pub(crate) fn labels(&self) -> usize {
        self.0.split('.').count()
    }

    /// Whether it stands for any name (`*.example.com`).
    pub(crate) fn is_wildcard(&self) -> bool {
        self.0 == "*" || self.0.starts_with("*.")
    }

    /// What comes before `zone` in this name: empty for the zone's own name, `None` for a name outside of it.
    pub(crate) fn within(&self, zone: &Self) -> Option<&str> {
        let rest = self.0.strip_suffix(&zone.0)?;
        if rest.is_empty() {
            return Some(rest);
        }
        rest.strip_suffix('.')
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for HostName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim();
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        if name.is_empty() {
            return Err(InvalidName("a name is missing"));
        }
        if !name.is_ascii() {
            return Err(InvalidName(
                "write an international name in its ASCII form (xn--…)",
            ));
        }
        if name.len() > LONGEST_NAME {
            return Err(InvalidName("a name has at most 253 characters"));
        }
        if name.parse::<IpAddr>().is_ok() {
            return Err(InvalidName("this is an address and not a name"));
        }
        let rest = match name.split_once('.') {
            Some(("*", rest)) => Some(rest),
            None if name == "*" => None,
            _ => Some(name.as_str()),
        };
        if rest.is_some_and(|rest| rest.contains('*')) {
            return Err(InvalidName("* can only be the whole first part of a name"));
        }
        for label in rest.into_iter().flat_map(|rest| rest.split('.')) {
            check_label(label)?;
        }
        Ok(Self(name))
    }
}

fn check_label(label: &str) -> Result<(), InvalidName> {
    if label.is_empty() {
        return Err(InvalidName("a part between dots is empty"));
    }
    if label.len() > LONGEST_LABEL {
        return Err(InvalidName("a part between dots has at most 63 characters"));
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(InvalidName(
            "a part between dots does not begin or end with -",
        ));
    }
    let known = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !label.chars().all(known) {
        return Err(InvalidName(
            "a name has letters, digits, -, _ and dots only (www.example.com)",
        ));
    }
    Ok(())
}

/// Why a text is no host name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvalidName(&'static str);

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> HostName {
        text.parse().unwrap()
    }

    #[test]
    fn case_and_the_trailing_dot_do_not_matter() {
        for text in [
            "www.example.com",
            "WWW.Example.COM",
            "www.example.com.",
            " www.example.com ",
        ] {
            assert_eq!(name(text).as_str(), "www.example.com");
        }
        assert_eq!(name("_acme-challenge.x.y").as_str(), "_acme-challenge.x.y");
    }

    #[test]
    fn only_a_whole_first_label_is_a_wildcard() {
        assert!(name("*.example.com").is_wildcard());
        assert!(name("*").is_wildcard());
        assert!(!name("www.example.com").is_wildcard());
        for text in ["a*.example.com", "www.*.com", "*.*.com", "**.com"] {
            assert!(text.parse::<HostName>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_name_is_told_why() {
        let label = "x".repeat(64);
        let long = vec!["x".repeat(50); 6].join(".");
        for (text, reason) in [
            ("", "missing"),
            (".", "missing"),
            ("a..b", "empty"),
            (".a", "empty"),
            ("a..", "empty"),
            ("-a.b", "begin or end"),
            ("a-.b", "begin or end"),
            ("a b.c", "letters"),
            ("a/b", "letters"),
            ("münchen.example", "xn--"),
            ("10.0.0.1", "address"),
            ("::1", "address"),
            (&label, "63"),
            (&long, "253"),
        ] {
            let error = text.parse::<HostName>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn a_name_is_within_a_zone_on_the_boundary_of_a_label() {
        let zone = name("example.com");
        assert_eq!(name("example.com").within(&zone), Some(""));
        assert_eq!(name("a.b.example.com").within(&zone), Some("a.b"));
        assert_eq!(name("*.example.com").within(&zone), Some("*"));
        assert_eq!(name("badexample.com").within(&zone), None);
        assert_eq!(name("com").within(&zone), None);
    }

    proptest! {
        #[test]
        fn names_normalise_once_and_for_all(text in "[ A-Za-z0-9*_.-]{0,30}") {
            if let Ok(name) = text.parse::<HostName>() {
                prop_assert_eq!(name.as_str().parse::<HostName>().unwrap(), name.clone());
                prop_assert_eq!(format!("{name}.").parse::<HostName>().unwrap(), name.clone());
                prop_assert_eq!(name.as_str().to_uppercase().parse::<HostName>().unwrap(), name.clone());
                prop_assert_eq!(name.labels(), name.as_str().matches('.').count() + 1);
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,300}") {
            let _ = text.parse::<HostName>();
        }
    }
}
