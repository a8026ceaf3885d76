//! Resource types: what every one of them is asked, and the checks that Resource Manager makes before
//! it asks.

mod aks;
mod authorization;
mod check;
mod collection;
mod compute;
mod insights;
mod key_vault;
mod managed_hsm;
mod managed_identity;
mod network;
mod operational_insights;
mod resource_graph;
mod resource_group;
mod storage;
mod tag_name;
mod tag_set;
mod verb;

use serde_json::{Map, Value, json};

pub(crate) use self::aks::CLUSTER_TYPE;
pub(crate) use self::check::{
    check_group, check_version, invalid_filter, missing, unknown_action, unknown_type,
};
use self::check::{check_parent, check_scope};
pub(crate) use self::collection::{list, page, page_by_key, page_size};
pub(crate) use self::compute::{disk_operation, disk_result};
pub(crate) use self::resource_group::{deleting_error, job_name, job_token};
use self::verb::patch_tags;
pub(crate) use self::verb::{check, delete, finish, get, give_up, patch, post, put, read};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::location;
use crate::reply::{Body, PollingPath, Reply};
use crate::shape::{Mismatch, Shape};
use crate::store::{Accepted, Operation, Resource, Work, World};

/// What is fixed about a type.
#[derive(Debug)]
pub(crate) struct Spec {
    /// `Namespace/type[/child]` in the registered casing.
    pub(crate) resource_type: &'static str,
    /// Versions that are understood, newest first.
    pub(crate) api_versions: &'static [&'static str],
    /// Where its resources live.
    pub(crate) home: Home,
    /// Whether a body must, may or cannot say where.
    pub(crate) located: bool,
    /// Whether it has tags.
    pub(crate) tagged: bool,
    /// The whole body.
    pub(crate) shape: Shape,
}

/// Where the resources of a type live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// In a resource group.
    Group,
    /// In another resource of the same provider.
    Parent,
    /// On anything.
    Extension,
}

/// A PUT that passed Resource Manager's checks.
#[derive(Debug)]
pub(crate) struct Write {
    /// The id in canonical casing.
    pub(crate) id: ResourceId,
    /// What was there before.
    pub(crate) existing: Option<Resource>,
    /// The body, read by the type's shape, with a normalised location.
    pub(crate) body: Map<String, Value>,
    /// The api-version of the request.
    pub(crate) api_version: String,
}

impl Write {
    /// A value of the body by JSON pointer.
    pub(crate) fn at(&self, pointer: &str) -> Option<&Value> {
        let (first, rest) = pointer
            .strip_prefix('/')?
            .split_once('/')
            .unwrap_or((pointer.get(1..)?, ""));
        let value = self.body.get(first)?;
        if rest.is_empty() {
            Some(value)
        } else {
            value.pointer(&format!("/{rest}"))
        }
    }

    /// The same as text.
    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        self.at(pointer).and_then(Value::as_str)
    }

    /// The location of the body.
    pub(crate) fn location(&self) -> &str {
        self.text("/location").unwrap_or("")
    }

    /// A copy of `properties`, empty if there is none.
    pub(crate) fn properties(&self) -> Map<String, Value> {
        self.body
            .get("properties")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default()
    }
}

/// A write that was done: what was accepted, and what to answer.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) accepted: Accepted,
    pub(crate) reply: Reply,
}

/// A resource type.
pub(crate) trait Provider: Sync {
    /// What is fixed about it.
    fn spec(&self) -> &'static Spec;

    /// The provider's refusal of a name, if it is a bad one.
    fn check_name(&self, id: &ResourceId) -> Result<(), ArmError>;

    /// Whether resources can be in this (normalised) location.
    fn is_offered_in(&self, location: &str) -> bool {
        location::exists(location)
    }

