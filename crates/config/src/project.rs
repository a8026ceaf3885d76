//! Loading a project.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::document::{self, Contents, Defaults};
use crate::error::{ConfigError, Problem, shown};
use crate::graph::Graph;
use crate::id::{Kind, KomId};
use crate::inputs::ProjectInputs;
use crate::kom_path::{Collector, Limits, is_inside, outside};
use crate::location::Location;
use crate::project_config::{self, ProjectConfig, WrittenPaths};
use crate::single_file;
use crate::yaml::Position;

/// A project: where it is and what it declares. Choose from it by [`Project::select_cluster`] and
/// [`Project::select_app`].
#[derive(Clone)]
pub struct Project {
    /// Its root.
    pub root: PathBuf,
    /// Its directory, `.kompox/` in the root unless another one was named.
    pub dir: PathBuf,
    /// What `config.yml` in that directory says.
    pub config: ProjectConfig,
    pub(crate) graph: Graph,
    pub(crate) default: DefaultChoice,
    /// Where declarations were looked for, as messages show it.
    pub(crate) looked_in: Vec<PathBuf>,
}

/// Without the declarations: a compose document may have secrets in it.
impl fmt::Debug for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Project")
            .field("root", &self.root)
            .field("dir", &self.dir)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// What is meant when no flag says it.
#[derive(Debug, Clone, Default)]
pub(crate) struct DefaultChoice {
    pub(crate) app: Option<KomId>,
    /// Where `Defaults.spec.appId` says so: `kompoxapp.yml:3`.
    pub(crate) app_said_at: Option<String>,
    pub(crate) cluster: Option<KomId>,
}

impl Project {
    /// Finds and loads the project that the inputs name.
    ///
    /// # Errors
    ///
    /// There is none ([`ConfigError::NoProject`]); an input is wrong ([`ConfigError::Input`]); or files are wrong
    /// ([`ConfigError::Invalid`], with all that is wrong with all of them).
    pub fn load(inputs: &ProjectInputs) -> Result<Self, ConfigError> {
        let location = Location::find(inputs)?;
        let mut problems = Vec::new();
        let (config, written) = project_config::read(&location, &mut problems);

        let mut files = Files::new(&location);
        let app_defaults = files.read_app(inputs)?;
        let app_documents = files.documents.documents.len();
        files.read_paths(inputs, app_defaults.as_ref(), &written)?;
        problems.append(&mut files.collector.problems);
        let Files {
            documents: mut contents,
            mut looked_in,
            ..
        } = files;

        let mut default = DefaultChoice::default();
        let only_app = only(
            contents.documents[..app_documents]
                .iter()
                .map(|document| &document.id),
        );
        match app_defaults.and_then(|defaults| defaults.app_id) {
            Some((id, at)) => {
                let file = shown(&location.base, &location.kom_app);
                default.app_said_at = Some(format!("{}:{}", file.display(), at.line));
                default.app = Some(id);
            }
            None => default.app = only_app,
        }
        // A file that could not be read may hold the parent that seems to be missing.
        let mut check_parents = !contents.unread;
        if contents.documents.is_empty() && contents.problems.is_empty() && problems.is_empty() {
            // It checks by itself that its sections belong together.
            check_parents = false;
            contents = read_single_file(inputs, &location, &mut looked_in)?;
            let id = |kind| {
                contents
                    .documents
                    .iter()
                    .map(|d| &d.id)
                    .find(|id| id.kind() == kind)
                    .cloned()
            };
            default.cluster = id(Kind::Cluster);
            default.app = default.app.or_else(|| id(Kind::App));
        }
        problems.append(&mut contents.problems);
        let graph = Graph::build(contents.documents, check_parents, &mut problems);
        if !problems.is_empty() {
            problems.sort();
            return Err(ConfigError::Invalid(problems));
        }
        let Location { root, dir, .. } = location;
        Ok(Self {
            root,
            dir,
            config,
            graph,
            default,
            looked_in,
        })
    }
}

/// The only app among the ids.
fn only<'i>(ids: impl Iterator<Item = &'i KomId>) -> Option<KomId> {
    let mut apps = ids.filter(|id| id.kind() == Kind::App);
    apps.next().filter(|_| apps.next().is_none()).cloned()
}

/// The KOM files of a project, as they are read one after the other.
struct Files<'l> {
    location: &'l Location,
    collector: Collector,
    documents: Contents,
    looked_in: Vec<PathBuf>,
    parsed: usize,
}

impl<'l> Files<'l> {
    fn new(location: &'l Location) -> Self {
        Self {
            location,
            collector: Collector::new(&location.base, Limits::default()),
            documents: Contents::default(),
            looked_in: Vec::new(),
            parsed: 0,
        }
    }

