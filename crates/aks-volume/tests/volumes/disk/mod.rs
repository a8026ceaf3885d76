//! Volumes of type `disk`.

mod assign;
mod create;
mod delete;
mod dispatch;
mod interruption;
mod list;
mod snapshot;
mod world;
