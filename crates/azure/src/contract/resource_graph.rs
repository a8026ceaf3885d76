//! The resource graph.

use std::time::Duration;

use serde_json::json;

use super::stage::{Environment, deploy, identity};
use crate::Azure;

const KIND: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";
/// How far the graph may be behind.
const PATIENCE: Duration = Duration::from_secs(600);

/// The resource graph: what has one of the names and the type is found, all of it and by id, whatever the case of either;
/// what has another name or another type is not; names that would end a quoted text find nothing and break nothing.
///
/// # Panics
/// At the first broken promise.
pub async fn resource_graph(azure: &Azure, environment: &Environment) {
    let group = environment.empty_group(azure, "graph").await;
    let name = |end: &str| format!("{}-graph-{end}", environment.prefix);
    let names: Vec<_> = ["a", "b", "c", "d"].map(name).to_vec();
    let identities: Vec<_> = names.iter().map(|name| identity(name)).collect();
    deploy(azure, &group, json!(identities), json!({})).await;

    let find = async |kind: &'static str, names: Vec<String>| {
        let found = azure.resource_graph.find(kind, &names).await.unwrap();
        let ours = found.into_iter().filter(|id| id.is_within(&group));
        ours.collect::<Vec<_>>()
    };
    let wanted = vec![
        names[2].to_uppercase(),
        "'; \\'| \"\n".to_owned(),
        names[0].clone(),
        names[1].clone(),
        name("nobody"),
    ];
    let start = tokio::time::Instant::now();
    let found = loop {
        let found = find(KIND, wanted.clone()).await;
        if found.len() == 3 || start.elapsed() > PATIENCE {
            break found;
        }
        tokio::time::sleep(Duration::from_secs(10)).await;
    };
    let expected: Vec<_> = names[..3]
        .iter()
        .map(|name| group.resource(KIND, name))
        .collect();
    assert_eq!(found, expected);
    let shouted = find("MICROSOFT.MANAGEDIDENTITY/USERASSIGNEDIDENTITIES", wanted).await;
    assert_eq!(shouted, expected);

    assert_eq!(find("Microsoft.KeyVault/vaults", names).await, []);
    assert_eq!(find(KIND, Vec::new()).await, []);
    assert_eq!(find(KIND, vec!["' or name !~ '".to_owned()]).await, []);

    azure.resource_groups.delete(&group).await.unwrap();
}
