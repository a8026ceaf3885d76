//! Resource groups.

use async_trait::async_trait;
use kompox_azure::{ProvisioningState, ResourceGroup, ResourceGroups, ResourceId, Result, Tags};

use super::Cloud;

#[async_trait]
impl ResourceGroups for Cloud {
    async fn get(&self, id: &ResourceId) -> Result<Option<ResourceGroup>> {
        self.call(format!("groups.get {}", id.name()), |state| {
            Ok(state.groups.get(id).cloned())
        })
        .await
    }

    async fn create_or_update(
        &self,
        id: &ResourceId,
        location: &str,
        tags: &Tags,
    ) -> Result<ResourceGroup> {
        self.call(format!("groups.put {}", id.name()), |state| {
            state.check_free(id, state.groups.contains_key(id));
            let group = ResourceGroup {
                id: id.clone(),
                location: location.to_owned(),
                tags: tags.clone(),
                state: ProvisioningState::Succeeded,
            };
            state.groups.insert(id.clone(), group.clone());
            Ok(group)
        })
        .await
    }

    async fn delete(&self, id: &ResourceId) -> Result<()> {
        panic!("nobody may delete {id}");
    }
}
