//! The node pools of a cluster on AKS.
//!
//! A node pool of Kompox is an agent pool of AKS. Two things stand between them. AKS writes a whole pool or nothing,
//! while a user says only what shall change: so an update is read, merged, compared and, if anything differs at all,
//! written back with everything that Kompox has no name for. And AKS runs one operation on a cluster at a time, some of
//! which it begins by itself: so a refusal because of another operation is waited out.
//!
//! | module | what it holds |
//! |---|---|
//! | [`pools`] | listing, creating, updating and deleting |
//! | `conversion` | a node pool as an agent pool, and back |
//! | `creation`, `change` | what was asked for, checked |
//! | `name`, `label`, `scale`, `fixed` | the rules for names, labels, numbers of nodes and what cannot be changed |
//! | `patience` | waiting for AKS |
//!
//! Spec: §13.
#![forbid(unsafe_code)]

mod change;
mod conversion;
mod creation;
mod fixed;
mod label;
mod name;
mod patience;
pub mod pools;
mod scale;

#[cfg(test)]
mod tests;

pub use pools::NodePools;
