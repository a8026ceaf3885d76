//! Storage accounts and their file shares.

mod account;
mod account_body;
mod account_key;
mod account_name;
mod deleted_share;
mod file_service;
mod file_share;
mod share_list;
mod share_restore;
mod share_rule;
mod share_snapshot;
mod share_view;

pub(crate) use self::account::StorageAccounts;
pub(crate) use self::account_name::check_account_name;
pub(crate) use self::file_service::FileServices;
pub(crate) use self::file_share::{FileShares, file_share};
pub(crate) use self::share_list::file_shares;
pub(crate) use self::share_restore::restore_share;

use crate::error::ArmError;
use crate::store::World;

/// Of accounts and everything below them.
const API_VERSIONS: &[&str] = &[
    "2025-08-01",
    "2025-06-01",
    "2025-01-01",
    "2024-01-01",
    "2023-05-01",
    "2023-04-01",
    "2023-01-01",
    "2022-09-01",
    "2022-05-01",
    "2021-09-01",
    "2021-08-01",
    "2021-06-01",
    "2021-04-01",
    "2021-02-01",
    "2021-01-01",
    "2019-06-01",
    "2019-04-01",
];

/// A refusal of the file service itself, which names the request and the time in its message.
fn refusal(world: &World, status: u16, code: &str, message: &str) -> ArmError {
    let now = world.now();
    let request = world.settings().guid(&format!("{code}:{now}"));
    ArmError::plain(
        status,
        code,
        format!("{message}\nRequestId:{request}\nTime:{}", decimals(now)),
    )
}

/// A time as the file service writes it, with all seven decimals.
fn decimals(at: jiff::Timestamp) -> String {
    let fraction = at.subsec_nanosecond() / 100;
    format!("{}.{fraction:07}Z", at.strftime("%Y-%m-%dT%H:%M:%S"))
}