    /// Reads what was collected since the last time.
    fn parse(&mut self) {
        for source in &self.collector.sources[self.parsed..] {
            let mut contents = document::read(&source.shown, &source.text);
            self.documents.documents.append(&mut contents.documents);
            self.documents.defaults.append(&mut contents.defaults);
            self.documents.problems.append(&mut contents.problems);
            self.documents.unread |= contents.unread;
        }
        self.parsed = self.collector.sources.len();
    }

    fn look_in(&mut self, path: &Path) {
        self.looked_in.push(shown(&self.location.base, path));
    }

    /// Reads the app's KOM file, and the `Defaults` in it: those elsewhere are not acted on.
    fn read_app(&mut self, inputs: &ProjectInputs) -> Result<Option<Defaults>, ConfigError> {
        let path = &self.location.kom_app;
        self.look_in(path);
        if !path.is_file() {
            return match &inputs.kom_app {
                None => Ok(None),
                Some(_) => Err(ConfigError::Input {
                    what: "--kom-app",
                    value: path.display().to_string(),
                    reason: "is no file".to_owned(),
                }),
            };
        }
        self.collector.add(path, None);
        self.parse();
        let mut defaults = std::mem::take(&mut self.documents.defaults).into_iter();
        let first = defaults.next();
        if let (Some(first), Some(second)) = (&first, defaults.next()) {
            self.problem(
                path,
                second.at,
                format!("a second Defaults document, the first is on {}", first.at),
            );
        }
        Ok(first)
    }

    /// Reads the KOM paths that the first of these names: inputs, `Defaults`, `config.yml`; else `kom` in the
    /// project's directory.
    fn read_paths(
        &mut self,
        inputs: &ProjectInputs,
        defaults: Option<&Defaults>,
        config: &WrittenPaths,
    ) -> Result<(), ConfigError> {
        let location = self.location;
        if !inputs.kom_path.is_empty() {
            for path in &inputs.kom_path {
                let path = location.resolve(&location.base, path);
                if !path.exists() {
                    return Err(ConfigError::Input {
                        what: "--kom-path",
                        value: path.display().to_string(),
                        reason: "does not exist".to_owned(),
                    });
                }
                self.look_in(&path);
                self.collector.add(&path, None);
            }
        } else if let Some(paths) = defaults
            .map(|defaults| &defaults.kom_path)
            .filter(|paths| !paths.is_empty())
        {
            // The file may come with an app from elsewhere, so it must not make us read the rest of the disk.
            let inside = [location.root.clone(), location.dir.clone()];
            let from = location.kom_app.parent().unwrap_or(&location.base);
            self.read_written(&location.kom_app, from, paths, Some(&inside));
        } else if !config.is_empty() {
            self.read_written(
                &location.dir.join("config.yml"),
                &location.root,
                config,
                None,
            );
        } else {
            let path = location.dir.join("kom");
            self.look_in(&path);
            if path.exists() {
                self.collector.add(&path, None);
            }
        }
        self.parse();
        Ok(())
    }

    /// Reads the KOM paths that are written in `file`.
    fn read_written(
        &mut self,
        file: &Path,
        from: &Path,
        paths: &WrittenPaths,
        inside: Option<&[PathBuf]>,
    ) {
        for (text, at) in paths {
            let path = self.location.resolve(from, Path::new(text));
            self.look_in(&path);
            if !path.exists() {
                self.problem(file, *at, format!("the KOM path `{text}` does not exist"));
            } else if let Some(inside) = inside.filter(|inside| !is_inside(&path, inside)) {
                self.problem(
                    file,
                    *at,
                    format!("the KOM path `{text}` {}", outside(inside)),
                );
            } else {
                self.collector.add(&path, inside);
            }
        }
    }

    fn problem(&mut self, file: &Path, at: Position, message: String) {
        let file = shown(&self.location.base, file);
        self.collector.problems.push(Problem {
            file,
            at: Some(at),
            message,
        });
    }
}

/// Reads `kompoxops.yml`, which must be there when it was asked for.
fn read_single_file(
    inputs: &ProjectInputs,
    location: &Location,
    looked_in: &mut Vec<PathBuf>,
) -> Result<Contents, ConfigError> {
    let refused = |reason: &str| {
        Err(ConfigError::Input {
            what: "--db-url",
            value: inputs.db_url.clone().unwrap_or_default(),
            reason: reason.to_owned(),
        })
    };
    let Some(path) = &location.single_file else {
        return refused("is not of the form `file:PATH`");
    };
    let file = shown(&location.base, path);
    looked_in.push(file.clone());
    if !path.exists() {
        return match inputs.db_url {
            None => Ok(Contents::default()),
            Some(_) => refused("names no file, and there are no KOM documents"),
        };
    }
    Ok(match project_config::read_text(path) {
        Ok(text) => single_file::read(&file, &text),
        Err(message) => {
            let problems = vec![Problem {
                file,
                at: None,
                message,
            }];
            Contents {
                problems,
                ..Contents::default()
            }
        }
    })
}
