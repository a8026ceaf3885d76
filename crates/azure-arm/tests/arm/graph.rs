//! The resource graph, by recorded answers.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::script::{Reply, Script, azure};

const URL: &str = "/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01";
const KIND: &str = "Microsoft.KeyVault/vaults";

fn recorded() -> Value {
    serde_json::from_str(include_str!("../data/resource_graph.json")).unwrap()
}

fn last_page(ids: &[&str]) -> Value {
    let rows: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
    json!({ "totalRecords": 4, "count": rows.len(), "data": rows, "facets": [], "resultTruncated": "false" })
}

#[tokio::test]
async fn a_page_is_asked_for_by_the_token_of_the_one_before() {
    let page = recorded()["page"].clone();
    let mut body = json!({
        "query": "Resources | where type =~ 'Microsoft.KeyVault/vaults' | where name in~ ('it\\'s', 'b') | project id | order by id asc",
        "options": { "$top": 1000, "resultFormat": "objectArray", "allowPartialScopes": true },
    });
    let first = body.clone();
    body["options"]["$skipToken"] = page["$skipToken"].clone();
    let last = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/b";
    let script = Arc::new(
        Script::new()
            .on("POST", URL, Reply::ok(&page))
            .with(first)
            .on("POST", URL, Reply::ok(&last_page(&[last])))
            .with(body),
    );
    let names = ["it's".to_owned(), "b".to_owned()];
    let found = azure(&script)
        .resource_graph
        .find(KIND, &names)
        .await
        .unwrap();
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    let mut expected: Vec<_> = page["data"].as_array().unwrap().iter().collect();
    let last = json!({ "id": last });
    expected.push(&last);
    let expected: Vec<_> = expected
        .into_iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    assert_eq!(found, expected);
    script.done();
}

#[tokio::test]
async fn tokens_in_a_circle_end() {
    let page = recorded()["page"].clone();
    let script = Arc::new(Script::new().on("POST", URL, Reply::ok(&page)).on(
        "POST",
        URL,
        Reply::ok(&page),
    ));
    let graph = azure(&script).resource_graph;
    let error = graph
        .find(KIND, &["a".to_owned()])
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("read before"), "{error}");
}

#[tokio::test]
async fn a_query_that_is_refused_is_an_error_with_its_reasons() {
    let refusal = Reply::status(400).json(&recorded()["error"]);
    let script = Arc::new(Script::new().on("POST", URL, refusal));
    let graph = azure(&script).resource_graph;
    let error = graph.find(KIND, &["a".to_owned()]).await.unwrap_err();
    assert_eq!(error.status(), Some(400));
    assert!(
        error.has_code("InvalidQuery") && error.has_code("ParserFailure"),
        "{error}"
    );
}

#[tokio::test]
async fn no_names_ask_nobody() {
    let script = Arc::new(Script::new());
    let found = azure(&script).resource_graph.find(KIND, &[]).await.unwrap();
    assert_eq!(found, []);
}
