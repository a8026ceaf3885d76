//! Which cluster and which app is meant.

use kompox_model::{App, Cluster, Provider, Workspace};

use crate::error::ConfigError;
use crate::id::{Kind, KomId};
use crate::project::Project;

/// How the command line names a cluster. The first that is given decides; nothing means the project's default.
#[derive(Debug, Clone, Default)]
pub struct ClusterSelector {
    /// `--cluster-id`: `/ws/<ws>/prv/<prv>/cls/<cls>`.
    pub id: Option<String>,
    /// `--cluster-name`, which must belong to one cluster only.
    pub name: Option<String>,
}

/// How the command line names an app. The first that is given decides; nothing means the project's default.
#[derive(Debug, Clone, Default)]
pub struct AppSelector {
    /// `-A`/`--app-id`: `/ws/<ws>/prv/<prv>/cls/<cls>/app/<app>`.
    pub id: Option<String>,
    /// `--app-name`, which must belong to one app only.
    pub name: Option<String>,
}

/// A cluster and what it belongs to.
#[derive(Debug, Clone)]
pub struct SelectedCluster {
    /// Its workspace; only a single-file project can be without one.
    pub workspace: Option<Workspace>,
    /// Its provider.
    pub provider: Provider,
    /// The cluster.
    pub cluster: Cluster,
    /// Its id: `/ws/<ws>/prv/<prv>/cls/<cls>`, with `(nil)` for an absent workspace.
    pub id: String,
}

/// An app and what it belongs to.
#[derive(Debug, Clone)]
pub struct SelectedApp {
    /// Its workspace; only a single-file project can be without one.
    pub workspace: Option<Workspace>,
    /// Its provider.
    pub provider: Provider,
    /// Its cluster.
    pub cluster: Cluster,
    /// The cluster's id.
    pub cluster_id: String,
    /// The app.
    pub app: App,
    /// Its id: `/ws/<ws>/prv/<prv>/cls/<cls>/app/<app>`, with `(nil)` for an absent workspace.
    pub id: String,
}

/// The flags that choose something of a kind.
struct Flags<'s> {
    kind: Kind,
    id: (&'static str, Option<&'s str>),
    name: (&'static str, Option<&'s str>),
}

impl Project {
    /// The cluster that is meant: the one that the selector names, else the default app's, else that of
    /// `kompoxops.yml`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NotSelected`]: none is named, it is not declared, or the name belongs to several. The message
    /// lists the ids to choose from.
    pub fn select_cluster(
        &self,
        selector: &ClusterSelector,
    ) -> Result<SelectedCluster, ConfigError> {
        let flags = Flags {
            kind: Kind::Cluster,
            id: ("--cluster-id", selector.id.as_deref()),
            name: ("--cluster-name", selector.name.as_deref()),
        };
        let id = match self.named(&flags)? {
            Some(id) => Some(id),
            None => self
                .default_app_cluster()?
                .or_else(|| self.default.cluster.clone()),
        };
        let id = id.ok_or_else(|| self.nothing_named(&flags))?;
        self.cluster(&id)
    }

    /// The app that is meant: the one that the selector names, else `Defaults.spec.appId`, else the only app in
    /// `kompoxapp.yml`, else that of `kompoxops.yml`.
    ///
    /// # Errors
    ///
    /// As [`Project::select_cluster`].
    pub fn select_app(&self, selector: &AppSelector) -> Result<SelectedApp, ConfigError> {
        let flags = Flags {
            kind: Kind::App,
            id: ("--app-id", selector.id.as_deref()),
            name: ("--app-name", selector.name.as_deref()),
        };
        let id = match self.named(&flags)? {
            Some(id) => id,
            None => self
                .default_app()?
                .cloned()
                .ok_or_else(|| self.nothing_named(&flags))?,
        };
        let missing = || ConfigError::NotSelected(format!("no App has the id `{id}`"));
        let app = self.graph.app(&id).cloned().ok_or_else(missing)?;
        let SelectedCluster {
            workspace,
            provider,
            cluster,
            id: cluster_id,
        } = self.cluster(&id.parent().ok_or_else(missing)?)?;
        Ok(SelectedApp {
            workspace,
            provider,
            cluster,
            cluster_id,
            app,
            id: id.to_string(),
        })
    }

