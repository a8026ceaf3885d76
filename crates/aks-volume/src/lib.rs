//! The volumes of an app on AKS: what stands behind them and how it is kept in order.
//!
//! A volume is a name; disks stand behind it, and one of them is assigned: the app mounts that one. Everything is
//! recorded in the tags (or metadata) of the Azure resources themselves, so what is there is found by listing and never by
//! working out a name again, and any operation can be killed at any point and run again.
//!
//! | module | what it holds |
//! |---|---|
//! | [`backend`] | what every type of volume can do |
//! | [`volumes`] | the volumes of a provider: finds the backend of a volume |
//! | [`identities`] | who has to reach the disks |
//! | `disk` | volumes of type `disk`: Azure managed disks and snapshots |
//! | `files` | volumes of type `files`: Azure file shares |
//! | `group` | the resource group of an app and the roles on it |
//! | `options` | what is wanted of a volume, in free JSON |
//! | `record` | what is written on the resources of a volume |
//!
//! Spec: §10, §11, §12.

pub mod backend;
mod disk;
mod files;
mod group;
pub mod identities;
mod options;
mod record;
pub mod volumes;

pub use backend::VolumeBackend;
pub use identities::{ClusterIdentities, Principals};
pub use volumes::{Clock, Random, Volumes};
