//! Headers that depend on which provider answers.

use http::Method;
use uuid::Uuid;

use crate::builder::Settings;
use crate::request::ArmRequest;

/// The region of the front end that answers.
const FRONT_END: &str = "westus2";

/// The release that Key Vault says it is.
const KEY_VAULT: &str = "2.2.450.0";

type Header = (&'static str, String);

/// The provider of a path and what follows it, in lower case.
fn provider(request: &ArmRequest) -> (String, String) {
    let path = request.path.to_ascii_lowercase();
    let rest = path.rsplit_once("/providers/").map_or("", |(_, rest)| rest);
    let (provider, rest) = rest.split_once('/').unwrap_or((rest, ""));
    (provider.to_owned(), rest.to_owned())
}

fn reads(request: &ArmRequest) -> bool {
    matches!(request.method, Method::GET | Method::HEAD)
}

/// Who asked and whom: authorization always says it, Key Vault of everything but reading a vault, and some others of
/// writes only.
pub(crate) fn identity(settings: &Settings, request: &ArmRequest, id: Uuid) -> Vec<Header> {
    let (provider, rest) = provider(request);
    let located = rest.starts_with("locations/");
    let identified = match provider.as_str() {
        "microsoft.authorization" => true,
        "microsoft.keyvault" | "microsoft.operationalinsights" => located || !reads(request),
        "microsoft.network" | "microsoft.managedidentity" => !reads(request),
        _ => false,
    };
    let mut headers = Vec::new();
    if identified {
        let (tenant, caller) = (&settings.tenant_id, &settings.caller_object_id);
        headers.push((
            "x-ms-operation-identifier",
            format!("tenantId={tenant},objectId={caller}/{FRONT_END}/{id}"),
        ));
    }
    if provider == "microsoft.keyvault" {
        headers.push(("x-ms-keyvault-service-version", KEY_VAULT.to_owned()));
    }
    headers
}

/// How many more requests are allowed: of a subscription, or of DNS and Resource Graph, which count for themselves.
pub(crate) fn counts(request: &ArmRequest, answered_by_provider: bool) -> Vec<Header> {
    let header = |name, left: u32| (name, left.to_string());
    let (provider, rest) = provider(request);
    let (deletes, reads) = (request.method == Method::DELETE, reads(request));
    let put = request.method == Method::PUT;
    if answered_by_provider && provider == "microsoft.insights" && put {
        return vec![header(
            "x-ms-ratelimit-remaining-subscription-resource-requests",
            149,
        )];
    }
    if answered_by_provider && provider == "microsoft.network" && rest.starts_with("dns") {
        let mut headers = vec![header(
            "x-ms-ratelimit-remaining-subscription-resource-requests",
            if reads { 499 } else { 11_999 },
        )];
        if reads && !rest.starts_with("dnsoperation") && rest.split('/').count() % 2 == 1 {
            headers.push(header(
                "x-ms-ratelimit-remaining-subscription-resource-entities-read",
                59_999,
            ));
        }
        return headers;
    }
    if provider == "microsoft.resourcegraph" {
        return vec![
            header("x-ms-ratelimit-remaining-tenant-reads", 11_999),
            header("x-ms-ratelimit-remaining-tenant-resource-requests", 14),
            header("x-ms-user-quota-remaining", 14),
            ("x-ms-user-quota-resets-after", "00:00:05".to_owned()),
            (
                "x-ms-resource-graph-request-duration",
                "0:00:00:00.0300000".to_owned(),
            ),
        ];
    }
    // Asking whether a name is free is counted as reading.
    let asks = rest == "checknameavailability";
    let (own, global, left, all) = if deletes {
        (
            "x-ms-ratelimit-remaining-subscription-deletes",
            "x-ms-ratelimit-remaining-subscription-global-deletes",
            799,
            11_999,
        )
    } else if reads || asks {
        (
            "x-ms-ratelimit-remaining-subscription-reads",
            "x-ms-ratelimit-remaining-subscription-global-reads",
            1099,
            16_499,
        )
    } else {
        (
            "x-ms-ratelimit-remaining-subscription-writes",
            "x-ms-ratelimit-remaining-subscription-global-writes",
            799,
            11_999,
        )
    };
    vec![header(own, left), header(global, all)]
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn request(method: &str, path: &str) -> ArmRequest {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("https://management.azure.com{path}"))
            .body(Bytes::new())
            .unwrap();
        ArmRequest::read(request).unwrap()
    }

    fn identified(method: &str, path: &str) -> bool {
        let headers = identity(&Settings::default(), &request(method, path), Uuid::nil());
        headers
            .iter()
            .any(|(name, _)| *name == "x-ms-operation-identifier")
    }

    #[test]
    fn some_providers_say_who_asked_and_some_only_of_writes() {
        let group = "/subscriptions/s/resourceGroups/g/providers";
        let vault = &format!("{group}/Microsoft.KeyVault/vaults/v");
        let deleted = "/subscriptions/s/providers/Microsoft.KeyVault/locations/l/deletedVaults/v";
        let assignment = &format!("{vault}/providers/Microsoft.Authorization/roleAssignments/a");
        assert!(identified("PUT", vault) && !identified("GET", vault));
        assert!(identified("GET", deleted) && identified("GET", assignment));
        assert!(!identified(
            "PUT",
            &format!("{group}/Microsoft.Compute/disks/d")
        ));
        assert!(!identified("PUT", "/subscriptions/s/resourceGroups/g"));
    }

    #[test]
    fn dns_counts_its_own_requests_and_the_entities_of_lists() {
        let zones = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/dnsZones";
        let names = |path: &str, by_provider| -> Vec<&str> {
            let headers = counts(&request("GET", path), by_provider);
            headers.into_iter().map(|(name, _)| name).collect()
        };
        let requests = "x-ms-ratelimit-remaining-subscription-resource-requests";
        let entities = "x-ms-ratelimit-remaining-subscription-resource-entities-read";
        assert_eq!(names(zones, true), [requests, entities]);
        assert_eq!(names(&format!("{zones}/z"), true), [requests]);
        assert_eq!(names(&format!("{zones}/z/A"), true), [requests, entities]);
        assert_eq!(names(&format!("{zones}/z"), false).len(), 2);
    }
}
