//! What the statements have in common: where they happen.

use serde_json::{Map, Value, json};

use crate::{Azure, Deployment, DeploymentRequest, ResourceId, Tags};

/// Where the contract tests make things.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The subscription, a GUID. The caller owns it.
    pub subscription: String,
    /// A region with availability zones, normalised (`japaneast`).
    pub location: String,
    /// What the names of everything begin with; letters, digits and `-`, at most 20 characters.
    pub prefix: String,
}

impl Environment {
    pub(super) fn subscription(&self) -> ResourceId {
        ResourceId::subscription_scope(&self.subscription)
    }

    /// The id of a resource group of ours, which need not exist.
    pub(super) fn group(&self, name: &str) -> ResourceId {
        self.subscription().group(format!("{}-{name}", self.prefix))
    }

    /// A resource group of ours that is there and empty.
    pub(super) async fn empty_group(&self, azure: &Azure, name: &str) -> ResourceId {
        let group = self.group(name);
        azure.resource_groups.delete(&group).await.unwrap();
        azure
            .resource_groups
            .create_or_update(&group, &self.location, &Tags::new())
            .await
            .unwrap();
        group
    }
}

/// Tags from pairs.
pub(super) fn tags<const N: usize>(pairs: [(&str, &str); N]) -> Tags {
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

/// The id of a deployment at a scope.
pub(super) fn deployment_id(scope: &ResourceId, name: &str) -> ResourceId {
    scope.resource("Microsoft.Resources/deployments", name)
}

/// A request for a template of these resources and outputs, in a resource group and without parameters.
pub(super) fn request(resources: Value, outputs: Value) -> DeploymentRequest {
    let mut template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
    });
    template["resources"] = resources;
    template["outputs"] = outputs;
    DeploymentRequest {
        location: None,
        tags: Tags::new(),
        template,
        parameters: Map::new(),
    }
}

/// Deploys resources into a group.
pub(super) async fn deploy(
    azure: &Azure,
    group: &ResourceId,
    resources: Value,
    outputs: Value,
) -> Deployment {
    azure
        .deployments
        .create_or_update(&deployment_id(group, "stage"), &request(resources, outputs))
        .await
        .unwrap()
}

/// A user-assigned identity for a template: cheap, quick, and in every subscription.
pub(super) fn identity(name: &str) -> Value {
    json!({
        "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
        "apiVersion": "2023-01-31",
        "name": name,
        "location": "[resourceGroup().location]",
    })
}
