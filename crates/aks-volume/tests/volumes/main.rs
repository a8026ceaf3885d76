//! Volumes, seen from the driver, over an Azure that lives in memory.

#![allow(clippy::panic, clippy::unwrap_used)] // In what the tests share.

mod cloud;
mod disk;
mod files;
mod world;
