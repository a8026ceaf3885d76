//! User-assigned identities and federated credentials.

use serde_json::json;

use crate::azure::{Azure, url};

#[test]
fn identities_and_their_credentials_are_synchronous() {
    let azure = Azure::new();
    azure.group("westus2");
    let identity = url(
        "Microsoft.ManagedIdentity/userAssignedIdentities/me1",
        "2023-01-31",
    );
    let made = azure
        .put(&identity, &json!({"location": "westus2", "name": "me1"}))
        .expect(201);
    assert_eq!(
        made.keys(),
        ["location", "tags", "id", "name", "type", "properties"]
    );
    assert_eq!(made.header("location"), made.body["id"].as_str());
    assert!(
        made.body["id"]
            .as_str()
            .unwrap()
            .contains("/resourcegroups/")
    );
    let again = azure
        .put(&identity, &json!({"location": "westus2"}))
        .expect(200);
    assert_eq!((&again.body, again.header("location")), (&made.body, None));

    let credential = |name: &str| {
        url(
            &format!(
                "Microsoft.ManagedIdentity/userAssignedIdentities/me1/federatedIdentityCredentials/{name}"
            ),
            "2023-01-31",
        )
    };
    let body = json!({"properties": {
        "issuer": "https://westus2.oic.prod-aks.azure.com/t/i/",
        "subject": "system:serviceaccount:traefik:ingress",
        "audiences": ["api://AzureADTokenExchange"],
    }});
    let made = azure.put(&credential("fic1"), &body).expect(201);
    assert_eq!(made.body["properties"], body["properties"]);
    azure.put(&credential("fic1"), &body).expect(200);
    azure.put(&credential("fic2"), &body).expect(409);
    azure
        .put(
            &credential("fic3"),
            &json!({"properties": {"issuer": "https://x"}}),
        )
        .expect(400);
    let list = azure.get(&credential("x").replace("/x?", "?")).expect(200);
    assert_eq!(list.body["value"].as_array().unwrap().len(), 1);
    azure.delete(&credential("fic1")).expect(200);
    azure.delete(&identity).expect(200);
    assert_eq!(
        azure.put(&credential("fic1"), &body).expect(404).code(),
        "ParentResourceNotFound"
    );
    azure.delete(&identity).expect(204);
}
