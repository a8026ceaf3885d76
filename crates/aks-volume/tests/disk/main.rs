//! Volumes of type `disk`, seen from the driver, over an Azure that lives in memory.

#![allow(clippy::panic, clippy::unwrap_used)]

mod assign;
mod cloud;
mod create;
mod delete;
mod dispatch;
mod interruption;
mod list;
mod snapshot;
mod world;
