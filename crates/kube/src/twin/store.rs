//! Where the state of twins is kept.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::state::{ClusterState, State};
use crate::{Error, Result};

/// The state of all clusters.
#[derive(Debug)]
pub(super) struct Store {
    /// The state itself where there is no file, and what keeps threads apart where there is one.
    state: Mutex<State>,
    path: Option<PathBuf>,
}

impl Store {
    pub(super) fn in_memory() -> Self {
        Self {
            state: Mutex::default(),
            path: None,
        }
    }

    pub(super) fn at(path: PathBuf) -> Self {
        Self {
            state: Mutex::default(),
            path: Some(path),
        }
    }
}

/// One cluster of a store.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) store: Arc<Store>,
    pub(super) cluster: String,
}

impl Place {
    /// Looks at the cluster, or changes it. What it does is kept as a whole when it succeeds, and not at all when it
    /// fails.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut ClusterState) -> Result<T>) -> Result<T> {
        let mut state = self
            .store
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let unusable = |path: &Path, error: &dyn std::error::Error| Error::State {
            path: path.to_owned(),
            message: error.to_string(),
        };
        let _lock = match &self.store.path {
            Some(path) => {
                let lock = lock(path).map_err(|error| unusable(path, &error))?;
                *state = load(path)?;
                Some(lock)
            }
            None => None,
        };
        let before = state
            .clusters
            .get(&self.cluster)
            .cloned()
            .unwrap_or_default();
        let mut after = before.clone();
        let result = act(&mut after)?;
        if after != before {
            state.clusters.insert(self.cluster.clone(), after);
            if let Some(path) = &self.store.path {
                save(path, &state).map_err(|error| unusable(path, &error))?;
            }
        }
        Ok(result)
    }
}

/// Keeps other processes away until it is dropped.
fn lock(path: &Path) -> io::Result<File> {
    fs::create_dir_all(directory(path))?;
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(name)?;
    file.lock()?;
    Ok(file)
}

fn load(path: &Path) -> Result<State> {
    let unusable = |message| Error::State {
        path: path.to_owned(),
        message,
    };
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
            unusable(format!(
                "something unexpected at line {}, column {}; remove the file to begin with empty clusters",
                error.line(),
                error.column()
            ))
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(State::default()),
        Err(error) => Err(unusable(error.to_string())),
    }
}

/// Replaces the file by a new one, so that nobody ever sees half of it.
fn save(path: &Path, state: &State) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(directory(path))?;
    serde_json::to_writer(&mut file, state)?;
    file.flush()?;
    file.persist(path)?;
    Ok(())
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
