//! All names of a provider, of a cluster and of an app, from what a user declared.
//!
//! Whoever needs a name asks the scope that it belongs to; so no caller puts workspace, provider and app together in
//! the wrong order. Making a scope checks every name in it that depends on settings.

use kompox_model::{App, Cluster, Provider, Workspace};

use crate::resource::{self, workspace_name};
use crate::tags::{self, Tags};
use crate::{
    DiskName, NameError, ResourceGroupName, ResourcePrefix, ShortHash, SnapshotName, VolumeName,
};

/// The names of a provider.
#[derive(Debug, Clone)]
pub struct ProviderNames {
    workspace: String,
    provider: String,
    hash: ShortHash,
    prefix: ResourcePrefix,
}

impl ProviderNames {
    /// The names of `provider` in `workspace`.
    ///
    /// # Errors
    ///
    /// The provider's `AZURE_RESOURCE_PREFIX` cannot start an Azure name.
    pub fn new(workspace: Option<&Workspace>, provider: &Provider) -> Result<Self, NameError> {
        let workspace = workspace_name(workspace);
        let hash = ShortHash::provider(Some(workspace), &provider.name);
        Ok(Self {
            workspace: workspace.to_owned(),
            provider: provider.name.clone(),
            prefix: ResourcePrefix::from_settings(&provider.settings, &hash)?,
            hash,
        })
    }

    /// The workspace's name, `(nil)` where there is none.
    #[must_use]
    pub fn workspace_name(&self) -> &str {
        &self.workspace
    }

    /// The provider's name.
    #[must_use]
    pub fn provider_name(&self) -> &str {
        &self.provider
    }

    /// The provider's hash.
    #[must_use]
    pub fn hash(&self) -> &ShortHash {
        &self.hash
    }

    /// What the names of its Azure resources start with.
    #[must_use]
    pub fn prefix(&self) -> &ResourcePrefix {
        &self.prefix
    }

    /// The names of a cluster of this provider.
    ///
    /// # Errors
    ///
    /// Azure would refuse the name of its resource group.
    pub fn cluster(&self, cluster: &Cluster) -> Result<ClusterNames, NameError> {
        let hash = ShortHash::cluster(Some(&self.workspace), &self.provider, &cluster.name);
        Ok(ClusterNames {
            resource_group: ResourceGroupName::of_cluster(
                &cluster.settings,
                &self.prefix,
                &cluster.name,
                &hash,
            )?,
            tags: tags::cluster_tags(&self.workspace, &self.provider, &cluster.name, &hash),
            hash,
        })
    }

    /// The names of an app of this provider, the same in each of its clusters.
    ///
    /// # Errors
    ///
    /// Azure would refuse the name of its resource group.
    pub fn app(&self, app: &App) -> Result<AppNames, NameError> {
        let hash = ShortHash::app(Some(&self.workspace), &self.provider, &app.name);
        Ok(AppNames {
            resource_group: ResourceGroupName::of_app(
                &app.settings,
                &self.prefix,
                &app.name,
                &hash,
            )?,
            tags: tags::app_tags(&self.workspace, &self.provider, &app.name, &hash),
            provider: self.clone(),
            app: app.name.clone(),
            hash,
        })
    }
}

/// The names of a cluster.
#[derive(Debug, Clone)]
pub struct ClusterNames {
    hash: ShortHash,
    resource_group: ResourceGroupName,
    tags: Tags,
}

impl ClusterNames {
    /// The cluster's hash.
    #[must_use]
    pub fn hash(&self) -> &ShortHash {
        &self.hash
    }

    /// Its resource group. Spec: §2.3.
    #[must_use]
    pub fn resource_group(&self) -> &ResourceGroupName {
        &self.resource_group
    }

    /// The subscription-scope deployment that makes it: named as its resource group, or, since a deployment name has
    /// at most 64 characters, the first 57 of that, `-` and a hash of the whole. Spec: §6.1a.
    #[must_use]
    pub fn deployment(&self) -> String {
        resource::deployment(&self.resource_group)
    }

    /// The managed cluster: `aks-{hash}`.
    #[must_use]
    pub fn managed_cluster(&self) -> String {
        format!("aks-{}", self.hash)
    }

    /// The tags of its resources. Spec: §4.2.
    #[must_use]
    pub fn tags(&self) -> &Tags {
        &self.tags
    }
}

/// The names of an app.
#[derive(Debug, Clone)]
pub struct AppNames {
    provider: ProviderNames,
    app: String,
    hash: ShortHash,
    resource_group: ResourceGroupName,
    tags: Tags,
}

impl AppNames {
    /// The app's hash, the same in every cluster.
    #[must_use]
    pub fn hash(&self) -> &ShortHash {
        &self.hash
    }

    /// The hash of the app in one cluster.
    #[must_use]
    pub fn instance_hash(&self, cluster: &str) -> ShortHash {
        ShortHash::app_instance(
            Some(&self.provider.workspace),
            &self.provider.provider,
            cluster,
            &self.app,
        )
    }

