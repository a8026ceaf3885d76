//! Settings: free key/value pairs, some of them secret.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Key/value settings of a provider, cluster or app.
///
/// Values can be secrets (`AZURE_CLIENT_SECRET`), therefore `Debug` shows the keys only.
///
/// ```
/// use kompox_model::Settings;
///
/// let settings = Settings::from_iter([("AZURE_CLIENT_SECRET", " hush "), ("AZURE_LOCATION", "")]);
/// assert_eq!(settings.get("AZURE_CLIENT_SECRET"), Some("hush"));
/// assert_eq!(settings.get("AZURE_LOCATION"), None);
/// assert!(!format!("{settings:?}").contains("hush"));
/// ```
///
/// Spec: §1.2 to §1.4.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    /// The value of `key` without surrounding white space; `None` when it is absent or blank.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0
            .get(key)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// Sets `key`, replacing what it had.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.0.insert(key.into(), value.into());
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Settings {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
        )
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
