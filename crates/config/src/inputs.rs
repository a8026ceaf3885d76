//! Where a project is, as the command line and the environment say.

use std::path::{Path, PathBuf};

use crate::error::ConfigError;

/// What decides which project is loaded. Flags win over the environment: fill it by [`ProjectInputs::from_env`], then
/// set what flags say. Relative paths start at the working directory, after `-C`.
///
/// ```
/// use kompox_config::ProjectInputs;
///
/// let env = |key: &str| (key == "KOMPOX_ROOT").then(|| "/srv/project".to_owned());
/// let inputs = ProjectInputs::from_env("/home/me", env);
/// assert_eq!(inputs.kompox_root.as_deref(), Some("/srv/project".as_ref()));
/// ```
#[derive(Debug, Clone, Default)]
pub struct ProjectInputs {
    /// The directory of the process, absolute.
    pub current_dir: PathBuf,
    /// `-C`/`--chdir`: where to go first.
    pub chdir: Option<PathBuf>,
    /// `--kompox-root`/`KOMPOX_ROOT`: the project's root; the nearest ancestor with `.kompox/` when absent.
    pub kompox_root: Option<PathBuf>,
    /// `--kompox-dir`/`KOMPOX_DIR`: the project's directory; `<root>/.kompox` when absent.
    pub kompox_dir: Option<PathBuf>,
    /// `--kom-app`/`KOMPOX_KOM_APP`: the app's KOM file; `./kompoxapp.yml`, if it is there, when absent.
    pub kom_app: Option<PathBuf>,
    /// `--kom-path` (repeatable)/`KOMPOX_KOM_PATH`: files and directories of KOM documents.
    pub kom_path: Vec<PathBuf>,
    /// `--db-url`/`KOMPOX_DB_URL`: the single-file form as `file:PATH`; `file:kompoxops.yml`, if it is there, when
    /// absent.
    pub db_url: Option<String>,
}

impl ProjectInputs {
    /// What the environment says. Blank variables count as absent. `KOMPOX_KOM_PATH` separates paths as `PATH` does,
    /// or by commas.
    pub fn from_env(current_dir: impl Into<PathBuf>, env: impl Fn(&str) -> Option<String>) -> Self {
        let given = |key| env(key).filter(|value| !value.trim().is_empty());
        let kom_path = given("KOMPOX_KOM_PATH").unwrap_or_default();
        Self {
            current_dir: current_dir.into(),
            chdir: None,
            kompox_root: given("KOMPOX_ROOT").map(PathBuf::from),
            kompox_dir: given("KOMPOX_DIR").map(PathBuf::from),
            kom_app: given("KOMPOX_KOM_APP").map(PathBuf::from),
            kom_path: std::env::split_paths(&kom_path)
                .flat_map(|path| {
                    let path = path.to_string_lossy().into_owned();
                    path.split(',')
                        .map(|path| path.trim().into())
                        .collect::<Vec<PathBuf>>()
                })
                .filter(|path: &PathBuf| !path.as_os_str().is_empty())
                .collect(),
            db_url: given("KOMPOX_DB_URL"),
        }
    }

    /// The working directory: the process's, after `-C`.
    ///
    /// # Errors
    ///
    /// `-C` names no directory.
    pub(crate) fn working_dir(&self) -> Result<PathBuf, ConfigError> {
        match &self.chdir {
            None => Ok(self.current_dir.clone()),
            Some(path) => directory("--chdir", &self.current_dir.join(path)),
        }
    }
}

/// A directory that must be there.
pub(crate) fn directory(what: &'static str, path: &Path) -> Result<PathBuf, ConfigError> {
    if path.is_dir() {
        return Ok(plain(path));
    }
    Err(ConfigError::Input {
        what,
        value: path.display().to_string(),
        reason: "is no directory".to_owned(),
    })
}

/// A path without `.` and, as far as that needs no look at links, as it was given.
pub(crate) fn plain(path: &Path) -> PathBuf {
    path.components().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_fills_what_flags_may_change() {
        let env = |key: &str| {
            let value = match key {
                "KOMPOX_KOM_PATH" if cfg!(unix) => "a:b, c,",
                "KOMPOX_KOM_PATH" => "a;b, c,",
                "KOMPOX_DB_URL" => "file:x.yml",
                "KOMPOX_DIR" => "  ",
                _ => return None,
            };
            Some(value.to_owned())
        };
        let inputs = ProjectInputs::from_env("/work", env);
        assert_eq!(inputs.kom_path, ["a", "b", "c"].map(PathBuf::from));
        assert_eq!(inputs.db_url.as_deref(), Some("file:x.yml"));
        assert_eq!(inputs.kompox_dir, None);
    }

    #[test]
    fn a_directory_to_go_to_must_be_there() {
        let inputs = ProjectInputs {
            current_dir: "/nowhere".into(),
            chdir: Some("x".into()),
            ..ProjectInputs::default()
        };
        let error = inputs.working_dir().unwrap_err();
        assert_eq!(error.to_string(), "--chdir `/nowhere/x` is no directory");
    }
}