    /// The provider's words for a wrong JSON type.
    fn mismatch(&self, mismatch: &Mismatch) -> ArmError {
        let Mismatch {
            path,
            wanted,
            found,
            unknown_word,
        } = mismatch;
        if *unknown_word {
            return ArmError::new(
                400,
                "InvalidParameter",
                format!(
                    "The value '{found}' of '{path}' is not one of the allowed values: {wanted}."
                ),
            )
            .with_target(path);
        }
        ArmError::new(
            400,
            "InvalidRequestContent",
            format!(
                "The request content was invalid and could not be deserialized: 'Could not convert \
                 {found} to {wanted}. Path '{path}'.'."
            ),
        )
    }

    /// Creates or replaces.
    fn put(&self, world: &mut World, write: Write) -> Result<Written, ArmError>;

    /// Changes some of a resource that exists.
    fn patch(
        &self,
        world: &mut World,
        id: &ResourceId,
        body: &Value,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        patch_tags(self.spec(), world, id, body)?;
        let resource = world
            .resource(id)
            .map(|resource| self.show(world, resource));
        Ok(Reply::json(200, resource.unwrap_or(Value::Null)))
    }

    /// Removes a resource that exists.
    fn delete(
        &self,
        world: &mut World,
        id: &ResourceId,
        api_version: &str,
    ) -> Result<Reply, ArmError>;

    /// The answer to the removal of what is not there.
    fn delete_absent(&self) -> Reply {
        Reply::empty(204)
    }

    /// The answer to reading what is not there.
    fn not_found(&self, world: &World, id: &ResourceId) -> ArmError {
        missing(world, id)
    }

    /// The provider's own words, if it has some, for a child whose `parent` is not there.
    fn without_parent(&self, _world: &World, _parent: &ResourceId) -> Option<ArmError> {
        None
    }

    /// What a GET shows.
    fn show(&self, _world: &World, resource: &Resource) -> Value {
        resource.body.clone()
    }

    /// Takes away what an api-version did not show yet.
    fn adapt(&self, _body: &mut Value, _api_version: &str) {}

    /// How its JSON is written.
    fn body(&self, value: Value) -> Body {
        Body::Json(value)
    }

    /// A POST on a resource that exists.
    fn post(
        &self,
        _world: &mut World,
        id: &ResourceId,
        action: &str,
        _body: &Value,
        _api_version: &str,
    ) -> Result<Reply, ArmError> {
        Err(unknown_action(id, action))
    }

    /// What happens when work on a resource ends; an error makes it end badly.
    fn finish(&self, world: &mut World, operation: &Operation) -> Result<(), ArmError> {
        match operation.work {
            Work::Delete => {
                world.remove(&operation.resource);
            }
            _ => {
                if let Some(resource) = world.resource_mut(&operation.resource) {
                    resource.set_state("Succeeded");
                }
            }
        }
        Ok(())
    }

    /// Whether a listed resource is wanted by `$filter`.
    fn list_filter(
        &self,
        _world: &World,
        _scope: &ResourceId,
        filter: Option<&str>,
    ) -> Result<Option<ListFilter>, ArmError> {
        match filter {
            None => Ok(None),
            Some(filter) => Err(invalid_filter(filter)),
        }
    }
}

/// Decides which resources a list shows, in place of "all that are under the scope".
pub(crate) type ListFilter = Box<dyn Fn(&Resource) -> bool>;

/// All types.
static PROVIDERS: &[&dyn Provider] = &[
    &aks::ManagedClusters,
    &aks::AgentPools,
    &authorization::RoleAssignments,
    &compute::Managed(&compute::DISKS),
    &compute::Managed(&compute::SNAPSHOTS),
    &insights::DiagnosticSettings,
    &key_vault::Vaults,
    &managed_identity::UserAssignedIdentities,
    &managed_identity::FederatedIdentityCredentials,
    &network::DnsZones,
    &network::RecordSets(&network::A),
    &network::RecordSets(&network::AAAA),
    &network::RecordSets(&network::CAA),
    &network::RecordSets(&network::CNAME),
    &network::RecordSets(&network::MX),
    &network::RecordSets(&network::NS),
    &network::RecordSets(&network::PTR),
    &network::RecordSets(&network::SOA),
    &network::RecordSets(&network::SRV),
    &network::RecordSets(&network::TXT),
    &operational_insights::Workspaces,
    &resource_group::ResourceGroups,
    &storage::FileServices,
    &storage::FileShares,
    &storage::StorageAccounts,
];

