//! The simulator's signing key: made when it is first needed, kept in memory or in the state directory.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::jwt::SigningKey;

const FILE: &str = "signing-key.der";

/// Where the key is, or will be.
#[derive(Debug, Default)]
pub(crate) struct KeyChain {
    directory: Option<PathBuf>,
    key: OnceLock<SigningKey>,
    making: Mutex<()>,
}

impl KeyChain {
    /// A chain whose key is in this directory, or only in memory.
    pub(crate) fn new(directory: Option<PathBuf>) -> Self {
        Self {
            directory,
            ..Self::default()
        }
    }

    /// The key. Takes the directory's lock the first time: do not call it inside a transaction.
    pub(crate) fn get(&self) -> io::Result<&SigningKey> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let _alone = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let pkcs8 = match &self.directory {
            Some(directory) => shared(directory)?,
            None => SigningKey::generate().map_err(io::Error::other)?,
        };
        let key = SigningKey::read(&pkcs8).map_err(|error| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{FILE} of the state directory: {error}"),
            )
        })?;
        Ok(self.key.get_or_init(|| key))
    }
}

/// Reads the directory's key, or makes it. Whoever has the lock makes it; the file appears whole or not at all.
fn shared(directory: &Path) -> io::Result<Vec<u8>> {
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(directory.join("lock"))?;
    lock.lock()?;
    match std::fs::read(directory.join(FILE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        result => return result,
    }
    let pkcs8 = SigningKey::generate().map_err(io::Error::other)?;
    let unfinished = directory.join(format!("{FILE}.tmp"));
    // One that a killed process left may have been opened by somebody: start with a file of its own.
    match std::fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private(&unfinished)?;
    file.write_all(&pkcs8)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, directory.join(FILE))?;
    Ok(pkcs8)
}

/// A new file that only its owner reads.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_at_the_same_time_gets_the_same_key() {
        let directory = tempfile::tempdir().unwrap();
        let ids: Vec<_> = std::thread::scope(|scope| {
            let running: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let keys = KeyChain::new(Some(directory.path().to_owned()));
                        keys.get().unwrap().public().clone()
                    })
                })
                .collect();
            running.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(ids.windows(2).all(|pair| pair[0] == pair[1]));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let file = std::fs::metadata(directory.path().join(FILE)).unwrap();
            assert_eq!(file.permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn what_a_killed_process_left_is_started_anew() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("signing-key.der.tmp"), "half").unwrap();
        let keys = || KeyChain::new(Some(directory.path().to_owned()));
        let first = keys().get().unwrap().public().clone();
        assert_eq!(keys().get().unwrap().public(), &first);
        assert!(!directory.path().join("signing-key.der.tmp").exists());
    }

    #[test]
    fn a_broken_key_is_an_error_and_stays_for_whoever_wants_it_back() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(FILE), "broken").unwrap();
        let error = KeyChain::new(Some(directory.path().to_owned()))
            .get()
            .unwrap_err();
        assert!(error.to_string().contains(FILE), "{error}");
        assert_eq!(
            std::fs::read(directory.path().join(FILE)).unwrap(),
            b"broken"
        );
    }
}
