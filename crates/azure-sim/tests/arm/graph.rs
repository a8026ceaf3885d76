//! The resource graph.

use serde_json::{Value, json};

use crate::azure::{Azure, SUBSCRIPTION};

const URL: &str = "/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01";
const OTHER: &str = "22222222-2222-2222-2222-222222222222";

/// Three identities in two subscriptions.
fn populated() -> Azure {
    let azure = Azure::with(|builder| builder.page_size(2));
    for (subscription, name) in [
        (SUBSCRIPTION, "id-a"),
        (OTHER, "id-b"),
        (SUBSCRIPTION, "id-c"),
    ] {
        let group = format!("/subscriptions/{subscription}/resourceGroups/G1");
        azure.put(
            &format!("{group}?api-version=2024-11-01"),
            &json!({"location": "westus2"}),
        );
        let identity =
            format!("{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}");
        azure
            .put(
                &format!("{identity}?api-version=2023-01-31"),
                &json!({"location": "westus2"}),
            )
            .expect(201);
    }
    azure
}

fn ask(azure: &Azure, query: &str, options: &Value) -> Value {
    let body = json!({ "query": query, "options": options });
    azure.post(URL, &body).expect(200).body
}

fn names(answer: &Value) -> Vec<&str> {
    let rows = answer["data"].as_array().unwrap();
    rows.iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect()
}

#[test]
fn pages_go_over_all_subscriptions_by_tokens_in_the_body() {
    let azure = populated();
    let query = "Resources | where type =~ 'Microsoft.ManagedIdentity/userAssignedIdentities' | project id, name | order by name asc";
    let first = ask(&azure, query, &json!({}));
    assert_eq!(names(&first), ["id-a", "id-b"]);
    assert_eq!(
        (&first["totalRecords"], &first["count"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(first["resultTruncated"], "false");
    let last = ask(&azure, query, &json!({ "$skipToken": first["$skipToken"] }));
    assert_eq!(names(&last), ["id-c"]);
    assert_eq!(last.get("$skipToken"), None);

    let body = json!({ "query": query, "subscriptions": [OTHER] });
    assert_eq!(names(&azure.post(URL, &body).expect(200).body), ["id-b"]);
}

#[test]
fn without_ids_there_is_no_token_and_the_answer_says_that_it_is_cut() {
    let cut = ask(
        &populated(),
        "project name, type, resourceGroup",
        &json!({}),
    );
    assert_eq!(
        (cut.get("$skipToken"), &cut["resultTruncated"]),
        (None, &json!("true"))
    );
    assert_eq!(
        cut["data"][0],
        json!({"name": "id-a", "type": "microsoft.managedidentity/userassignedidentities", "resourceGroup": "g1"})
    );
}

#[test]
fn what_cannot_be_parsed_is_refused_with_its_place() {
    let azure = populated();
    let refused = azure
        .post(URL, &json!({ "query": "where where" }))
        .expect(400);
    assert_eq!(refused.code(), "BadRequest");
    let details = &refused.body["error"]["details"];
    assert_eq!(details[0]["code"], "InvalidQuery");
    assert_eq!(
        (
            &details[1]["code"],
            &details[1]["line"],
            &details[1]["token"]
        ),
        (&json!("ParserFailure"), &json!(1), &json!("<EOF>"))
    );
    for body in [
        json!({}),
        json!({ "query": "Resources", "options": { "resultFormat": "table" } }),
        json!({ "query": "Resources", "options": { "$top": 0 } }),
        json!({ "query": "Resources", "options": { "$skipToken": "x" } }),
    ] {
        assert_eq!(azure.post(URL, &body).expect(400).code(), "BadRequest");
    }
    assert_eq!(azure.get(URL).status, 404);
}
