//! Resource ids.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The id of anything that Azure Resource Manager knows: the tenant, a subscription, a resource group, a resource,
/// a nested resource (`managedClusters/agentPools`) or an extension resource
/// (`…/providers/Microsoft.Authorization/roleAssignments/x`).
///
/// Azure gives ids back in another case than they were sent (`resourcegroups`, `dnszones`), therefore ids
/// compare and hash without regard to case. Printing gives the text that was parsed or built, except that the
/// keywords are written as `subscriptions`, `resourceGroups` and `providers`.
///
/// ```
/// use kompox_azure::ResourceId;
///
/// let id: ResourceId = "/subscriptions/S/resourcegroups/rg/providers/Microsoft.Compute/disks/d1".parse()?;
/// assert_eq!(id.to_string(), "/subscriptions/S/resourceGroups/rg/providers/Microsoft.Compute/disks/d1");
/// assert_eq!(id.subscription(), Some("S"));
/// assert_eq!(id.resource_group(), Some("rg"));
/// assert!(id.is_type("microsoft.compute/DISKS"));
/// assert_eq!(id.name(), "d1");
/// assert_eq!(id, ResourceId::subscription_scope("s").group("RG").resource("Microsoft.Compute/disks", "D1"));
/// # Ok::<(), kompox_azure::InvalidResourceId>(())
/// ```
///
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-resource#resourceid>
#[derive(Debug, Clone)]
pub struct ResourceId {
    subscription: Option<String>,
    resource_group: Option<String>,
    /// From the outermost provider to the innermost: more than one for extension resources.
    providers: Vec<ProviderPart>,
}

/// One `/providers/{namespace}/{type}/{name}[/{type}/{name}…]`.
#[derive(Debug, Clone)]
struct ProviderPart {
    namespace: String,
    /// Type and name, from the outermost to the innermost; at least one.
    levels: Vec<(String, String)>,
}

impl ResourceId {
    /// The scope of the tenant: `/`.
    #[must_use]
    pub const fn tenant_scope() -> Self {
        Self {
            subscription: None,
            resource_group: None,
            providers: Vec::new(),
        }
    }

    /// The scope of a subscription.
    #[must_use]
    pub fn subscription_scope(subscription: impl Into<String>) -> Self {
        Self {
            subscription: Some(subscription.into()),
            ..Self::tenant_scope()
        }
    }

    /// A resource group of this subscription. What else this id says is left out.
    #[must_use]
    pub fn group(&self, name: impl Into<String>) -> Self {
        Self {
            subscription: self.subscription.clone(),
            resource_group: Some(name.into()),
            providers: Vec::new(),
        }
    }

    /// A resource in this scope; on top of a resource, an extension resource. `kind` is the full type,
    /// namespace and all levels (`Microsoft.Compute/disks`).
    #[must_use]
    pub fn resource(&self, kind: &str, name: impl Into<String>) -> Self {
        let (namespace, kind) = kind.split_once('/').unwrap_or((kind, ""));
        let mut id = self.clone();
        id.providers.push(ProviderPart {
            namespace: namespace.to_owned(),
            levels: vec![(kind.to_owned(), name.into())],
        });
        id
    }

    /// A resource nested in this one. `kind` is the last part of its type (`agentPools`).
    #[must_use]
    pub fn child(&self, kind: impl Into<String>, name: impl Into<String>) -> Self {
        let mut id = self.clone();
        match id.providers.last_mut() {
            Some(part) => part.levels.push((kind.into(), name.into())),
            None => id.providers.push(ProviderPart {
                namespace: "Microsoft.Resources".to_owned(),
                levels: vec![(kind.into(), name.into())],
            }),
        }
        id
    }

    /// The subscription, absent for tenant scope.
    #[must_use]
    pub fn subscription(&self) -> Option<&str> {
        self.subscription.as_deref()
    }

    /// The resource group's name.
    #[must_use]
    pub fn resource_group(&self) -> Option<&str> {
        self.resource_group.as_deref()
    }

    /// The full type: `Microsoft.Compute/disks`, `Microsoft.Resources/resourceGroups`,
    /// `Microsoft.Resources/subscriptions`, `Microsoft.Resources/tenants`.
    #[must_use]
    pub fn kind(&self) -> String {
        match self.providers.last() {
            Some(part) => part
                .levels
                .iter()
                .fold(part.namespace.clone(), |kind, (level, _)| {
                    kind + "/" + level
                }),
            None if self.resource_group.is_some() => {
                "Microsoft.Resources/resourceGroups".to_owned()
            }
            None if self.subscription.is_some() => "Microsoft.Resources/subscriptions".to_owned(),
            None => "Microsoft.Resources/tenants".to_owned(),
        }
    }

