//! The list of faults.

use serde::Deserialize;

/// A list of faults, in order: of those that match a request, the first is taken.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Faults {}
