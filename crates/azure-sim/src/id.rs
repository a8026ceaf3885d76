//! Resource ids and request paths, read strictly.
//!
//! A path is a scope (tenant, subscription, resource group) followed by zero or more
//! `providers/{namespace}/{type}/{name}[/{type}/{name}…]` parts; every part after the first makes
//! an extension resource. A path may end in one more segment without a name: a collection or an action.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One `providers/…` part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Provider namespace, as written.
    pub(crate) namespace: String,
    /// Types and names, outermost first. Never empty.
    pub(crate) segments: Vec<(String, String)>,
}

/// The address of a resource, a resource group, a subscription or the tenant.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResourceId {
    subscription: Option<String>,
    group: Option<String>,
    parts: Vec<Part>,
}

/// A request path: an id, and what may follow it without a name.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// The complete id at the front.
    pub(crate) id: ResourceId,
    /// The trailing segments that have no name.
    pub(crate) tail: Tail,
}

/// What follows the complete id of a [`Target`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tail {
    /// Nothing: the path is the id.
    None,
    /// One more word in the same provider part: a child collection or an action.
    Word(String),
    /// `providers/{namespace}/{type}`: a collection of another provider under this id.
    Provider { namespace: String, word: String },
    /// `providers/{namespace}` or `providers`.
    Namespace(Option<String>),
}

impl ResourceId {
    /// The tenant.
    pub(crate) fn tenant() -> Self {
        Self::default()
    }

    /// A subscription.
    pub(crate) fn for_subscription(subscription: &str) -> Self {
        Self {
            subscription: Some(subscription.to_owned()),
            ..Self::default()
        }
    }

    /// A resource group.
    pub(crate) fn for_group(subscription: &str, group: &str) -> Self {
        Self {
            subscription: Some(subscription.to_owned()),
            group: Some(group.to_owned()),
            parts: Vec::new(),
        }
    }

    /// Reads a complete id; a collection or an empty segment is `None`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let target = Target::parse(text)?;
        (target.tail == Tail::None).then_some(target.id)
    }

    /// The same scope with `providers/{namespace}/{type}/{name}` added: a top-level or extension
    /// resource. `resource_type` is `Namespace/type[/child…]` with one name per type word.
    pub(crate) fn with_resource(&self, resource_type: &str, names: &[&str]) -> Option<Self> {
        let mut words = resource_type.split('/');
        let namespace = words.next().filter(|word| !word.is_empty())?.to_owned();
        let types: Vec<&str> = words.collect();
        if types.is_empty() || types.len() != names.len() {
            return None;
        }
        let segments = types
            .iter()
            .zip(names)
            .map(|(t, n)| ((*t).to_owned(), (*n).to_owned()))
            .collect();
        let mut id = self.clone();
        id.parts.push(Part {
            namespace,
            segments,
        });
        Some(id)
    }

    /// A child of this resource. On a scope without a resource it changes nothing.
    pub(crate) fn with_child(&self, child_type: &str, name: &str) -> Self {
        let mut id = self.clone();
        if let Some(part) = id.parts.last_mut() {
            part.segments.push((child_type.to_owned(), name.to_owned()));
        }
        id
    }

    /// The subscription, as written.
    pub(crate) fn subscription(&self) -> Option<&str> {
        self.subscription.as_deref()
    }

    /// The resource group, as written.
    pub(crate) fn group(&self) -> Option<&str> {
        self.group.as_deref()
    }

    /// All `providers/…` parts.
    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Whether this is a resource group itself.
    pub(crate) fn is_group(&self) -> bool {
        self.group.is_some() && self.parts.is_empty()
    }

    /// `Namespace/type[/child…]` of the last part, as written; none for a scope.
    pub(crate) fn resource_type(&self) -> Option<String> {
        self.parts.last().map(|part| {
            let mut text = part.namespace.clone();
            for (kind, _) in &part.segments {
                text.push('/');
                text.push_str(kind);
            }
            text
        })
    }

    /// The last name: of the resource, else of the group, else of the subscription.
    pub(crate) fn name(&self) -> &str {
        match self.parts.last().and_then(|part| part.segments.last()) {
            Some((_, name)) => name,
            None => self
                .group
                .as_deref()
                .or(self.subscription.as_deref())
                .unwrap_or(""),
        }
    }

    /// The enclosing resource of a child resource; none for a top-level one.
    pub(crate) fn parent(&self) -> Option<Self> {
        let part = self.parts.last()?;
        if part.segments.len() < 2 {
            return None;
        }
        let mut id = self.clone();
        id.parts.last_mut()?.segments.pop();
        Some(id)
    }

    /// Where the resource lives: everything before its own `providers/…` part.
    pub(crate) fn scope(&self) -> Self {
        let mut id = self.clone();
        id.parts.pop();
        id
    }

    /// The resource group as an id of its own.
    pub(crate) fn group_id(&self) -> Option<Self> {
        Some(Self::for_group(
            self.subscription.as_deref()?,
            self.group.as_deref()?,
        ))
    }

    /// `Namespace/type/name[/type/name…]` of the last part, as not-found messages print it.
    pub(crate) fn type_and_names(&self) -> String {
        let mut text = String::new();
        if let Some(part) = self.parts.last() {
            text.push_str(&part.namespace);
            for (kind, name) in &part.segments {
                text.push('/');
                text.push_str(kind);
                text.push('/');
                text.push_str(name);
            }
        }
        text
    }

    /// The same id in the casing that the provider registered for its type, and with the
    /// given casing of the group's name.
    pub(crate) fn canonical(&self, resource_type: &str, group: Option<&str>) -> Self {
        let mut id = self.clone();
        if let Some(group) = group {
            id.group = Some(group.to_owned());
        }
        if let Some(part) = id.parts.last_mut() {
            let mut words = resource_type.split('/');
            if let Some(namespace) = words.next() {
                part.namespace = namespace.to_owned();
            }
            for ((kind, _), word) in part.segments.iter_mut().zip(words) {
                *kind = word.to_owned();
            }
        }
        id
    }

    /// The id in lower case: what ids are compared and stored by.
    pub(crate) fn key(&self) -> String {
        self.to_string().to_ascii_lowercase()
    }
}

