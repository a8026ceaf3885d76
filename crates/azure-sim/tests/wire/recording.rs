//! Recorded exchanges as they are kept in `data/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

/// One file of exchanges, in the order of time.
#[derive(Debug)]
pub(crate) struct Recording {
    /// `area/file`, without an ending.
    pub(crate) name: String,
    pub(crate) exchanges: Vec<Exchange>,
}

/// A request and its answer. `provenance` and `note` are for who reads the file.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Exchange {
    pub(crate) source: String,
    pub(crate) request: Request,
    pub(crate) response: Response,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) body: Value,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Response {
    /// Not shown in some texts that people pasted.
    pub(crate) status: Option<u16>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

/// Who wrote an exchange down, and thereby what of it was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recorder {
    AzureCli,
    ServiceOperator,
    DeveloperCli,
    PowerShell,
    /// Somebody's text in an issue, a unit test's sample, or an example of the specification: no headers.
    Text,
}

impl Recording {
    /// The same with other texts in the place of some.
    pub(crate) fn with(&self, replace: &BTreeMap<String, String>) -> Self {
        let mut exchanges = self.exchanges.clone();
        for body in exchanges
            .iter_mut()
            .flat_map(|exchange| [&mut exchange.request.body, &mut exchange.response.body])
        {
            let mut text = body.to_string();
            for (old, new) in replace {
                text = text.replace(old, new);
            }
            *body = serde_json::from_str(&text).unwrap();
        }
        Self {
            name: self.name.clone(),
            exchanges,
        }
    }
}

impl Exchange {
    pub(crate) fn recorder(&self) -> Recorder {
        let kept_by = |prefix: &str| self.source.starts_with(prefix);
        if kept_by("Azure/azure-cli") {
            Recorder::AzureCli
        } else if kept_by("Azure/azure-service-operator") {
            Recorder::ServiceOperator
        } else if kept_by("Azure/azure-dev ") && self.source.contains("/recordings/") {
            Recorder::DeveloperCli
        } else if kept_by("Azure/azure-powershell src/") {
            Recorder::PowerShell
        } else {
            Recorder::Text
        }
    }

    /// Whether there is a request that can be sent: pasted texts show none, or one with its names blotted out.
    pub(crate) fn has_request(&self) -> bool {
        let url = &self.request.url;
        let blotted = ["<REDACTED>", "***", "xxx"];
        !url.is_empty() && !blotted.iter().any(|blot| url.contains(blot))
    }
}

impl Request {
    /// The absolute URL; one recorder leaves the host out.
    pub(crate) fn absolute(&self) -> String {
        if self.url.starts_with('/') {
            format!("https://management.azure.com{}", self.url)
        } else {
            self.url.clone()
        }
    }
}

/// A directory beside this file.
pub(crate) fn directory(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/wire")
        .join(name)
}

/// The JSON files of a directory by their names without an ending, in alphabetical order.
pub(crate) fn files(directory: &Path) -> Vec<(String, PathBuf)> {
    let mut files: Vec<(String, PathBuf)> = fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .map(|path| {
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (stem, path)
        })
        .collect();
    files.sort();
    files
}

/// Reads a JSON file.
pub(crate) fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All recordings, by area and file.
pub(crate) fn all() -> Vec<Recording> {
    let data = directory("data");
    let mut areas: Vec<PathBuf> = fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    areas.sort();
    areas
        .iter()
        .flat_map(|area| {
            let area_name = area.file_name().unwrap().to_str().unwrap().to_owned();
            files(area).into_iter().map(move |(name, path)| Recording {
                name: format!("{area_name}/{name}"),
                exchanges: read(&path),
            })
        })
        .collect()
}
