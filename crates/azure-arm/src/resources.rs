//! Resources of any type, and tags at any scope.

use async_trait::async_trait;
use kompox_azure::{Resource, ResourceId, Resources, Result, Tags};
use serde::Deserialize;
use serde_json::json;

use crate::api_version::{RESOURCES, TAGS};
use crate::client::Client;
use crate::wire::{nullable, region};

/// Resources over ARM.
#[derive(Debug)]
pub(crate) struct ArmResources(pub(crate) Client);

#[derive(Deserialize)]
struct Body {
    id: String,
    #[serde(default, deserialize_with = "nullable")]
    location: String,
    #[serde(default, deserialize_with = "nullable")]
    tags: Tags,
}

impl Body {
    /// `None` for what is nested in another resource, and for a name that we cannot read: whoever shares the group
    /// with us may call things as Azure lets them.
    fn top_level(self) -> Option<Resource> {
        let id: ResourceId = match self.id.parse() {
            Ok(id) => id,
            Err(error) => {
                tracing::debug!(%error, "a listed resource is skipped");
                return None;
            }
        };
        (id.parent() == Some(id.scope())).then(|| Resource {
            id,
            location: region(&self.location),
            tags: self.tags,
        })
    }
}

#[async_trait]
impl Resources for ArmResources {
    async fn list(&self, group: &ResourceId) -> Result<Vec<Resource>> {
        let url = self.0.url(group, &["resources"], RESOURCES);
        let resources: Vec<Body> = self.0.list(url).await?;
        Ok(resources.into_iter().filter_map(Body::top_level).collect())
    }

    async fn merge_tags(&self, scope: &ResourceId, tags: &Tags) -> Result<()> {
        let id = scope.resource("Microsoft.Resources/tags", "default");
        let body = json!({ "operation": "Merge", "properties": { "tags": tags } });
        self.0.patch_existing(&id, TAGS, &body).await
    }
}
