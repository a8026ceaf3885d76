//! Key vaults: created without a polling header, deleted softly, purged slowly.

mod deleted_vault;
mod name;
mod vault;

pub(crate) use self::deleted_vault::deleted_vaults;
pub(super) use self::deleted_vault::{not_purged, purged, soft_delete};
pub(crate) use self::name::check_vault_name;
pub(crate) use self::vault::Vaults;

pub(super) const API_VERSIONS: &[&str] = &[
    "2026-02-01",
    "2025-05-01",
    "2024-11-01",
    "2024-04-01-preview",
    "2023-07-01",
    "2023-02-01",
    "2022-11-01",
    "2022-07-01",
    "2021-10-01",
    "2021-06-01-preview",
    "2021-04-01-preview",
    "2020-04-01-preview",
    "2019-09-01",
    "2018-02-14",
    "2016-10-01",
    "2015-06-01",
];

/// The type of a vault.
pub(super) const VAULT_TYPE: &str = "Microsoft.KeyVault/vaults";
const DELETED_TYPE: &str = "Microsoft.KeyVault/deletedVaults";
