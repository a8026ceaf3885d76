//! KOM paths: files and directories that hold KOM documents.
//!
//! A KOM path may be a whole repository, so what never holds documents is skipped, and what is read is bounded.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{Problem, shown};

/// Directories that are not entered.
const SKIPPED: [&str; 8] = [
    ".git",
    ".github",
    "node_modules",
    "vendor",
    ".direnv",
    ".venv",
    "dist",
    "build",
];

/// How much is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Files.
    pub(crate) files: usize,
    /// Bytes of one file.
    pub(crate) file_bytes: u64,
    /// Bytes of all files.
    pub(crate) total_bytes: u64,
    /// Directories below a KOM path, one in the other.
    pub(crate) depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            files: 5000,
            file_bytes: 2 << 20,
            total_bytes: 32 << 20,
            depth: 10,
        }
    }
}

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its path, as messages show it.
    pub(crate) shown: PathBuf,
    /// What is in it.
    pub(crate) text: String,
}

/// Reads files, each of them once however many paths lead to it.
#[derive(Debug)]
pub(crate) struct Collector {
    base: PathBuf,
    limits: Limits,
    seen: HashSet<PathBuf>,
    bytes: u64,
    full: bool,
    pub(crate) sources: Vec<Source>,
    pub(crate) problems: Vec<Problem>,
}

impl Collector {
    /// A collector whose messages show paths relative to `base`.
    pub(crate) fn new(base: &Path, limits: Limits) -> Self {
        Self {
            base: base.to_owned(),
            limits,
            seen: HashSet::new(),
            bytes: 0,
            full: false,
            sources: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn problem(&mut self, path: &Path, message: impl Into<String>) {
        let file = shown(&self.base, path);
        self.problems.push(Problem {
            file,
            at: None,
            message: message.into(),
        });
    }

    fn unreadable(&mut self, path: &Path, error: &io::Error) {
        self.problem(path, format!("cannot be read: {error}"));
    }

    /// Reads what a KOM path names: a file, or the `.yml` and `.yaml` files of a directory and of those below.
    /// With `inside`, nothing is read that is in none of these directories, links resolved.
    pub(crate) fn add(&mut self, path: &Path, inside: Option<&[PathBuf]>) {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => self.walk(path, inside),
            Ok(_) => self.read(path, inside),
            Err(error) => self.unreadable(path, &error),
        }
    }

    fn walk(&mut self, top: &Path, inside: Option<&[PathBuf]>) {
        let mut directories = vec![(top.to_owned(), 0)];
        while let Some((directory, depth)) = directories.pop() {
            if self.full {
                return;
            }
            if depth > self.limits.depth {
                let limit = self.limits.depth;
                self.problem(
                    &directory,
                    format!("is more than {limit} directories below a KOM path"),
                );
                continue;
            }
            let entries =
                fs::read_dir(&directory).and_then(Iterator::collect::<io::Result<Vec<_>>>);
            let mut entries = match entries {
                Ok(entries) => entries,
                Err(error) => {
                    self.unreadable(&directory, &error);
                    continue;
                }
            };
            // From last to first, so that directories leave the stack in order.
            entries.sort_by_key(|entry| std::cmp::Reverse(entry.file_name()));
            let mut files = Vec::new();
            for entry in entries {
                let path = entry.path();
                // The type of a link is `link`: a directory behind one is not entered, so there are no loops.
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => {
                        if !SKIPPED.iter().any(|name| entry.file_name() == *name) {
                            directories.push((path, depth + 1));
                        }
                    }
                    Ok(_) if is_yaml(&path) && path.is_file() => files.push(path),
                    Ok(_) => {}
                    Err(error) => self.unreadable(&path, &error),
                }
            }
            for file in files.iter().rev() {
                self.read(file, inside);
            }
        }
    }

    fn seen_before(&mut self, path: &Path) -> bool {
        let canonical = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        !self.seen.insert(canonical)
    }

    fn read(&mut self, path: &Path, inside: Option<&[PathBuf]>) {
        if self.full {
            return;
        }
        if let Some(allowed) = inside
            && !is_inside(path, allowed)
        {
            self.problem(path, outside(allowed));
            return;
        }
        if self.seen_before(path) {
            return;
        }
        if self.sources.len() == self.limits.files {
            self.full = true;
            let limit = self.limits.files;
            self.problem(
                path,
                format!("is one file too many: KOM paths may hold {limit}; name narrower ones"),
            );
            return;
        }
        match read_at_most(path, self.limits.file_bytes) {
            Err(error) => self.unreadable(path, &error),
            Ok(None) => {
                let limit = self.limits.file_bytes >> 20;
                self.problem(path, format!("is larger than {limit} MiB"));
            }
            Ok(Some(bytes)) => {
                self.bytes += bytes.len() as u64;
                if self.bytes > self.limits.total_bytes {
                    self.full = true;
                    let limit = self.limits.total_bytes >> 20;
                    self.problem(
                        path,
                        format!(
                            "brings the files of the KOM paths over {limit} MiB; name narrower ones"
                        ),
                    );
                    return;
                }
                match String::from_utf8(bytes) {
                    Ok(text) => self.sources.push(Source {
                        shown: shown(&self.base, path),
                        text,
                    }),
                    Err(_) => self.problem(path, "is not UTF-8 text"),
                }
            }
        }
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yml" || extension == "yaml")
}

/// Whether a path, links resolved, is in one of the directories. What is not there is nowhere.
pub(crate) fn is_inside(path: &Path, directories: &[PathBuf]) -> bool {
    path.canonicalize().is_ok_and(|path| {
        directories
            .iter()
            .filter_map(|directory| directory.canonicalize().ok())
            .any(|directory| path.starts_with(directory))
    })
}

/// What to say of a path that is in none of the directories.
pub(crate) fn outside(directories: &[PathBuf]) -> String {
    let directories: Vec<String> = directories
        .iter()
        .map(|directory| directory.display().to_string())
        .collect();
    format!("is outside of {}", directories.join(" and "))
}

/// The bytes of a file, `None` when there are more of them.
pub(crate) fn read_at_most(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

#[cfg(test)]
mod tests;
