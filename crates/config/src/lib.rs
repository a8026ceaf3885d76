//! Project discovery, KOM documents and `kompoxops.yml` into model values.
//!
//! A project is files that people write by hand and share with other tools. This crate finds them, reads them with
//! all their mistakes at once, each with file and line, and answers the one question that the command line has: which
//! workspace, provider, cluster and app is meant.
//!
//! | module | what it holds |
//! |---|---|
//! | [`inputs`] | where the project is, as flags and the environment say |
//! | [`project`], [`project_config`] | the loaded project |
//! | [`selection`] | choosing a cluster or an app |
//! | [`node_pool`] | a file that describes a node pool |
//! | [`scaffold`] | a project to start from |
//! | [`error`] | why a project was refused |
//!
//! ```
//! use kompox_config::{AppSelector, ClusterSelector, Project, ProjectInputs, scaffold};
//!
//! let home = tempfile::tempdir()?;
//! scaffold::write(home.path(), false)?;
//!
//! let inputs = ProjectInputs::from_env(home.path(), |_| None);
//! let project = Project::load(&inputs)?;
//! let selected = project.select_cluster(&ClusterSelector::default())?;
//! assert_eq!(selected.id, "/ws/ws1/prv/aks1/cls/cluster1");
//! assert_eq!(selected.provider.driver, "aks");
//! assert_eq!(project.select_app(&AppSelector::default())?.app.volumes[0].size, 32 << 30);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod decode;
mod document;
pub mod error;
mod graph;
mod id;
pub mod inputs;
mod kom_path;
mod location;
pub mod node_pool;
pub mod project;
pub mod project_config;
mod quantity;
pub mod scaffold;
pub mod selection;
mod single_file;
mod spec;
mod yaml;

pub use error::{ConfigError, Problem};
pub use inputs::ProjectInputs;
pub use project::Project;
pub use project_config::{LogFormat, Logging, ProjectConfig};
pub use selection::{AppSelector, ClusterSelector, SelectedApp, SelectedCluster};
pub use yaml::Position;
