//! Where a deployment goes, and how ids are made there.

use serde::{Deserialize, Serialize};

use super::TemplateError;

/// The scope of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scope {
    /// Subscription id.
    pub(crate) subscription: String,
    /// Resource group, absent for a subscription-scope deployment.
    pub(crate) group: Option<String>,
}

impl Scope {
    /// The id of the scope itself.
    pub(crate) fn id(&self) -> String {
        match &self.group {
            Some(group) => format!(
                "/subscriptions/{}/resourceGroups/{group}",
                self.subscription
            ),
            None => format!("/subscriptions/{}", self.subscription),
        }
    }

    /// The id of a resource right in this scope; `kind` is `Namespace/type[/child…]`.
    pub(crate) fn resource_id(&self, kind: &str, names: &[&str]) -> Result<String, TemplateError> {
        if kind.eq_ignore_ascii_case("Microsoft.Resources/resourceGroups")
            && let [name] = names
        {
            return Ok(format!(
                "/subscriptions/{}/resourceGroups/{name}",
                self.subscription
            ));
        }
        extension_id(&self.id(), kind, names)
    }
}

/// `<base>/providers/Namespace/type/name[/child/name…]`, or an error when types and names do not
/// pair up.
pub(crate) fn extension_id(
    base: &str,
    kind: &str,
    names: &[&str],
) -> Result<String, TemplateError> {
    let mut segments = kind.split('/');
    let namespace = segments.next().unwrap_or_default();
    let types: Vec<&str> = segments.collect();
    if namespace.is_empty() || types.is_empty() || types.len() != names.len() {
        return Err(TemplateError::new(format!(
            "The resource type '{kind}' wants {} name segment(s) but '{}' has {}. A nested \
             resource type must have identical number of segments as its resource name. A root \
             resource type must have segment length one greater than its resource name.",
            types.len(),
            names.join("/"),
            names.len(),
        )));
    }
    let mut id = format!("{}/providers/{namespace}", base.trim_end_matches('/'));
    for (kind, name) in types.iter().zip(names) {
        id.push('/');
        id.push_str(kind);
        id.push('/');
        id.push_str(name);
    }
    Ok(id)
}
