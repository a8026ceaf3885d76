//! Every name and tag that Kompox puts on a cloud.
//!
//! Kompox keeps no state of its own: it finds a cluster, a disk or a share again because it can work out its name
//! and knows the tags that it wrote. Other installations share those resources. The names are therefore a file
//! format, exact to the byte, and all of them are made here, without any I/O.
//!
//! | module | what it holds |
//! |---|---|
//! | [`hash`], [`compact_id`] | the parts that make names unique |
//! | [`label`] | names that a user chooses for volumes, disks and snapshots |
//! | [`prefix`], [`resource_group`], [`resource`] | the names of Azure resources |
//! | [`scope`] | all names of a provider, a cluster and an app, from what a user declared |
//! | [`tags`] | keys and values of tags and share metadata |
//! | [`zone`] | the two ways to write an availability zone |
//!
//! ```
//! use kompox_model::{App, Provider, Workspace};
//! use kompox_naming::{DiskName, ProviderNames, VolumeName};
//!
//! let workspace = Workspace::new("acme");
//! let names = ProviderNames::new(Some(&workspace), &Provider::new("azure-east", "aks"))?;
//! let app = names.app(&App::new("gitea"))?;
//! assert_eq!(app.resource_group().as_str(), "k4x-3hj1z5_app_gitea_3jkh6q");
//!
//! let disk = app.disk(&VolumeName::parse("data")?, &DiskName::parse("d1")?);
//! assert_eq!(disk, "k4x-3hj1z5_disk_data_d1_3jkh6q");
//! # Ok::<(), kompox_naming::NameError>(())
//! ```
//!
//! Spec: §2, §4.

pub mod compact_id;
pub mod error;
pub mod hash;
pub mod label;
pub mod prefix;
pub mod resource;
pub mod resource_group;
pub mod scope;
pub mod tags;
pub mod zone;

pub use compact_id::CompactId;
pub use error::NameError;
pub use hash::ShortHash;
pub use label::{DiskName, SnapshotName, VolumeName};
pub use prefix::ResourcePrefix;
pub use resource_group::ResourceGroupName;
pub use scope::{AppNames, ClusterNames, ProviderNames};
pub use zone::AvailabilityZone;
