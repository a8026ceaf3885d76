//! User-assigned identities.

use serde_json::json;

use super::stage::{Environment, deploy};
use crate::Azure;

/// User-assigned identities: absence is `None`; an identity tells who it is and whose tokens it accepts.
///
/// # Panics
/// At the first broken promise.
pub async fn user_assigned_identities(azure: &Azure, environment: &Environment) {
    let identities = &azure.user_assigned_identities;
    let kind = "Microsoft.ManagedIdentity/userAssignedIdentities";
    let missing = environment.group("no-identities").resource(kind, "i");
    assert_eq!(identities.get(&missing).await.unwrap(), None);
    assert!(
        identities
            .federated_subjects(&missing)
            .await
            .unwrap()
            .is_empty()
    );

    let group = environment.empty_group(azure, "identities").await;
    let id = group.resource(kind, "contract");
    let subject = "system:serviceaccount:traefik:ingress";
    let identity = json!({
        "type": kind,
        "apiVersion": "2023-01-31",
        "name": id.name(),
        "location": "[resourceGroup().location]",
    });
    let credential = json!({
        "type": format!("{kind}/federatedIdentityCredentials"),
        "apiVersion": "2023-01-31",
        "name": format!("{}/cluster", id.name()),
        "dependsOn": [format!("[resourceId('{kind}', '{}')]", id.name())],
        "properties": {
            "issuer": "https://issuer.example/",
            "subject": subject,
            "audiences": ["api://AzureADTokenExchange"],
        },
    });
    deploy(azure, &group, json!([identity, credential]), json!({})).await;

    let identity = identities
        .get(&id)
        .await
        .unwrap()
        .expect("the identity was made");
    assert_eq!(identity.id, id);
    assert_ne!(identity.principal_id, identity.client_id);
    for guid in [
        &identity.principal_id,
        &identity.client_id,
        &identity.tenant_id,
    ] {
        assert_eq!(guid.len(), 36, "{guid}");
    }
    assert_eq!(identities.federated_subjects(&id).await.unwrap(), [subject]);
    azure.resource_groups.delete(&group).await.unwrap();
    assert_eq!(identities.get(&id).await.unwrap(), None);
}
