//! Volumes of type `files`, seen from the driver, over an Azure that lives in memory.

#![allow(clippy::panic, clippy::unwrap_used)]

mod account;
mod assign;
mod cloud;
mod create;
mod delete;
mod interruption;
mod list;
mod refusal;
mod world;
