//! Documents as a tree: ids are unique and every parent is there.

use std::collections::BTreeMap;

use kompox_model::{App, Cluster, Provider, Workspace};

use crate::document::{Document, Resource};
use crate::error::Problem;
use crate::id::{Kind, KomId};

/// All that a project declares, by id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Graph(BTreeMap<KomId, Resource>);

impl Graph {
    /// Builds the tree, noting what does not fit. With `check_parents` every document but a
    /// workspace must have one.
    pub(crate) fn build(
        documents: Vec<Document>,
        check_parents: bool,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut known: BTreeMap<KomId, Document> = BTreeMap::new();
        for document in documents {
            match known.get(&document.id) {
                Some(first) => problems.push(Problem {
                    message: format!(
                        "the id `{}` is declared twice, first in {}:{}",
                        document.id,
                        first.file.display(),
                        first.at.line
                    ),
                    file: document.file,
                    at: Some(document.at),
                }),
                None => {
                    known.insert(document.id.clone(), document);
                }
            }
        }
        for document in known.values().filter(|_| check_parents) {
            let Some(parent) = document
                .id
                .parent()
                .filter(|parent| !known.contains_key(parent))
            else {
                continue;
            };
            let kind = parent.kind();
            problems.push(Problem {
                file: document.file.clone(),
                at: Some(document.at),
                message: format!(
                    "`{}` has no parent: no {kind} document has the id `{parent}`",
                    document.id
                ),
            });
        }
        Self(
            known
                .into_iter()
                .map(|(id, document)| (id, document.resource))
                .collect(),
        )
    }

    pub(crate) fn ids(&self, kind: Kind) -> impl Iterator<Item = &KomId> {
        self.0.keys().filter(move |id| id.kind() == kind)
    }

    pub(crate) fn workspace(&self, id: &KomId) -> Option<&Workspace> {
        match self.0.get(id)? {
            Resource::Workspace(workspace) => Some(workspace),
            _ => None,
        }
    }

    pub(crate) fn provider(&self, id: &KomId) -> Option<&Provider> {
        match self.0.get(id)? {
            Resource::Provider(provider) => Some(provider),
            _ => None,
        }
    }

    pub(crate) fn cluster(&self, id: &KomId) -> Option<&Cluster> {
        match self.0.get(id)? {
            Resource::Cluster(cluster) => Some(cluster),
            _ => None,
        }
    }

    pub(crate) fn app(&self, id: &KomId) -> Option<&App> {
        match self.0.get(id)? {
            Resource::App(app) => Some(app),
            _ => None,
        }
    }
}
