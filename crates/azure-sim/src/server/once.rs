//! Files that are made once and stay: keys, certificates, secrets.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use super::error::ServerError;

/// Reads a file, or makes it. Of several that make it at once, one wins and all read what it made.
pub(super) fn read_or_make(
    path: &Path,
    mode: u32,
    make: impl FnOnce() -> Result<String, ServerError>,
) -> Result<String, ServerError> {
    let failed = |error: io::Error| ServerError::file(path, error);
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        read => return read.map_err(failed),
    }
    let text = make()?;
    // Complete before it has its name, and it never takes the name of another.
    let mut file = private_file(path.parent().unwrap_or(Path::new(".")), mode).map_err(failed)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.as_file().sync_all())
        .map_err(failed)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(text),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            fs::read_to_string(path).map_err(failed)
        }
        Err(error) => Err(failed(error.error)),
    }
}

#[cfg(unix)]
fn private_file(directory: &Path, mode: u32) -> io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt as _;
    tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(mode))
        .tempfile_in(directory)
}

#[cfg(not(unix))]
fn private_file(directory: &Path, _mode: u32) -> io::Result<tempfile::NamedTempFile> {
    tempfile::NamedTempFile::new_in(directory)
}
