//! Handing a kubeconfig to a program that wants a path.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;
use tokio::process::Command;

/// A kubeconfig that a child process can open by a path, as often as it wants, and that nobody else can.
#[derive(Debug)]
pub(super) struct Handover {
    path: PathBuf,
    /// Removed with everything in it when dropped.
    _directory: Option<TempDir>,
}

impl Handover {
    /// Prepares a command; the path is good for its child only, and as long as this lives.
    pub(super) fn prepare(
        command: &mut Command,
        kubeconfig: &SecretString,
        memory_files: bool,
    ) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        if memory_files && let Some(path) = memory::attach(command, kubeconfig)? {
            return Ok(Self {
                path,
                _directory: None,
            });
        }
        let _ = (command, memory_files);
        Self::on_disk(kubeconfig)
    }

    fn on_disk(kubeconfig: &SecretString) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("kompoxops-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let directory = builder.tempdir()?;
        let path = directory.path().join("kubeconfig");
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
            .open(&path)?
            .write_all(kubeconfig.expose_secret().as_bytes())?;
        Ok(Self {
            path,
            _directory: Some(directory),
        })
    }

    /// Where the child finds it.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(target_os = "linux")]
mod memory {
    //! Anonymous memory files: gone with the last process that has them open, however it ends.

    use std::fs::File;
    use std::io::{self, Write};
    use std::os::fd::AsRawFd;
    use std::path::{Path, PathBuf};

    use command_fds::CommandFdExt;
    use rustix::fs::{MemfdFlags, memfd_create};
    use secrecy::{ExposeSecret, SecretString};
    use tokio::process::Command;

    /// Lets the child inherit a memory file; `None` where the system has none, or cannot open one by path.
    ///
    /// The file closes on `exec` in this process, so that no other child that is started meanwhile inherits it. A
    /// path below `/proc/self/fd` opens it anew every time, from its beginning.
    pub(super) fn attach(
        command: &mut Command,
        kubeconfig: &SecretString,
    ) -> io::Result<Option<PathBuf>> {
        if !Path::new("/proc/self/fd").is_dir() {
            return Ok(None);
        }
        let Ok(fd) = memfd_create("kubeconfig", MemfdFlags::CLOEXEC) else {
            return Ok(None);
        };
        let mut file = File::from(fd);
        file.write_all(kubeconfig.expose_secret().as_bytes())?;
        let path = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
        command.preserved_fds(vec![file.into()]);
        Ok(Some(path))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn on_disk_it_is_for_the_owner_only_and_removed_afterwards() {
        let handover = Handover::on_disk(&"secret".to_owned().into()).unwrap();
        let path = handover.path().to_owned();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "secret");
        drop(handover);
        assert!(!path.parent().unwrap().exists());
    }
}
