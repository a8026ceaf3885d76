//! What is known to differ, and why.

use crate::model::{Difference, Kind};
use crate::pattern;

/// A difference that is right as it is.
#[derive(Debug, Clone, Copy)]
pub struct Exception {
    /// The model, `azure_mgmt_dns::Zone`.
    pub model: &'static str,
    /// The place in it, where `*` stands for any word and a first `**` for any number of them.
    pub path: &'static str,
    /// The value that an enumeration of the model does not have; `None` for every other kind of difference.
    pub value: Option<&'static str>,
    /// The first api-version that has it; `None` when every one does.
    pub since: Option<&'static str>,
    /// Why it is right.
    pub reason: &'static str,
}

impl Exception {
    /// Whether it is about this difference, at this api-version. Stable api-versions are dates, which sort as texts do.
    pub fn covers(&self, difference: &Difference, api_version: Option<&str>) -> bool {
        let value = match &difference.kind {
            Kind::UnknownValue(value) => Some(value.as_str()),
            _ => None,
        };
        self.model == difference.model
            && self.value == value
            && self
                .since
                .is_none_or(|since| api_version.is_some_and(|version| version >= since))
            && pattern::matches(self.path, &difference.path)
    }
}

/// An operation that no model is known of.
#[derive(Debug, Clone, Copy)]
pub struct Unmodelled {
    /// The form of the path, where `{…}` and `*` stand for any word and a first `**` for any number of them.
    pub path: &'static str,
    /// Why there is no model.
    pub reason: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_with_an_api_version_is_not_excepted_before() {
        let exception = Exception {
            model: "m::Disk",
            path: "colour",
            value: None,
            since: Some("2023-02-01"),
            reason: "newer",
        };
        let difference = Difference {
            model: "m::Disk".to_owned(),
            path: "colour".to_owned(),
            kind: Kind::Unknown,
        };
        assert!(!exception.covers(&difference, None));
        assert!(!exception.covers(&difference, Some("2023-01-01")));
        assert!(exception.covers(&difference, Some("2023-02-01")));
        assert!(exception.covers(&difference, Some("2024-01-01")));
    }
}
