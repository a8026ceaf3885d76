//! What resources of all services have in common on the wire. Members may be missing or `null`: both are the same.

use jiff::Timestamp;
use kompox_azure::{ProvisioningState, ResourceId, Tags};
use serde::{Deserialize, Deserializer, Serialize};

/// A resource of its own in a region; which of the members it has depends on its type.
#[derive(Deserialize)]
#[serde(bound = "P: Deserialize<'de> + Default")]
pub(crate) struct Resource<P> {
    pub(crate) id: ResourceId,
    #[serde(default, deserialize_with = "nullable")]
    pub(crate) location: String,
    #[serde(default, deserialize_with = "nullable")]
    pub(crate) tags: Tags,
    #[serde(default, deserialize_with = "nullable")]
    pub(crate) sku: Sku,
    #[serde(default, deserialize_with = "nullable")]
    pub(crate) kind: String,
    #[serde(default, deserialize_with = "nullable")]
    pub(crate) zones: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    pub(crate) properties: P,
}

/// A SKU.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Sku {
    pub(crate) name: String,
}

/// Takes `null` for the default.
pub(crate) fn nullable<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de> + Default,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// `West US` and `westus` are the same region; Azure mostly answers in the latter form.
pub(crate) fn region(location: &str) -> String {
    location
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_ascii_lowercase()
}

/// A point in time, where one is given that can be read.
pub(crate) fn timestamp(text: Option<&str>) -> Option<Timestamp> {
    text?.parse().ok()
}

/// The state of a resource; one without a state is done.
pub(crate) fn state(state: Option<ProvisioningState>) -> ProvisioningState {
    state.unwrap_or(ProvisioningState::Succeeded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_of_regions_become_their_names() {
        assert_eq!(region("Japan East"), "japaneast");
        assert_eq!(region("westus2"), "westus2");
    }

    #[test]
    fn timestamps_of_every_number_of_decimals_are_read() {
        for text in [
            "2023-12-01T09:54:51.9437338+00:00",
            "2025-07-07T08:07:17Z",
            "2025-06-23T22:13:50.976711Z",
        ] {
            assert!(timestamp(Some(text)).is_some(), "{text}");
        }
        assert_eq!(timestamp(Some("yesterday")), None);
        assert_eq!(timestamp(None), None);
    }
}
