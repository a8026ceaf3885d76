//! Volumes of type `files`.

mod account;
mod assign;
mod create;
mod delete;
mod interruption;
mod list;
mod refusal;
mod world;
