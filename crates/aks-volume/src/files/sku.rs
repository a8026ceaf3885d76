//! The SKUs of storage accounts that have file shares.

/// A SKU that the storage account of an app can be made with.
///
/// Spec: §12.1. Source: <https://learn.microsoft.com/azure/storage/common/storage-account-overview>
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum FilesSku {
    #[default]
    StandardLrs,
    StandardGrs,
    StandardRagrs,
    StandardZrs,
    PremiumLrs,
    PremiumZrs,
}

impl FilesSku {
    /// Every one, in the order of the specification.
    pub(crate) const ALL: [Self; 6] = [
        Self::StandardLrs,
        Self::StandardGrs,
        Self::StandardRagrs,
        Self::StandardZrs,
        Self::PremiumLrs,
        Self::PremiumZrs,
    ];

    /// Azure's name for it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::StandardLrs => "Standard_LRS",
            Self::StandardGrs => "Standard_GRS",
            Self::StandardRagrs => "Standard_RAGRS",
            Self::StandardZrs => "Standard_ZRS",
            Self::PremiumLrs => "Premium_LRS",
            Self::PremiumZrs => "Premium_ZRS",
        }
    }

    /// The SKU of that name; case does not matter.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|sku| sku.as_str().eq_ignore_ascii_case(name.trim()))
    }

    /// Solid-state disks, paid by the size of the share and not by what is in it.
    const fn is_premium(self) -> bool {
        matches!(self, Self::PremiumLrs | Self::PremiumZrs)
    }

    /// The kind of account that has shares of this SKU.
    pub(crate) const fn account_kind(self) -> &'static str {
        if self.is_premium() {
            "FileStorage"
        } else {
            "StorageV2"
        }
    }

    /// The smallest quota of a share in GiB.
    ///
    /// Source: <https://learn.microsoft.com/azure/storage/files/storage-files-scale-targets>
    pub(crate) const fn smallest_quota_gib(self) -> u32 {
        if self.is_premium() { 100 } else { 1 }
    }

    /// All their names, for messages.
    pub(crate) fn names() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }
}
