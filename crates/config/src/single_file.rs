//! `kompoxops.yml`, the older form: one workspace, provider, cluster and app in one file.

use std::path::Path;

use kompox_model::Workspace;

use crate::decode::{Fields, Reader};
use crate::document::{Contents, Document, Resource};
use crate::id::{KomId, name_flaw};
use crate::spec;
use crate::yaml;

/// Reads the file into the documents that it stands for.
pub(crate) fn read(file: &Path, text: &str) -> Contents {
    let mut reader = Reader::new(file.to_owned());
    let mut contents = Contents::default();
    match yaml::parse(text) {
        Ok(nodes) => match nodes.as_slice() {
            [] => {}
            [node] => {
                let root = reader.root(node);
                read_sections(&mut reader, file, &root, &mut contents);
            }
            [_, second, ..] => {
                reader.problem(second.at, "a second document; this file has only one");
            }
        },
        Err(error) => reader.problem(error.at, error.message),
    }
    contents.problems = reader.problems;
    contents
}

fn read_sections(reader: &mut Reader, file: &Path, root: &Fields<'_>, contents: &mut Contents) {
    reader.text(root, "version");
    let mut declare = |id: &KomId, section: &str, resource| {
        contents.documents.push(Document {
            file: file.to_owned(),
            at: root.at(section),
            id: id.clone(),
            resource,
        });
    };
    // Without a workspace the ids still need a first name.
    let mut id = KomId::root(Workspace::ABSENT);
    if let Some((name, _)) = section(reader, root, "workspace") {
        id = KomId::root(&name);
        declare(&id, "workspace", Resource::Workspace(Workspace::new(name)));
    }
    let provider = section(reader, root, "provider");
    let cluster = section(reader, root, "cluster");
    let app = section(reader, root, "app");
    for (child, parent, there) in [
        (
            "cluster",
            "provider",
            root.get("provider").is_some() || root.get("cluster").is_none(),
        ),
        (
            "app",
            "cluster",
            root.get("cluster").is_some() || root.get("app").is_none(),
        ),
    ] {
        if !there {
            reader.problem(
                root.at(child),
                format!("`{child}` needs `{parent}`, which is missing"),
            );
        }
    }
    let Some((name, fields)) = provider else {
        return;
    };
    id = id.child(&name);
    declare(
        &id,
        "provider",
        Resource::Provider(spec::provider(reader, &fields, &name)),
    );
    let Some((name, fields)) = cluster else {
        return;
    };
    id = id.child(&name);
    declare(
        &id,
        "cluster",
        Resource::Cluster(spec::cluster(reader, &fields, &name)),
    );
    let Some((name, fields)) = app else {
        return;
    };
    id = id.child(&name);
    declare(&id, "app", Resource::App(spec::app(reader, &fields, &name)));
}

/// A section that is there, and its name.
fn section<'n>(reader: &mut Reader, root: &Fields<'n>, key: &str) -> Option<(String, Fields<'n>)> {
    root.get(key)?;
    let fields = reader.mapping(root, key);
    fields.is_mapping().then_some(())?;
    let name = reader.required(&fields, "name")?;
    if let Some(flaw) = name_flaw(&name) {
        reader.problem(
            fields.at("name"),
            format!("`{key}.name` is `{name}`, which {flaw}"),
        );
        return None;
    }
    Some((name, fields))
}

/// The path that a `--db-url` of the form `file:PATH` names.
pub(crate) fn path_of_url(url: &str) -> Option<&str> {
    let path = url.strip_prefix("file:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    (!path.is_empty()).then_some(path)
}
