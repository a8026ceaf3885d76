//! Resource groups and what is listed in them.

use serde_json::json;

use super::stage::{Environment, deploy, identity, tags};
use crate::{Azure, ProvisioningState, Tags};

/// Resource groups: absence is `None`; made, they are read back; made again, their tags are replaced; another location
/// is refused; deleting takes the contents along and succeeds when there is nothing.
///
/// # Panics
/// At the first broken promise.
pub async fn resource_groups(azure: &Azure, environment: &Environment) {
    let groups = &azure.resource_groups;
    let id = environment.group("groups");
    groups.delete(&id).await.unwrap();
    assert_eq!(
        groups.get(&id).await.unwrap(),
        None,
        "a missing group is None"
    );

    let first = tags([("a", "1"), ("b", "2")]);
    let made = groups
        .create_or_update(&id, &environment.location, &first)
        .await
        .unwrap();
    let read = groups.get(&id).await.unwrap().expect("the group was made");
    assert_eq!(made, read, "a group is made before the call returns");
    assert_eq!(read.id, id);
    assert_eq!(read.location, environment.location);
    assert_eq!(read.tags, first);
    assert_eq!(read.state, ProvisioningState::Succeeded);

    let second = tags([("b", "3")]);
    groups
        .create_or_update(&id, &environment.location, &second)
        .await
        .unwrap();
    let read = groups
        .get(&id)
        .await
        .unwrap()
        .expect("the group is still there");
    assert_eq!(read.tags, second, "tags are replaced as a whole");

    let elsewhere = if environment.location == "westeurope" {
        "japaneast"
    } else {
        "westeurope"
    };
    let error = groups
        .create_or_update(&id, elsewhere, &second)
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(409), "{error}");
    assert!(error.has_code("InvalidResourceGroupLocation"), "{error}");

    deploy(azure, &id, json!([identity("inside")]), json!({})).await;
    assert_eq!(azure.resources.list(&id).await.unwrap().len(), 1);
    groups.delete(&id).await.unwrap();
    assert_eq!(
        groups.get(&id).await.unwrap(),
        None,
        "a deleted group is gone when the call returns"
    );
    assert_eq!(
        azure.resources.list(&id).await.unwrap(),
        [],
        "its contents went along"
    );
    groups.delete(&id).await.unwrap();
}

/// Resources: a missing group lists as empty; top-level resources are listed over all pages with their tags; merging
/// tags keeps those of others, at a resource and at a group; a missing scope is an error.
///
/// # Panics
/// At the first broken promise.
pub async fn resources(azure: &Azure, environment: &Environment) {
    let missing = environment.group("no-resources");
    assert_eq!(azure.resources.list(&missing).await.unwrap(), []);
    let error = azure
        .resources
        .merge_tags(&missing, &tags([("a", "1")]))
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(404), "{error}");

    let group = environment.empty_group(azure, "resources").await;
    assert_eq!(azure.resources.list(&group).await.unwrap(), []);
    let names = ["id-a", "id-b", "id-c", "id-d", "id-e"];
    let mut template: Vec<_> = names.iter().map(|name| identity(name)).collect();
    template[0]["tags"] = json!({ "foreign": "kept" });
    template.push(json!({
        "type": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        "apiVersion": "2023-01-31",
        "name": "id-a/nested",
        "dependsOn": ["id-a"],
        "properties": {
            "issuer": "https://issuer.example/",
            "subject": "system:serviceaccount:default:default",
            "audiences": ["api://AzureADTokenExchange"],
        },
    }));
    deploy(azure, &group, template.into(), json!({})).await;

    let kind = "Microsoft.ManagedIdentity/userAssignedIdentities";
    let expected: Vec<_> = names
        .iter()
        .map(|name| group.resource(kind, *name))
        .collect();
    let listed = || async {
        let mut resources = azure.resources.list(&group).await.unwrap();
        resources.sort_by(|a, b| a.id.cmp(&b.id));
        resources
    };
    let resources = listed().await;
    let ids: Vec<_> = resources
        .iter()
        .map(|resource| resource.id.clone())
        .collect();
    assert_eq!(ids, expected, "all pages, and nothing that is nested");
    assert!(
        resources
            .iter()
            .all(|resource| resource.location == environment.location)
    );
    assert_eq!(resources[0].tags, tags([("foreign", "kept")]));
    assert_eq!(resources[1].tags, Tags::new());

    azure
        .resources
        .merge_tags(&expected[0], &tags([("ours", "1")]))
        .await
        .unwrap();
    azure
        .resources
        .merge_tags(&expected[0], &tags([("ours", "2")]))
        .await
        .unwrap();
    assert_eq!(
        listed().await[0].tags,
        tags([("foreign", "kept"), ("ours", "2")])
    );

    azure
        .resource_groups
        .create_or_update(&group, &environment.location, &tags([("foreign", "kept")]))
        .await
        .unwrap();
    azure
        .resources
        .merge_tags(&group, &tags([("ours", "1")]))
        .await
        .unwrap();
    let read = azure
        .resource_groups
        .get(&group)
        .await
        .unwrap()
        .expect("the group is still there");
    assert_eq!(read.tags, tags([("foreign", "kept"), ("ours", "1")]));

    azure.resource_groups.delete(&group).await.unwrap();
}