impl PartialEq for ResourceId {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for ResourceId {}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.subscription.is_none() && self.parts.is_empty() {
            return f.write_str("/");
        }
        if let Some(subscription) = &self.subscription {
            write!(f, "/subscriptions/{subscription}")?;
        }
        if let Some(group) = &self.group {
            write!(f, "/resourceGroups/{group}")?;
        }
        for part in &self.parts {
            write!(f, "/providers/{}", part.namespace)?;
            for (kind, name) in &part.segments {
                write!(f, "/{kind}/{name}")?;
            }
        }
        Ok(())
    }
}

impl Serialize for ResourceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ResourceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is no resource id")))
    }
}

impl Target {
    /// Reads a decoded path. An empty segment in the middle, or a scope that is not one of
    /// ARM's, is `None`. One trailing slash is tolerated.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let path = path.strip_prefix('/')?;
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut words = if path.is_empty() {
            Vec::new()
        } else {
            path.split('/').collect()
        };
        if words.iter().any(|word| word.is_empty()) {
            return None;
        }
        let mut id = ResourceId::default();
        let mut rest = words.split_off(0).into_iter().peekable();
        if is(rest.peek(), "subscriptions") {
            rest.next();
            match rest.next() {
                Some(subscription) => id.subscription = Some(subscription.to_owned()),
                None => {
                    return Some(Self {
                        id,
                        tail: Tail::Word("subscriptions".into()),
                    });
                }
            }
            if is(rest.peek(), "resourceGroups") {
                rest.next();
                match rest.next() {
                    Some(group) => id.group = Some(group.to_owned()),
                    None => {
                        return Some(Self {
                            id,
                            tail: Tail::Word("resourceGroups".into()),
                        });
                    }
                }
            }
        }
        let mut rest: Vec<&str> = rest.collect();
        loop {
            let Some(first) = rest.first() else {
                return Some(Self {
                    id,
                    tail: Tail::None,
                });
            };
            if !first.eq_ignore_ascii_case("providers") {
                // A word under a scope (`/subscriptions/x/resources`), with no name after it.
                return match rest.as_slice() {
                    [word] => Some(Self {
                        id,
                        tail: Tail::Word((*word).to_owned()),
                    }),
                    _ => None,
                };
            }
            let end = rest
                .iter()
                .skip(1)
                .position(|word| word.eq_ignore_ascii_case("providers"))
                .map_or(rest.len(), |at| at + 1);
            let tail = rest.split_off(end);
            let mut part = rest.into_iter().skip(1);
            let Some(namespace) = part.next() else {
                return tail.is_empty().then_some(Self {
                    id,
                    tail: Tail::Namespace(None),
                });
            };
            let words: Vec<&str> = part.collect();
            let segments: Vec<(String, String)> = words
                .chunks_exact(2)
                .filter_map(|pair| match pair {
                    [kind, name] => Some(((*kind).to_owned(), (*name).to_owned())),
                    _ => None,
                })
                .collect();
            let odd = (words.len() % 2 == 1)
                .then(|| words.last().copied())
                .flatten();
            if (odd.is_some() || segments.is_empty()) && !tail.is_empty() {
                return None;
            }
            let bare = segments.is_empty();
            if !bare {
                id.parts.push(Part {
                    namespace: namespace.to_owned(),
                    segments,
                });
            }
            match (odd, bare) {
                (Some(word), true) => {
                    return Some(Self {
                        id,
                        tail: Tail::Provider {
                            namespace: namespace.to_owned(),
                            word: word.to_owned(),
                        },
                    });
                }
                (Some(word), false) => {
                    return Some(Self {
                        id,
                        tail: Tail::Word(word.to_owned()),
                    });
                }
                (None, true) => {
                    return Some(Self {
                        id,
                        tail: Tail::Namespace(Some(namespace.to_owned())),
                    });
                }
                (None, false) => {}
            }
            rest = tail;
        }
    }
}