    fn cluster(&self, id: &KomId) -> Result<SelectedCluster, ConfigError> {
        let missing = || ConfigError::NotSelected(format!("no Cluster has the id `{id}`"));
        let cluster = self.graph.cluster(id).cloned().ok_or_else(missing)?;
        let provider_id = id.parent().ok_or_else(missing)?;
        let provider = self
            .graph
            .provider(&provider_id)
            .cloned()
            .ok_or_else(missing)?;
        let workspace = provider_id
            .parent()
            .and_then(|id| self.graph.workspace(&id))
            .cloned();
        Ok(SelectedCluster {
            workspace,
            provider,
            cluster,
            id: id.to_string(),
        })
    }

    /// What the flags name.
    fn named(&self, flags: &Flags<'_>) -> Result<Option<KomId>, ConfigError> {
        let matching = |value: &str, of: fn(&KomId) -> String| -> Vec<KomId> {
            self.graph
                .ids(flags.kind)
                .filter(|id| of(id) == value)
                .cloned()
                .collect()
        };
        let ((flag, value), mut found) = match (flags.id, flags.name) {
            ((flag, Some(id)), _) => ((flag, id), matching(id, ToString::to_string)),
            (_, (flag, Some(name))) => ((flag, name), matching(name, |id| id.name().to_owned())),
            _ => return Ok(None),
        };
        match found.len() {
            1 => Ok(found.pop()),
            0 => Err(ConfigError::NotSelected(format!(
                "{flag} `{value}` is not declared; {}",
                self.declared(flags.kind)
            ))),
            _ => Err(ConfigError::NotSelected(format!(
                "{flag} `{value}` may be any of {}; choose one by {}",
                listed(found.iter()),
                flags.id.0
            ))),
        }
    }

    fn default_app(&self) -> Result<Option<&KomId>, ConfigError> {
        let Some(id) = &self.default.app else {
            return Ok(None);
        };
        match &self.default.app_said_at {
            Some(place) if self.graph.app(id).is_none() => Err(ConfigError::NotSelected(format!(
                "{place}: `spec.appId` is `{id}`, which is not declared; {}",
                self.declared(Kind::App)
            ))),
            _ => Ok(Some(id)),
        }
    }

    /// The cluster of the default app, which itself need not be declared.
    fn default_app_cluster(&self) -> Result<Option<KomId>, ConfigError> {
        match self.default.app.as_ref().and_then(KomId::parent) {
            Some(cluster) if self.graph.cluster(&cluster).is_some() => Ok(Some(cluster)),
            _ => Ok(self.default_app()?.and_then(KomId::parent)),
        }
    }

    fn nothing_named(&self, flags: &Flags<'_>) -> ConfigError {
        let kind = flags.kind.to_string().to_lowercase();
        ConfigError::NotSelected(if self.graph.ids(flags.kind).next().is_none() {
            let looked_in: Vec<String> = self
                .looked_in
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            format!(
                "no {kind} is declared: looked in {}; `kompoxops init` writes a project to start from",
                looked_in.join(", ")
            )
        } else {
            format!(
                "which {kind}? Give {} or {}, or set `spec.appId` of a Defaults document in the app's KOM file; {}",
                flags.id.0,
                flags.name.0,
                self.declared(flags.kind)
            )
        })
    }

    fn declared(&self, kind: Kind) -> String {
        if self.graph.ids(kind).next().is_none() {
            return format!("no {} is", kind.to_string().to_lowercase());
        }
        format!("declared: {}", listed(self.graph.ids(kind)))
    }
}

fn listed<'i>(ids: impl Iterator<Item = &'i KomId>) -> String {
    let ids: Vec<String> = ids.map(ToString::to_string).collect();
    ids.join(", ")
}
