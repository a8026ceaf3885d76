//! What a URL of Azure Resource Manager names.

use serde_json::Value;

/// A URL, taken apart as far as the set-up needs it.
#[derive(Debug)]
pub(crate) struct Target {
    /// The path as it was written.
    pub(crate) path: String,
    pub(crate) api_version: String,
    monitor: bool,
}

/// What a polling URL's last but one segment can be.
const POLLED: &[&str] = &[
    "asyncoperations",
    "diskoperations",
    "dnsoperationresults",
    "dnsoperationstatuses",
    "operationresults",
    "operationstatuses",
];

impl Target {
    /// Reads an absolute URL or a path.
    pub(crate) fn of(url: &str) -> Self {
        let (before, query) = url.split_once('?').unwrap_or((url, ""));
        let path = match before.strip_prefix("https://") {
            Some(rest) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"),
            None => before,
        };
        let value = |name: &str| {
            query
                .split('&')
                .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
        };
        Self {
            path: path.trim_end_matches('/').to_owned(),
            api_version: value("api-version").unwrap_or_default().to_owned(),
            monitor: value("monitor").is_some(),
        }
    }

    fn words(&self) -> Vec<&str> {
        self.path.trim_matches('/').split('/').collect()
    }

    /// Whether it is a resource group itself.
    pub(crate) fn is_group(&self) -> bool {
        self.group()
            .is_some_and(|group| group.len() == self.path.len())
    }

    /// The path of the group that it is in.
    pub(crate) fn group(&self) -> Option<String> {
        match self.words().as_slice() {
            [first, subscription, second, group, ..]
                if first.eq_ignore_ascii_case("subscriptions")
                    && second.eq_ignore_ascii_case("resourceGroups") =>
            {
                Some(format!("/subscriptions/{subscription}/{second}/{group}"))
            }
            _ => None,
        }
    }

    /// The id of the subscription that it is in.
    pub(crate) fn subscription(&self) -> Option<String> {
        let words = self.words();
        let first = words.first()?;
        let id = words.get(1)?;
        let is = first.eq_ignore_ascii_case("subscriptions") && id.len() == 36;
        is.then(|| (*id).to_owned())
    }

    /// The path of the resource that a request with this verb is about, if a PUT could make it.
    pub(crate) fn resource(&self, method: &str) -> Option<String> {
        let words = self.words();
        let at = words
            .iter()
            .rposition(|word| word.eq_ignore_ascii_case("providers"))?;
        let rest = words.get(at + 1..)?;
        let (namespace, names) = rest.split_first()?;
        let of = names.first()?.to_ascii_lowercase();
        let routed = namespace.eq_ignore_ascii_case("Microsoft.Resources")
            || ["locations", "roledefinitions"].contains(&of.as_str())
            || self.polled().is_some();
        if routed || names.len() < 2 {
            return None;
        }
        match (method, names.len() % 2) {
            ("POST", 1) => self.path.rsplit_once('/').map(|(path, _)| path.to_owned()),
            (_, 0) => Some(self.path.clone()),
            _ => None,
        }
    }

    /// The resources that the list at this path shows, if they are of it alone.
    pub(crate) fn listed<'a>(&self, body: &'a Value) -> Vec<(&'a str, &'a Value)> {
        let here = self.path.to_ascii_lowercase();
        if here.contains("/microsoft.resources/deployments") {
            return Vec::new();
        }
        body["value"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|item| {
                let id = item["id"].as_str()?;
                let (list, _) = id.rsplit_once('/')?;
                (list.to_ascii_lowercase() == here).then_some((id, item))
            })
            .collect()
    }

    /// Of which kind of operation it is the polling URL.
    pub(crate) fn polled(&self) -> Option<String> {
        let words = self.words();
        let [.., before, kind, _] = words.as_slice() else {
            return None;
        };
        let kind = kind.to_ascii_lowercase();
        let located = words
            .iter()
            .any(|word| word.eq_ignore_ascii_case("locations"));
        let polled = POLLED.contains(&kind.as_str())
            || kind == "operations" && located && !before.is_empty();
        polled.then(|| format!("{kind} {}", self.monitor))
    }

    /// The same for both signatures of a polling URL, and different for the two URLs of one operation.
    pub(crate) fn polling_key(&self) -> String {
        format!("{} {}", self.path.to_ascii_lowercase(), self.monitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: &str = "/subscriptions/s/resourcegroups/g";

    #[test]
    fn a_url_names_a_group_and_a_resource() {
        let url = format!(
            "https://management.azure.com{GROUP}/providers/Microsoft.X/a/b/c/d?x=1&api-version=2&y"
        );
        let target = Target::of(&url);
        assert_eq!(target.group().as_deref(), Some(GROUP));
        assert_eq!(target.api_version, "2");
        assert!(!target.is_group() && Target::of(GROUP).is_group());
        assert_eq!(
            target.resource("GET"),
            Some(format!("{GROUP}/providers/Microsoft.X/a/b/c/d"))
        );
        assert_eq!(
            Target::of(&format!("{GROUP}/providers/Microsoft.X/a")).resource("GET"),
            None
        );
        let action = Target::of(&format!("{GROUP}/providers/Microsoft.X/a/b/listKeys"));
        assert_eq!(
            action.resource("POST"),
            Some(format!("{GROUP}/providers/Microsoft.X/a/b"))
        );
        assert_eq!(action.resource("GET"), None);
    }

    #[test]
    fn polling_urls_are_no_resources() {
        for path in [
            "/subscriptions/s/operationresults/x",
            "/subscriptions/s/providers/Microsoft.X/locations/l/operations/x",
            "/subscriptions/s/providers/Microsoft.Resources/deployments/d/operationStatuses/x",
        ] {
            let target = Target::of(path);
            assert!(
                target.polled().is_some() && target.resource("GET").is_none(),
                "{path}"
            );
        }
        let list =
            Target::of("/subscriptions/s/providers/Microsoft.Resources/deployments/d/operations/x");
        assert!(list.polled().is_none());
    }
}