fn is(word: Option<&&str>, wanted: &str) -> bool {
    word.is_some_and(|word| word.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DISK: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/d";

    #[test]
    fn it_reads_scopes_resources_and_children() {
        let id = ResourceId::parse(DISK).unwrap();
        assert_eq!(id.subscription(), Some("s"));
        assert_eq!(id.group(), Some("g"));
        assert_eq!(
            id.resource_type().as_deref(),
            Some("Microsoft.Compute/disks")
        );
        assert_eq!(id.name(), "d");
        assert_eq!(id.to_string(), DISK);
        assert!(id.parent().is_none());
        let pool = ResourceId::parse(
            "/subscriptions/s/resourcegroups/G/providers/Microsoft.ContainerService/managedClusters/c/agentPools/p",
        )
        .unwrap();
        assert_eq!(pool.parent().unwrap().name(), "c");
        assert_eq!(
            pool.resource_type().as_deref(),
            Some("Microsoft.ContainerService/managedClusters/agentPools")
        );
        assert!(
            ResourceId::parse("/subscriptions/s/resourceGroups/g")
                .unwrap()
                .is_group()
        );
        assert_eq!(ResourceId::parse("/").unwrap(), ResourceId::tenant());
    }

    #[test]
    fn an_extension_resource_knows_its_scope() {
        let id = ResourceId::parse(&format!(
            "{DISK}/providers/Microsoft.Authorization/roleAssignments/r"
        ))
        .unwrap();
        assert_eq!(
            id.resource_type().as_deref(),
            Some("Microsoft.Authorization/roleAssignments")
        );
        assert_eq!(id.scope().to_string(), DISK);
    }

    #[test]
    fn trailing_words_are_collections_or_actions() {
        let tail = |path: &str| Target::parse(path).map(|target| target.tail);
        assert_eq!(
            tail(&format!("{DISK}/beginGetAccess")),
            Some(Tail::Word("beginGetAccess".into()))
        );
        assert_eq!(
            tail("/subscriptions/s/providers/Microsoft.Compute/disks"),
            Some(Tail::Provider {
                namespace: "Microsoft.Compute".into(),
                word: "disks".into()
            })
        );
        assert_eq!(
            tail("/subscriptions"),
            Some(Tail::Word("subscriptions".into()))
        );
        assert_eq!(
            tail("/subscriptions/s/providers"),
            Some(Tail::Namespace(None))
        );
        assert_eq!(tail("/subscriptions//resourceGroups/g"), None);
        assert_eq!(tail("/subscriptions/s/a/b/c"), None);
        assert_eq!(tail("no-slash"), None);
    }

    #[test]
    fn ids_compare_without_case() {
        let upper = ResourceId::parse(&DISK.to_ascii_uppercase()).unwrap();
        assert_eq!(upper, ResourceId::parse(DISK).unwrap());
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panicking_and_prints_back(path in "(/[a-zA-Z.]{0,12}|/providers|/subscriptions){0,9}") {
            if let Some(id) = ResourceId::parse(&path) {
                let again = ResourceId::parse(&id.to_string());
                prop_assert_eq!(again, Some(id));
            }
        }
    }
}