/// Namespaces with routes of their own beside the types above.
const OTHER_TYPES: &[(&str, &[&str])] = &[
    (
        "Microsoft.ContainerService/locations/kubernetesVersions",
        aks::API_VERSIONS,
    ),
    (
        "Microsoft.Authorization/roleDefinitions",
        authorization::API_VERSIONS,
    ),
    ("Microsoft.KeyVault/deletedVaults", key_vault::API_VERSIONS),
    (
        "Microsoft.KeyVault/locations/deletedVaults",
        key_vault::API_VERSIONS,
    ),
    (managed_hsm::TYPES[0], key_vault::API_VERSIONS),
    (managed_hsm::TYPES[1], key_vault::API_VERSIONS),
    (
        "Microsoft.Resources/deployments",
        crate::deployment::API_VERSIONS,
    ),
    ("Microsoft.Resources/tags", resource_group::API_VERSIONS),
    (resource_graph::TYPE, resource_graph::API_VERSIONS),
];

/// All registered types with their api-versions.
pub(crate) fn registered() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    PROVIDERS
        .iter()
        .map(|provider| (provider.spec().resource_type, provider.spec().api_versions))
        .chain(OTHER_TYPES.iter().copied())
}

fn by_type(resource_type: &str) -> Option<&'static dyn Provider> {
    PROVIDERS.iter().copied().find(|provider| {
        provider
            .spec()
            .resource_type
            .eq_ignore_ascii_case(resource_type)
    })
}

fn of_id(id: &ResourceId) -> Result<&'static dyn Provider, ArmError> {
    if id.is_group() {
        return Ok(&resource_group::ResourceGroups);
    }
    let resource_type = id.resource_type().unwrap_or_default();
    by_type(&resource_type).ok_or_else(|| unknown_type(&resource_type, None))
}

/// A resource object in the order that most providers use.
pub(crate) fn envelope(id: &ResourceId, spec: &Spec) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("id".into(), json!(id.to_string()));
    body.insert("name".into(), json!(id.name()));
    body.insert("type".into(), json!(spec.resource_type));
    body
}

/// Stores a write that is done at once and answers with the resource.
pub(crate) fn store_now(
    provider: &dyn Provider,
    world: &mut World,
    write: &Write,
    body: Value,
    private: Value,
    status: u16,
) -> Written {
    let resource = stored(world, provider.spec(), write, body, private);
    let shown = provider.show(world, &resource);
    world.insert(resource);
    Written {
        accepted: Accepted {
            created: write.existing.is_none(),
            operation: None,
            ready_at: world.now(),
        },
        reply: Reply::with(status, provider.body(shown)),
    }
}

/// The stored form of a write.
pub(crate) fn stored(
    world: &World,
    spec: &Spec,
    write: &Write,
    body: Value,
    private: Value,
) -> Resource {
    Resource {
        id: write.id.clone(),
        resource_type: spec.resource_type.to_owned(),
        body,
        private,
        created: write
            .existing
            .as_ref()
            .map_or(world.now(), |existing| existing.created),
        changed: world.now(),
        operation: None,
    }
}

/// A location-wide path of a provider, such as `…/locations/westus/operations/{name}`.
pub(crate) fn operation_path(
    id: &ResourceId,
    namespace: &str,
    location: &str,
    kind: &str,
    name: &str,
    api_version: &str,
) -> PollingPath {
    PollingPath::new(
        format!(
            "/subscriptions/{}/providers/{namespace}/locations/{location}/{kind}/{name}",
            id.subscription().unwrap_or_default()
        ),
        api_version,
    )
}

