//! File shares, through Azure Resource Manager.

use async_trait::async_trait;
use azure_core::http::{Method, Url};
use kompox_azure::{FileShare, FileShareCreation, FileShares, Metadata, ResourceId, Result};
use serde::Deserialize;
use serde_json::json;

use crate::api_version::STORAGE as VERSION;
use crate::client::{Call, Client};
use crate::wire::{nullable, timestamp};

/// File shares over ARM.
#[derive(Debug)]
pub(crate) struct ArmFileShares(pub(crate) Client);

#[derive(Deserialize)]
struct Body {
    id: ResourceId,
    #[serde(default, deserialize_with = "nullable")]
    properties: Properties,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    share_quota: Option<u32>,
    metadata: Option<Metadata>,
    last_modified_time: Option<String>,
}

impl From<Body> for FileShare {
    fn from(body: Body) -> Self {
        Self {
            id: body.id,
            quota_gib: body.properties.share_quota,
            metadata: body.properties.metadata,
            last_modified: timestamp(body.properties.last_modified_time.as_deref()),
        }
    }
}

/// Adds a parameter in the way of recorded traffic: with `$` as it is, and `%20` for a space, since not everybody reads
/// `+` as one.
fn with_parameter(mut url: Url, name: &str, value: &str) -> Url {
    let before = url.query().map(str::len);
    url.query_pairs_mut().append_pair(name, value);
    let query = url.query().unwrap_or_default();
    let (before, added) = query.split_at(before.unwrap_or_default());
    let query = format!(
        "{before}{}",
        added.replace('+', "%20").replacen("%24", "$", 1)
    );
    url.set_query(Some(&query));
    url
}

#[async_trait]
impl FileShares for ArmFileShares {
    async fn list(&self, account: &ResourceId, prefix: &str) -> Result<Vec<FileShare>> {
        let below = ["fileServices", "default", "shares"];
        let mut url = self.0.url(account, &below, VERSION);
        url = with_parameter(url, "$expand", "metadata");
        if !prefix.is_empty() {
            url = with_parameter(url, "$filter", &format!("startswith(name, {prefix})"));
        }
        let shares: Vec<Body> = self.0.list(url).await?;
        Ok(shares.into_iter().map(Into::into).collect())
    }

    async fn get(&self, id: &ResourceId) -> Result<Option<FileShare>> {
        let share: Option<Body> = self.0.get(id, VERSION).await?;
        Ok(share.map(|body| {
            let share = FileShare::from(body);
            FileShare {
                // A single share tells of all its metadata; there is no member when there is none.
                metadata: Some(share.metadata.unwrap_or_default()),
                ..share
            }
        }))
    }

    async fn create(&self, id: &ResourceId, creation: &FileShareCreation) -> Result<FileShare> {
        let body = json!({ "properties": {
            "shareQuota": creation.quota_gib,
            "enabledProtocols": creation.protocol,
            "metadata": creation.metadata,
        } });
        let share: Body = self.0.put(id, VERSION, &body).await?;
        Ok(share.into())
    }

    async fn update_metadata(
        &self,
        id: &ResourceId,
        metadata: &Metadata,
    ) -> Result<Option<FileShare>> {
        let body = json!({ "properties": { "metadata": metadata } });
        let share: Option<Body> = self.0.patch(id, VERSION, &body).await?;
        Ok(share.map(Into::into))
    }

    async fn delete(&self, id: &ResourceId) -> Result<()> {
        // Unless told otherwise Azure deletes the snapshots with the share.
        let url = with_parameter(self.0.url(id, &[], VERSION), "$include", "none");
        self.0.act(&Call::new(Method::Delete, url)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_written_as_azure_reads_it() {
        let url = Url::parse("https://arm.test/shares?api-version=1").unwrap();
        let url = with_parameter(url, "$filter", "startswith(name, a+b&c)");
        assert_eq!(
            url.query(),
            Some("api-version=1&$filter=startswith%28name%2C%20a%2Bb%26c%29")
        );
    }

    #[test]
    fn members_that_an_answer_leaves_out_are_unknown_and_not_empty() {
        for json in [
            r#"{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a/fileServices/default/shares/x","properties":{}}"#,
            r#"{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a/fileServices/default/shares/x"}"#,
        ] {
            let share: FileShare = serde_json::from_str::<Body>(json).unwrap().into();
            assert_eq!(share.id.name(), "x");
            assert_eq!(
                (share.quota_gib, share.metadata, share.last_modified),
                (None, None, None)
            );
        }
    }
}
