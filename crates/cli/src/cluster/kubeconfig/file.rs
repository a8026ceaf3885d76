//! Files with credentials: never readable by others, never half written.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::exit::{Failure, Result};

/// The mode of a file that we create: its owner's alone.
const PRIVATE: u32 = 0o600;
/// Links are followed as deep as Linux does.
const LINKS: usize = 40;
/// How long another process of ours is waited for, which needs some milliseconds.
const LOCK_LIMIT: Duration = Duration::from_secs(10);
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// The kubeconfig of whoever calls: the first entry of `KUBECONFIG`, else `~/.kube/config`.
pub(super) fn default_path() -> Result<PathBuf> {
    let list = std::env::var_os("KUBECONFIG").unwrap_or_default();
    let first = std::env::split_paths(&list).find(|path| !path.as_os_str().is_empty());
    first
        .or_else(|| std::env::home_dir().map(|home| home.join(".kube").join("config")))
        .ok_or_else(|| {
            Failure::failed(
                "there is no home directory to find .kube/config in; use --kubeconfig PATH",
            )
        })
}

/// The file's text, empty when there is none.
pub(super) fn read(path: &Path) -> Result<String> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        other => {
            other.map_err(|error| Failure::failed(format!("reading {}: {error}", path.display())))
        }
    }
}

/// Keeps other processes of ours from changing the file until the result is dropped, or this process ends in whatever
/// way. Nothing is held where the file system cannot lock.
pub(super) fn lock(path: &Path) -> Result<Option<File>> {
    lock_within(path, LOCK_LIMIT)
}

fn lock_within(path: &Path, limit: Duration) -> Result<Option<File>> {
    let failed = |error: io::Error| Failure::failed(format!("writing {}: {error}", path.display()));
    // The directory stands for the file, which is replaced by another one.
    let target = follow(path).map_err(failed)?;
    let directory = directory_of(&target);
    create_private_directories(directory).map_err(failed)?;
    let held = File::open(directory).map_err(failed)?;
    let start = Instant::now();
    loop {
        match held.try_lock() {
            Ok(()) => return Ok(Some(held)),
            Err(TryLockError::Error(error)) => {
                tracing::debug!(%error, "{} cannot be locked", directory.display());
                return Ok(None);
            }
            Err(TryLockError::WouldBlock) if start.elapsed() < limit => thread::sleep(LOCK_PAUSE),
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::failed(format!(
                    "{} is being changed by another kompoxops; run this again when it has finished",
                    path.display()
                )));
            }
        }
    }
}

/// Who may read the file after it was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Its owner, whatever it was before.
    Private,
    /// Who could before; its owner when it is new.
    Kept,
}

/// Puts a file with that text in the place of `path`, or of what `path` links to. Readers see the old file or the new
/// one. What is no ordinary file (a pipe, a terminal) is written to.
pub(super) fn replace(path: &Path, text: &str, mode: Mode) -> Result<()> {
    write(path, text, mode)
        .map_err(|error| Failure::failed(format!("writing {}: {error}", path.display())))
}

fn write(path: &Path, text: &str, mode: Mode) -> io::Result<()> {
    let path = follow(path)?;
    let present = match fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(metadata) if !metadata.is_file() => {
            return OpenOptions::new()
                .write(true)
                .open(&path)?
                .write_all(text.as_bytes());
        }
        Ok(metadata) => Some(metadata.permissions().mode() & 0o7777),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let directory = directory_of(&path);
    create_private_directories(directory)?;
    let mut file = tempfile::Builder::new()
        .prefix(".kompoxops-")
        .permissions(Permissions::from_mode(PRIVATE))
        .tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    if let (Mode::Kept, Some(mode)) = (mode, present) {
        file.as_file()
            .set_permissions(Permissions::from_mode(mode))?;
    }
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    File::open(directory)?.sync_all()
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Where a chain of links ends, also when nothing is there.
fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        match fs::read_link(&path) {
            Ok(target) => {
                path = match path.parent() {
                    Some(parent) => parent.join(target),
                    None => target,
                }
            }
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many levels of symbolic links"))
}

fn create_private_directories(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
}

/// A new file of our own that only its owner may read, opened for appending.
pub(crate) fn append_private(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(PRIVATE)
        .open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_file_is_private_and_so_is_its_directory() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kube").join("config");
        replace(&path, "text", Mode::Kept).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "text");
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }

    #[test]
    fn an_existing_file_keeps_its_mode_only_when_asked_to() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        replace(&path, "merged", Mode::Kept).unwrap();
        assert_eq!(mode(&path), 0o640);
        replace(&path, "written", Mode::Private).unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(
            fs::read_dir(directory.path()).unwrap().count(),
            1,
            "nothing is left behind"
        );
    }

    #[test]
    fn links_are_followed_even_when_they_lead_nowhere_yet() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("link");
        std::os::unix::fs::symlink("sub/config", &link).unwrap();
        replace(&link, "text", Mode::Kept).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(
            fs::read_to_string(directory.path().join("sub/config")).unwrap(),
            "text"
        );
    }

    #[test]
    fn a_file_is_locked_by_one_at_a_time_under_whatever_name() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kube").join("config");
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let held = lock(&path).unwrap();
        assert!(held.is_some());
        let refused = lock_within(&link, Duration::ZERO).unwrap_err();
        assert!(refused.text().contains("another kompoxops"), "{refused:?}");
        drop(held);
        assert!(lock_within(&link, Duration::ZERO).unwrap().is_some());
        assert!(!path.exists(), "locking writes no file");
    }

    #[test]
    fn a_circle_of_links_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("link");
        std::os::unix::fs::symlink("link", &link).unwrap();
        assert!(replace(&link, "text", Mode::Kept).is_err());
    }
}