/// A time as most providers write it: UTC, at most seven decimals, trailing zeros cut, `Z`.
pub(crate) fn time(at: jiff::Timestamp) -> String {
    let nanoseconds = at.subsec_nanosecond() / 100 * 100;
    jiff::Timestamp::new(at.as_second(), nanoseconds)
        .unwrap_or(at)
        .to_string()
}

pub(crate) mod routes {
    //! Routes that belong to a provider but to no single resource.

    pub(crate) use super::aks::{kubernetes_versions, pool_versions, upgrade_profile};
    pub(crate) use super::authorization::{principal_not_found, role_definitions};
    pub(crate) use super::key_vault::{check_vault_name, deleted_vaults};
    pub(crate) use super::managed_hsm::managed_hsms;
    pub(crate) use super::network::{check_condition, operation_status, record_sets};
    pub(crate) use super::operational_insights::deletion_status;
    pub(crate) use super::resource_graph::resource_graph;
    pub(crate) use super::resource_group::{check_resources_version, resources};
    pub(crate) use super::storage::{check_account_name, file_share, file_shares, restore_share};
    pub(crate) use super::tag_name::tag_names;
    pub(crate) use super::tag_set::tags;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::registered;

    const PAGE: &str = include_str!("../../../../docs/simulator-types.md");

    /// A section of the page.
    struct Section {
        title: &'static str,
        text: &'static str,
        /// The first paragraph, as one line.
        first: String,
    }

    impl Section {
        /// The types that the first paragraph names.
        fn types(&self) -> impl Iterator<Item = &str> {
            let quoted = self.first.split('`').skip(1).step_by(2);
            quoted.filter(|text| text.starts_with("Microsoft."))
        }
    }

    fn sections() -> impl Iterator<Item = Section> {
        PAGE.split("\n## ").skip(1).map(|text| {
            let mut paragraphs = text.split("\n\n");
            Section {
                title: paragraphs.next().unwrap_or_default(),
                text,
                first: paragraphs.next().unwrap_or_default().replace('\n', " "),
            }
        })
    }

    #[test]
    fn the_guide_has_every_type_once_with_its_api_versions_and_no_other_type() {
        let sections: Vec<Section> = sections().collect();
        let mut told = BTreeMap::new();
        for section in &sections {
            for name in section.types() {
                let twice = told.insert(name, section);
                assert!(twice.is_none(), "{name} has two sections");
            }
        }
        for (name, versions) in registered() {
            let section = told.remove(name);
            let section = section.unwrap_or_else(|| panic!("{name} has no section"));
            let count = versions.len();
            let (newest, oldest) = (versions[0], versions[count - 1]);
            let wanted = format!("`: {count} api-versions from {oldest} to {newest}");
            assert!(
                section.first.ends_with(&wanted),
                "{name}: {wanted:?} is missing"
            );
        }
        assert!(told.is_empty(), "not registered: {:?}", told.keys());
    }

    #[test]
    fn the_guide_says_of_every_type_what_it_does_refuses_and_does_not_know() {
        for Section { title, text, .. } in sections() {
            for part in ["Does", "Refuses", "Does not know"] {
                assert!(
                    text.contains(&format!("\n- **{part}.**")),
                    "{title} does not say: {part}"
                );
            }
        }
    }

    #[test]
    fn the_table_of_contents_of_the_guide_leads_to_every_section() {
        let (contents, _) = PAGE.split_once("\n## ").unwrap_or_default();
        for Section { title, .. } in sections() {
            let anchor = title.to_lowercase().replace(',', "").replace(' ', "-");
            assert!(contents.contains(&format!("(#{anchor})")), "{anchor}");
        }
    }
}
