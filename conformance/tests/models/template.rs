//! The driver's template: what it deploys is a request too, with expressions in the place of values.

use azure_mgmt_authorization::package_2022_04_01::models as authorization;
use azure_mgmt_containerservice::package_preview_2023_01::models as aks;
use azure_mgmt_resources::package_resources_2021_04::models as resources;
use azure_mgmt_storage::package_2023_01::models as storage;
use kompox_conformance::{Difference, Kind, Model};
use serde_json::Value;

use crate::differences::EXCEPTIONS;

/// What a template says about a resource beside its body.
const NO_BODY: &[&str] = &[
    "apiVersion",
    "dependsOn",
    "name",
    "resourceGroup",
    "scope",
    "type",
];

/// The types that no model is known of.
const UNMODELLED: &[&str] = &[
    "Microsoft.Insights/diagnosticSettings",
    "Microsoft.KeyVault/vaults",
    "Microsoft.ManagedIdentity/userAssignedIdentities",
    "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
    "Microsoft.OperationalInsights/workspaces",
];

/// The variables that node pools are put together of.
const POOLS: &[&str] = &["everyPool", "systemPool", "spot", "userPool"];

fn model(resource_type: &str) -> Option<Model> {
    Some(match resource_type {
        "Microsoft.Authorization/roleAssignments" => {
            Model::of::<authorization::RoleAssignmentCreateParameters>()
        }
        "Microsoft.ContainerService/managedClusters" => Model::of::<aks::ManagedCluster>(),
        "Microsoft.Resources/deployments" => Model::of::<resources::Deployment>(),
        "Microsoft.Resources/resourceGroups" => Model::of::<resources::ResourceGroup>(),
        "Microsoft.Storage/storageAccounts" => {
            Model::of::<storage::StorageAccountCreateParameters>()
        }
        _ => return None,
    })
}

/// Differences that are neither excepted nor due to an expression in the place of a value.
fn differences(model: &Model, body: &Value, api_version: &str) -> Vec<Difference> {
    let expression = |difference: &Difference| {
        let pointer = format!("/{}", difference.path);
        let value = body.pointer(&pointer).and_then(Value::as_str);
        match &difference.kind {
            Kind::Unreadable(_) | Kind::UnknownValue(_) => {
                value.is_some_and(|value| value.starts_with('['))
            }
            // In the place of which there was an expression.
            Kind::Missing => value.is_some(),
            _ => false,
        }
    };
    let mut differences = model.differences(body);
    differences.retain(|difference| {
        !expression(difference)
            && !EXCEPTIONS
                .iter()
                .any(|known| known.covers(difference, Some(api_version)))
    });
    differences.into_iter().collect()
}

/// The resources of a template and of the templates in it.
fn resources_of(template: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    let listed = match &template["resources"] {
        Value::Array(items) => items.clone(),
        Value::Object(members) => members.values().cloned().collect(),
        other => panic!("no resources: {other}"),
    };
    for resource in listed {
        if resource["type"] == "Microsoft.Resources/deployments" {
            found.extend(resources_of(&resource["properties"]["template"]));
        }
        found.push(resource);
    }
    found
}

fn body(resource: &Value) -> Value {
    let mut body = resource.clone();
    let members = body.as_object_mut().unwrap();
    members.retain(|name, _| !NO_BODY.contains(&name.as_str()));
    body
}

#[test]
fn the_resources_of_the_cluster_template_come_back_equal() {
    let mut judged = 0;
    for resource in resources_of(&kompox_aks::template::document().unwrap()) {
        let resource_type = resource["type"].as_str().unwrap();
        match model(resource_type) {
            Some(model) => {
                let version = resource["apiVersion"].as_str().unwrap();
                let differences = differences(&model, &body(&resource), version);
                assert_eq!(differences, [], "{resource_type}");
                judged += 1;
            }
            None => assert!(UNMODELLED.contains(&resource_type), "{resource_type}"),
        }
    }
    assert_eq!(judged, 5);
}

#[test]
fn the_node_pools_of_the_cluster_template_come_back_equal() {
    let template = kompox_aks::template::document().unwrap();
    let resources = resources_of(&template);
    let cluster = resources
        .iter()
        .find(|resource| resource["type"] == "Microsoft.ContainerService/managedClusters");
    let version = cluster.unwrap()["apiVersion"].as_str().unwrap().to_owned();
    let contents = resources
        .into_iter()
        .find(|resource| resource["type"] == "Microsoft.Resources/deployments")
        .unwrap();
    let variables = &contents["properties"]["template"]["variables"];
    for name in POOLS {
        let mut pool = variables[*name].clone();
        pool.as_object_mut().expect(name).remove("name");
        let model = Model::of::<aks::ManagedClusterAgentPoolProfileProperties>();
        assert_eq!(differences(&model, &pool, &version), [], "{name}");
    }
}

#[test]
fn a_mistake_in_a_template_is_noticed() {
    let resources = resources_of(&kompox_aks::template::document().unwrap());
    let cluster = resources
        .iter()
        .find(|resource| resource["type"] == "Microsoft.ContainerService/managedClusters")
        .unwrap();
    let model = Model::of::<aks::ManagedCluster>();
    let version = cluster["apiVersion"].as_str().unwrap();
    for (from, to) in [
        ("\"kubernetesVersion\"", "\"kubernetesversion\""),
        ("\"enableAzureRBAC\":true", "\"enableAzureRbac\":true"),
        ("\"enableRBAC\":true", "\"enableRBAC\":\"yes\""),
        ("\"Free\"", "\"free\""),
    ] {
        let text = body(cluster).to_string();
        assert!(text.contains(from), "{text}");
        let wrong = serde_json::from_str(&text.replace(from, to)).unwrap();
        assert_eq!(differences(&model, &wrong, version).len(), 1, "{to}");
    }
}
