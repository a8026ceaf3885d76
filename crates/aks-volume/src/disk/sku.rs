//! The SKUs of managed disks.

/// A SKU that a disk can be made with.
///
/// Spec: §11.4. Source: <https://learn.microsoft.com/azure/virtual-machines/disks-types>
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum DiskSku {
    StandardLrs,
    #[default]
    PremiumLrs,
    StandardSsdLrs,
    UltraSsdLrs,
    PremiumZrs,
    StandardSsdZrs,
    PremiumV2Lrs,
}

impl DiskSku {
    /// Every one, in the order of the specification.
    pub(crate) const ALL: [Self; 7] = [
        Self::StandardLrs,
        Self::PremiumLrs,
        Self::StandardSsdLrs,
        Self::UltraSsdLrs,
        Self::PremiumZrs,
        Self::StandardSsdZrs,
        Self::PremiumV2Lrs,
    ];

    /// Azure's name for it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::StandardLrs => "Standard_LRS",
            Self::PremiumLrs => "Premium_LRS",
            Self::StandardSsdLrs => "StandardSSD_LRS",
            Self::UltraSsdLrs => "UltraSSD_LRS",
            Self::PremiumZrs => "Premium_ZRS",
            Self::StandardSsdZrs => "StandardSSD_ZRS",
            Self::PremiumV2Lrs => "PremiumV2_LRS",
        }
    }

    /// The SKU of that name; case does not matter.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|sku| sku.as_str().eq_ignore_ascii_case(name.trim()))
    }

    /// Spread over the zones of its region: belongs to none of them.
    pub(crate) const fn is_zone_redundant(self) -> bool {
        matches!(self, Self::PremiumZrs | Self::StandardSsdZrs)
    }

    /// Operations and throughput are bought apart from the size. Such a disk lives in a zone, and its snapshots
    /// are copied in the background.
    pub(crate) const fn is_provisioned(self) -> bool {
        matches!(self, Self::PremiumV2Lrs | Self::UltraSsdLrs)
    }

    /// Their names, for messages.
    pub(crate) fn names(skus: impl IntoIterator<Item = Self>) -> String {
        let names: Vec<_> = skus.into_iter().map(Self::as_str).collect();
        names.join(", ")
    }
}
