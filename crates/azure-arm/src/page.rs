//! Lists, which come in pages.

use std::collections::HashSet;

use azure_core::http::Url;
use kompox_azure::Result;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::client::{Call, Client};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound = "T: DeserializeOwned")]
struct Page<T> {
    value: Option<Vec<T>>,
    next_link: Option<String>,
}

impl Client {
    /// All items of a list; none when what it is a list of is not there.
    ///
    /// Only a missing link ends it: an empty page may have one, and a full one may have none.
    pub(crate) async fn list<T: DeserializeOwned>(&self, url: Url) -> Result<Vec<T>> {
        let mut items = Vec::new();
        let mut visited = HashSet::new();
        let mut call = Call::get(url);
        loop {
            let Some(answer) = self.ask(&call).await? else {
                // Whatever was listed went away in the middle.
                return Ok(Vec::new());
            };
            let page: Page<T> = answer.json(&call)?;
            items.extend(page.value.unwrap_or_default());
            let Some(link) = page.next_link.filter(|link| !link.is_empty()) else {
                return Ok(items);
            };
            let next = self.own_url(&call, "nextLink", &link)?;
            visited.insert(std::mem::replace(&mut call.url, next));
            if visited.contains(&call.url) {
                return Err(call.malformed("nextLink leads back to a page that was read before"));
            }
        }
    }
}
