//! State in a directory: an append-only journal that several processes share.
//!
//! `state.jsonl` begins with a header line that names its generation; every further line is one transaction, an array
//! of records. A writer holds the lock file for the whole request, so transactions never interleave.
//! A process that was killed while appending leaves a line without an end, which nobody believes and the next
//! writer cuts off. When the journal has grown well beyond what it describes, it is written anew under another
//! generation and renamed into place: a reader has either the old file or the new one.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::resource::{Operation, Resource};

/// Which collection a change belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Table {
    /// Counters.
    Meta,
    /// Resources.
    Resource,
    /// Operations.
    Operation,
    /// The deployment engine's documents.
    Document,
}

/// One entry of a transaction; `None` says that the key is gone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Record {
    /// How many numbers were given out.
    #[serde(rename = "n")]
    Counter(u64),
    /// A resource by its key.
    #[serde(rename = "r")]
    Resource(String, Option<Box<Resource>>),
    /// An operation by its name.
    #[serde(rename = "o")]
    Operation(String, Option<Box<Operation>>),
    /// A document by its key.
    #[serde(rename = "d")]
    Document(String, Option<Value>),
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    generation: u64,
}

const FORMAT: u32 = 1;
/// Below this size a journal is never rewritten.
const SMALL: u64 = 1 << 20;

/// The journal of one state directory, as far as this process has read it.
#[derive(Debug)]
pub(crate) struct Journal {
    directory: PathBuf,
    lock: File,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    generation: u64,
    /// Where the next unread transaction starts.
    position: u64,
    /// The size right after the last rewrite.
    compact: u64,
}

/// What [`Journal::read`] found.
#[derive(Debug)]
pub(crate) enum News {
    /// Nothing that was not known.
    Nothing,
    /// Transactions of other processes.
    More(Vec<Record>),
    /// The journal was rewritten or is read for the first time: forget everything, then apply.
    Everything(Vec<Record>),
}

impl Journal {
    /// Opens (and creates) the state directory.
    pub(crate) fn open(directory: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(directory)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(directory.join("lock"))?;
        Ok(Self {
            directory: directory.to_owned(),
            lock,
            open: None,
        })
    }

    /// Waits until no other process is inside a request.
    pub(crate) fn lock(&self) -> io::Result<()> {
        self.lock.lock()
    }

    /// Lets the others in.
    pub(crate) fn unlock(&self) -> io::Result<()> {
        self.lock.unlock()
    }

    /// Forgets what was read, so that the next [`Journal::read`] starts from the beginning.
    pub(crate) fn forget(&mut self) {
        self.open = None;
    }

    fn path(&self) -> PathBuf {
        self.directory.join("state.jsonl")
    }

    /// Reads what others wrote since the last time. Call it under the lock.
    pub(crate) fn read(&mut self) -> io::Result<News> {
        let file = match File::open(self.path()) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Somebody removed the state: the world is empty again.
                let known = self.open.take().is_some();
                return Ok(if known {
                    News::Everything(Vec::new())
                } else {
                    News::Nothing
                });
            }
            Err(error) => return Err(error),
        };
        let mut reader = BufReader::new(file);
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line)?;
        let header: Header = serde_json::from_slice(&line)
            .map_err(|error| self.corrupt(&format!("its first line is no header: {error}")))?;
        if header.format != FORMAT {
            return Err(self.corrupt(&format!(
                "it has format {}, this simulator reads {FORMAT}",
                header.format
            )));
        }
        if let Some(open) = &mut self.open
            && open.generation == header.generation
        {
            let size = reader.get_ref().metadata()?.len();
            if size == open.position {
                return Ok(News::Nothing);
            }
            open.file.seek(SeekFrom::Start(open.position))?;
            let mut reader = BufReader::new(&open.file);
            let (records, read) = read_transactions(&mut reader)
                .map_err(|error| corrupt(&self.directory, &error.to_string()))?;
            open.position += read;
            return Ok(News::More(records));
        }
        let head = line.len() as u64;
        let (records, read) =
            read_transactions(&mut reader).map_err(|error| self.corrupt(&error.to_string()))?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(self.path())?;
        self.open = Some(Open {
            file,
            generation: header.generation,
            position: head + read,
            compact: head + read,
        });
        Ok(News::Everything(records))
    }

    /// Appends one transaction. Call it under the lock, after [`Journal::read`].
    pub(crate) fn append(&mut self, records: &[Record]) -> io::Result<()> {
        let Some(open) = &mut self.open else {
            return self.rewrite(records);
        };
        let mut line = serde_json::to_vec(records)?;
        line.push(b'\n');
        // A torn line of a killed process lies beyond what anybody believes.
        open.file.set_len(open.position)?;
        open.file.seek(SeekFrom::Start(open.position))?;
        open.file.write_all(&line)?;
        open.position += line.len() as u64;
        Ok(())
    }

    /// Whether the journal has grown so much that a rewrite pays.
    pub(crate) fn is_long(&self) -> bool {
        self.open
            .as_ref()
            .is_some_and(|open| open.position > SMALL && open.position > 4 * open.compact)
    }

    /// Writes the whole world anew. Call it under the lock.
    pub(crate) fn rewrite(&mut self, records: &[Record]) -> io::Result<()> {
        // Unique also after somebody removed the directory and another process made it again.
        let generation = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| {
                u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
            });
        let temporary = self.directory.join("state.jsonl.new");
        let mut bytes = serde_json::to_vec(&Header {
            format: FORMAT,
            generation,
        })?;
        bytes.push(b'\n');
        for chunk in records.chunks(256) {
            serde_json::to_writer(&mut bytes, chunk)?;
            bytes.push(b'\n');
        }
        let mut file = File::create(&temporary)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        drop(file);
        std::fs::rename(&temporary, self.path())?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(self.path())?;
        let size = bytes.len() as u64;
        self.open = Some(Open {
            file,
            generation,
            position: size,
            compact: size,
        });
        Ok(())
    }

    fn corrupt(&self, reason: &str) -> io::Error {
        corrupt(&self.directory, reason)
    }
}

fn corrupt(directory: &Path, reason: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!(
            "the simulator's state in {} cannot be read: {reason}; remove the directory to start anew",
            directory.display()
        ),
    )
}

/// Reads whole lines; what follows the last line end is not there.
fn read_transactions(reader: &mut impl BufRead) -> io::Result<(Vec<Record>, u64)> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    let end = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    let mut records = Vec::new();
    for line in bytes
        .get(..end)
        .unwrap_or_default()
        .split(|byte| *byte == b'\n')
    {
        if !line.is_empty() {
            let mut transaction: Vec<Record> = serde_json::from_slice(line)?;
            records.append(&mut transaction);
        }
    }
    Ok((records, end as u64))
}