    /// Whether this is a resource of that full type; case does not matter.
    #[must_use]
    pub fn is_type(&self, kind: &str) -> bool {
        self.kind().eq_ignore_ascii_case(kind)
    }

    /// The innermost name: the resource's, the group's or the subscription's; empty for the tenant.
    #[must_use]
    pub fn name(&self) -> &str {
        self.providers
            .last()
            .and_then(|part| part.levels.last())
            .map(|(_, name)| name.as_str())
            .or(self.resource_group.as_deref())
            .or(self.subscription.as_deref())
            .unwrap_or_default()
    }

    /// What contains this: the resource that a nested one is nested in, the resource or scope that an extension
    /// is on, the group of a resource, the subscription of a group. `None` for the tenant.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let mut id = self.clone();
        match id.providers.last_mut() {
            Some(part) if part.levels.len() > 1 => {
                part.levels.pop();
            }
            Some(_) => {
                id.providers.pop();
            }
            None if id.resource_group.is_some() => id.resource_group = None,
            None if id.subscription.is_some() => id.subscription = None,
            None => return None,
        }
        Some(id)
    }

    /// The scope that this lives in: its group, else its subscription, else the tenant.
    #[must_use]
    pub fn scope(&self) -> Self {
        Self {
            providers: Vec::new(),
            ..self.clone()
        }
    }

    /// Whether this is `other` or inside of it.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        let mut id = Some(self.clone());
        while let Some(current) = id {
            if current == *other {
                return true;
            }
            id = current.parent();
        }
        false
    }

    fn folded(&self) -> String {
        self.to_string().to_ascii_lowercase()
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(subscription) = &self.subscription {
            write!(f, "/subscriptions/{subscription}")?;
        }
        if let Some(group) = &self.resource_group {
            write!(f, "/resourceGroups/{group}")?;
        }
        for part in &self.providers {
            write!(f, "/providers/{}", part.namespace)?;
            for (kind, name) in &part.levels {
                write!(f, "/{kind}/{name}")?;
            }
        }
        if self.subscription.is_none() && self.providers.is_empty() {
            f.write_str("/")?;
        }
        Ok(())
    }
}

impl FromStr for ResourceId {
    type Err = InvalidResourceId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = |reason| InvalidResourceId {
            text: text.to_owned(),
            reason,
        };
        if text == "/" {
            return Ok(Self::tenant_scope());
        }
        let path = text
            .strip_prefix('/')
            .ok_or_else(|| fail("it does not begin with /"))?;
        let mut segments: Vec<&str> = path.split('/').collect();
        if segments.len() > 1 && segments.last() == Some(&"") {
            segments.pop();
        }
        if segments.iter().any(|segment| segment.is_empty()) {
            return Err(fail("a segment is empty"));
        }
        if segments.iter().any(|segment| {
            segment
                .chars()
                .any(|c| c.is_control() || "?#<>%&\\".contains(c))
        }) {
            return Err(fail("it contains a character that no id has"));
        }
        let mut segments = segments.into_iter().peekable();
        let mut id = Self::tenant_scope();
        if segments
            .next_if(|s| s.eq_ignore_ascii_case("subscriptions"))
            .is_some()
        {
            let name = segments
                .next()
                .ok_or_else(|| fail("the subscription is missing"))?;
            id.subscription = Some(name.to_owned());
            if segments
                .next_if(|s| s.eq_ignore_ascii_case("resourceGroups"))
                .is_some()
            {
                let name = segments
                    .next()
                    .ok_or_else(|| fail("the resource group is missing"))?;
                id.resource_group = Some(name.to_owned());
            }
        }
        while let Some(segment) = segments.next() {
            if !segment.eq_ignore_ascii_case("providers") {
                return Err(fail("/providers/ is expected after the scope"));
            }
            let namespace = segments
                .next()
                .ok_or_else(|| fail("the provider namespace is missing"))?;
            let mut levels = Vec::new();
            while let Some(kind) =
                segments.next_if(|s| levels.is_empty() || !s.eq_ignore_ascii_case("providers"))
            {
                let name = segments
                    .next()
                    .ok_or_else(|| fail("a type has no name after it"))?;
                levels.push((kind.to_owned(), name.to_owned()));
            }
            if levels.is_empty() {
                return Err(fail("the resource type is missing"));
            }
            id.providers.push(ProviderPart {
                namespace: namespace.to_owned(),
                levels,
            });
        }
        Ok(id)
    }
}

