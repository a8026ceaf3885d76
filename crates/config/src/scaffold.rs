//! A project to start from, as `kompoxops init` writes it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::ConfigError;

/// A file of the example project, which is the project that everybody starts from.
macro_rules! example {
    ($file:literal) => {
        (
            $file,
            include_str!(concat!("../../../examples/quickstart/", $file)),
        )
    };
}

/// The files of a starter project and what is in them.
const FILES: [(&str, &str); 6] = [
    example!(".kompox/.gitignore"),
    example!(".kompox/config.yml"),
    example!(".kompox/kom/workspace.yml"),
    example!(".kompox/kom/provider.yml"),
    example!(".kompox/kom/cluster.yml"),
    example!("kompoxapp.yml"),
];

/// Writes a starter project into `root`, that of `examples/quickstart`: a provider, a cluster and an app, with comments
/// and with an example subscription id to replace. Returns the files that it wrote.
///
/// Each file appears whole or not at all.
///
/// # Errors
///
/// Without `force` nothing is written when any of the files is there already ([`ConfigError::Exists`]); a file cannot
/// be written ([`ConfigError::Write`]).
pub fn write(root: &Path, force: bool) -> Result<Vec<PathBuf>, ConfigError> {
    let files = FILES.map(|(name, text)| (root.join(name), text));
    if !force {
        let there: Vec<PathBuf> = files
            .iter()
            .map(|(path, _)| path)
            .filter(|path| path.exists())
            .cloned()
            .collect();
        if !there.is_empty() {
            return Err(ConfigError::Exists(there));
        }
    }
    for (path, text) in &files {
        write_file(path, text).map_err(|source| ConfigError::Write {
            path: path.clone(),
            source,
        })?;
    }
    Ok(files.map(|(path, _)| path).into())
}

fn write_file(path: &Path, text: &str) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let mut file = builder().tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Temporary files are private; these become part of a project, so the process's mask decides.
#[cfg(unix)]
fn builder() -> tempfile::Builder<'static, 'static> {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    let mut builder = tempfile::Builder::new();
    builder.permissions(Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn builder() -> tempfile::Builder<'static, 'static> {
    tempfile::Builder::new()
}
