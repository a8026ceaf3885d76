//! Which project, which cluster, which app.

use clap::Args;
use kompox_config::{Project as Files, ProjectConfig, ProjectInputs};
use kompox_model::{App, Cluster, Provider, Workspace};
use std::path::{Path, PathBuf};

use crate::disk::names;
use crate::exit::{Failure, Result};

/// Where the project is.
#[derive(Debug, Args)]
#[command(next_help_heading = "Project")]
pub(crate) struct ProjectArgs {
    /// Go to this directory first
    #[arg(short = 'C', long, global = true, value_name = "DIR")]
    chdir: Option<PathBuf>,
    /// Root of the project [env: KOMPOX_ROOT] [default: nearest directory with .kompox/]
    #[arg(long, global = true, value_name = "DIR")]
    kompox_root: Option<PathBuf>,
    /// Directory of the project's own files [env: KOMPOX_DIR] [default: ROOT/.kompox]
    #[arg(long, global = true, value_name = "DIR")]
    kompox_dir: Option<PathBuf>,
    /// KOM file of the app [env: KOMPOX_KOM_APP] [default: ./kompoxapp.yml]
    #[arg(long, global = true, value_name = "FILE")]
    kom_app: Option<PathBuf>,
    /// KOM files or directories [env: KOMPOX_KOM_PATH] [default: .kompox/kom]
    #[arg(long, global = true, value_name = "PATH")]
    kom_path: Vec<PathBuf>,
    /// The older single-file form [env: KOMPOX_DB_URL] [default: file:kompoxops.yml]
    #[arg(long, global = true, value_name = "URL")]
    db_url: Option<String>,
}

/// Which cluster is meant.
#[derive(Debug, Args)]
pub(crate) struct ClusterSelector {
    /// Id of the cluster (/ws/WS/prv/PRV/cls/CLS)
    #[arg(long, global = true, value_name = "ID")]
    cluster_id: Option<String>,
    /// Name of the cluster
    #[arg(long, global = true, value_name = "NAME")]
    cluster_name: Option<String>,
}

/// Which app is meant.
#[derive(Debug, Args)]
pub(crate) struct AppSelector {
    /// Id of the app (/ws/WS/prv/PRV/cls/CLS/app/APP)
    #[arg(short = 'A', long, global = true, value_name = "ID")]
    app_id: Option<String>,
    /// Name of the app
    #[arg(long, global = true, value_name = "NAME")]
    app_name: Option<String>,
}

/// A cluster with what it belongs to.
#[derive(Debug)]
pub(crate) struct Selection {
    pub(crate) workspace: Option<Workspace>,
    pub(crate) provider: Provider,
    pub(crate) cluster: Cluster,
    pub(crate) cluster_id: String,
}

/// An app with what it belongs to.
#[derive(Debug)]
pub(crate) struct AppSelection {
    pub(crate) cluster: Selection,
    pub(crate) app: App,
}

impl AppSelection {
    /// Makes sure that the app declares a volume.
    pub(crate) fn volume(&self, name: &str) -> Result<()> {
        if self.app.volume(name).is_some() {
            return Ok(());
        }
        let declared = self.app.volumes.iter().map(|volume| volume.name.as_str());
        Err(Failure::failed(format!(
            "app {:?} has no volume {name:?}; it has: {}",
            self.app.name,
            names(declared)
        )))
    }
}

/// The loaded project.
#[derive(Debug)]
pub(crate) struct Project(Files);

impl ProjectArgs {
    /// Goes to the directory that `-C` names, so that every relative path starts there. Returns where we are.
    pub(crate) fn enter(&self) -> Result<PathBuf> {
        if let Some(path) = &self.chdir {
            std::env::set_current_dir(path).map_err(|error| {
                Failure::failed(format!("going to {}: {error}", path.display()))
            })?;
        }
        std::env::current_dir()
            .map_err(|error| Failure::failed(format!("finding the current directory: {error}")))
    }

    /// The directory that a new project is made in.
    pub(crate) fn new_root(&self) -> Result<PathBuf> {
        let here = self.enter()?;
        let root = self
            .kompox_root
            .clone()
            .or_else(|| std::env::var_os("KOMPOX_ROOT").map(PathBuf::from));
        Ok(root.map_or_else(|| here.clone(), |root| here.join(root)))
    }

    /// Loads the project.
    pub(crate) fn load(&self) -> Result<Project> {
        let env = |key: &str| std::env::var(key).ok();
        let mut inputs = ProjectInputs::from_env(self.enter()?, env);
        let set = |flag: &Option<PathBuf>, input: &mut Option<PathBuf>| {
            if flag.is_some() {
                input.clone_from(flag);
            }
        };
        set(&self.kompox_root, &mut inputs.kompox_root);
        set(&self.kompox_dir, &mut inputs.kompox_dir);
        set(&self.kom_app, &mut inputs.kom_app);
        if !self.kom_path.is_empty() {
            inputs.kom_path.clone_from(&self.kom_path);
        }
        if self.db_url.is_some() {
            inputs.db_url.clone_from(&self.db_url);
        }
        Files::load(&inputs).map(Project).map_err(refused)
    }
}

impl Project {
    pub(crate) fn dir(&self) -> &Path {
        &self.0.dir
    }

    pub(crate) fn config(&self) -> &ProjectConfig {
        &self.0.config
    }

    pub(crate) fn cluster(&self, selector: &ClusterSelector) -> Result<Selection> {
        let selector = kompox_config::ClusterSelector {
            id: selector.cluster_id.clone(),
            name: selector.cluster_name.clone(),
        };
        let selected = self.0.select_cluster(&selector).map_err(refused)?;
        Ok(Selection {
            workspace: selected.workspace,
            provider: selected.provider,
            cluster: selected.cluster,
            cluster_id: selected.id,
        })
    }

    /// The cluster that is meant where an app may be named in its place.
    pub(crate) fn cluster_or_that_of(
        &self,
        cluster: &ClusterSelector,
        app: &AppSelector,
    ) -> Result<Selection> {
        let by_cluster = cluster.cluster_id.is_some() || cluster.cluster_name.is_some();
        let by_app = app.app_id.is_some() || app.app_name.is_some();
        match (by_cluster, by_app) {
            (true, true) => Err(Failure::Usage("name a cluster or an app, not both".into())),
            (false, true) => Ok(self.app(app)?.cluster),
            _ => self.cluster(cluster),
        }
    }

    pub(crate) fn app(&self, selector: &AppSelector) -> Result<AppSelection> {
        let selector = kompox_config::AppSelector {
            id: selector.app_id.clone(),
            name: selector.app_name.clone(),
        };
        let selected = self.0.select_app(&selector).map_err(refused)?;
        Ok(AppSelection {
            cluster: Selection {
                workspace: selected.workspace,
                provider: selected.provider,
                cluster: selected.cluster,
                cluster_id: selected.cluster_id,
            },
            app: selected.app,
        })
    }
}

pub(crate) fn refused(error: kompox_config::ConfigError) -> Failure {
    let text = crate::exit::chain(&error);
    match error {
        // Several lines, each with its file: under each other.
        kompox_config::ConfigError::Invalid(problems) if problems.len() > 1 => {
            Failure::failed(format!("the project is not valid:\n{text}"))
        }
        _ => Failure::Failed(text),
    }
}
