//! The resource graph: queries in Kusto, answers in pages.

use std::collections::HashSet;

use async_trait::async_trait;
use azure_core::http::Method;
use kompox_azure::{ResourceGraph, ResourceId, Result};
use serde::Deserialize;
use serde_json::json;

use crate::api_version::RESOURCE_GRAPH as VERSION;
use crate::client::{Call, Client};
use crate::wire::nullable;

/// The most rows that a page can have.
const PAGE: u32 = 1000;

/// The resource graph over ARM.
#[derive(Debug)]
pub(crate) struct ArmResourceGraph(pub(crate) Client);

#[derive(Deserialize)]
struct Page {
    #[serde(default, deserialize_with = "nullable")]
    data: Vec<Row>,
    /// Unlike the links of other lists, this goes into the body of the next call.
    #[serde(rename = "$skipToken")]
    skip_token: Option<String>,
}

#[derive(Deserialize)]
struct Row {
    id: ResourceId,
}

#[async_trait]
impl ResourceGraph for ArmResourceGraph {
    async fn find(&self, kind: &str, names: &[String]) -> Result<Vec<ResourceId>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let query = query(kind, names);
        let below = ["providers", "Microsoft.ResourceGraph", "resources"];
        let url = self.0.url(&ResourceId::tenant_scope(), &below, VERSION);
        let mut found = Vec::new();
        let mut visited = HashSet::new();
        let mut token: Option<String> = None;
        loop {
            // Without `subscriptions` the query goes over the whole tenant, which may be more than one query reaches.
            let mut body = json!({
                "query": query,
                "options": { "$top": PAGE, "resultFormat": "objectArray", "allowPartialScopes": true },
            });
            if let Some(token) = &token {
                body["options"]["$skipToken"] = json!(token);
            }
            let call = Call::with_body(Method::Post, url.clone(), &body)?;
            let answer = self.0.send(&call).await?;
            if !answer.is_success() {
                return Err(answer.refusal());
            }
            let page: Page = answer.json(&call)?;
            found.extend(page.data.into_iter().map(|row| row.id));
            let Some(next) = page.skip_token.filter(|token| !token.is_empty()) else {
                return Ok(found);
            };
            if !visited.insert(next.clone()) {
                return Err(call.malformed("$skipToken leads back to a page that was read before"));
            }
            token = Some(next);
        }
    }
}

/// The order makes pages of what does not change fit together.
fn query(kind: &str, names: &[String]) -> String {
    let kind = literal(kind);
    let names: Vec<_> = names.iter().map(|name| literal(name)).collect();
    let names = names.join(", ");
    format!(
        "Resources | where type =~ {kind} | where name in~ ({names}) | project id | order by id asc"
    )
}

/// A text as Kusto reads it.
///
/// Source: <https://learn.microsoft.com/kusto/query/scalar-data-types/string>
fn literal(text: &str) -> String {
    let mut literal = String::from("'");
    for character in text.chars() {
        match character {
            '\\' | '\'' => {
                literal.push('\\');
                literal.push(character);
            }
            // Line ends of any kind would end the literal.
            character if character.is_control() || "\u{2028}\u{2029}".contains(character) => {
                literal.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            character => literal.push(character),
        }
    }
    literal.push('\'');
    literal
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What Kusto reads at the start of a text: the literal's value, and what follows it.
    fn read(text: &str) -> (String, &str) {
        let mut rest = text.strip_prefix('\'').unwrap().chars();
        let mut value = String::new();
        loop {
            match rest.next().expect("the literal ends") {
                '\'' => return (value, rest.as_str()),
                '\\' => match rest.next().unwrap() {
                    'u' => {
                        let code: String = rest.by_ref().take(4).collect();
                        let code = u32::from_str_radix(&code, 16).unwrap();
                        value.push(char::from_u32(code).unwrap());
                    }
                    escaped => {
                        assert!("\\'".contains(escaped));
                        value.push(escaped);
                    }
                },
                plain => {
                    assert!(!plain.is_control());
                    value.push(plain);
                }
            }
        }
    }

    #[test]
    fn one_query_asks_for_all_names() {
        assert_eq!(
            query("Microsoft.KeyVault/vaults", &["a-1".into(), "b".into()]),
            "Resources | where type =~ 'Microsoft.KeyVault/vaults' | where name in~ ('a-1', 'b') | project id | order by id asc"
        );
    }

    proptest! {
        #[test]
        fn no_name_ends_its_literal(name in any::<String>(), after in "[a-z) |']{0,9}") {
            let text = literal(&name) + &after;
            prop_assert_eq!(read(&text), (name, after.as_str()));
        }
    }
}