    /// Its resource group. Spec: §2.4.
    #[must_use]
    pub fn resource_group(&self) -> &ResourceGroupName {
        &self.resource_group
    }

    /// A new disk of it. An existing one is addressed by the id that listing returned. Spec: §2.5.
    #[must_use]
    pub fn disk(&self, volume: &VolumeName, disk: &DiskName) -> String {
        resource::disk(&self.provider.prefix, volume, disk, &self.hash)
    }

    /// A new snapshot of it. An existing one is addressed by the id that listing returned. Spec: §2.6.
    #[must_use]
    pub fn snapshot(&self, volume: &VolumeName, snapshot: &SnapshotName) -> String {
        resource::snapshot(&self.provider.prefix, volume, snapshot, &self.hash)
    }

    /// Its storage account, `k4x{provider hash}{app hash}`: 15 characters, whatever the prefix. Spec: §2.7.
    #[must_use]
    pub fn storage_account(&self) -> String {
        format!("k4x{}{}", self.provider.hash, self.hash)
    }

    /// Its Kubernetes namespace, `k4x-{provider hash}-{app}-{app hash}`.
    ///
    /// # Errors
    ///
    /// Kubernetes would refuse it: the app's name is longer than 45 characters or not a DNS-1123 label.
    pub fn namespace(&self) -> Result<String, NameError> {
        resource::namespace(&self.provider.hash, &self.app, &self.hash)
    }

    /// The tags of its resources. Spec: §4.3.
    #[must_use]
    pub fn tags(&self) -> &Tags {
        &self.tags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider_names() -> ProviderNames {
        let workspace = Workspace::new("acme");
        ProviderNames::new(Some(&workspace), &Provider::new("azure-east", "aks")).unwrap()
    }

    #[test]
    fn names_equal_those_of_existing_installations() {
        let names = provider_names();
        assert_eq!(names.prefix().as_str(), "k4x-3hj1z5");

        let cluster = names.cluster(&Cluster::new("prod")).unwrap();
        assert_eq!(
            cluster.resource_group().as_str(),
            "k4x-3hj1z5_cls_prod_5lmloa"
        );
        assert_eq!(cluster.deployment(), "k4x-3hj1z5_cls_prod_5lmloa");
        assert_eq!(cluster.managed_cluster(), "aks-5lmloa");

        let app = names.app(&App::new("gitea")).unwrap();
        let volume = VolumeName::parse("data").unwrap();
        assert_eq!(app.resource_group().as_str(), "k4x-3hj1z5_app_gitea_3jkh6q");
        assert_eq!(
            app.disk(&volume, &DiskName::parse("d1").unwrap()),
            "k4x-3hj1z5_disk_data_d1_3jkh6q"
        );
        assert_eq!(
            app.snapshot(&volume, &SnapshotName::parse("s1").unwrap()),
            "k4x-3hj1z5_snap_data_s1_3jkh6q"
        );
        assert_eq!(app.storage_account(), "k4x3hj1z53jkh6q");
        assert_eq!(app.namespace().unwrap(), "k4x-3hj1z5-gitea-3jkh6q");
        assert_eq!(app.instance_hash("prod").as_str(), "6brai3");
    }

    #[test]
    fn a_long_group_name_is_cut_and_keeps_its_hash() {
        let app =
            App::new("a-very-long-application-name-that-goes-on-and-on-and-on-until-it-overflows");
        assert_eq!(
            provider_names()
                .app(&app)
                .unwrap()
                .resource_group()
                .as_str(),
            "k4x-3hj1z5_app_a-very-long-application-name-that-goes-on-and-on-a_36pim2"
        );
    }

    #[test]
    fn settings_choose_prefix_and_groups() {
        let mut provider = Provider::new("azure-east", "aks");
        provider.settings.insert("AZURE_RESOURCE_PREFIX", " corp ");
        let names = ProviderNames::new(None, &provider).unwrap();
        assert_eq!(names.workspace_name(), "(nil)");

        let mut cluster = Cluster::new("prod");
        assert!(
            names
                .cluster(&cluster)
                .unwrap()
                .resource_group()
                .as_str()
                .starts_with("corp_cls_prod_")
        );
        cluster
            .settings
            .insert("AZURE_RESOURCE_GROUP_NAME", "rg-prod");
        assert_eq!(
            names.cluster(&cluster).unwrap().resource_group().as_str(),
            "rg-prod"
        );
        assert_eq!(names.cluster(&cluster).unwrap().deployment(), "rg-prod");
    }

    #[test]
    fn a_name_that_azure_would_refuse_is_no_scope() {
        assert!(
            provider_names()
                .cluster(&Cluster::new("my cluster"))
                .is_err()
        );
        let mut provider = Provider::new("p", "aks");
        provider.settings.insert("AZURE_RESOURCE_PREFIX", "-x");
        assert!(ProviderNames::new(None, &provider).is_err());
    }
}
