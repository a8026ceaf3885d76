//! The regions of the simulated Azure.

/// Regions as resources name them, whether they have availability zones, and whether they offer
/// zone-redundant storage.
const REGIONS: &[(&str, &str, bool)] = &[
    ("australiaeast", "Australia East", true),
    ("brazilsouth", "Brazil South", true),
    ("canadacentral", "Canada Central", true),
    ("centralindia", "Central India", true),
    ("centralus", "Central US", true),
    ("chinanorth3", "China North 3", true),
    ("eastasia", "East Asia", true),
    ("eastus", "East US", true),
    ("eastus2", "East US 2", true),
    ("eastus2euap", "East US 2 EUAP", true),
    ("francecentral", "France Central", true),
    ("germanywestcentral", "Germany West Central", true),
    ("italynorth", "Italy North", true),
    ("japaneast", "Japan East", true),
    ("japanwest", "Japan West", false),
    ("koreacentral", "Korea Central", true),
    ("northcentralus", "North Central US", false),
    ("northeurope", "North Europe", true),
    ("norwayeast", "Norway East", true),
    ("polandcentral", "Poland Central", true),
    ("southafricanorth", "South Africa North", true),
    ("southcentralus", "South Central US", true),
    ("southeastasia", "Southeast Asia", true),
    ("southindia", "South India", false),
    ("swedencentral", "Sweden Central", true),
    ("switzerlandnorth", "Switzerland North", true),
    ("uaenorth", "UAE North", true),
    ("uksouth", "UK South", true),
    ("ukwest", "UK West", false),
    ("usgovvirginia", "USGov Virginia", true),
    ("westcentralus", "West Central US", false),
    ("westeurope", "West Europe", true),
    ("westus", "West US", false),
    ("westus2", "West US 2", true),
    ("westus3", "West US 3", true),
];

/// Regions and where their geo-redundant data is copied to; the others have no partner.
const PARTNERS: &[(&str, &str)] = &[
    ("australiaeast", "australiasoutheast"),
    ("brazilsouth", "southcentralus"),
    ("canadacentral", "canadaeast"),
    ("centralindia", "southindia"),
    ("centralus", "eastus2"),
    ("eastasia", "southeastasia"),
    ("eastus", "westus"),
    ("eastus2", "centralus"),
    ("francecentral", "francesouth"),
    ("germanywestcentral", "germanynorth"),
    ("japaneast", "japanwest"),
    ("japanwest", "japaneast"),
    ("koreacentral", "koreasouth"),
    ("northcentralus", "southcentralus"),
    ("northeurope", "westeurope"),
    ("norwayeast", "norwaywest"),
    ("southafricanorth", "southafricawest"),
    ("southcentralus", "northcentralus"),
    ("southeastasia", "eastasia"),
    ("southindia", "centralindia"),
    ("swedencentral", "swedensouth"),
    ("switzerlandnorth", "switzerlandwest"),
    ("uaenorth", "uaecentral"),
    ("uksouth", "ukwest"),
    ("ukwest", "uksouth"),
    ("westcentralus", "westus2"),
    ("westeurope", "northeurope"),
    ("westus", "eastus"),
    ("westus2", "westcentralus"),
    ("westus3", "eastus"),
];

/// The region that geo-redundant data of a region is copied to. Takes a normalised name.
pub(crate) fn partner(location: &str) -> Option<&'static str> {
    let (_, partner) = PARTNERS.iter().find(|(name, _)| *name == location)?;
    Some(partner)
}

/// `West US` as `westus`.
pub(crate) fn normalise(location: &str) -> String {
    location
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_lowercase()
}

/// Whether the region exists. Takes a normalised name.
pub(crate) fn exists(location: &str) -> bool {
    REGIONS.iter().any(|(name, _, _)| *name == location)
}

/// Whether the region has availability zones (and zone-redundant storage). Takes a normalised name.
pub(crate) fn has_zones(location: &str) -> bool {
    REGIONS
        .iter()
        .any(|(name, _, zones)| *name == location && *zones)
}

/// All regions, as error messages list them.
pub(crate) fn names() -> String {
    REGIONS
        .iter()
        .map(|(name, _, _)| *name)
        .collect::<Vec<_>>()
        .join(",")
}

/// All regions: name, display name and whether they have zones.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    REGIONS.iter().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_are_names_too() {
        for (name, display, _) in all() {
            assert_eq!(normalise(display), name);
            assert!(exists(name));
        }
        assert!(!exists("atlantis"));
        assert!(!has_zones("westus"));
    }
}
