//! `.kompox/config.yml`: settings of the tool, not of what it manages.

use std::path::PathBuf;

use crate::decode::Reader;
use crate::error::{Problem, shown};
use crate::kom_path::{Limits, read_at_most};
use crate::location::Location;
use crate::yaml::{self, Position};

/// What `.kompox/config.yml` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectConfig {
    /// How to log.
    pub logging: Logging,
}

/// How to log; flags and the environment win over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logging {
    /// Where log files go: `<dir>/logs` when the file says nothing. A relative one starts at the root.
    pub dir: PathBuf,
    /// The format of log lines.
    pub format: Option<LogFormat>,
    /// The least level that is logged, in lower case: `trace`, `debug`, `info`, `warn`, `error` or `off`.
    pub level: Option<String>,
    /// How many days log files are kept: 7 when the file says nothing.
    pub retention_days: u32,
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Human,
}

/// KOM paths and where they are written.
pub(crate) type WrittenPaths = Vec<(String, Position)>;

/// Reads the file, which may be absent.
pub(crate) fn read(
    location: &Location,
    problems: &mut Vec<Problem>,
) -> (ProjectConfig, WrittenPaths) {
    let path = location.dir.join("config.yml");
    let mut reader = Reader::new(shown(&location.base, &path));
    let text = if path.exists() {
        read_text(&path)
    } else {
        Ok(String::new())
    };
    let mut documents = Vec::new();
    match text.map(|text| yaml::parse(&text)) {
        Ok(Ok(nodes)) => documents = nodes,
        Ok(Err(error)) => reader.problem(error.at, error.message),
        Err(message) => problems.push(Problem {
            file: shown(&location.base, &path),
            at: None,
            message,
        }),
    }
    let root = match documents.first() {
        Some(node) => reader.root(node),
        None => crate::decode::Fields::absent(),
    };
    reader.text(&root, "version");
    let store = reader.mapping(&root, "store");
    reader.string(&store, "type");
    let kom_path = reader.one_or_more(&root, "komPath");
    let logging = reader.mapping(&root, "logging");
    let dir = reader
        .string(&logging, "dir")
        .unwrap_or_else(|| "$KOMPOX_DIR/logs".to_owned());
    let formats = [("json", LogFormat::Json), ("human", LogFormat::Human)];
    let levels = ["trace", "debug", "info", "warn", "error", "off"].map(|level| (level, level));
    let config = ProjectConfig {
        logging: Logging {
            dir: location.resolve(&location.root, dir.as_ref()),
            format: reader.word(&logging, "format", &formats),
            level: reader.word(&logging, "level", &levels).map(str::to_owned),
            retention_days: reader.integer(&logging, "retentionDays", 0).unwrap_or(7),
        },
    };
    problems.append(&mut reader.problems);
    (config, kom_path)
}

/// The text of one file, bounded as every other.
pub(crate) fn read_text(path: &std::path::Path) -> Result<String, String> {
    let limit = Limits::default().file_bytes;
    match read_at_most(path, limit) {
        Ok(Some(bytes)) => String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned()),
        Ok(None) => Err(format!("is larger than {} MiB", limit >> 20)),
        Err(error) => Err(format!("cannot be read: {error}")),
    }
}
