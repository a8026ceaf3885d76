//! The root and the directory of a project.

use std::path::{Component, Path, PathBuf};

use crate::error::{ConfigError, shown};
use crate::inputs::{ProjectInputs, directory, plain};
use crate::single_file;

/// The directory that marks a project.
pub(crate) const DIRECTORY: &str = ".kompox";
/// The app's KOM file where none is named.
pub(crate) const KOM_APP: &str = "kompoxapp.yml";
/// The single-file form where none is named.
pub(crate) const SINGLE_FILE: &str = "kompoxops.yml";

/// Where a project is. All paths are absolute when the current directory is.
#[derive(Debug)]
pub(crate) struct Location {
    /// The working directory: relative inputs start here.
    pub(crate) base: PathBuf,
    pub(crate) root: PathBuf,
    pub(crate) dir: PathBuf,
    /// The app's KOM file, there or not.
    pub(crate) kom_app: PathBuf,
    /// The single-file form, there or not; `None` when `--db-url` names something else than a file.
    pub(crate) single_file: Option<PathBuf>,
}

impl Location {
    /// A project is where inputs say, else at the nearest ancestor with `.kompox/`, else, for it may be nothing but
    /// one file, where that is.
    pub(crate) fn find(inputs: &ProjectInputs) -> Result<Self, ConfigError> {
        let base = inputs.working_dir()?;
        let at = |path: &Path| plain(&base.join(path));
        let kom_app = at(inputs.kom_app.as_deref().unwrap_or(Path::new(KOM_APP)));
        let single_file = match &inputs.db_url {
            None => Some(at(Path::new(SINGLE_FILE))),
            Some(url) => single_file::path_of_url(url.trim()).map(|path| at(Path::new(path))),
        };
        let given_dir = match &inputs.kompox_dir {
            Some(path) => Some(directory("--kompox-dir", &at(path))?),
            None => None,
        };
        let root = if let Some(path) = &inputs.kompox_root {
            directory("--kompox-root", &at(path))?
        } else if let Some(root) = base.ancestors().find(|path| path.join(DIRECTORY).is_dir()) {
            root.to_owned()
        } else if let Some(parent) = given_dir.as_deref().and_then(Path::parent) {
            parent.to_owned()
        } else if !inputs.kom_path.is_empty()
            || kom_app.is_file()
            || single_file.as_deref().is_some_and(Path::is_file)
        {
            base.clone()
        } else {
            let single_file = single_file.unwrap_or_else(|| at(Path::new(SINGLE_FILE)));
            return Err(ConfigError::NoProject {
                kom_app: shown(&base, &kom_app),
                single_file: shown(&base, &single_file),
                start: base,
            });
        };
        let dir = given_dir.unwrap_or_else(|| root.join(DIRECTORY));
        Ok(Self {
            base,
            root,
            dir,
            kom_app,
            single_file,
        })
    }

    /// A path as written in a file or an input: relative to `from`, `$KOMPOX_ROOT` or `$KOMPOX_DIR` at its start
    /// replaced.
    pub(crate) fn resolve(&self, from: &Path, path: &Path) -> PathBuf {
        let mut components = path.components();
        let first = components.next().and_then(|first| match first {
            Component::Normal(first) => first.to_str(),
            _ => None,
        });
        match first {
            Some("$KOMPOX_ROOT" | "${KOMPOX_ROOT}") => self.root.join(components.as_path()),
            Some("$KOMPOX_DIR" | "${KOMPOX_DIR}") => self.dir.join(components.as_path()),
            _ => plain(&from.join(path)),
        }
    }
}
