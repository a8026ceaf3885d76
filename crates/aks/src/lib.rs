//! Kompox clusters on Azure Kubernetes Service.
//!
//! The driver keeps no state: what it must remember is on the Azure resources, as names and tags, and in the outputs
//! of the one deployment that makes a cluster. This crate decides what must be true; it asks Azure and what runs in
//! a cluster through their ports (`kompox_azure`, `kompox_kube`) and never knows which adapter answers.
//!
//! [`AksFactory`] makes drivers from a provider's settings; register it as [`DRIVER_NAME`].

mod cluster;
mod dns;
mod driver;
mod factory;
mod install;
mod node_pools;
mod record;
mod settings;
mod span;
pub mod template;

pub use factory::{AksFactory, DRIVER_NAME};