impl PartialEq for ResourceId {
    fn eq(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }
}

impl Eq for ResourceId {}

impl Hash for ResourceId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().hash(state);
    }
}

impl PartialOrd for ResourceId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ResourceId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded().cmp(&other.folded())
    }
}

impl Serialize for ResourceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ResourceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// A text that is not a resource id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not a resource id: {reason}; one looks like \
     /subscriptions/<id>/resourceGroups/<group>/providers/<namespace>/<type>/<name>"
)]
pub struct InvalidResourceId {
    text: String,
    reason: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_kind_of_scope_and_nesting_is_understood() {
        for (text, kind, name, parent) in [
            ("/", "Microsoft.Resources/tenants", "", None),
            (
                "/subscriptions/s",
                "Microsoft.Resources/subscriptions",
                "s",
                Some("/"),
            ),
            (
                "/subscriptions/s/resourceGroups/g",
                "Microsoft.Resources/resourceGroups",
                "g",
                Some("/subscriptions/s"),
            ),
            (
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c/agentPools/p",
                "Microsoft.ContainerService/managedClusters/agentPools",
                "p",
                Some(
                    "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c",
                ),
            ),
            (
                "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/r",
                "Microsoft.Authorization/roleDefinitions",
                "r",
                Some("/subscriptions/s"),
            ),
            (
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v/secrets/x/providers/Microsoft.Authorization/roleAssignments/a",
                "Microsoft.Authorization/roleAssignments",
                "a",
                Some(
                    "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v/secrets/x",
                ),
            ),
            (
                "/providers/Microsoft.Management/managementGroups/m",
                "Microsoft.Management/managementGroups",
                "m",
                Some("/"),
            ),
        ] {
            let id: ResourceId = text.parse().unwrap();
            assert_eq!(id.to_string(), text);
            assert_eq!(id.kind(), kind);
            assert_eq!(id.name(), name);
            assert_eq!(id.parent().map(|id| id.to_string()).as_deref(), parent);
        }
    }

    #[test]
    fn what_is_no_id_is_refused_with_its_reason() {
        for (text, reason) in [
            ("", "begin"),
            ("subscriptions/s", "begin"),
            ("/subscriptions", "subscription is missing"),
            ("/subscriptions//resourceGroups/g", "empty"),
            ("/subscriptions/s/resourceGroups", "group is missing"),
            ("/subscriptions/s/disks/d", "/providers/"),
            ("/subscriptions/s/providers", "namespace is missing"),
            (
                "/subscriptions/s/providers/Microsoft.Compute",
                "type is missing",
            ),
            (
                "/subscriptions/s/providers/Microsoft.Compute/disks",
                "no name",
            ),
            ("/subscriptions/s?api-version=1", "character"),
        ] {
            let error = text.parse::<ResourceId>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn containment_ignores_case_and_respects_segments() {
        let group: ResourceId = "/subscriptions/s/resourceGroups/app".parse().unwrap();
        let inside: ResourceId = "/SUBSCRIPTIONS/S/resourcegroups/APP/providers/a.b/c/d"
            .parse()
            .unwrap();
        let beside: ResourceId = "/subscriptions/s/resourceGroups/app2".parse().unwrap();
        assert!(inside.is_within(&group));
        assert!(!beside.is_within(&group));
    }

    fn segment() -> impl Strategy<Value = String> {
        "[A-Za-z0-9][A-Za-z0-9._()-]{0,12}".prop_filter("a keyword", |s| {
            !["providers", "subscriptions", "resourcegroups"].contains(&s.to_lowercase().as_str())
        })
    }

    proptest! {
        #[test]
        fn printing_and_parsing_are_inverse(
            subscription in segment(),
            group in proptest::option::of(segment()),
            parts in proptest::collection::vec(
                (segment(), proptest::collection::vec((segment(), segment()), 1..3)), 0..3),
        ) {
            let mut id = ResourceId::subscription_scope(subscription);
            if let Some(group) = group {
                id = id.group(group);
            }
            for (namespace, levels) in parts {
                id = id.resource(&format!("{namespace}/{}", levels[0].0), &levels[0].1);
                for (kind, name) in &levels[1..] {
                    id = id.child(kind, name);
                }
            }
            let parsed: ResourceId = id.to_string().parse().unwrap();
            prop_assert_eq!(parsed.to_string(), id.to_string());
            let shouted: ResourceId = id.to_string().to_uppercase().parse().unwrap();
            prop_assert_eq!(shouted, id);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,80}") {
            let _ = text.parse::<ResourceId>();
        }
    }
}
