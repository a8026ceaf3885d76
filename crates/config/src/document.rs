//! KOM documents: what they are and what identifies them.

use std::path::{Path, PathBuf};

use kompox_model::{App, Cluster, Provider, Workspace};

use crate::decode::{Fields, Reader};
use crate::error::Problem;
use crate::id::{Kind, KomId};
use crate::spec;
use crate::yaml::{self, Node, Position};

const GROUP: &str = "ops.kompox.dev";
const API_VERSION: &str = "ops.kompox.dev/v1alpha1";
const ID_ANNOTATION: &str = "ops.kompox.dev/id";

/// A KOM document with an id.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) file: PathBuf,
    pub(crate) at: Position,
    pub(crate) id: KomId,
    pub(crate) resource: Resource,
}

/// What a document declares.
#[derive(Debug, Clone)]
pub(crate) enum Resource {
    Workspace(Workspace),
    Provider(Provider),
    Cluster(Cluster),
    App(App),
    /// Accepted and not acted on.
    Box,
    /// A document whose kind is not that of its id; it only keeps others from missing it.
    Mismatched,
}

/// A `Defaults` document.
#[derive(Debug)]
pub(crate) struct Defaults {
    pub(crate) at: Position,
    pub(crate) app_id: Option<(KomId, Position)>,
    pub(crate) kom_path: Vec<(String, Position)>,
}

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) documents: Vec<Document>,
    pub(crate) defaults: Vec<Defaults>,
    pub(crate) problems: Vec<Problem>,
    /// The file is no YAML, so it may declare what is not known.
    pub(crate) unread: bool,
}

/// Reads the documents of a file. Documents of other API groups are none of ours.
pub(crate) fn read(file: &Path, text: &str) -> Contents {
    let nodes = match yaml::parse(text) {
        Ok(nodes) => nodes,
        Err(error) => {
            let problem = Problem {
                file: file.to_owned(),
                at: Some(error.at),
                message: error.message,
            };
            return Contents {
                problems: vec![problem],
                unread: true,
                ..Contents::default()
            };
        }
    };
    let mut reader = Reader::new(file.to_owned());
    let mut contents = Contents::default();
    for node in nodes.iter().filter(|node| node.mapping().is_some()) {
        read_document(&mut reader, file, node, &mut contents);
    }
    contents.problems = reader.problems;
    contents
}

fn read_document(reader: &mut Reader, file: &Path, node: &Node, contents: &mut Contents) {
    let root = reader.root(node);
    if !is_ours(reader, &root) {
        return;
    }
    let Some(kind_name) = reader.required(&root, "kind") else {
        return;
    };
    if kind_name == "Defaults" {
        let defaults = read_defaults(reader, &root, node.at);
        contents.defaults.push(defaults);
        return;
    }
    let Some(kind) = Kind::parse(&kind_name) else {
        let known: Vec<String> = Kind::ALL.iter().map(ToString::to_string).collect();
        let message = format!(
            "unknown kind `{kind_name}`; expected one of {}, Defaults",
            known.join(", ")
        );
        reader.problem(root.at("kind"), message);
        return;
    };
    let metadata = reader.mapping(&root, "metadata");
    let name = reader.required(&metadata, "name");
    let Some(id) = read_id(reader, &metadata, kind) else {
        return;
    };
    if let Some(name) = name.filter(|name| name != id.name()) {
        let message = format!(
            "`metadata.name` is `{name}`, but the id `{id}` ends in `{}`",
            id.name()
        );
        reader.problem(metadata.at("name"), message);
    }
    let resource = if id.kind() == kind {
        let spec = reader.mapping(&root, "spec");
        read_resource(reader, &spec, &id)
    } else {
        Resource::Mismatched
    };
    contents.documents.push(Document {
        file: file.to_owned(),
        at: node.at,
        id,
        resource,
    });
}

/// Whether a document is a KOM document. One without `apiVersion` is somebody else's YAML, unless it has a kind of
/// ours.
fn is_ours(reader: &mut Reader, root: &Fields<'_>) -> bool {
    match root.get("apiVersion").map(Node::string) {
        Some(Some(API_VERSION)) => true,
        Some(Some(version)) if version.split('/').next() == Some(GROUP) => {
            let message = format!("`apiVersion` is `{version}`; expected `{API_VERSION}`");
            reader.problem(root.at("apiVersion"), message);
            false
        }
        Some(_) => false,
        None => {
            let kind = root.get("kind").and_then(Node::string).unwrap_or_default();
            if kind == "Defaults" || Kind::parse(kind).is_some() {
                let message =
                    format!("`apiVersion` is missing; expected `{API_VERSION}` for kind `{kind}`");
                reader.problem(root.at("apiVersion"), message);
            }
            false
        }
    }
}

fn read_id(reader: &mut Reader, metadata: &Fields<'_>, kind: Kind) -> Option<KomId> {
    let annotations = reader.mapping(metadata, "annotations");
    let at = annotations.at(ID_ANNOTATION);
    if annotations.get(ID_ANNOTATION).is_none() {
        let shape = kind.shape();
        reader.problem(
            at,
            format!("the annotation `{ID_ANNOTATION}` is missing; a {kind}'s looks like {shape}"),
        );
        return None;
    }
    let text = reader.string(&annotations, ID_ANNOTATION)?;
    match KomId::parse(&text) {
        Err(reason) => {
            reader.problem(at, format!("the id `{text}` {reason}"));
            None
        }
        Ok(id) => {
            if id.kind() != kind {
                let (other, shape) = (id.kind(), kind.shape());
                reader.problem(
                    at,
                    format!("the id `{id}` is a {other}'s; a {kind}'s looks like {shape}"),
                );
            }
            Some(id)
        }
    }
}

fn read_resource(reader: &mut Reader, spec: &Fields<'_>, id: &KomId) -> Resource {
    let name = id.name();
    match id.kind() {
        Kind::Workspace => Resource::Workspace(Workspace::new(name)),
        Kind::Provider => Resource::Provider(spec::provider(reader, spec, name)),
        Kind::Cluster => Resource::Cluster(spec::cluster(reader, spec, name)),
        Kind::App => Resource::App(spec::app(reader, spec, name)),
        Kind::Box => Resource::Box,
    }
}

fn read_defaults(reader: &mut Reader, root: &Fields<'_>, at: Position) -> Defaults {
    let spec = reader.mapping(root, "spec");
    let app_id = reader
        .string(&spec, "appId")
        .filter(|text| !text.is_empty())
        .and_then(|text| {
            let at = spec.at("appId");
            match KomId::parse(&text) {
                Ok(id) if id.kind() == Kind::App => Some((id, at)),
                Ok(id) => {
                    let message = format!(
                        "`spec.appId` is `{text}`, a {}'s id; an App's looks like {}",
                        id.kind(),
                        Kind::App.shape()
                    );
                    reader.problem(at, message);
                    None
                }
                Err(reason) => {
                    reader.problem(at, format!("`spec.appId` is `{text}`, which {reason}"));
                    None
                }
            }
        });
    Defaults {
        at,
        app_id,
        kom_path: reader.one_or_more(&spec, "komPath"),
    }
}

#[cfg(test)]
mod tests;
